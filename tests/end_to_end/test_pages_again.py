"""The command ``pages``: what a plan wrote, written again in another language, and as PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner import pdf
from planner.service import check_plan, write_outputs
from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand
from tests.end_to_end.small_county import tables, write_county, xunzhen

BROWSER = pdf.find_browser()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The napkin county's outputs in English, in the folder out beside its tables."""
    county = open_napkin(write_county(tmp_path / "in", tables()))
    plan = plan_by_hand(county)
    write_outputs(county, plan, check_plan(county, plan), tmp_path / "out", "en")
    return tmp_path


def files(folder: Path) -> set[str]:
    """Return the files of a folder, by their path in it; the file of all notices is named in the reader's language."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name.replace("_全部.html", "_all.html") for name in found}


def test_pages_of_a_plan_are_written_again_in_another_language(written: Path) -> None:
    """The same files; the sheets speak Chinese, the plan is the same to the byte."""
    before = files(written / "out")
    plan = (written / "out" / "plan.json").read_bytes()
    done = xunzhen("pages", written / "in", written / "out" / "plan.json", "-o", written / "out", "--lang", "zh")
    assert (done.returncode, files(written / "out")) == (0, before)
    assert (written / "out" / "plan.json").read_bytes() == plan
    sheet = next((written / "out" / "crew").iterdir()).read_text("utf-8")
    assert '<html lang="zh-CN">' in sheet


def test_plan_of_other_tables_is_refused(written: Path) -> None:
    """A plan that names a village the tables do not know ends with 4 and writes nothing."""
    path = written / "out" / "plan.json"
    path.write_text(path.read_text("utf-8").replace("east1", "west1"), encoding="utf-8")
    done = xunzhen("pages", written / "in", path, "-o", written / "again", "--lang", "en")
    assert done.returncode == 4
    assert not (written / "again").exists()


@pytest.mark.skipif(BROWSER is None, reason="no Chromium, Chrome or Edge on this machine: nothing can be printed")
def test_paper_pages_are_printed_to_pdf(written: Path) -> None:
    """Beside each sheet, notice and summary lies a PDF of as many pages as it shows; not beside the map."""
    out = written / "out"
    done = xunzhen("pages", written / "in", out / "plan.json", "-o", out, "--lang", "en", "--pdf")
    assert done.returncode == 0
    paper = {path for path in out.rglob("*.html") if path.name != "index.html"}
    assert {path.with_suffix(".pdf") for path in paper} == set(out.rglob("*.pdf"))
    for path in out.glob("crew/*.html"):
        printed = path.with_suffix(".pdf").read_bytes()
        designed = path.read_text("utf-8").count('<section class="page')
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == designed > 0


def test_without_a_browser_pdf_is_refused_before_anything_is_written(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that says what to do instead; wrong use ends with 2."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    assert pdf.find_browser() is None
    again = written / "again"
    done = xunzhen("pages", written / "in", written / "out" / "plan.json", "-o", again, "--lang", "en", "--pdf")
    assert (done.returncode, again.exists()) == (2, False)
    assert "Ctrl+P" in done.stderr


def test_browser_that_fails_leaves_no_pdf(tmp_path: Path) -> None:
    """Neither a browser that ends with a fault nor one that writes half a file gives a PDF."""
    page = tmp_path / "page.html"
    page.write_text("<p>", encoding="utf-8")
    for script in (
        "exit 1",
        'for a; do case "$a" in --print-to-pdf=*) echo half > "${a#--print-to-pdf=}";; esac; done',
    ):
        browser = tmp_path / "browser"
        browser.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        browser.chmod(0o755)
        assert list(pdf.print_pages([page], str(browser))) == []
    assert files(tmp_path) == {"page.html", "browser"}

"""The command among hostile surroundings: closed pipes, odd encodings, files in the way, impatient people."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planner import cli, service
from planner.solver import SolveSettings
from tests.end_to_end.small_county import tables, write_county, xunzhen
from tests.end_to_end.test_main_job import wait_for_solver_child, whole_files
from xunzhen import run as front_door

PLAN = ("--start", "2026-03-02", "--weeks", "1", "--rounds", "1", "--lang", "en")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The napkin county with a village that nobody can serve, planned for a week."""
    folder = tmp_path_factory.mktemp("hostile")
    sheets = tables()
    sheets["villages"][0]["skills"] = "surgery"
    write_county(folder / "in", sheets)
    assert xunzhen("plan", folder / "in", "-o", folder / "out", *PLAN).returncode == 3
    return folder


def command_line(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    """Run the command line in this process; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["xunzhen", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    return ended.value.code


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_json_reaches_a_terminal_of_any_encoding(planned: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese names in the report are escaped where the encoding has no place for them."""
    said = io.BytesIO()
    with io.TextIOWrapper(said, encoding=encoding) as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert command_line(monkeypatch, "check", planned / "in", planned / "out" / "plan.json", "--json") == 3
        terminal.flush()
        assert json.loads(said.getvalue().decode(encoding))["unserved"][0]["name"] == "east1村"


def test_closed_standard_output_is_no_fault(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started with ``>&-`` there is nobody to tell; the verdict is in the exit code."""
    monkeypatch.setattr(sys, "stdout", None)
    assert command_line(monkeypatch, "check", planned / "in", planned / "out" / "plan.json", "--json") == 3


def test_solver_child_killed_after_a_plan_keeps_it(planned: Path) -> None:
    """kill -9 once a plan is known: it is written, and one sentence says why the search was short."""
    county = service.open_county(planned / "in", weeks=1)
    killed: list[int] = []

    def kill(*_: object) -> None:
        if not killed:
            killed.append(wait_for_solver_child(os.getpid()))
            os.kill(killed[0], signal.SIGKILL)

    result = service.make_plan(county, SolveSettings(seconds=60), on_improvement=kill)
    assert result.stopped == "crashed"
    with cli.screen.capture() as said:
        cli.tell_result(county, result, "en")
    assert "best plan it had" in said.get()


def test_interrupt_while_starting_ends_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while the modules are being loaded: 130, no traceback."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run", interrupted)
    with pytest.raises(SystemExit) as ended:
        front_door()
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("what", ["parent is a file", "dangling link", "crew is a file", "plan.json is a folder"])
def test_output_that_cannot_take_its_place_is_refused_first(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With code 2, before anything is read or searched, and nothing is written."""
    out = tmp_path / "out"
    if what == "parent is a file":
        out.write_text("x")
        out = out / "deeper"
    elif what == "dangling link":
        out.symlink_to(tmp_path / "nowhere" / "at all")
    elif what == "crew is a file":
        out.mkdir()
        (out / "crew").write_text("x")
    else:
        (out / "plan.json").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert command_line(monkeypatch, "plan", tmp_path / "no such input", "-o", out, *PLAN) == 2
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("day", ["9999-12-27", "0001-01-01", "1999-12-31", "2101-01-01", "2026-02-29"])
def test_day_out_of_this_time_is_refused(tmp_path: Path, day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last days of the calendar overflow; no plan is made for years that the tables refuse too."""
    write_county(tmp_path / "in", tables())
    assert command_line(monkeypatch, "plan", tmp_path / "in", "-o", tmp_path / "out", "--start", day) == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("days", 0), ("days", -7), ("days", 7_000_000), ("start", "9999-12-27"), ("start", "0001-01-01")],
)
def test_plan_of_impossible_days_is_named(planned: Path, tmp_path: Path, field: str, value: object) -> None:
    """The message names the plan's file and the field."""
    document = json.loads((planned / "out" / "plan.json").read_text(encoding="utf-8"))
    document["plan"][field] = value
    (tmp_path / "edited.json").write_text(json.dumps(document))
    with pytest.raises(service.InputError, match=rf"edited\.json, plan\.{field}"):
        service.read_plan(tmp_path / "edited.json")


def rewrite(planned: Path, source: Path, out: Path) -> None:
    """Write the outputs of the plan again, for the county read from ``source``."""
    plan = service.read_plan(planned / "out" / "plan.json")
    county = service.open_county(source, start=plan.start, weeks=1)
    service.write_outputs(county, plan, service.check_plan(county, plan), out, "en")


def test_writers_of_one_folder_take_turns(planned: Path, tmp_path: Path) -> None:
    """Two write their plans to one folder at once: neither takes the other's half-written files for leftovers."""
    out = tmp_path / "out"
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(rewrite, planned, planned / "in", out) for _ in range(4)]:
            done.result()
    assert whole_files(out)
    assert not list(out.glob(".writing-*"))


def test_only_our_own_sheets_are_cleared_away(planned: Path, tmp_path: Path) -> None:
    """A stale crew sheet goes; what somebody else keeps in the folder stays."""
    crew = tmp_path / "out" / "crew"
    crew.mkdir(parents=True)
    for name in ("2020-01-06_001_Old.html", "notes.html", "photo.png"):
        (crew / name).write_text("<html></html>")
    rewrite(planned, planned / "in", tmp_path / "out")
    kept = {path.name for path in crew.iterdir() if not re.match(r"2026-03-02_00[12]_", path.name)}
    assert kept == {"notes.html", "photo.png"}


def test_file_name_that_is_no_text_is_reported(planned: Path, tmp_path: Path) -> None:
    """A GBK name from an old disk: its warning reaches the report, and no output breaks."""
    shutil.copytree(planned / "in", tmp_path / "in")
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/\xb4\xe5.csv")).write_text("a,b\n1,2\n")
    rewrite(planned, tmp_path / "in", tmp_path / "out")
    notices = json.loads((tmp_path / "out" / "report.json").read_bytes())["notices"]
    assert any("this sheet is not read" in notice for notice in notices)


def test_folder_name_that_is_no_text_is_refused(planned: Path, tmp_path: Path) -> None:
    """The readers of map files want text for a path: they say so instead of failing."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb4\xe5"))
    shutil.copytree(planned / "in", folder)
    with pytest.raises(service.InputError, match=r"roads.geojson: the name .* is not UTF-8"):
        service.open_county(folder)

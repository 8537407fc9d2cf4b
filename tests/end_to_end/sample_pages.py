"""The pages of the five sample counties, each county planned once, and what a browser finds wrong with them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import PAGE, Watched, open_window
from tests.end_to_end.small_county import ROOT, xunzhen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLES = ("bishan", "daoxian", "qinyuan", "sangzhi", "yixing")
CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")
LANDSCAPE, PORTRAIT = (842, 595), (595, 842)  # A4 in points
# All tests of a sample in one process, so that it is planned once.
EACH_SAMPLE = [pytest.param(name, marks=pytest.mark.xdist_group(f"sample {name}")) for name in SAMPLES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the command line wrote of a sample: the folder is deleted when the process ends."""

    source: Path
    done: subprocess.CompletedProcess[str]
    keeper: TemporaryDirectory[str]

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return Path(self.keeper.name)

    @property
    def sheets(self) -> list[Path]:
        """The crew sheets."""
        return sorted(self.folder.glob("crew/*.html"))

    @property
    def notices(self) -> list[Path]:
        """The files of village notices; the first of a period holds every page of the others."""
        return sorted(self.folder.glob("notices/*.html"))

    @property
    def reprints(self) -> set[Path]:
        """The townships' files of notices, whose pages are those of the whole county's file."""
        return {path for path in self.notices if "_000_" not in path.name} if len(self.notices) > 1 else set()

    @property
    def paper(self) -> list[Path]:
        """Every page that is printed."""
        return [self.folder / "summary.html", *self.sheets, *self.notices]


@cache
def planned(name: str) -> Written:
    """Plan the sample in one round of the search, at the first call only."""
    source, keeper = ROOT / "data" / "samples" / name, TemporaryDirectory(prefix=f"{name}-")
    done = xunzhen("plan", source, "-o", keeper.name, "--rounds", "1", "--json", "--lang", "zh", timeout=600)
    return Written(source=source, done=done, keeper=keeper)


@cache
def in_english(name: str) -> Written:
    """Write the pages of the sample's plan once more, in English."""
    first, keeper = planned(name), TemporaryDirectory(prefix=f"{name}-en-")
    plan = first.folder / "plan.json"
    done = xunzhen("pages", first.source, plan, "-o", keeper.name, "--lang", "en", timeout=600)
    return Written(source=first.source, done=done, keeper=keeper)


@dataclass(slots=True)
class Findings:
    """What was seen on all pages of a sample; everything but the counts should stay empty."""

    pages: int = 0
    drawn_maps: int = 0
    misbehaviour: list[str] = field(default_factory=list)  # requests, dialogs, errors of scripts
    misprints: list[str] = field(default_factory=list)  # files whose PDF has other pages than designed
    faults: list[str] = field(default_factory=list)  # what page_checks.js finds


def inspect(browser: Browser, written: Written) -> Findings:
    """Open every page once in one window, as it is printed; print it, look for faults, then use the map."""
    found = Findings()
    window = open_window(browser, width=1123, height=1123)
    window.page.emulate_media(media="print")
    for path in written.paper:
        window.go(path)
        found.pages += window.page.locator("section.page").count()
        found.drawn_maps += window.page.locator("svg.map:not(.symbol)").count()
        found.faults += [f"{path.name}: {fault}" for fault in faults_on(window)]
        paper = LANDSCAPE if path in written.sheets else PORTRAIT
        if path not in written.reprints and not is_printed_as_designed(window, paper):
            found.misprints.append(path.name)
    _use_map(window, written.folder / "index.html")
    found.misbehaviour = [*window.requests, *window.dialogs, *window.errors]
    window.page.context.close()
    return found


def faults_on(watched: Watched) -> list[str]:
    """Return what all checks find on the page."""
    watched.page.evaluate(CHECKS)
    found: list[str] = watched.page.evaluate("Object.entries(checks).flatMap(([k, c]) => c().map(f => k + ': ' + f))")
    return found


def is_printed_as_designed(watched: Watched, paper: tuple[int, int]) -> bool:
    """Return whether the PDF has as many pages as the document, all of the paper's size."""
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    designed = watched.page.locator("section.page").count()
    return len(PAGE.findall(printed)) == designed > 0 and set(sizes_in(printed)) == {paper}


def _use_map(window: Watched, path: Path) -> None:
    """Open the map, click the first days of the first teams, and the first village found by its name."""
    window.page.emulate_media(media="screen")
    window.go(path)
    window.page.wait_for_selector("html[data-ready=yes]", state="attached")
    for cell in window.page.locator("button.cell").all()[:10]:
        cell.click()


def sizes_in(printed: bytes) -> list[tuple[int, ...]]:
    """Return the paper sizes named in a PDF, in whole points."""
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)
    return [tuple(round(float(n)) for n in box.split()[2:]) for box in boxes]

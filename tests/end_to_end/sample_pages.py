"""The pages of the five sample counties, each county planned once, and what a browser finds wrong with them.

Printing some hundreds of sheets takes minutes: of each county SHEETS are opened, spread over teams and weeks, and the
notices of TOWNSHIPS, or of the whole county where it has no more. ``XUNZHEN_ALL_PAGES=1`` opens every page there is.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.end_to_end.browsing import PAGE, Watched, open_window
from tests.end_to_end.small_county import ROOT, xunzhen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLES = ("bishan", "daoxian", "qinyuan", "sangzhi", "yixing")
SHEETS = 5
TOWNSHIPS = 3
IS_EVERY_PAGE = os.environ.get("XUNZHEN_ALL_PAGES", "") == "1"
CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")
LANDSCAPE, PORTRAIT = (842, 595), (595, 842)  # A4 in points


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the command line wrote of a sample, and where."""

    source: Path
    folder: Path
    returncode: int
    stdout: str

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
        """The pages that are opened: the summary, every so many sheets, the notices of some townships; or all."""
        if IS_EVERY_PAGE:
            return [self.folder / "summary.html", *self.sheets, *self.notices]
        some = self.sheets[:: -(-len(self.sheets) // SHEETS)]
        notices = [path for path in self.notices if path in self.reprints][:TOWNSHIPS] or self.notices
        return [self.folder / "summary.html", *some, *notices]


@dataclass(frozen=True, slots=True)
class Plans:
    """The samples planned in a run of the tests: by whichever process asks first, in a folder that all share."""

    root: Path

    def planned(self, name: str) -> Written:
        """Plan the sample in one round of the search, or return it as it was planned."""
        source = ROOT / "data" / "samples" / name
        return self._written(name, source, "plan", source, "--rounds", "1", "--json", "--lang", "zh")

    def in_english(self, name: str) -> Written:
        """Write the pages of the sample's plan once more, in English."""
        first = self.planned(name)
        return self._written(
            f"{name}-en", first.source, "pages", first.source, first.folder / "plan.json", "--lang", "en"
        )

    def _written(self, name: str, source: Path, *arguments: object) -> Written:
        folder, note = self.root / name, self.root / f"{name}.json"
        with (self.root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                done = xunzhen(*arguments, "-o", folder, timeout=600, is_cold=True)
                note.write_text(json.dumps([done.returncode, done.stdout]), encoding="utf-8")
        returncode, stdout = json.loads(note.read_text("utf-8"))
        return Written(source=source, folder=folder, returncode=returncode, stdout=stdout)


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
        if not (IS_EVERY_PAGE and path in written.reprints) and not is_printed_as_designed(window, paper):
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

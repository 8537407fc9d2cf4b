"""Every page of all five sample counties in a real browser: silent without the network, whole on paper, legible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import HAS_CHROMIUM, open_page
from tests.end_to_end.sample_pages import IS_EVERY_PAGE, SAMPLES, SHEETS, Plans, faults_on, inspect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = HAS_CHROMIUM
LEAST_STOPS = {"bishan": 50, "daoxian": 100, "qinyuan": 900, "sangzhi": 450, "yixing": 120}


@pytest.mark.parametrize("name", SAMPLES)
def test_pages_of_a_sample_are_silent_whole_and_legible(browser: Browser, plans: Plans, name: str) -> None:
    """Map, summary, crew sheets, files of notices (which of them: ``sample_pages``), opened once as they are printed.

    0 requests, dialogs and errors of scripts, the map at most 1.5 MB; a PDF of as many A4 pages as designed; no content
    beyond its page, no row over two, no word cut; on no map does a name, number, marker or box cover another; every
    stop has its number on the map and its name there or beside it.
    """
    written = plans.planned(name)
    plan = json.loads((written.folder / "plan.json").read_bytes())["plan"]
    assert sum(len(route["stops"]) for c in plan["circuits"] for route in c["routes"]) >= LEAST_STOPS[name]
    assert min(len(written.sheets), len(written.notices)) > 5
    assert (written.folder / "index.html").stat().st_size <= 1_500_000
    sheets = len([path for path in written.paper if path in written.sheets])
    assert sheets == len(written.sheets) or (SHEETS // 2 < sheets <= SHEETS and not IS_EVERY_PAGE)
    found = inspect(browser, written)
    assert found.pages > 3 * sheets
    assert found.drawn_maps == 1 + sheets
    assert (found.misbehaviour, found.misprints, found.faults) == ([], [], [])


@pytest.mark.xdist_group("sample daoxian")
def test_pages_of_daoxian_are_as_good_in_english(browser: Browser, plans: Plans) -> None:
    """Five purposes of visit, holidays, a specialist: silent, on the pages designed, nothing cut or covered."""
    written = plans.in_english("daoxian")
    assert written.returncode in {0, 3}
    assert 'lang="en"' in written.sheets[0].read_text("utf-8")
    found = inspect(browser, written)
    assert (found.misbehaviour, found.misprints, found.faults) == ([], [], [])
    assert found.drawn_maps == 1 + len([path for path in written.paper if path in written.sheets])


BAD_SHEET = """<!DOCTYPE html><style>body { margin: 0 } section { width: 297mm; height: 209mm } p { margin: 0 }</style>
<section class="page"><header>A</header><p style="height: 210mm">too high</p>
<p style="width: 9mm; overflow: hidden; white-space: nowrap">a name that is cut</p>
<table style="table-layout: fixed; width: 9mm"><tr><td style="white-space: nowrap">a wide cell</td></tr></table>
<p style="margin-top: -9mm">over the table</p>
<svg class="map" viewBox="0 0 100 100" style="width: 50mm"><g class="stops"><rect class="marker" x="10" y="10" width="4"
height="4"/><text class="number" x="11" y="13" font-size="2">A1</text></g><text class="name" x="8" y="13"
font-size="3">under</text><text class="name" x="98" y="50" font-size="3">edge</text>
<text class="name" x="60" y="61" font-size="3">stop</text>
<text class="road-name" x="62" y="61" font-size="2" transform="rotate(45 62 60)">highway</text>
<text class="name" x="80" y="22" font-size="3">calm</text>
<text class="road-name" x="75" y="31" font-size="2" text-anchor="middle"
transform="rotate(45 75 30)">farwaytrack</text></svg>
<table class="itinerary"><tbody><tr><td>A1</td><td></td><td></td><td>under</td></tr><tr><td>A2</td><td></td><td></td>
<td>nowhere</td></tr></tbody></table></section>"""


def test_checks_find_the_faults_of_a_bad_sheet(browser: Browser, tmp_path: Path) -> None:
    """A page with every fault once: each check finds its own, so that silence above means something."""
    found = faults_on(open_page(browser, tmp_path, BAD_SHEET))

    def tells(check: str, *words: str) -> bool:
        return any(fault.startswith(f"{check}: ") and all(word in fault for word in words) for fault in found)

    assert tells("spilled", "too high")
    assert tells("covered", "over the table")
    assert tells("cut", "a name that is cut")
    assert tells("wideCells", "a wide cell")
    assert tells("collisions", 'name "under"', "marker")
    assert tells("collisions", 'road-name "highway"', 'name "stop"')
    assert not tells("collisions", "farwaytrack")  # its upright box holds the name "calm", none of its letters does
    assert tells("collisions", 'name "edge" is cut by the edge')
    assert [fault for fault in found if fault.startswith("unlabelled")] == [
        "unlabelled: A2 is not on the map",
        'unlabelled: A2 "nowhere" has no name',
    ]

"""The QR codes on paper: a sheet is printed, the pages are drawn as a grey scan, and a decoder reads them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maps.navigation import geo_uri
from maps.printouts import crew_sheet
from tests.end_to_end.browsing import CHROMIUM, HAS_CHROMIUM, QUIET
from tests.end_to_end.scanning import HAS_PDFTOPPM, MILLIMETRES, scan
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, make_county
from tests.maps.test_render import with_hostile_names

pytestmark = [
    HAS_CHROMIUM,
    HAS_PDFTOPPM,
]


def hostile_county() -> County:
    """A county in which every village has a name of the corpus, 40 times as long where it is short."""
    county = make_county(villages=2 * len(NAMES) + 1, teams=1)
    problem = with_hostile_names(county.problem)
    sites = tuple(replace(site, name=site.name * 40 if len(site.name) < 4 else site.name) for site in problem.sites)
    return replace(county, problem=replace(problem, sites=sites))


def print_sheet(county: County, folder: Path, language: str) -> Path:
    """Print the first team's crew sheet to PDF."""
    page, printed = folder / "sheet.html", folder / "sheet.pdf"
    circuit, name = county.plan.circuits[0], "示例县卫生健康局"
    made = crew_sheet(county.problem, circuit, scene=county.scene, language=language, county_name=name)
    page.write_text(made, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), "--headless", *QUIET, profile, "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=300)
    return printed


def reading_order(code: Any) -> tuple[int, int]:
    """From the top down and from left to right, as the stops are visited; strips are 26.5 mm apart."""
    corner = code.position.top_left
    return round(corner.y * MILLIMETRES / 26.5), corner.x


@pytest.mark.parametrize(
    ("county", "language", "pages"),
    [
        pytest.param(make_county(villages=60), "zh", 5, id="30 stops"),
        pytest.param(make_county(villages=250, teams=3), "en", 9, id="85 stops"),
        pytest.param(hostile_county(), "zh", None, id="hostile names"),
    ],
)
def test_every_printed_code_is_read_from_a_grey_page(
    tmp_path: Path, county: County, language: str, pages: int | None
) -> None:
    """Each stop's code is read and leads to its village, is 15 mm wide or more, and no page is spilled."""
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: no code can be read")
    scans = list(scan(print_sheet(county, tmp_path, language)))
    found = [code for page in scans for code in sorted(zxing.read_barcodes(page), key=reading_order)]
    stops = [stop for route in county.plan.circuits[0].routes for stop in route.stops]
    sites = [county.problem.site_by_id[stop.site_id] for stop in stops]
    assert [code.text for code in found] == [geo_uri(site.lon, site.lat) for site in sites]
    widths = [(code.position.top_right.x - code.position.top_left.x) * MILLIMETRES for code in found]
    assert 15 <= min(widths) <= max(widths) < 20
    assert pages is None or len(scans) == pages

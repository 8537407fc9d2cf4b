"""The pages in a real browser with the network off: drawn, silent, printable, and deaf to hostile names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from maps.printouts import Paper, crew_sheet
from maps.render import index_page
from planner.evaluation import Evaluation
from tests.end_to_end.browsing import HAS_CHROMIUM, PAGE, open_page
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, make_county
from tests.maps.test_closed_roads import closed_road
from tests.maps.test_render import with_hostile_names

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Strips that are not 26.5 mm high, and codes whose black is less than 15 mm or sticks out of its strip.
UNEVEN_STRIPS = """
() => {
  const mm = 96 / 25.4, box = element => element.getBoundingClientRect();
  const strips = [...document.querySelectorAll(".strip")];
  return [
    ...strips.filter(strip => Math.abs(box(strip).height / mm - 26.5) > 0.1),
    ...strips.flatMap(strip => [...strip.querySelectorAll("svg.code")].filter(code =>
      box(code).width / mm * 25 / 33 < 15 || box(code).bottom > box(strip).bottom + 0.1)),
  ].map(element => element.outerHTML.slice(0, 80));
}
"""
NAMES_SHOWN = """
xunzhen.data.places.map((_, k) => { xunzhen.pickPlace(k); return document.querySelector("#detail h2").textContent; })
"""

# Names on the map that its edge cuts.
CUT_NAMES = """
() => {
  const map = document.querySelector("#map_county").getBoundingClientRect();
  const isCut = box => box.left < map.left - 1 || box.right > map.right + 1
    || box.top < map.top - 1 || box.bottom > map.bottom + 1;
  return [...document.querySelectorAll(".letters .name")].filter(name => isCut(name.getBoundingClientRect()))
    .map(name => name.textContent);
}
"""

pytestmark = HAS_CHROMIUM


def index_of(county: County, language: str = "zh") -> str:
    """Return the county's index page; the checker is not asked."""
    clean = Evaluation(violations=(), terms=())
    return index_page(county.problem, county.plan, clean, scene=county.scene, language=language, county_name="示例县")


def sheet_of(county: County, language: str = "zh", paper: Paper = "A4") -> str:
    """Return the first crew sheet."""
    phones = {"dispatch_phone": "0744-6221234", "emergency_phone": "120"}
    circuit = county.plan.circuits[0]
    scene, name = county.scene, "示例县卫生健康局"
    return crew_sheet(county.problem, circuit, scene=scene, language=language, county_name=name, paper=paper, **phones)


def test_index_page_is_drawn_without_the_network(browser: Browser, tmp_path: Path) -> None:
    """No request, no error; the routes of both teams are on the screen in their colours, with Chinese names."""
    watched = open_page(browser, tmp_path, index_of(make_county()))
    watched.page.wait_for_selector("html[data-ready=yes]", state="attached")
    watched.page.screenshot(path=tmp_path / "index.png")
    (blue, orange), colours = watched.count((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00))
    names = watched.page.locator(".letters .name").all_text_contents()
    assert (watched.requests, watched.errors) == ([], [])
    assert min(blue, orange) > 1_500
    assert colours > 100
    assert len([name for name in names if re.fullmatch(r"[\u4e00-\u9fff]+村", name)]) > 20
    assert watched.page.locator("path.route").count() >= 2


def test_index_page_of_a_month_draws_few_things(browser: Browser, tmp_path: Path) -> None:
    """250 villages, 60 routes: a dot each, and some dozens of lines, since roads in common are drawn once a team.

    That is what keeps it quick (about a second here); a clock in a test would only measure the machine.
    """
    page = open_page(browser, tmp_path, index_of(make_county(villages=250, teams=3, weeks=4))).page
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    assert page.locator("#map_county path").count() <= 251 + 1 + 60
    assert page.locator("button.cell").count() == 15


def test_index_page_switches_teams_days_and_weeks(browser: Browser, tmp_path: Path) -> None:
    """Hiding all teams leaves no route; a cell opens its itinerary; the second week shows other dates."""
    page = open_page(browser, tmp_path, index_of(make_county(weeks=2), "en")).page
    page.get_by_role("button", name="Hide all teams").click()
    assert page.locator("path.route").count() == 0
    page.locator("button.cell").first.click()
    assert page.locator(".letters .number").all_text_contents() == ["A1", "A2", "A3", "A4"]
    assert page.locator("#detail .itinerary tr").count() == 4 + 2 + 1  # stops, leaving and coming back, lunch
    page.locator("button.week").nth(1).click()
    assert page.locator("#detail").is_hidden()
    assert "9 Mar" in page.locator("button.week[aria-pressed=true]").inner_text()


def test_index_page_shows_the_visits_of_a_village_that_is_clicked(browser: Browser, tmp_path: Path) -> None:
    """The dot of a visited village opens its visits; the owed village says why."""
    county = make_county(weeks=2)
    page = open_page(browser, tmp_path, index_of(county, "en")).page
    at = page.evaluate("Object.values(map_county.latLngToContainerPoint(xunzhen.dots[5].getLatLng()))")
    page.locator("#map_county").click(position={"x": at[0], "y": at[1]})
    assert page.locator("#detail h2").inner_text() == county.problem.sites[4].name
    assert page.locator("#detail .visit").count() == 2
    page.locator("#owed button").first.click()
    assert "other visits fill the days" in page.locator("#detail .owed").first.inner_text()


def test_index_page_cuts_no_name_at_its_edge(browser: Browser, tmp_path: Path) -> None:
    """250 villages, wherever the map is moved: every name is whole inside it, and leaving a picked day does no harm."""
    watched = open_page(browser, tmp_path, index_of(make_county(villages=250, teams=12)), width=900)
    for move in ("map_county.panBy([180, 120], {animate: false})", "map_county.zoomIn(1, {animate: false})"):
        watched.page.evaluate(f"() => {{ {move}; }}")
        assert watched.page.locator(".letters .name").count() > 20
        assert watched.page.evaluate(CUT_NAMES) == []
    watched.page.locator("button.cell").first.click()
    watched.page.evaluate("() => { map_county.setView([0, 0], 12, {animate: false}); }")
    assert watched.page.locator(".letters span").count() == 0
    assert watched.errors == []


def test_index_page_draws_estimated_legs_dashed(browser: Browser, tmp_path: Path) -> None:
    """Without roads every route is dashed, and the page says the word."""
    page = open_page(browser, tmp_path, index_of(make_county(is_estimated=True), "en")).page
    dashes = page.locator("path.route").evaluate_all("lines => lines.map(l => l.getAttribute('stroke-dasharray'))")
    assert dashes
    assert all(dashes)
    assert "estimated" in page.locator("#options").inner_text()


def test_crew_sheet_is_drawn_without_the_network(browser: Browser, tmp_path: Path) -> None:
    """No request; the days' lines in their colours; the stops' names are on the map."""
    watched = open_page(browser, tmp_path, sheet_of(make_county()), width=1123, height=794)
    watched.page.screenshot(path=tmp_path / "crew.png", full_page=True)
    (blue, orange, pink), _ = watched.count((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0xB8, 0x52, 0x8F))
    names = watched.page.locator("svg.map text.name").all_text_contents()
    assert (watched.requests, watched.errors) == ([], [])
    assert min(blue, orange, pink) > 300
    assert len([name for name in names if name.endswith("村")]) == 20


@pytest.mark.parametrize(("villages", "teams", "pages"), [(36, 2, 4), (60, 2, 5), (250, 3, 9)])
def test_crew_sheet_prints_on_the_pages_designed(
    browser: Browser, tmp_path: Path, villages: int, teams: int, pages: int
) -> None:
    """Printed to PDF there are as many pages as the sheet says, for 4, 6 and 17 stops a day."""
    page = open_page(browser, tmp_path, sheet_of(make_county(villages=villages, teams=teams))).page
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert page.locator("section.page").count() == pages
    assert len(PAGE.findall(printed)) == pages
    sizes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)}
    assert sizes == {(0, 0, 842, 595)}  # A4 landscape in points
    assert page.evaluate(UNEVEN_STRIPS) == []


def test_crew_sheet_on_a3_is_the_same_sheet_larger(browser: Browser, tmp_path: Path) -> None:
    """As many pages, of twice the area; what stands on them is larger by the square root of two."""
    pages = {}
    for paper, size in (("A4", (842, 595)), ("A3", (1191, 842))):
        page = open_page(browser, tmp_path, sheet_of(make_county(), paper=paper)).page
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        boxes = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)
        assert {tuple(round(float(n)) for n in box.split()) for box in boxes} == {(0, 0, *size)}
        width = page.evaluate("document.querySelector('svg.map').getBoundingClientRect().width")
        pages[paper] = len(PAGE.findall(printed)), width
    assert pages["A3"][0] == pages["A4"][0]
    assert pages["A3"][1] == pytest.approx(2**0.5 * pages["A4"][1], rel=1e-3)


def test_codes_beside_long_names_keep_their_place(browser: Browser, tmp_path: Path) -> None:
    """Names and townships of forty characters: every strip is as high as designed, and every code as large."""
    county = make_county()
    sites = tuple(replace(s, name=s.name * 10, township=s.township * 10) for s in county.problem.sites)
    page = open_page(browser, tmp_path, sheet_of(replace(county, problem=replace(county.problem, sites=sites)))).page
    assert page.locator("svg.code").count() == 20
    assert page.evaluate(UNEVEN_STRIPS) == []


def test_crew_sheet_with_long_names_prints_on_the_pages_designed(browser: Browser, tmp_path: Path) -> None:
    """Names of forty characters wrap in their cells; rows grow, and the page count foresees it."""
    county = make_county()
    sites = tuple(replace(s, name=s.name * 10, place="村卫生室在小学旁边" * 4) for s in county.problem.sites)
    page = open_page(browser, tmp_path, sheet_of(replace(county, problem=replace(county.problem, sites=sites)))).page
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PAGE.findall(printed)) == page.locator("section.page").count()


def test_hostile_names_run_nothing_and_stay_as_they_are(browser: Browser, tmp_path: Path) -> None:
    """Village, team, leader and contact names of the corpus: no dialog, no element, no request; the text intact."""
    made = make_county(villages=len(NAMES), teams=1)
    county = replace(made, problem=with_hostile_names(made.problem))
    watched = open_page(browser, tmp_path, index_of(county))
    for cell in watched.page.locator("button.cell").all():
        cell.click()
    titles = watched.page.evaluate(NAMES_SHOWN)
    assert titles == [NAMES[1], *NAMES]
    assert watched.page.locator("button.team").text_content() == NAMES[0]
    assert watched.page.locator("img, iframe, #panel script").count() == 0
    assert (watched.requests, watched.dialogs, watched.errors) == ([], [], [])

    sheet = open_page(browser, tmp_path, sheet_of(county))
    cells = sheet.page.locator(".itinerary tr:not([class]) td:nth-child(4)").all_text_contents()
    assert set(cells) == {name.replace("\r\n", "\n") for name in NAMES[:-1]}  # HTML has one kind of line end
    assert sheet.page.locator("img, iframe, script").count() == 0
    assert (sheet.requests, sheet.dialogs, sheet.errors) == ([], [], [])


def test_index_page_tapes_off_the_roads_closed_in_the_week(browser: Browser, tmp_path: Path) -> None:
    """Closed in the second week only: no tape in the first; then a striped line that tells its days when clicked."""
    closed = closed_road(7, 9)
    county = make_county(weeks=2)
    document = index_of(replace(county, scene=replace(county.scene, closed_roads=(closed,))), "en")
    page = open_page(browser, tmp_path, document).page
    assert page.locator("path.closed").count() == 0
    assert "No road is closed" in page.locator("#closed").inner_text()
    page.locator("button.week").nth(1).click()
    assert page.locator("path.closed").count() == 1
    page.locator("button.tape").click()
    assert page.locator("#detail h2").inner_text() == closed.name
    assert "9 Mar – 11 Mar" in page.locator("#detail .sub").inner_text()
    page.locator("button.week").nth(0).click()
    assert page.locator("#detail").is_hidden()

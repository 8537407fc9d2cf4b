"""The QR codes of a crew sheet, without a browser: which there are, what they hold, how they are laid out."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
import segno

from maps.navigation import geo_uri
from maps.phone_codes import ACROSS, STRIPS, code_pages, qr_code
from maps.printouts import crew_sheet
from planner.plan import Circuit
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, drive, make_county
from tests.maps.test_printouts import sheet_of
from tests.maps.test_render import with_hostile_names

MODULES = 25  # across, of a code of version 2


def links_of(sheet: str) -> list[str]:
    """Return the links behind the codes, in the order of the pages."""
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]*)"><svg', sheet)]


def expected(county: County, circuit: Circuit) -> list[str]:
    """Return the link of every stop of the circuit, in visiting order."""
    sites = [county.problem.site_by_id[stop.site_id] for route in circuit.routes for stop in route.stops]
    return [geo_uri(site.lon, site.lat) for site in sites]


def day_of(county: County, stops: int) -> Circuit:
    """Return a circuit whose only day has that many stops."""
    circuit = county.plan.circuits[0]
    crew, day = county.problem.team_by_id[circuit.team_id], circuit.routes[0].day
    route = drive(county.problem, crew, day, [site.id for site in county.problem.sites[:stops]])
    return replace(circuit, routes=(route,))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_stop_has_a_code_in_visiting_order(language: str) -> None:
    """20 stops: 20 codes, A1 first, each beside its number and village, each a tap on the screen as well."""
    county = make_county()
    circuit = county.plan.circuits[0]
    sheet = sheet_of(county, language=language)
    assert links_of(sheet) == expected(county, circuit)
    cards = re.findall(r'<div class="card">.*?<p><b>(\w+)</b> ([\d:]+)</p><strong><bdi>(.*?)</bdi>', sheet)
    assert [number for number, _, _ in cards[:5]] == ["A1", "A2", "A3", "A4", "B1"]
    first = circuit.routes[0].stops[0]
    assert cards[0][2] == county.problem.site_by_id[first.site_id].name


def test_code_is_black_on_white_with_its_quiet_zone() -> None:
    """25 modules and 4 white ones on each side; the colours are written out, no text and no element else."""
    svg = str(qr_code("geo:29.400000,110.160000"))
    assert 'viewBox="0 0 33 33"' in svg
    assert re.findall(r"<(\w+)", svg) == ["svg", "path", "path"]
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg


@pytest.mark.parametrize("place", [(0.0, 0.0), (110.16, 29.4), (-179.999999, -89.999999)])
def test_code_of_any_place_has_the_same_size(place: tuple[float, float]) -> None:
    """The longest link is geo:-89.999999,-179.999999: 26 letters, just what version 2-M holds."""
    link = geo_uri(*place)
    assert len(link) <= 26
    assert segno.make(link, error="m", micro=False).symbol_size(border=0) == (MODULES, MODULES)
    assert 'viewBox="0 0 33 33"' in qr_code(link)


def test_hostile_names_are_in_no_link() -> None:
    """Whatever the villages are called, a link is geo: and two numbers."""
    county = make_county(villages=2 * len(NAMES) + 1, teams=1)
    hostile = replace(county, problem=with_hostile_names(county.problem))
    sheet = sheet_of(hostile)
    links = links_of(sheet)
    assert links == expected(hostile, county.plan.circuits[0])
    assert all(re.fullmatch(r"geo:-?\d+\.\d{6},-?\d+\.\d{6}", link, re.ASCII) for link in links)
    assert len(re.findall(r"<a ", sheet)) == len(links)


@pytest.mark.parametrize(("stops", "strips"), [(1, [1]), (6, [6]), (7, [4, 3]), (13, [5, 5, 3]), (17, [6, 6, 5])])
def test_strips_of_a_day_are_filled_evenly(stops: int, strips: list[int]) -> None:
    """Seven codes stand as four and three."""
    county = make_county()
    (page,) = code_pages(county.problem, day_of(county, stops), datum="WGS-84", language="en")
    assert [len(strip.cards) for strip in page] == strips
    assert {strip.letter for strip in page} == {"A"}


def test_day_that_does_not_fit_begins_a_page() -> None:
    """17 stops a day are three strips: two days a page, the fifth alone; no day is parted."""
    county = make_county(villages=250, teams=3)
    pages = list(code_pages(county.problem, county.plan.circuits[0], datum="WGS-84", language="en"))
    assert ["".join(strip.letter for strip in page) for page in pages] == ["AAABBB", "CCCDDD", "EEE"]


def test_day_longer_than_a_page_goes_on_overleaf() -> None:
    """80 stops in a day are 14 strips: 6, 6 and 2, none lost, and each says its day."""
    county = make_county(villages=250, teams=3)
    pages = list(code_pages(county.problem, day_of(county, 80), datum="WGS-84", language="en"))
    assert [len(page) for page in pages] == [STRIPS, STRIPS, 2]
    cards = [card.number for page in pages for strip in page for card in strip.cards]
    assert cards == [f"A{k + 1}" for k in range(80)]
    assert all(len(strip.cards) <= ACROSS for page in pages for strip in page)


def test_pages_are_counted_with_the_codes() -> None:
    """A map, two pages of itinerary and one of codes: 4 / 4."""
    sheet = sheet_of(make_county())
    assert sheet.count('<section class="page">') == 4
    assert re.findall(r"<div>(\d+ / \d+)</div>", sheet) == ["1 / 4", "2 / 4", "3 / 4", "4 / 4"]


def test_lodging_has_a_code_of_its_own() -> None:
    """Monday ends at another village: its code comes last that day."""
    county = make_county()
    circuit = county.plan.circuits[0]
    monday, *others = circuit.routes
    bed = county.problem.site_by_id[others[0].stops[0].site_id]
    tour = replace(circuit, routes=(replace(monday, end_base=bed.id), *others))
    (page,) = code_pages(county.problem, tour, datum="WGS-84", language="zh")
    last = page[0].cards[-1]
    assert (last.number, last.name, last.uri) == ("住宿", bed.name, geo_uri(bed.lon, bed.lat))
    assert len(page[0].cards) == len(monday.stops) + 1


def test_codes_for_amap_are_in_gcj02_and_say_so() -> None:
    """The links differ from those of WGS-84 by the shift, and the page names the only program they are for."""
    county = make_county()
    circuit = county.plan.circuits[0]
    about = {"scene": county.scene, "county_name": "", "language": "en"}
    sheet = crew_sheet(county.problem, circuit, code_datum="GCJ-02", **about)  # type: ignore[arg-type]
    sites = [county.problem.site_by_id[stop.site_id] for route in circuit.routes for stop in route.stops]
    assert links_of(sheet) == [geo_uri(site.lon, site.lat, "GCJ-02") for site in sites]
    assert not set(links_of(sheet)) & set(expected(county, circuit))
    assert "GCJ-02, for Amap" in sheet
    assert "GCJ-02" not in sheet_of(county)
    assert "Amap (高德) takes them for its own" in sheet_of(county)


def test_shift_of_amap_is_no_matter_abroad() -> None:
    """In Andorra the page says how to use the codes, and nothing of systems of coordinates."""
    county = make_county()
    moved = tuple(replace(s, lon=s.lon - 108.6, lat=s.lat + 13.1) for s in county.problem.sites)
    sheet = sheet_of(replace(county, problem=replace(county.problem, sites=moved)))
    assert "Point the phone" in sheet
    assert "Amap" not in sheet


def test_sheet_without_codes_ends_with_the_itinerary() -> None:
    """No code, no page for them, no link."""
    county = make_county()
    about = {"scene": county.scene, "county_name": "", "language": "en", "code_datum": None}
    sheet = crew_sheet(county.problem, county.plan.circuits[0], **about)  # type: ignore[arg-type]
    assert sheet.count('<section class="page">') == 3
    assert links_of(sheet) == []
    assert 'class="codes"' not in sheet

"""Closed roads and villages on the maps: where they are, on which days, and only then."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, timedelta

from maps.backdrop import closed_roads_of
from maps.scene import ClosedRoad
from planner.values import DateRange, RoadClosure
from tests.maps.road_builders import network, road
from tests.maps.scenery import MONDAY, County, make_county
from tests.maps.test_printouts import map_of, sheet_of, texts_of
from tests.maps.test_render import data_of, page_of


def days(first: int, last: int) -> DateRange:
    """Return days counted from the first Monday of the plan."""
    return DateRange(first_day=MONDAY + timedelta(days=first), last_day=MONDAY + timedelta(days=last))


def county_with(*closed: ClosedRoad, weeks: int = 2) -> County:
    """Return the made-up county with roads closed."""
    county = make_county(weeks=weeks)
    return replace(county, scene=replace(county.scene, closed_roads=closed))


def closed_road(first: int, last: int, name: str = "垭口路") -> ClosedRoad:
    """Return the first road that leaves the first stop of the first circuit, closed on the days."""
    county = make_county(weeks=2)
    at = county.problem.site_by_id[county.plan.circuits[0].routes[0].stops[0].site_id]
    roads = [line.points for line in county.scene.backdrop.roads]
    nearest = min(roads, key=lambda points: math.hypot(points[0][0] - at.lon, points[0][1] - at.lat))
    return ClosedRoad(name=name, reason="塌方", days=days(first, last), lines=(nearest,))


def test_closed_road_is_every_piece_of_its_id() -> None:
    """A road of two pieces is two lines; an id that no road has is left out (a notice tells of it)."""
    roads = network(
        road("S1", (0, 0), (1, 0), (2, 0), name="省道一"), road("X", (1, 0), (1, 1)), road("plain", (2, 0), (3, 0))
    )
    closures = [
        RoadClosure(road_id="plain", days=days(3, 4)),
        RoadClosure(road_id="nowhere", days=days(0, 1)),
        RoadClosure(road_id="S1", days=days(0, 1), reason="塌方"),
    ]
    first, second = closed_roads_of(roads, closures)
    assert (first.name, first.reason, len(first.lines)) == ("省道一", "塌方", 2)
    assert (second.name, second.reason, len(second.lines)) == ("plain", "", 1)
    assert closed_roads_of(None, closures) == ()


def test_index_page_names_closed_roads_in_their_weeks_only() -> None:
    """One closed over the turn of the weeks, one in the second; one after the horizon is not carried at all."""
    page = page_of(county_with(closed_road(4, 8), closed_road(7, 7, "乡道"), closed_road(14, 20)), language="en")
    closed = data_of(page)["closed"]
    assert [(road["name"], road["weeks"]) for road in closed] == [("垭口路", [0, 1]), ("乡道", [1])]
    assert closed[0]["sentence"] == "Closed 6 Mar – 10 Mar · 塌方"
    assert closed[1]["sentence"] == "Closed 9 Mar · 塌方"
    assert page.count('"MultiLineString"') == page_of(county_with(), language="en").count('"MultiLineString"') + 2


def test_index_page_says_when_a_village_takes_no_visits() -> None:
    """The days a village is closed within the horizon stand beside its name; other days do not."""
    county = make_county()
    first, *others = county.problem.sites
    shut = replace(first, closed=(days(1, 2), days(30, 31)))
    page = page_of(replace(county, problem=replace(county.problem, sites=(shut, *others))), language="en")
    assert data_of(page)["places"][1][3] == ["No visits 3 Mar – 4 Mar"]
    assert data_of(page)["places"][2][3] == []


def test_crew_sheet_crosses_out_a_closed_road_and_says_when() -> None:
    """Crosses every 2.4 mm along the road, and its days beside it; in a week without closures neither."""
    county = county_with(closed_road(4, 6))
    svg = map_of(sheet_of(county, language="en"))
    crosses = [e for e in svg.iter("{http://www.w3.org/2000/svg}path") if e.attrib["class"] == "cross-mark"]
    strokes = sum(len(re.findall("M", e.attrib["d"])) for e in crosses)
    assert strokes % 2 == 0
    assert strokes >= 4
    assert "Closed 6 Mar – 8 Mar" in texts_of(svg, "closed-name")
    later = next(c for c in county.plan.circuits if c.week == date(2026, 3, 9))
    assert "cross-mark" not in sheet_of(county, circuit=later, language="en").split("</style>")[1]


def test_crew_sheet_tells_which_road_is_closed_and_why() -> None:
    """Name, days and reason below each itinerary, four at most; none in a week without closures."""
    county = county_with(closed_road(4, 6), *(closed_road(0, 1, f"R{k}") for k in range(5)))
    sheet = sheet_of(county, language="en").split("</style>")[1]
    assert sheet.count('class="closure"') >= 4
    assert sheet.count("垭口路 · Closed 6 Mar – 8 Mar · 塌方") == sheet.count('class="closure"') // 4
    assert "3 more closed roads" in sheet
    later = next(c for c in county.plan.circuits if c.week == date(2026, 3, 9))
    assert 'class="closure"' not in sheet_of(county, circuit=later, language="en").split("</style>")[1]


def test_base_a_few_kilometres_off_is_on_the_map() -> None:
    """One village, the farthest of the county, on its own: hospital and way are drawn, not cut at a frame around it."""
    county = make_county()
    base = county.problem.bases[0]
    circuit = county.plan.circuits[0]
    route = circuit.routes[0]
    far = max(county.problem.sites, key=lambda s: math.hypot(s.lon - base.lon, s.lat - base.lat))
    stop = replace(route.stops[0], site_id=far.id)
    svg = map_of(sheet_of(county, circuit=replace(circuit, routes=(replace(route, stops=(stop,)),)), language="en"))
    assert base.name in texts_of(svg, "base-name")

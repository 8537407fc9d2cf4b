"""Crew sheets, without a browser: what stands on them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from maps.frame import fit
from maps.ground import round_length
from maps.printouts import crew_sheet
from planner.plan import Circuit, Lunch, Meetings
from planner.timing import timetable
from planner.values import clock
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, make_county
from tests.maps.test_render import with_hostile_names


@cache
def plain_sheet(language: str = "en") -> str:
    """Return the first sheet of the county as it is."""
    return sheet_of(make_county(), language=language)


def sheet_of(
    county: County, *, circuit: Circuit | None = None, language: str = "en", meetings: Meetings | None = None
) -> str:
    """Return the first team's sheet of the made-up county."""
    return crew_sheet(
        county.problem,
        circuit or county.plan.circuits[0],
        scene=county.scene,
        language=language,
        county_name="示例县卫生健康局",
        meetings=meetings,
        dispatch_phone="0744-6221234",
        emergency_phone="120",
        plan_label="2026-03 v1",
    )


def cells_of(sheet: str) -> list[list[str]]:
    """Return the cells of every row of the itinerary."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", sheet.split('class="itinerary"', 1)[1], re.DOTALL)
    return [[html.unescape(re.sub(r"<[^>]+>", "", c)) for c in re.findall(r"<td.*?</td>", r, re.DOTALL)] for r in rows]


def map_of(sheet: str) -> ET.Element:
    """Return the map, which must be well-formed."""
    return ET.fromstring(re.search(r"<svg class=\"map\".*?</svg>(?=</div>)", sheet, re.DOTALL)[0])  # type: ignore[index]


def texts_of(svg: ET.Element, name: str) -> list[str]:
    """Return the texts of a class on the map."""
    found = svg.iter("{http://www.w3.org/2000/svg}text")
    return [e.text or "" for e in found if name in e.attrib["class"].split()]


def test_crew_sheet_lists_every_stop_with_its_times_and_phone() -> None:
    """Each stop of the circuit is a row: number, arrival, village, contact and phone."""
    county = make_county()
    rows = {row[0]: row for row in cells_of(plain_sheet()) if len(row) == 11}
    sites = county.problem.site_by_id
    stops = [(r, k, s) for r in county.plan.circuits[0].routes for k, s in enumerate(r.stops)]
    assert len(rows) == len(stops) == 20
    for route, k, stop in stops:
        row, site = rows["ABCDE"[route.day.weekday()] + str(k + 1)], sites[stop.site_id]
        assert row[1] == clock(stop.arrive_minute)
        assert row[3:6] == [site.name, site.township, site.place]
        assert row[7] == f"{stop.leg_metres / 1000:.1f} / {stop.leg_minutes}"
        assert row[8:10] == [site.contact, site.phone]


def test_crew_sheet_shows_lunch_the_way_home_and_phones() -> None:
    """Lunch as taken, the time back at the base, dispatch and emergency."""
    county = make_county()
    route = county.plan.circuits[0].routes[0]
    sheet = plain_sheet()
    rows = cells_of(sheet)
    assert route.lunch is not None
    lunch = f"{clock(route.lunch.start_minute)}–{clock(route.lunch.end_minute)}"
    assert any(lunch in row and any(cell.startswith("Lunch") for cell in row) for row in rows)
    assert any(row[1:4] == [clock(route.end_minute), "Back", "县人民医院"] for row in rows if len(row) == 6)
    assert "0744-6221234" in sheet
    assert "<b>120</b>" in sheet


@pytest.mark.parametrize(("language", "word"), [("en", "Overnight"), ("zh", "住宿")])
def test_crew_sheet_says_where_the_crew_sleeps_out(language: str, word: str) -> None:
    """Monday ends at a village: its row and the front page say so, with the contact there; Tuesday leaves from it."""
    county = make_county()
    circuit = county.plan.circuits[0]
    monday, tuesday, *others = circuit.routes
    lodging = county.problem.site_by_id[monday.stops[-1].site_id]
    tour = (replace(monday, end_base=lodging.id), replace(tuesday, start_base=lodging.id), *others)
    sheet = sheet_of(county, circuit=replace(circuit, routes=tour), language=language)
    (row,) = [row for row in cells_of(sheet) if len(row) == 6 and row[2] == word]
    assert row[1] == clock(monday.end_minute)
    assert all(part in row[3] for part in (lodging.name, lodging.contact, lodging.phone))
    front, itinerary = sheet.split('class="itinerary"', 1)
    assert word in front
    assert lodging.name in re.findall(r"<em><bdi>(.*?)</bdi></em>", itinerary)[1]
    assert word not in sheet_of(county, language=language)


def test_crew_sheet_shows_a_return_to_load_again() -> None:
    """The Monday is parted after its first stop: a row with base, times and leg there; stops keep their numbers."""
    county = make_county()
    circuit = county.plan.circuits[0]
    monday, *others = circuit.routes
    crew = replace(county.problem.team_by_id[monday.team_id], resupply_minutes=25)
    tasks = [stop.task for stop in monday.stops]
    parted = timetable(county.problem, crew, monday.day, tasks, supplies=(1,))
    (supply,) = parted.supplies
    rows = cells_of(sheet_of(county, circuit=replace(circuit, routes=(parted, *others))))
    at = next(k for k, row in enumerate(rows) if len(row) == 6 and "Load again" in row[2])
    assert rows[at][1] == clock(supply.arrive_minute)
    assert rows[at][2].endswith(f"{clock(supply.start_minute)}–{clock(supply.leave_minute)}")
    assert rows[at][3] == "县人民医院"
    assert rows[at][4] == f"{supply.leg_metres / 1000:.1f} / {supply.leg_minutes}"
    assert [row[0] for row in rows if len(row) == 11 and row[0].startswith("A")] == [
        f"A{k + 1}" for k in range(len(tasks))
    ]


def test_crew_sheet_says_where_the_crew_waits_over_lunch() -> None:
    """A break after the arrival and before the visit is taken in that village; one on the way has no place."""
    county = make_county()
    circuit = county.plan.circuits[0]
    route = circuit.routes[0]
    stop = route.stops[1]
    name = county.problem.site_by_id[stop.site_id].name
    at_the_stop = Lunch(start_minute=stop.arrive_minute, end_minute=stop.start_minute)
    before_it = Lunch(start_minute=route.stops[0].leave_minute, end_minute=stop.arrive_minute)
    for lunch, words in ((at_the_stop, f"Lunch in {name}"), (before_it, "Lunch")):
        day = replace(route, lunch=lunch)
        rows = cells_of(sheet_of(county, circuit=replace(circuit, routes=(day,))))
        assert [row[3] for row in rows if len(row) == 6 and row[3].startswith("Lunch")] == [words]


def test_crew_sheet_of_a_joint_session_names_the_other_team_and_its_phone() -> None:
    """Below a stop that another team comes to as well: when it arrives, its name, leader and phone; not elsewhere."""
    county = make_county()
    first, second = county.plan.circuits
    route = first.routes[0]
    met = replace(route.stops[0], arrive_minute=route.stops[0].arrive_minute + 5)
    other = replace(second.routes[0], day=route.day, stops=(met,))
    plan = replace(county.plan, circuits=(first, replace(second, routes=(other,))))
    team = county.problem.team_by_id[second.team_id]
    assert team.leader
    rows = cells_of(sheet_of(county, circuit=first, meetings=plan.meetings()))
    partners = [k for k, row in enumerate(rows) if "Together with" in row]
    assert [rows[k - 1][0] for k in partners] == ["A1"]
    row = rows[partners[0]]
    assert row[1] == clock(met.arrive_minute)
    assert all(part in row[3] for part in (team.name, team.leader, team.phone))
    assert "Together with" not in sheet_of(county, circuit=first)
    assert "同场队伍" in sheet_of(county, circuit=first, meetings=plan.meetings(), language="zh")


def test_crew_sheet_says_spans_without_empty_hours_or_minutes() -> None:
    """40 minutes are not "0 h 40 min", and three hours not "3 h 0 min"."""
    sheet = plain_sheet()
    assert not re.search(r"\b0 h |\b0 min", sheet)
    assert not re.search(r"\b0 小时|[^0-9]0 分", plain_sheet("zh"))


def test_crew_sheet_numbers_every_stop_on_the_map() -> None:
    """A1 to E4, each once, and the name of each village that found room (here all)."""
    county = make_county()
    svg = map_of(plain_sheet())
    assert sorted(texts_of(svg, "number")) == sorted(f"{d}{k}" for d in "ABCDE" for k in (1, 2, 3, 4))
    visited = {county.problem.site_by_id[s.site_id].name for r in county.plan.circuits[0].routes for s in r.stops}
    assert visited <= set(texts_of(svg, "name"))


def test_crew_sheet_draws_a_line_style_for_each_day() -> None:
    """Five days: five lines, their dash patterns all different."""
    svg = map_of(plain_sheet())
    lines = [e for e in svg.iter() if e.attrib.get("class", "").startswith("route day-")]
    assert len({line.attrib.get("stroke-dasharray") for line in lines}) == len(lines) == 5


def test_crew_sheet_says_estimated_where_no_road_is_known() -> None:
    """Every leg is marked, the map says it in words, and so does a note."""
    sheet = sheet_of(make_county(is_estimated=True))
    assert all(row[7].startswith("≈ ") for row in cells_of(sheet) if len(row) == 11)
    assert "estimated" in texts_of(map_of(sheet), "estimated")
    assert "≈ estimated" in sheet
    assert "≈ estimated" not in plain_sheet()


def test_crew_sheet_counts_one_village_in_the_singular() -> None:
    """A day with one stop is no day of "1 villages"."""
    circuit = make_county().plan.circuits[0]
    day = replace(circuit.routes[0], stops=circuit.routes[0].stops[:1])
    sheet = sheet_of(make_county(), circuit=replace(circuit, routes=(day,)))
    assert "1 village, " in sheet
    assert "1 villages" not in sheet


def test_foot_without_a_county_name_begins_with_the_plan() -> None:
    """What is not known leaves no dot behind."""
    county = make_county()
    about = {"scene": county.scene, "language": "en", "county_name": "", "plan_label": "v1"}
    sheet = crew_sheet(county.problem, county.plan.circuits[0], **about)  # type: ignore[arg-type]
    foot = re.search(r"<footer>\s*<div>(.*?)</div>", sheet)
    assert foot is not None
    assert re.sub(r"<[^>]+>", "", foot[1]) == "v1 · Internal working map"


def test_crew_sheet_speaks_chinese() -> None:
    """Column heads and the week in Chinese; no English left in the table's head."""
    sheet = plain_sheet("zh")
    assert "2026年第10周" in sheet
    head = re.search(r"<thead>(.*?)</thead>", sheet.split('class="itinerary"', 1)[1], re.DOTALL)
    assert head is not None
    assert not re.findall(r">[^<]*[A-Za-z]{3}[^<]*<", head[1])


def test_crew_sheet_marks_a_village_visited_twice_with_both_numbers() -> None:
    """The same village on Monday and Thursday: one marker with A1 and D1."""
    county = make_county()
    monday, thursday = county.plan.circuits[0].routes[0], county.plan.circuits[0].routes[3]
    again = replace(thursday, stops=(replace(monday.stops[0], leg_minutes=1), *thursday.stops[1:]))
    circuit = replace(county.plan.circuits[0], routes=(monday, again))
    svg = map_of(sheet_of(county, circuit=circuit))
    shapes = [e for e in svg.iter() if e.attrib.get("class") == "marker"]
    assert len(shapes) == 7
    assert len(texts_of(svg, "number")) == 8


def test_crew_sheet_of_an_idle_week_is_a_page_that_says_so() -> None:
    """No route: the map shows the base; no itinerary."""
    county = make_county()
    sheet = sheet_of(county, circuit=replace(county.plan.circuits[0], routes=()))
    assert "No trips in this week." in sheet
    assert sheet.count('<section class="page">') == 1


def test_crew_sheet_escapes_hostile_names() -> None:
    """Every name stands in the itinerary as text; the map stays well-formed; no element comes from a name."""
    county = make_county(villages=2 * len(NAMES) + 1, teams=1)
    sheet = sheet_of(replace(county, problem=with_hostile_names(county.problem)))
    map_of(sheet)
    assert not re.search(r"<(img|script)\b", sheet)
    assert "49" not in {row[3] for row in cells_of(sheet) if len(row) == 11}
    assert {row[3] for row in cells_of(sheet) if len(row) == 11} == set(NAMES)


def test_crew_sheet_of_a_large_county_is_small() -> None:
    """250 villages, 12 teams, 25 stops: at most 400 kB and 1,500 things drawn, which is what keeps it quick."""
    sheet = sheet_of(make_county(villages=250, teams=12))
    assert len(sheet.encode()) <= 400_000
    assert sum(1 for _ in map_of(sheet).iter()) <= 1_500


def test_place_beyond_the_map_has_no_name_on_it() -> None:
    """As many names of other villages on the map at most as dots: a name without a dot would be looked for."""
    drawn = map_of(sheet_of(make_county(villages=250, teams=12)))
    dots = [e for e in drawn.iter("{http://www.w3.org/2000/svg}circle") if e.attrib["class"] == "village"]
    assert 0 < len(texts_of(drawn, "village-name")) <= len(dots) < 225
    assert all(0.5 <= float(dot.attrib["cx"]) <= 198.5 and 0.5 <= float(dot.attrib["cy"]) <= 154.5 for dot in dots)


def test_crew_sheet_is_the_same_twice() -> None:
    """The same input gives the same bytes."""
    assert sheet_of(make_county()) == sheet_of(make_county())


def test_fit_scales_a_degree_of_latitude() -> None:
    """0.9 degrees of latitude are 100 km; on 100 mm inside the margin that is 1 mm per km."""
    frame = fit([(110.0, 29.0), (110.0, 29.0 + 100_000 / 111_195)], width=200, height=120, margin=10)
    assert frame.scale * 1000 == pytest.approx(1.0)
    assert frame.xy((110.0, 29.0)) == pytest.approx((100.0, 110.0))


def test_round_length_takes_the_largest_of_1_2_5() -> None:
    """The bar is never longer than its room."""
    assert [round_length(metres) for metres in (1.5, 999, 1000, 4_999, 24_000)] == [1, 500, 1000, 2000, 20_000]


def test_a_short_list_leaves_a_box_for_remarks_and_a_long_one_does_not() -> None:
    """Fourteen stops beside the map and fewer: a box to write in fills the column; of more the list needs the room."""
    county = make_county()
    circuit = county.plan.circuits[0]
    assert sum(len(route.stops) for route in circuit.routes) > 14
    assert 'class="remarks"' not in sheet_of(county)
    short = replace(circuit, routes=circuit.routes[:1])
    sheet = sheet_of(county, circuit=short, language="zh")
    assert sheet.count('<div class="remarks">备注</div>') == 1


def test_names_of_roads_stand_on_the_map_of_a_sheet() -> None:
    """Every road of the county has a name: some are on the map, each once, and no other name is lost."""
    county = make_county()
    roads = tuple(replace(road, name=f"第{k}号公路") for k, road in enumerate(county.scene.backdrop.roads))
    backdrop = replace(county.scene.backdrop, roads=roads)
    sheet = sheet_of(replace(county, scene=replace(county.scene, backdrop=backdrop)))
    names = texts_of(map_of(sheet), "road-name")
    assert 3 <= len(names) == len(set(names)) <= 8
    assert set(names) <= {road.name for road in roads}
    assert texts_of(map_of(sheet), "name") == texts_of(map_of(plain_sheet()), "name")  # they displace nothing

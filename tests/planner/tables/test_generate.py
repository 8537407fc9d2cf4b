"""The made-up counties: the generator's promises, on one small county."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np
import pytest
from shapely.geometry import LineString

from planner.tables.generate import County, CountySpec, generate_county
from planner.tables.generate.land import Land
from planner.tables.generate.lines import chains, simple_line
from planner.tables.generate.names import NameGiver, NameStyle
from planner.tables.generate.roadworks import MAX_GRADE, MAX_LENGTHENING, lengthening
from planner.tables.generate.rows import Tables, base_row, row, settings, team_row, village_row
from planner.tables.generate.settlements import SettlementSpec
from planner.tables.generate.spec import LandSpec
from planner.tables.generate.terrain import Grid, TerrainSpec, smooth_noise
from planner.tables.generate.write import county_files


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    return np.asarray(1.0 + 0.4 * smooth_noise(x.shape, len(x) / 6, rng))


def _tables(land: Land) -> Tables:
    return {
        "villages": [village_row(land, place, "1/week") for place in land.villages],
        "teams": [team_row(land, "t1", "巡诊一队", "b00")],
        "bases": [base_row(land, land.townships[0], "卫生院")],
        "settings": settings(land, name="小县", terrain="mountains", start="2026-03-02", weeks=1),
    }


SMALL = CountySpec(
    name="small",
    land=LandSpec(
        seed=3,
        terrain=TerrainSpec(
            rows=52, columns=48, outlets=((0.5, 0.0),), uplift=_uplift, lowest_metres=300, highest_metres=1400
        ),
        places=SettlementSpec(townships=3, villages=24),
        names=NameStyle(villages="坪 沟 湾", townships="河 桥"),
        seat_name="小城镇",
        south_west=(110.0, 29.0),
        exits=((0.5, 0.0), (0.5, 1.0)),
        loops=8,
        spurs=12,
        narrow_ends=1,
    ),
    tables=_tables,
)


@cache
def small() -> County:
    return generate_county(SMALL)


def test_county_same_seed_gives_the_same_bytes() -> None:
    """Nothing but the specification decides: two runs write the same files."""
    assert county_files(generate_county(SMALL)) == county_files(small())


def test_county_rounded_hash_is_known() -> None:
    """Heights to 10 m and villages to 0.01 degrees are the ones this version has always made."""
    land = small().land
    heights = np.round(land.terrain.height / 10).astype(int).tolist()
    villages = [(place.name, round(place.lon, 2), round(place.lat, 2)) for place in land.villages]
    told = repr((heights, villages)).encode()
    assert hashlib.sha256(told).hexdigest()[:16] == "72708d8006ae091a"


def test_county_another_seed_gives_another_county() -> None:
    """The seed matters: villages lie elsewhere."""
    other = generate_county(replace(SMALL, land=replace(SMALL.land, seed=4)))
    assert [p.cell for p in other.land.villages] != [p.cell for p in small().land.villages]


def test_terrain_water_never_loses_area_on_its_way() -> None:
    """Each cell drains to one that drains more, and the outlet drains nearly all of the map."""
    terrain = small().land.terrain
    area = terrain.area.ravel()
    flows = terrain.receiver != np.arange(area.size)
    assert (area[terrain.receiver[flows]] > area[flows]).all()
    assert area.max() == pytest.approx(52 * 48 * 0.25)


def test_terrain_heights_lie_in_the_asked_range() -> None:
    """The lowest cell is the outlet, and peaks rise no more than 15 % beyond the highest asked."""
    height = small().land.terrain.height
    assert height.min() == 300.0
    assert 1300.0 < height.max() < 1400.0 + 0.15 * 1100.0


def test_places_have_the_asked_number_and_names_of_their_own() -> None:
    """24 villages and 4 townships with the seat's; no name twice."""
    land = small().land
    names = [place.name for place in (*land.townships, *land.villages)]
    assert (len(land.villages), len(land.townships)) == (24, 4)
    assert len(set(names)) == len(names)


def test_villages_most_lie_near_a_stream() -> None:
    """At least three of four villages lie beside a cell that drains 4 square kilometres."""
    terrain = small().land.terrain
    columns = terrain.shape[1]
    near = [
        terrain.area[max(0, r - 1) : r + 2, max(0, c - 1) : c + 2].max() >= 4.0
        for r, c in (divmod(place.cell, columns) for place in small().land.villages)
    ]
    assert np.mean(near) >= 0.75


def test_roads_join_every_village_to_the_seat() -> None:
    """The road graph is one piece, and its ends meet exactly, digit for digit."""
    graph = nx.Graph((road.line.coords[0], road.line.coords[-1]) for road in small().land.roads)
    assert nx.number_connected_components(graph) == 1


def test_roads_one_pass_can_close_without_cutting_anybody_off() -> None:
    """Without the pass the roads are still one piece."""
    roads = small().land.roads
    assert {road.kind for road in roads} >= {"pass"}
    graph = nx.Graph((road.line.coords[0], road.line.coords[-1]) for road in roads if road.kind != "pass")
    assert nx.number_connected_components(graph) == 1


def test_roads_the_hamlet_for_small_vehicles_ends_a_track() -> None:
    """The one narrow end is a village at the end of a road, and a track leads there."""
    land = small().land
    (hamlet,) = (place for place in land.villages if place.id in land.narrow)
    (last,) = (road for road in land.roads if hamlet.cell in {*road.cells[:1], *road.cells[-1:]})
    assert (hamlet.is_end_of_road, last.road_class) == (True, "track")


def test_lengthening_follows_the_grade() -> None:
    """Up to 8.5 % nothing, twice the grade twice the length, and never more than 3.2 times."""
    assert lengthening(np.array([0.0, MAX_GRADE, 2 * MAX_GRADE, 1.0])).tolist() == [1.0, 1.0, 2.0, MAX_LENGTHENING]


def test_roads_climb_in_hairpins() -> None:
    """Village roads in the mountains are at least a tenth longer than the line of their cells."""
    spec = SMALL.land
    roads = [road for road in small().land.roads if road.road_class == "unclassified"]
    drawn = sum(LineString(_metres(road.line, spec.south_west)).length for road in roads)
    columns = spec.terrain.columns
    cells = {road.id: [(k % columns * 500.0, k // columns * 500.0) for k in road.cells] for road in roads}
    assert drawn > 1.1 * sum(LineString(points).length for points in cells.values())


def _metres(line: LineString, corner: tuple[float, float]) -> list[tuple[float, float]]:
    per_degree = 111_320 * np.cos(np.radians(29.1))
    return [((lon - corner[0]) * per_degree, (lat - corner[1]) * 110_900) for lon, lat in line.coords]


def test_simple_line_keeps_its_length() -> None:
    """A gentle bend of 200 points loses less than half a percent."""
    t = np.linspace(0, np.pi, 200)
    bend = np.column_stack([3000 * t, 400 * np.sin(3 * t)])
    assert simple_line(bend).length == pytest.approx(LineString(bend).length, rel=0.005)
    assert len(simple_line(bend).coords) < 60


def test_chains_are_cut_at_junctions_and_where_the_kind_changes() -> None:
    """A street 1-2-3-4 with a branch 2-9 and another kind from 3: four roads."""
    built = {(1, 2): "village", (2, 3): "village", (3, 4): "track", (2, 9): "village"}
    found = [(chain.cells, chain.kind) for chain in chains(built, frozenset())]
    assert found == [((1, 2), "village"), ((2, 3), "village"), ((2, 9), "village"), ((3, 4), "track")]


def test_names_telephones_are_nobodys() -> None:
    """The area code 0000 does not exist."""
    names = NameGiver(NameStyle(villages="村", townships="乡"), np.random.default_rng(1))
    assert all(re.fullmatch(r"0000-\d{7}", names.phone()) for _ in range(20))


def test_write_refuses_a_column_the_tables_do_not_have() -> None:
    """A slip in a county's rules is told at once, with its name."""
    wrong = replace(small(), tables={**small().tables, "bases": [row(id="b1", colour="red")]})
    with pytest.raises(ValueError, match="sheet bases has no column colour"):
        county_files(wrong)

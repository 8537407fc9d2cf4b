"""OpenStreetMap extracts, written here as small XML files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from maps.network import RoadNetwork, read_network, read_osm, set_season
from maps.osm import road_of_tags
from maps.speeds import Road
from planner.errors import InputError

NODES = {1: (0.0, 0.0), 2: (0.01, 0.0), 3: (0.02, 0.0), 4: (0.03, 0.0), 5: (0.02, 0.01)}


def osm_xml(*ways: tuple[list[int], dict[str, str]], node_tags: dict[int, dict[str, str]] | None = None) -> str:
    """Return an extract with five nodes on a line (5 beside 3) and the ways given, numbered from 101."""

    def tags(known: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in known.items())

    nodes = "".join(
        f'<node id="{n}" lon="{lon}" lat="{lat}">{tags((node_tags or {}).get(n, {}))}</node>'
        for n, (lon, lat) in NODES.items()
    )
    drawn = "".join(
        f'<way id="{number}">{"".join(f"""<nd ref="{n}"/>""" for n in refs)}{tags(known)}</way>'
        for number, (refs, known) in enumerate(ways, start=101)
    )
    return f'<?xml version="1.0"?><osm version="0.6">{nodes}{drawn}</osm>'


def read(tmp_path: Path, *ways: tuple[list[int], dict[str, str]], **more: dict[int, dict[str, str]]) -> RoadNetwork:
    """Return the network of an extract made of the ways."""
    path = tmp_path / "county.osm"
    path.write_text(osm_xml(*ways, **more))
    return read_osm(path)


def steps(network: RoadNetwork) -> set[tuple[int, int, str]]:
    """Return (tail, head, road id) of every directed edge."""
    return {(tail, head, data["road_id"]) for tail, head, data in network.graph.edges(data=True)}


ROAD = {"highway": "tertiary"}


def test_way_is_cut_where_another_way_meets_it(tmp_path: Path) -> None:
    """A way over nodes 1-2-3-4 and one from 3: cut at 3, not at 2."""
    found = read(tmp_path, ([1, 2, 3, 4], ROAD), ([3, 5], ROAD))
    there = {(1, 3, "101"), (3, 4, "101"), (3, 5, "102")}
    assert steps(found) == there | {(head, tail, way) for tail, head, way in there}


def test_geometry_keeps_every_node_of_the_way(tmp_path: Path) -> None:
    """The edge from 1 to 3 passes through 2: 2,224 m in all."""
    graph = read(tmp_path, ([1, 2, 3], ROAD)).graph
    assert list(graph.edges[1, 3, 0]["geometry"].coords) == [NODES[1], NODES[2], NODES[3]]
    assert graph.edges[1, 3, 0]["length"] == pytest.approx(2223.9, abs=0.1)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, {(1, 2)}),
        ({"oneway": "-1"}, {(2, 1)}),
        ({"oneway": "no"}, {(1, 2), (2, 1)}),
        ({"junction": "roundabout"}, {(1, 2)}),
        ({"highway": "motorway"}, {(1, 2)}),
        ({"highway": "motorway", "oneway": "no"}, {(1, 2), (2, 1)}),
    ],
)
def test_one_way_is_kept_also_where_it_is_implied(
    tmp_path: Path, tags: dict[str, str], expected: set[tuple[int, int]]
) -> None:
    """Roundabouts and motorways are one-way unless tagged otherwise; -1 runs against the line."""
    found = read(tmp_path, ([1, 2], ROAD | tags))
    assert {(tail, head) for tail, head, _ in steps(found)} == expected


@pytest.mark.parametrize(
    ("tags", "is_road"),
    [
        ({"highway": "track"}, True),
        ({"highway": "primary_link"}, True),
        ({"highway": "footway"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "service", "service": "parking_aisle"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "track", "access": "private"}, False),
        ({"highway": "track", "motor_vehicle": "no"}, False),
        ({"highway": "track", "access": "no", "motor_vehicle": "yes"}, True),
        ({"highway": "track", "access": "yes", "motorcar": "no"}, False),
        ({"route": "ferry"}, True),
        ({"route": "ferry", "motor_vehicle": "no"}, False),
        ({"route": "hiking"}, False),
        ({"ford": "yes"}, False),
    ],
)
def test_only_ways_that_a_vehicle_may_use_are_roads(tags: dict[str, str], is_road: bool) -> None:
    """The class decides, then the most particular access word."""
    assert (road_of_tags("1", tags) is not None) == is_road


@pytest.mark.parametrize(
    ("limit", "kmh"), [("50", 50), ("30 mph", 48.28), ("CN:rural", None), ("none", None), ("５０", None), ("0", None)]
)
def test_speed_limit_is_read_when_it_is_a_number(limit: str, kmh: float | None) -> None:
    """Numbers are km/h unless mph is written; anything else is no limit."""
    found = road_of_tags("1", ROAD | {"maxspeed": limit})
    assert found is not None
    assert found.max_kmh == (None if kmh is None else pytest.approx(kmh, abs=0.01))


@pytest.mark.parametrize(
    ("duration", "minutes"), [("25", 25), ("0:25", 25), ("01:30:30", 90.5), ("PT25M", None), ("", None)]
)
def test_ferry_keeps_its_duration(duration: str, minutes: float | None) -> None:
    """Minutes, hours:minutes and hours:minutes:seconds are read."""
    found = road_of_tags("1", {"route": "ferry", "duration": duration})
    assert isinstance(found, Road)
    assert found.crossing_minutes == minutes


def test_bollard_separates_the_two_sides(tmp_path: Path) -> None:
    """A bollard at node 2 leaves no way from 1 to 3; a gate does not."""
    blocked = read(tmp_path, ([1, 2, 3], ROAD), node_tags={2: {"barrier": "bollard"}})
    assert not {(1, 3), (3, 1)} & {(tail, head) for tail, head, _ in steps(blocked)}
    assert len(blocked.graph) == 4
    gate = read(tmp_path, ([1, 2, 3], ROAD), node_tags={2: {"barrier": "gate"}})
    assert (1, 3, "101") in steps(gate)


def test_ford_on_a_node_closes_only_its_own_stretch_in_the_wet(tmp_path: Path) -> None:
    """A ford at node 3 of 1-2-3-4: in the wet the stretch 2-4 is closed and 1-2 open."""
    dry = read(tmp_path, ([1, 2, 3, 4], ROAD), node_tags={3: {"ford": "yes"}})
    assert steps(set_season(dry, "wet")) == {(1, 2, "101"), (2, 1, "101")}
    assert (2, 4, "101") in steps(dry)


def test_way_that_leaves_the_extract_is_cut_at_its_edge(tmp_path: Path) -> None:
    """Node 9 is not in the file: the way goes on after it, but does not jump over it."""
    found = read(tmp_path, ([1, 2, 9, 3, 4], ROAD))
    assert {(1, 2, "101"), (3, 4, "101")} <= steps(found)
    assert not {tail for tail, head, _ in steps(found) if (tail, head) == (2, 3)}


def test_packed_extract_is_read(tmp_path: Path) -> None:
    """An .osm.gz is read like an .osm."""
    path = tmp_path / "county.osm.gz"
    path.write_bytes(gzip.compress(osm_xml(([1, 2], ROAD)).encode()))
    assert steps(read_network(path)) == {(1, 2, "101"), (2, 1, "101")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.osm", osm_xml(([1, 2], ROAD))[:-20].encode()),
        ("noise.osm.pbf", bytes(range(256)) * 4),
        ("empty.osm.pbf", b""),
        ("cut.osm.gz", gzip.compress(osm_xml(([1, 2], ROAD)).encode(), mtime=0)[:-12]),
        ("wrong.osm.gz", b"not packed"),
        (
            "entities.osm",
            b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
            b'<osm version="0.6"><node id="1" lon="0" lat="0"><tag k="name" v="&b;"/></node></osm>',
        ),
    ],
)
def test_broken_extract_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    """Cut short, noise, empty, packed wrongly or with entities: one fault that names the file."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"OpenStreetMap data|no road for vehicles") as error:
        read_osm(path)
    assert error.value.issues[0].where.file == name


def test_missing_extract_is_refused_with_its_name(tmp_path: Path) -> None:
    """A path that does not exist is a fault of the input."""
    with pytest.raises(InputError, match=r"gone\.osm\.pbf: the file cannot be read"):
        read_osm(tmp_path / "gone.osm.pbf")


def test_extract_without_roads_is_refused(tmp_path: Path) -> None:
    """Only a footway: nothing to drive on."""
    with pytest.raises(InputError, match="no road for vehicles"):
        read(tmp_path, ([1, 2], {"highway": "footway"}))

"""The roads table becomes a graph."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest
from shapely import LineString, MultiLineString, Point

from maps.network import network_from_roads, read_network, set_season
from planner.errors import InputError
from tests.maps.closing import without_roads
from tests.maps.road_builders import degrees, network, road, square, table


def edges(graph: nx.MultiDiGraph[int]) -> list[tuple[str, float, float]]:
    """Return (road id, whole metres, whole seconds) of every directed edge, sorted."""
    known = (data for _, _, data in graph.edges(data=True))
    return sorted((e["road_id"], round(e["length"]), round(e["travel_time"])) for e in known)


def test_road_of_ten_kilometres_is_two_edges_of_ten_minutes() -> None:
    """A primary road both ways: 10,000 m and 600 s there and back."""
    assert edges(network(road("r", (0, 0), (10, 0))).graph) == [("r", 10_000, 600)] * 2


def test_one_way_road_is_one_edge_along_its_line() -> None:
    """A one-way road can be driven only as it is drawn; "-1" only against it."""
    (tail, head, _), *others = network(road("r", (0, 0), (10, 0), one_way=True)).graph.edges
    assert (tail, head, others) == (0, 1, [])
    (tail, head, _), *others = network(road("r", (0, 0), (10, 0), one_way="-1")).graph.edges
    assert (tail, head, others) == (1, 0, [])


def test_edge_has_the_attributes_osmnx_uses() -> None:
    """Nodes have x and y; edges length, travel_time, highway, geometry drawn in their direction."""
    graph = network(road("r", (0, 0), (10, 0))).graph
    assert (graph.nodes[1]["x"], graph.nodes[1]["y"]) == pytest.approx(degrees(10, 0), abs=1e-6)
    assert {"osmid", "road_id", "highway", "surface", "name", "is_ford", "is_ferry"} <= graph.edges[0, 1, 0].keys()
    assert graph.edges[1, 0, 0]["geometry"].coords[0] == graph.edges[0, 1, 0]["geometry"].coords[-1]


def test_roads_with_a_shared_end_are_joined() -> None:
    """Three roads from one point: 4 nodes, one strongly connected part."""
    star = network(*(road(f"r{k}", (0, 0), end) for k, end in enumerate([(1, 0), (0, 1), (-1, 0)]))).graph
    assert len(star) == 4
    assert nx.is_strongly_connected(star)


def test_roads_that_cross_are_not_joined() -> None:
    """A bridge over a road is no junction: two parts."""
    cross = network(road("r", (-1, 0), (1, 0)), road("bridge", (0, -1), (0, 1), kind="bridge")).graph
    assert nx.number_weakly_connected_components(cross) == 2


@pytest.mark.parametrize(("gap_km", "parts"), [(0.0, 1), (0.0009, 1), (0.0012, 2)])
def test_road_that_ends_within_a_metre_of_another_joins_it(gap_km: float, parts: int) -> None:
    """Up to 1 m from the interior of another road an end is a junction; the other road is split there."""
    found = network(road("long", (0, 0), (10, 0)), road("side", (4, gap_km), (4, 3))).graph
    assert nx.number_weakly_connected_components(found) == parts
    lengths = [round(e["length"] / 1000) for _, _, e in found.edges(data=True) if e["road_id"] == "long"]
    assert sorted(set(lengths)) == ([4, 6] if parts == 1 else [10])


def test_ends_within_a_metre_are_one_junction() -> None:
    """Two ends half a metre apart: one node."""
    assert len(network(road("r", (0, 0), (5, 0)), road("s", (5.0005, 0), (9, 0))).graph) == 3


def test_road_that_ends_on_itself_is_a_loop_that_can_be_left_either_way() -> None:
    """A stem of 1 km and a ring of 4 km, drawn as one line: the ring is joined where it closes, in two edges."""
    found = network(road("loop", (0, -1), (0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), road("on", (0, -1), (0, -3))).graph
    lengths = sorted(round(e["length"] / 1000) for _, _, e in found.edges(data=True))
    assert lengths == [1, 1, 2, 2, 4, 4]


def test_road_in_several_parts_keeps_its_id() -> None:
    """A MultiLineString is so many roads with one id."""
    rows = table(road("r", (0, 0), (1, 0)))
    parts = [LineString([degrees(0, y), degrees(1, y)]) for y in (0, 5)]
    rows.geometry = [MultiLineString(parts)]
    assert edges(network_from_roads(rows).graph) == [("r", 1000, 60)] * 4


def test_order_of_the_rows_does_not_matter() -> None:
    """The same rows backwards give the same nodes and edges."""
    rows = [road(f"r{k}", (k, 0), (k + 1, k % 3)) for k in range(9)] + [road("x", (4.5, 0.5), (4.5, 9))]
    forth, back = network(*rows).graph, network(*reversed(rows)).graph
    assert list(forth.nodes(data=True)) == list(back.nodes(data=True))
    assert [(a, b, e["road_id"]) for a, b, e in forth.edges(data=True)] == [
        (a, b, e["road_id"]) for a, b, e in back.edges(data=True)
    ]


def test_footpath_is_no_road() -> None:
    """A path may be drawn in the table; no vehicle uses it."""
    assert (
        edges(network(road("r", (0, 0), (1, 0)), road("p", (1, 0), (2, 0), road_class="path")).graph)
        == [("r", 1000, 60)] * 2
    )


def test_table_in_metres_is_read_in_degrees() -> None:
    """A table in Web Mercator gives the same edges."""
    rows = table(road("r", (0, 0), (10, 0)))
    assert edges(network_from_roads(rows.to_crs(3857)).graph) == [("r", 10_000, 600)] * 2


def test_unknown_class_is_named_once_and_driven_as_a_road() -> None:
    """Two roads of class "boulevard": one warning, 25 km/h."""
    found = network(*(road(f"r{k}", (k, 0), (k + 1, 0), road_class="boulevard") for k in range(2)))
    assert edges(found.graph)[0] == ("r0", 1000, 144)
    (issue,) = found.issues
    assert issue.is_warning
    assert 'class "boulevard" of 2 roads is unknown' in str(issue)
    assert "boulevard" in issue.in_language("zh")
    assert "无法识别" in issue.in_language("zh")


def test_every_row_without_a_line_is_named() -> None:
    """A point, an empty cell and a line off the earth: three faults with their rows, at once."""
    rows = table(*(road(f"r{k}", (k, 0), (k + 1, 0)) for k in range(4)))
    rows.geometry = [rows.geometry[0], Point(0, 0), None, LineString([(0, 85), (0, 95)])]
    with pytest.raises(InputError, match="row 2, geometry: expected a line, but found Point") as error:
        network_from_roads(rows, file="roads.geojson")
    assert [issue.where.row for issue in error.value.issues] == [2, 3, 4]
    assert "实际为 空值" in error.value.issues[1].in_language("zh")


def test_closed_ford_comes_back_in_the_dry_season() -> None:
    """Wet takes the ford out of the graph, dry puts it back; its id stays known."""
    dry = network(road("r", (0, 0), (1, 0)), road("ford", (1, 0), (2, 0), kind="ford"))
    wet = set_season(dry, "wet")
    assert {e[0] for e in edges(wet.graph)} == {"r"}
    assert wet.road_ids == {"r", "ford"}
    assert edges(set_season(wet, "dry").graph) == edges(dry.graph)


def test_network_without_a_road_lacks_exactly_its_edges() -> None:
    """Without "bc" the square has 8 of its 10 directed edges, and unknown ids change nothing."""
    found = square()
    left = without_roads(found, {"bc", "nowhere"})
    assert {e[0] for e in edges(found.graph)} - {e[0] for e in edges(left.graph)} == {"bc"}
    assert left.graph.number_of_edges() == 8


def test_read_network_reads_geojson(tmp_path: Path) -> None:
    """A GeoJSON file of roads is a network."""
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps(json.loads(table(road("r", (0, 0), (10, 0))).to_json())))
    assert edges(read_network(path).graph) == [("r", 10_000, 600)] * 2


def test_read_network_refuses_another_ending(tmp_path: Path) -> None:
    """A .docx is not a file of roads."""
    with pytest.raises(InputError, match=r"roads\.docx: this ending does not belong to a file of roads"):
        read_network(tmp_path / "roads.docx")

"""Real roads: an OpenStreetMap extract of Andorra, which is not part of the project.

It is looked for in ``../shared/data/osm`` beside the checkout, or in the folder that XUNZHEN_OSM names.
"""

from __future__ import annotations

import math
import os
import random
import time
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from maps.geo import line_metres
from maps.network import RoadNetwork, read_network
from maps.paths import LegPaths
from maps.reduction import legs_between
from maps.snapping import Place, snap_open, snap_places
from maps.splitting import split
from maps.travel import build_travel, travel_matrix
from planner.model import Horizon, TravelMatrix
from planner.values import DateRange, RoadClosure
from tests.maps.closing import without_roads

BESIDE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data" / "osm"
EXTRACT = Path(os.environ.get("XUNZHEN_OSM", BESIDE_CHECKOUT)) / "andorra-2025.osm.pbf"
DAY = date(2026, 3, 2)

pytestmark = pytest.mark.skipif(not EXTRACT.exists(), reason=f"no {EXTRACT.name} in ../shared/data/osm or XUNZHEN_OSM")


@pytest.fixture(scope="module")
def andorra() -> RoadNetwork:
    """The roads of Andorra."""
    return read_network(EXTRACT)


@pytest.fixture(scope="module")
def junctions(andorra: RoadNetwork) -> list[int]:
    """60 junctions of the strongly connected part, where a vehicle may stop."""
    segments = andorra.segments
    main = max(nx.strongly_connected_components(andorra.graph), key=len)
    stops = set(
        segments.node_ids[np.concatenate((segments.tail, segments.head))[np.tile(segments.may_stop, 2)]].tolist()
    )
    return sorted(random.Random(1).sample(sorted(main & stops), 60))


@pytest.fixture(scope="module")
def places(andorra: RoadNetwork, junctions: list[int]) -> list[Place]:
    """A place at each of the junctions; the first is a base."""
    at = [(f"p{node}", andorra.graph.nodes[node]) for node in junctions]
    return [Place(id=name, lon=known["x"], lat=known["y"], is_base=k == 0) for k, (name, known) in enumerate(at)]


@pytest.fixture(scope="module")
def matrix(andorra: RoadNetwork, places: list[Place]) -> TravelMatrix:
    """The travel matrix between the places."""
    return travel_matrix(andorra, places)


def test_andorra_is_read_whole(andorra: RoadNetwork) -> None:
    """Thousands of junctions, hundreds of kilometres, roads on tunnels and tracks, all with a speed."""
    kilometres = sum(piece.metres for piece in andorra.pieces) / 1000
    assert 4_000 < len(andorra.graph) < 8_000
    assert 700 < kilometres < 1_000
    assert all(0 < data["travel_time"] < 7200 for _, _, data in andorra.graph.edges(data=True))


def test_matrix_equals_networkx_on_two_hundred_pairs(
    andorra: RoadNetwork, junctions: list[int], places: list[Place], matrix: TravelMatrix
) -> None:
    """The milliseconds of 200 random legs, before rounding, are those of networkx's Dijkstra; so are the metres."""
    segments = andorra.segments
    is_open = segments.is_open(None, frozenset())
    graph = split(segments, snap_open(segments, places, snap_places(segments, places), is_open), is_open)
    ms, _ = legs_between(graph)
    assert segments.node_ids[graph.terminals].tolist() == junctions
    simple, rng = _quickest(andorra.graph), random.Random(2)
    for origin in rng.sample(range(60), 20):
        seconds, paths = nx.single_source_dijkstra(andorra.graph, junctions[origin], weight="travel_time")
        for k in rng.sample([k for k in range(60) if k != origin], 10):
            expected = seconds[junctions[k]]
            at = matrix.index[f"p{junctions[origin]}"], matrix.index[f"p{junctions[k]}"]
            assert ms[origin, k] == round(expected * 1000)
            assert matrix.minutes[at] == math.ceil(round(expected * 1000) / 60_000)
            metres = nx.path_weight(simple, paths[junctions[k]], "length")
            assert matrix.metres[at] == pytest.approx(metres, abs=1)


def _quickest(graph: nx.MultiDiGraph[int]) -> nx.DiGraph[int]:
    """Return the graph with only the quickest of parallel edges."""
    simple: nx.DiGraph[int] = nx.DiGraph()
    for tail, head, data in sorted(graph.edges(data=True), key=lambda e: (-e[2]["travel_time"], -e[2]["length"])):
        simple.add_edge(tail, head, length=data["length"])
    return simple


def test_drawn_legs_are_as_long_as_the_matrix_says(
    andorra: RoadNetwork, places: list[Place], matrix: TravelMatrix
) -> None:
    """200 random legs: the line's metres and the matrix's agree within 1 %."""
    paths, rng = LegPaths(andorra, places), random.Random(3)
    for _ in range(200):
        a, b = rng.sample(matrix.place_ids, 2)
        metres = matrix.metres[matrix.index[a], matrix.index[b]]
        assert line_metres(paths.line(a, b, DAY)) == pytest.approx(metres, rel=0.01, abs=1)


def test_closing_one_road_changes_only_the_legs_that_used_it(
    andorra: RoadNetwork, junctions: list[int], places: list[Place]
) -> None:
    """A road on the way between two places is closed: exactly the legs that networkx also finds changed are."""
    graph = andorra.graph
    way = nx.dijkstra_path(graph, junctions[3], junctions[40], weight="travel_time")
    middle = len(way) // 2
    road_id = graph.edges[way[middle], way[middle + 1], 0]["road_id"]
    closure = RoadClosure(road_id=road_id, days=DateRange(first_day=DAY, last_day=DAY))
    horizon = Horizon(start=DAY, days=2)
    (closed, usual), _ = build_travel(andorra, places=places, horizon=horizon, road_closures=[closure])
    left = without_roads(andorra, {road_id}).graph
    chosen = junctions[:40:4]
    expected = _seconds(graph, chosen) != _seconds(left, chosen)
    rows = [closed.index[place.id] for place in places[:40:4]]
    at = np.ix_(rows, rows)
    changed = (closed.metres[at] != usual.metres[at]) | (closed.minutes[at] != usual.minutes[at])
    assert (
        closed.metres[closed.index[places[3].id], closed.index[places[40].id]]
        != (usual.metres[usual.index[places[3].id], usual.index[places[40].id]])
    )
    assert not (changed & ~expected).any()


def _seconds(graph: nx.MultiDiGraph[int], nodes: list[int]) -> NDArray[np.float64]:
    """Return the seconds between nodes by networkx, to the millisecond; -1 where there is no way."""
    known = [n in graph for n in nodes]
    reached = [
        nx.single_source_dijkstra_path_length(graph, n, weight="travel_time") if is_known else {}
        for n, is_known in zip(nodes, known, strict=True)
    ]
    return np.array([[round(found.get(n, -1.0), 3) for n in nodes] for found in reached])


def test_county_of_350_places_is_computed_quickly(andorra: RoadNetwork) -> None:
    """350 x 350 legs take a fraction of a second here; the bound of two CPU seconds is the promise."""
    nodes = random.Random(4).sample(sorted(andorra.graph), 350)
    at = [(f"p{node}", andorra.graph.nodes[node]) for node in nodes]
    places = [Place(id=name, lon=known["x"], lat=known["y"]) for name, known in at]
    started = time.process_time()
    found = travel_matrix(andorra, places)
    assert time.process_time() - started < 2
    assert found.minutes.shape == (350, 350)

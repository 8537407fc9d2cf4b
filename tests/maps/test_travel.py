"""Travel matrices on roads that can be checked by hand, and against networkx on random ones."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from maps.network import RoadNetwork, set_season
from maps.reduction import legs_between
from maps.snapping import Place, places_of, snap_open, snap_places
from maps.splitting import METRE_UNITS, split
from maps.travel import TravelReport, build_travel, travel_matrix
from tests.builders import tiny_problem
from tests.maps.closing import without_roads
from tests.maps.road_builders import MONDAY, WEEK, build, closure, leg, network, place, road, square, square_places


def test_legs_of_the_square_are_as_drawn() -> None:
    """10 km a side at a minute a kilometre; the far corner is 20 km away, the spur 22."""
    (matrix,), report = build(square(), *square_places())
    assert [leg(matrix, "base", other) for other in ("base", "b", "c", "d", "spur")] == [
        (0, 0),
        (10, 10_000),
        (20, 20_000),
        (10, 10_000),
        (22, 22_000),
    ]
    assert (matrix.access_class, matrix.days, matrix.estimated.any()) == (None, None, False)
    assert report == TravelReport()


def test_minutes_are_rounded_up_and_metres_to_the_nearest() -> None:
    """1.0104 km are 60.6 s: 2 minutes and 1,010 m."""
    matrix = travel_matrix(network(road("r", (0, 0), (9, 0))), [place("v", 1, 0), place("w", 2.0104, 0)])
    assert leg(matrix, "v", "w") == (2, 1010)


def test_metres_belong_to_the_quickest_path_and_not_to_the_shortest() -> None:
    """A track of 5 km takes 20 minutes, the road of 14 km takes 14: the leg is 14 km."""
    rows = [
        road("track", (0, 0), (5, 0), road_class="track"),
        road("up", (0, 0), (0, 4.5)),
        road("down", (5, 4.5), (5, 0)),
    ]
    found = network(*rows, road("over", (0, 4.5), (5, 4.5)))
    assert leg(travel_matrix(found, [place("v", 0, 0), place("w", 5, 0)]), "v", "w") == (14, 14_000)


def test_of_two_equally_quick_paths_the_shorter_is_taken() -> None:
    """6 km at 60 km/h and 4 km at 40 km/h both take 6 minutes: 4 km."""
    rows = [road("fast", (0, 0), (2, 1), (2, 0.5), (4, 0)), road("slow", (0, 0), (4, 0), road_class="tertiary")]
    found = network(*rows)
    fast = next(e for _, _, e in found.graph.edges(data=True) if e["road_id"] == "fast")
    slow = next(e for _, _, e in found.graph.edges(data=True) if e["road_id"] == "slow")
    for _, _, data in found.graph.edges(data=True):
        data["travel_time"] = 360.0
    assert fast["length"] > slow["length"]
    assert leg(travel_matrix(found, [place("v", 0, 0), place("w", 4, 0)]), "v", "w") == (6, 4000)


def test_one_way_street_is_kept_between_two_places_on_it() -> None:
    """Round the one-way square from km 2 to km 1 is 39 km, from km 1 to km 2 one."""
    corners = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    ring = network(*(road(f"r{k}", a, b, one_way=True) for k, (a, b) in enumerate(pairwise(corners))))
    matrix = travel_matrix(ring, [place("v", 1, 0), place("w", 2, 0)])
    assert leg(matrix, "v", "w") == (1, 1000)
    assert leg(matrix, "w", "v") == (39, 39_000)


def test_two_places_at_one_stop_are_no_distance_apart() -> None:
    """Villages on both sides of the same point of the road: 0 minutes, 0 metres."""
    matrix = travel_matrix(network(road("r", (0, 0), (9, 0))), [place("v", 4, 0.1), place("w", 4, -0.1)])
    assert leg(matrix, "v", "w") == (0, 0)


def test_walk_from_the_road_is_added_at_both_ends() -> None:
    """10 km of road and two walks of 7.8 minutes are 26 minutes; the vehicle drives 10,000 m."""
    (matrix,), report = build(network(road("r", (-1, 0), (11, 0))), place("base", 0, -0.4), place("v", 10, 0.4))
    assert leg(matrix, "base", "v") == (26, 10_000)
    assert report.far_snaps == (("base", 400), ("v", 400))
    assert "More than 300 m from a road" in str(report.issues[0])


def test_order_of_places_does_not_matter() -> None:
    """The places backwards give the same matrix, sorted by id."""
    forth, back = (travel_matrix(square(), places) for places in (square_places(), square_places()[::-1]))
    assert forth.place_ids == back.place_ids == ("b", "base", "c", "d", "spur")
    assert (forth.minutes == back.minutes).all()


def random_roads(
    seed: int,
) -> tuple[RoadNetwork, list[tuple[str, tuple[float, float], tuple[float, float]]], random.Random]:
    """Return a random planar network of about 60 roads of several classes, some one-way, and its straight lines."""
    rng = random.Random(seed)
    points = {(x, y): (x * 3 + rng.uniform(-1, 1), y * 3 + rng.uniform(-1, 1)) for x in range(6) for y in range(6)}
    pairs = [(p, (p[0] + dx, p[1] + dy)) for p in points for dx, dy in ((1, 0), (0, 1))]
    pairs = [pair for pair in pairs if pair[1] in points and rng.random() < 0.8]
    lines = [(f"r{k:02d}", points[a], points[b]) for k, (a, b) in enumerate(pairs)]
    classes = ["primary", "tertiary", "track"]
    rows = [road(n, a, b, road_class=rng.choice(classes), one_way=rng.random() < 0.15) for n, a, b in lines]
    return network(*rows), lines, rng


def oracle_legs(found: RoadNetwork, nodes: list[int]) -> list[list[float]]:
    """Return the seconds between nodes by networkx's Dijkstra, -1 where there is no way."""
    reached = {a: nx.single_source_dijkstra_path_length(found.graph, a, weight="travel_time") for a in nodes}
    return [[reached[a].get(b, -1.0) for b in nodes] for a in nodes]


@pytest.mark.parametrize("seed", range(8))
def test_matrix_equals_networkx_on_random_roads(seed: int) -> None:
    """Between 12 junctions: the same milliseconds, before any rounding, and 0.1 m of the same path."""
    found, _, rng = random_roads(seed)
    segments = found.segments
    nodes = sorted(rng.sample(sorted(found.graph), 12))
    at = [found.graph.nodes[node] for node in nodes]
    places = [Place(id=f"{node:03d}", lon=known["x"], lat=known["y"]) for node, known in zip(nodes, at, strict=True)]
    is_open = segments.is_open(None, frozenset())
    graph = split(segments, snap_open(segments, places, snap_places(segments, places), is_open), is_open)
    assert segments.node_ids[graph.terminals].tolist() == nodes
    ms, decimetres = legs_between(graph)
    assert ms.tolist() == [[round(s * 1000) if s >= 0 else -1 for s in row] for row in oracle_legs(found, nodes)]

    def both(_a: int, _b: int, edges: dict[int, dict[str, float]]) -> int:
        return min(round(e["travel_time"] * 1000) * METRE_UNITS + round(e["length"] * 10) for e in edges.values())

    weights = nx.single_source_dijkstra_path_length(found.graph, nodes[0], weight=both)
    assert decimetres[0].tolist() == [weights[b] % METRE_UNITS if b in weights else -1 for b in nodes]


@pytest.mark.parametrize("seed", range(4))
def test_places_along_roads_are_as_junctions_would_be(seed: int) -> None:
    """Roads cut in advance at 10 places give, by networkx, the seconds of the matrix to a tenth."""
    found, lines, rng = random_roads(seed)
    chosen = {name: rng.uniform(0.1, 0.9) for name, _, _ in rng.sample(lines, 10)}
    middle = {n: tuple(a[k] + (b[k] - a[k]) * chosen[n] for k in (0, 1)) for n, a, b in lines if n in chosen}
    roads = {piece.road.road_id: piece.road for piece in found.pieces}
    rows = []
    for name, a, b in lines:
        stops = [a, middle[name], b] if name in middle else [a, b]
        kept = {"road_class": roads[name].road_class, "one_way": roads[name].direction == 1}
        rows += [road(f"{name}-{k}", *ends, **kept) for k, ends in enumerate(pairwise(stops))]
    cut = network(*rows)
    places = [place(name, *middle[name]) for name in sorted(middle)]  # type: ignore[misc]
    segments = found.segments
    ms, _ = legs_between(split(segments, snap_places(segments, places), segments.is_open(None, frozenset())))
    known = [(data["x"], data["y"], node) for node, data in cut.graph.nodes(data=True)]
    nodes = [min((abs(x - p.lon) + abs(y - p.lat), node) for x, y, node in known)[1] for p in places]
    assert ms / 1000 == pytest.approx(np.maximum(oracle_legs(cut, nodes), -0.001), abs=0.25)


def test_each_stretch_of_days_with_the_same_closed_roads_has_its_matrix() -> None:
    """Closed Tuesday to Thursday, another road Thursday to Friday: five stretches that cover the week once."""
    at = [MONDAY + timedelta(days=k) for k in range(7)]
    closures = (closure("ab", at[1], at[3]), closure("cd", at[3], at[4]))
    matrices, _ = build(square(), *square_places(), closures=closures)
    stretches = [(m.days.first_day, m.days.last_day) for m in matrices if m.days is not None]
    assert stretches == [(at[0], at[0]), (at[1], at[2]), (at[3], at[3]), (at[4], at[4]), (at[5], at[6])]
    assert [leg(m, "base", "b")[1] for m in matrices] == [10_000, 30_000, -1, 10_000, 10_000]


def test_closure_outside_the_horizon_changes_nothing() -> None:
    """A road closed in April has no part in a week of March, and is not reported as unknown."""
    matrices, report = build(square(), *square_places(), closures=(closure("ab", MONDAY + timedelta(days=40)),))
    assert [m.days for m in matrices] == [None]
    assert report == TravelReport()


def test_closed_road_changes_only_legs_that_used_it() -> None:
    """On random roads: a leg differs without a road only if networkx needed that road for it."""
    needed_legs = 0
    for seed in range(12):
        found, lines, rng = random_roads(seed)
        closed = rng.choice(lines)[0]
        at = {node: found.graph.nodes[node] for node in sorted(found.graph)[::3]}
        places = [Place(id=f"{node:03d}", lon=known["x"], lat=known["y"]) for node, known in at.items()]
        before, after = (travel_matrix(found, places, closed=frozenset(ids)) for ids in ((), (closed,)))
        nodes = list(at)
        needed = np.array(oracle_legs(found, nodes)) != np.array(oracle_legs(_same_nodes(found, closed), nodes))
        changed = (before.minutes != after.minutes) | (before.metres != after.metres)
        needed_legs += int(needed.sum())
        assert not (changed & ~needed).any()
    assert needed_legs > 20


def _same_nodes(found: RoadNetwork, closed: str) -> RoadNetwork:
    """Return the network without a road, its junctions kept even where no road is left."""
    left = without_roads(found, {closed})
    left.graph.add_nodes_from(found.graph.nodes(data=True))
    return left


def test_road_for_some_vehicles_gives_a_matrix_for_each_class() -> None:
    """Only a motorcycle may take the short cut of 10 km; the car goes round, 30 km."""
    rows = [road("cut", (0, 0), (10, 0), access="motorcycle; tractor"), road("up", (0, 0), (0, 10))]
    found = network(*rows, road("over", (0, 10), (10, 10)), road("down", (10, 10), (10, 0)))
    matrices, _ = build(found, place("base", 0, 0), place("v", 10, 0), classes=("motorcycle", "car"))
    assert [(m.access_class, leg(m, "base", "v")) for m in matrices] == [
        ("car", (30, 30_000)),
        ("motorcycle", (10, 10_000)),
    ]


def test_village_in_the_wet_behind_a_ford_is_cut_off() -> None:
    """The ford is the only way: reached when dry, listed when wet."""
    rows = [road("r", (0, 0), (5, 0)), road("ford", (5, 0), (5.1, 0), kind="ford"), road("s", (5.1, 0), (9, 0))]
    places = [place("base", 0, 0), place("v", 9, 0)]
    assert build(network(*rows), *places)[1] == TravelReport()
    _, report = build(set_season(network(*rows), "wet"), *places)
    assert [str(issue.problem) for issue in report.issues] == ["No road leads there and back: v."]


def test_ferry_is_part_of_the_road() -> None:
    """5 km of road, a crossing of 12 minutes and 10 of waiting, 5 km: 32 minutes."""
    rows = [road("r", (0, 0), (5, 0)), road("s", (6, 0), (11, 0))]
    found = network(*rows, road("f", (5, 0), (6, 0), kind="ferry", minutes=12))
    assert leg(travel_matrix(found, [place("base", 0, 0), place("v", 11, 0)]), "base", "v") == (32, 11_000)


@pytest.mark.parametrize(
    ("terrain", "metres", "minutes"), [("plains", 13_000, 23), ("hills", 14_500, 25), ("mountains", 16_000, 28)]
)
def test_without_roads_every_leg_is_estimated(terrain: str, metres: int, minutes: int) -> None:
    """10 km of straight line times the terrain's factor, at 35 km/h, marked and said."""
    (matrix,), report = build_travel(
        None,
        places=[place("base", 0, 0), place("v", 10, 0)],
        horizon=WEEK,
        terrain=terrain,  # type: ignore[arg-type]
    )
    assert leg(matrix, "base", "v") == (minutes, metres)
    assert matrix.estimated.all()
    assert report.is_estimated
    assert "every distance is estimated" in str(report.issues[0])
    assert "估算" in report.issues[0].in_language("zh")


def test_network_without_an_open_road_is_as_good_as_none() -> None:
    """A county whose only road is a ford, in the wet: estimated."""
    found = set_season(network(road("ford", (0, 0), (9, 0), kind="ford")), "wet")
    (matrix,), report = build(found, place("base", 0, 0), place("v", 9, 0))
    assert matrix.estimated.all()
    assert report.is_estimated


def test_no_places_give_an_empty_matrix() -> None:
    """Nothing to visit, nothing to say."""
    (matrix,), report = build(square())
    assert (matrix.place_ids, report) == ((), TravelReport())


def test_places_are_the_bases_and_sites_of_a_problem() -> None:
    """Sorted by id; bases are marked."""
    problem = tiny_problem()
    found = places_of(problem.bases, problem.sites)
    assert [(p.id, p.is_base) for p in found] == [
        ("a", False),
        ("b", False),
        ("base", True),
        ("c", False),
        ("d", False),
    ]

"""The built steps as roads with class, surface, name and id; with bridges, a ford, a pass and a ferry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import cast

import networkx as nx
from shapely import STRtree
from shapely.geometry import LineString
from shapely.ops import substring

from planner.tables.generate.lines import Chain, River, chains, draw_road
from planner.tables.generate.roadworks import Edge, Roadworks
from planner.tables.generate.settlements import Settlements
from planner.tables.generate.terrain import Grid

TERTIARY_FROM = 5  # villages served
BRIDGE_METRES = 60.0
BRIDGED_KM2 = 25.0
FERRY_KM2 = 120.0
FERRY_REACH = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0))  # cells from landing to landing
SURFACE = {
    "trunk": "asphalt",
    "secondary": "asphalt",
    "tertiary": "asphalt",
    "unclassified": "concrete",
    "track": "dirt",
    "ferry": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A stretch of road; stretches of one road share its id."""

    id: str
    name: str
    road_class: str
    surface: str
    line: LineString
    kind: str = ""  # bridge, ford, pass, ferry; empty: road
    minutes: int | None = None
    cells: tuple[int, ...] = ()
    built_as: str = ""


def draw_network(
    works: Roadworks,
    places: Settlements,
    points: Grid,
    *,
    rivers: Sequence[River],
    called: Mapping[int, str],
    narrow: Sequence[int],
) -> list[Road]:
    """Return every road, in metres from the map's corner."""
    kinds = _classes(works, places, narrow)
    landings = _ferry_landings(works, points, rivers)
    stops = frozenset({places.seat, *places.townships, *landings})
    roads = [_road(k, chain, works, points, called) for k, chain in enumerate(chains(kinds, stops), 1)]
    roads = _with_pass(roads, works)
    roads = _with_ford(roads, rivers)
    bridged = [part for road in roads for part in _with_bridges(road, rivers)]
    return bridged + _ferry(len(roads) + 1, landings, points)


def _classes(works: Roadworks, places: Settlements, narrow: Sequence[int]) -> dict[Edge, str]:
    """Return the class of every step: what it was built as, village roads by the villages they serve."""
    served = Counter(edge for way in works.ways_home(places.seat, places.villages) for edge in way)
    kinds = {}
    for edge, kind in works.built.items():
        if kind in {"village", "loop"}:
            kinds[edge] = "tertiary" if served[edge] >= TERTIARY_FROM else "unclassified"
        else:
            kinds[edge] = kind
    for way in works.ways_home(places.seat, narrow):
        own = takewhile(lambda edge: served[edge] == 1 and works.built[edge] == "village", way)
        kinds.update(dict.fromkeys(own, "track"))
    return kinds


def _road(number: int, chain: Chain, works: Roadworks, points: Grid, called: Mapping[int, str]) -> Road:
    pair = (min(chain.cells[:2]), max(chain.cells[:2]))
    built_as, (a, b) = works.built[pair], works.reason[pair]
    one, other = called.get(a, ""), called.get(b, "")
    name = _road_name(built_as, one, other)
    gravel = chain.kind == "unclassified" and number % 6 == 0
    return Road(
        id=f"r{number:04d}",
        name=name,
        road_class=chain.kind,
        surface="gravel" if gravel else SURFACE[chain.kind],
        line=draw_road(chain, works, points),
        cells=chain.cells,
        built_as=built_as,
    )


def _road_name(built_as: str, one: str, other: str) -> str:
    """Return for example 石门—黄村公路: roads are called after the places they were built to join."""
    if built_as == "village":
        return f"{other.removesuffix('村')}村道"
    return {"trunk": "国道", "track": "机耕路"}.get(built_as, f"{one}—{other}公路")


def _with_pass(roads: list[Road], works: Roadworks) -> list[Road]:
    """Mark the highest short cut as a pass: it can be closed and nobody is cut off."""
    height = works.terrain.height.ravel()
    needed = _bridges(roads)
    loops = [road for road in roads if road.built_as == "loop" and road.id not in needed]
    if not loops:
        return roads
    highest = max(loops, key=lambda road: (max(height[list(road.cells)]), road.id))
    return [replace(road, kind="pass") if road is highest else road for road in roads]


def _bridges(roads: Sequence[Road]) -> set[str]:
    """Return the ids of roads without which some place could not be reached."""
    graph: nx.Graph[int] = nx.Graph()
    parallel: Counter[frozenset[int]] = Counter(frozenset({r.cells[0], r.cells[-1]}) for r in roads)
    for road in roads:
        graph.add_edge(road.cells[0], road.cells[-1])
    cut = {frozenset(edge) for edge in cast(Iterable[Edge], nx.bridges(graph))}  # the stub says node
    ends = ((road.id, frozenset({road.cells[0], road.cells[-1]})) for road in roads)
    return {key for key, pair in ends if pair in cut and parallel[pair] == 1}


def _with_ford(roads: list[Road], rivers: Sequence[River]) -> list[Road]:
    """Cut a ford into one minor road that is not the only way to a place."""
    small = STRtree([river.line for river in rivers if river.area <= BRIDGED_KM2])
    needed = _bridges(roads)
    for road in roads:
        minor = road.road_class in {"unclassified", "track"} and not road.kind
        if minor and (road.id not in needed or road.road_class == "track"):
            at = _crossings(road.line, small)
            if at:
                parts = _cut_out(road, at[:1], 30.0, "ford")
                return [other for other in roads if other is not road] + parts
    return roads


def _with_bridges(road: Road, rivers: Sequence[River]) -> list[Road]:
    if road.kind or road.road_class == "track":
        return [road]
    large = STRtree([river.line for river in rivers if river.area > BRIDGED_KM2])
    at = _crossings(road.line, large)
    return _cut_out(road, at, BRIDGE_METRES, "bridge") if at else [road]


def _crossings(line: LineString, tree: STRtree) -> list[float]:
    """Return where along the line it crosses water, in metres from its start."""
    found: list[float] = []
    for k in tree.query(line, predicate="crosses"):
        met = line.intersection(tree.geometries[k])
        found.extend(line.project(point) for point in getattr(met, "geoms", [met]))
    return sorted(round(at, 1) for at in found)


def _cut_out(road: Road, crossings: Sequence[float], width: float, kind: str) -> list[Road]:
    """Return the road in stretches, the ones over water of the kind given; crossings close together are one."""
    parts: list[Road] = []
    done = 0.0
    for at in crossings:
        first, last = at - width / 2, at + width / 2
        if first < done + 5.0 or last > road.line.length - 5.0:
            continue
        parts.append(replace(road, line=_part(road.line, done, first)))
        parts.append(replace(road, line=_part(road.line, first, last), kind=kind))
        done = last
    parts.append(replace(road, line=_part(road.line, done, road.line.length)))
    return parts


def _part(line: LineString, start: float, end: float) -> LineString:
    return LineString(substring(line, start, end).coords)


def _ferry_landings(works: Roadworks, points: Grid, rivers: Sequence[River]) -> tuple[int, ...]:
    """Return the two cells a ferry joins: over a large river, where the way round by road is longest."""
    columns = works.terrain.shape[1]
    large = STRtree([river.line for river in rivers if river.area > FERRY_KM2])
    cells = {cell for edge, kind in works.built.items() if kind != "trunk" for cell in edge}
    pairs = [
        (a, b)
        for a in sorted(cells)
        for b in (a + dr * columns + dc for dr, dc in FERRY_REACH)
        if b in cells and len(_crossings(LineString([points[a], points[b]]), large)) == 1
    ]
    away = {a: works.metres_from(a) for a in {a for a, _ in pairs}}
    return max(pairs, key=lambda pair: (away[pair[0]][pair[1]], pair), default=())


def _ferry(number: int, landings: tuple[int, ...], points: Grid) -> list[Road]:
    if not landings:
        return []
    line = LineString(points[list(landings)])
    minutes = 5 + round(line.length / 100)  # waiting, and a slow walk's pace
    return [
        Road(
            id=f"r{number:04d}",
            name="渡口",
            road_class="ferry",
            surface=SURFACE["ferry"],
            line=line,
            kind="ferry",
            minutes=minutes,
        )
    ]

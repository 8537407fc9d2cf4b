"""Which roads are built: least-cost paths over the land, cheaper where a road already lies.

A cell is 500 m. Climbing more than 8.5 % lengthens a road (hairpins), water is bridged at a price, and two
diagonals never cross: a crossing of roads is always a junction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.tables.generate.settlements import Settlements
from planner.tables.generate.terrain import CELL_METRES, NEIGHBOURS, Cells, Grid, Terrain, smooth_noise

MAX_GRADE = 0.085
MAX_LENGTHENING = 3.2  # steeper ground than this gets no longer road
BUILT_DISCOUNT = 0.33
BRIDGE_METRES = 900.0  # what crossing or following a river costs beyond its length
RIVER_KM2 = 25.0
VILLAGES_AT_ONCE = 3  # joined before the cheapest ways are looked for again
LOOP_DETOUR = 1.9
NO_WAY = -9999

Edge = tuple[int, int]


@dataclass(slots=True)
class Roadworks:
    """Land that roads are being built on: the cost of every step between cells, and the steps built so far."""

    terrain: Terrain
    cost: csr_array
    length: csr_array
    built: dict[Edge, str] = field(default_factory=dict)
    reason: dict[Edge, Edge] = field(default_factory=dict)  # the two places a step was built to join

    def cells(self) -> set[int]:
        """Return the cells a road touches."""
        return {cell for edge in self.built for cell in edge}

    def ways_from(self, starts: Sequence[int], *, farthest: float = np.inf) -> tuple[Grid, Cells]:
        """Return for every cell the cost of the cheapest way from the nearest start, and the cell before it."""
        costs, before, _ = dijkstra(
            self.cost, indices=list(starts), return_predecessors=True, min_only=True, limit=farthest
        )
        return np.asarray(costs), np.asarray(before, dtype=np.int64)

    def build(self, before: Cells, cell: int, kind: str) -> list[Edge]:
        """Build the way that leads back from the cell; steps already built keep their kind. Return its steps."""
        steps = self._steps_back(before.tolist(), cell)
        start = cell
        for edge in steps:
            start = edge[0] if edge[1] == start else edge[1]
        for edge in steps:
            if edge not in self.built:
                self.built[edge] = kind
                self.reason[edge] = (start, cell)
                self._discount(edge)
        return steps

    def metres_from(self, cell: int) -> Grid:
        """Return the metres by road from a cell to every cell, before the roads are drawn."""
        return np.asarray(dijkstra(self._roads(), directed=False, indices=[cell])[0])

    def metres_between(self, cells: Cells) -> Grid:
        """Return the metres by road between cells, before the roads are drawn."""
        return np.asarray(dijkstra(self._roads(), directed=False, indices=cells)[:, cells])

    def ways_home(self, home: int, cells: Iterable[int]) -> list[list[Edge]]:
        """Return for each cell the steps of its shortest way by road to the home."""
        _, nearer = dijkstra(self._roads(), directed=False, indices=[home], return_predecessors=True)
        before = nearer[0].tolist()
        return [self._steps_back(before, cell) for cell in cells]

    @staticmethod
    def _steps_back(before: list[int], cell: int) -> list[Edge]:
        steps = []
        while before[cell] != NO_WAY:
            steps.append((min(cell, before[cell]), max(cell, before[cell])))
            cell = before[cell]
        return steps

    def dead_ends(self) -> set[int]:
        """Return the cells where a road ends."""
        ends = Counter(cell for edge in self.built for cell in edge)
        return {cell for cell, count in ends.items() if count == 1}

    def _roads(self) -> csr_array:
        edges = np.array(sorted(self.built))
        lengths = np.array([self.length.data[self._position(int(a), int(b))] for a, b in edges])
        return csr_array((lengths, (edges[:, 0], edges[:, 1])), shape=self.length.shape)

    def _discount(self, edge: Edge) -> None:
        for a, b in (edge, edge[::-1]):
            self.cost.data[self._position(a, b)] = self.length.data[self._position(a, b)] * BUILT_DISCOUNT
        columns = self.terrain.shape[1]
        crossing = (edge[0] + 1, edge[1] - 1) if edge[1] - edge[0] == columns + 1 else (edge[0] - 1, edge[1] + 1)
        if edge[1] - edge[0] in {columns + 1, columns - 1}:
            for a, b in (crossing, crossing[::-1]):
                self.cost.data[self._position(a, b)] = np.inf

    def _position(self, a: int, b: int) -> int:
        first, last = self.cost.indptr[a], self.cost.indptr[a + 1]
        return int(first + np.searchsorted(self.cost.indices[first:last], b))


def open_land(terrain: Terrain, allowed: NDArray[np.bool_], rng: np.random.Generator) -> Roadworks:
    """Return land without roads; outside the allowed cells building costs ten times as much."""
    # Fields, ponds and farms: without them roads over a plain would be drawn with a ruler.
    ground = np.exp(0.5 * smooth_noise(terrain.shape, 1.2, rng))
    rows, columns = terrain.shape
    own = np.arange(rows * columns).reshape(rows, columns)
    parts = [_steps(terrain, own, np.where(allowed, 1.0, 10.0) * ground, dr, dc) for dr, dc in NEIGHBOURS]
    start, end, length, cost = (np.concatenate(column) for column in zip(*parts, strict=True))
    shape = (own.size, own.size)
    graphs = [csr_array((values, (start, end)), shape=shape) for values in (length, cost)]
    for graph in graphs:
        graph.sort_indices()
    return Roadworks(terrain=terrain, length=graphs[0], cost=graphs[1])


def _steps(
    terrain: Terrain, own: Cells, price: Grid, dr: int, dc: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Grid, Grid]:
    rows, columns = own.shape
    here = np.s_[max(0, -dr) : rows - max(0, dr), max(0, -dc) : columns - max(0, dc)]
    there = np.s_[max(0, dr) : rows + min(0, dr), max(0, dc) : columns + min(0, dc)]
    straight = CELL_METRES * np.hypot(dr, dc)
    grade = np.abs(terrain.height[there] - terrain.height[here]) / straight
    length = straight * lengthening(grade)
    wet = (terrain.area[there] > RIVER_KM2).astype(float) + (terrain.area[here] > RIVER_KM2)
    cost = (length + BRIDGE_METRES * wet) * np.minimum(price[here], price[there])
    return own[here].ravel(), own[there].ravel(), length.ravel(), cost.ravel()


def lengthening(grade: Grid) -> Grid:
    """Return how many times the straight length a road needs at a grade of the land."""
    return np.asarray(np.clip(grade / MAX_GRADE, 1.0, MAX_LENGTHENING))


def build_roads(
    works: Roadworks, places: Settlements, *, exits: Sequence[int], loops: int, spurs: int, rng: np.random.Generator
) -> None:
    """Build trunk roads to the exits, then township, village, loop and dead-end roads."""
    _, before = works.ways_from([places.seat])
    for leaving in exits:
        works.build(before, leaving, "trunk")
        _, before = works.ways_from([places.seat])
    _join_townships(works, places)
    _join_villages(works, places)
    _close_loops(works, places, loops)
    _add_spurs(works, spurs, rng)


def _join_townships(works: Roadworks, places: Settlements) -> None:
    waiting = set(places.townships)
    while waiting:
        costs, before = works.ways_from([places.seat])
        nearest = min(waiting, key=lambda cell: (costs[cell], cell))
        works.build(before, nearest, "secondary")
        waiting.remove(nearest)


def townships_of(works: Roadworks, places: Settlements) -> dict[int, int]:
    """Return the township (its cell) of every village: the one with the shortest way over the land."""
    towns = [places.seat, *places.townships]
    _, _, sources = dijkstra(works.length, indices=towns, return_predecessors=True, min_only=True)
    return {village: int(sources[village]) for village in places.villages}


def _join_villages(works: Roadworks, places: Settlements) -> None:
    owner = townships_of(works, places)
    for town in (places.seat, *places.townships):
        waiting = {village for village in places.villages if owner[village] == town}
        while waiting:
            costs, before = works.ways_from([town])
            for village in sorted(waiting, key=lambda cell: (costs[cell], cell))[:VILLAGES_AT_ONCE]:
                works.build(before, village, "village")
                waiting.remove(village)


def _close_loops(works: Roadworks, places: Settlements, loops: int) -> None:
    """Build short cuts where a neighbour is far by road, the worst first."""
    built = 0
    while built < loops:
        pairs = _long_ways(works, places)[: max(1, loops // 4)]
        if not pairs:
            return
        used: set[int] = set()
        for a, b in pairs:
            if built < loops and not used & {a, b}:
                _, before = works.ways_from([a], farthest=40_000.0)
                works.build(before, b, "loop")
                built += 1
            used |= {a, b}


def _long_ways(works: Roadworks, places: Settlements) -> list[Edge]:
    """Return neighbouring places whose way by road is longer than LOOP_DETOUR times the straight line, worst first."""
    at = np.array(sorted({places.seat, *places.townships, *places.villages}))
    road = works.metres_between(at)
    r, c = np.divmod(at, works.terrain.shape[1])
    straight = np.hypot(r[:, None] - r, c[:, None] - c) * CELL_METRES
    near = (straight > 1500) & (straight < 7000) & np.triu(np.ones(straight.shape, dtype=np.bool_))
    detour = np.where(near, road / np.maximum(straight, 1.0), 0.0)
    found = np.argsort(-detour, axis=None, kind="stable")[:400]
    worst = [divmod(int(k), len(at)) for k in found if LOOP_DETOUR < detour.ravel()[k] < np.inf]
    direct = {(i, j) for i, j in worst if _is_worth(works, int(at[i]), int(at[j]), road[i, j])}
    return [(int(at[i]), int(at[j])) for i, j in worst if (i, j) in direct]


def _is_worth(works: Roadworks, a: int, b: int, road: float) -> bool:
    """A short cut is worth its building when the land rises little between the two places."""
    columns = works.terrain.shape[1]
    (ra, ca), (rb, cb) = divmod(a, columns), divmod(b, columns)
    t = np.linspace(0, 1, 9)
    x, y = ((ca + t * (cb - ca)) + 0.5) * CELL_METRES, ((ra + t * (rb - ra)) + 0.5) * CELL_METRES
    heights = works.terrain.height_at(x, y)
    climb = float(heights.max() - min(heights[0], heights[-1]))
    return climb / MAX_GRADE < 0.55 * road


def _add_spurs(works: Roadworks, spurs: int, rng: np.random.Generator) -> None:
    """Build dead ends into side valleys: field and forest tracks."""
    costs, before = works.ways_from(sorted(works.cells()), farthest=6000.0)
    reachable = np.nonzero((costs > 900) & np.isfinite(costs) & (costs < 4000))[0]
    weight = np.exp(-works.terrain.slope.ravel()[reachable] / 0.15)
    count = min(spurs, len(reachable))
    chosen = rng.choice(reachable, size=count, replace=False, p=weight / weight.sum())
    for cell in _without_neighbours(chosen.tolist(), works.cells(), works.terrain.shape[1]):
        works.build(before, cell, "track")


def _without_neighbours(cells: Iterable[int], taken: set[int], columns: int) -> list[int]:
    kept: list[int] = []
    for cell in cells:
        around = {cell + dr * columns + dc for dr, dc in NEIGHBOURS}
        if not around & taken:
            kept.append(cell)
            taken = taken | around
    return kept

"""Roads and rivers as they are drawn: bends, hairpins, bridges. What is drawn is what is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from shapely.geometry import LineString

from planner.tables.generate.roadworks import Edge, Roadworks, lengthening
from planner.tables.generate.terrain import CELL_METRES, Grid, Terrain

HAIRPIN_WIDTH = 230.0  # metres between the outer bends
HAIRPIN_FROM = 1.2  # lengthening from which a road climbs in hairpins
BANK_METRES = 150.0  # a valley road keeps this far from the stream
TOLERANCE_METRES = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A road between two junctions: its cells in order, and the kind it was built as."""

    cells: tuple[int, ...]
    kind: str


def chains(built: Mapping[Edge, str], stops: frozenset[int]) -> list[Chain]:
    """Return the roads cut at junctions, dead ends, stops, and where the kind changes; in a fixed order."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(built):
        beside[a].append(b)
        beside[b].append(a)

    def kind(a: int, b: int) -> str:
        return built[min(a, b), max(a, b)]

    ends = {
        cell
        for cell, others in beside.items()
        if cell in stops or len(others) != 2 or kind(cell, others[0]) != kind(cell, others[1])
    }
    found: list[Chain] = []
    for start in sorted(ends):
        for after in beside[start]:
            cells = _followed(start, after, beside, ends)
            if (cells[0], cells[1]) <= (cells[-1], cells[-2]):
                found.append(Chain(cells=cells, kind=kind(start, after)))
    return found


def _followed(start: int, after: int, beside: Mapping[int, list[int]], ends: set[int]) -> tuple[int, ...]:
    cells = [start, after]
    while cells[-1] not in ends:
        one, other = beside[cells[-1]]
        cells.append(other if one == cells[-2] else one)
    return tuple(cells)


def stream_points(terrain: Terrain, rng: np.random.Generator) -> Grid:
    """Return where in each cell its stream passes, in metres."""
    return _centres(*terrain.shape) + rng.uniform(-130, 130, (terrain.area.size, 2))


def road_points(terrain: Terrain, streams: Grid, rng: np.random.Generator) -> Grid:
    """Return where in each cell a road would pass, in metres: beside its stream."""
    beside = streams + _left_bank(terrain) * BANK_METRES + rng.uniform(-30, 30, streams.shape)
    return np.asarray(np.round(beside, 1))


def _centres(rows: int, columns: int) -> Grid:
    r, c = np.divmod(np.arange(rows * columns), columns)
    return np.column_stack([c + 0.5, r + 0.5]) * CELL_METRES


def _left_bank(terrain: Terrain) -> Grid:
    """Return per cell the unit vector to the left of where its water flows."""
    rows, columns = terrain.shape
    centres = _centres(rows, columns)
    flow = centres[terrain.receiver] - centres
    size = np.maximum(np.hypot(flow[:, 0], flow[:, 1]), 1e-9)
    return np.column_stack([-flow[:, 1], flow[:, 0]]) / size[:, None]


def draw_road(chain: Chain, works: Roadworks, points: Grid) -> LineString:
    """Return the line of a road in metres, with hairpins where the land is steeper than roads may be."""
    terrain = works.terrain
    height = terrain.height.ravel()[list(chain.cells)]
    at = points[list(chain.cells)]
    straight = np.hypot(*np.diff(at, axis=0).T)
    factor = lengthening(np.abs(np.diff(height)) / straight)
    if chain.kind == "trunk":  # national roads cut and tunnel instead of winding
        factor = 1 + (factor - 1) * 0.3
    line = [at[0]]
    side = 1.0
    for k in range(len(at) - 1):
        bends, side = _hairpins(at[k], at[k + 1], float(factor[k]), side)
        line.extend(bends)
        line.append(at[k + 1])
    return simple_line(_rounded(np.array(line)))


def _hairpins(start: Grid, end: Grid, factor: float, side: float) -> tuple[list[Grid], float]:
    """Return the outer bends between two points so that the way becomes about ``factor`` times as long."""
    if factor < HAIRPIN_FROM:
        return [], side
    along = end - start
    length = float(np.hypot(*along))
    across = np.array([-along[1], along[0]]) / length
    stretch = np.sqrt(factor * factor - 1.0) * length * 1.12  # rounding the bends takes some of it back
    legs = max(1, round(stretch / HAIRPIN_WIDTH))
    out = stretch / legs / 2
    bends = []
    for k in range(legs):
        uneven = 0.72 + 0.56 * float((0.618 * k + start[0] / 97.0) % 1.0)  # no two bends alike, nothing random
        bends.append(start + along * (k + 0.5) / legs + across * side * out * uneven)
        side = -side
    return bends, side


def simple_line(points: Grid) -> LineString:
    """Return the line through the points without those that hardly bend it."""
    kept = LineString(np.round(points, 1)).simplify(TOLERANCE_METRES)
    return LineString(kept.coords)


def _rounded(points: Grid, times: int = 2) -> Grid:
    """Return the line with its corners cut (Chaikin); the ends stay."""
    for _ in range(times):
        if len(points) < 3:
            return points
        first = 0.78 * points[:-1] + 0.22 * points[1:]
        second = 0.22 * points[:-1] + 0.78 * points[1:]
        inner = np.stack([first, second], axis=1).reshape(-1, 2)[1:-1]
        points = np.vstack([points[:1], inner, points[-1:]])
    return points


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A stream from its source, or from where it is first drawn, to where it joins a larger one."""

    line: LineString
    area: float  # square kilometres drained at its end
    cells: tuple[int, ...]


def draw_rivers(terrain: Terrain, streams: Grid, *, smallest_km2: float) -> list[River]:
    """Return the streams, the largest first; every stream keeps its line down to the confluence."""
    area = terrain.area.ravel()
    wet = np.nonzero(area >= smallest_km2)[0]
    rising = sorted(set(wet.tolist()) - {int(terrain.receiver[k]) for k in wet}, key=lambda k: (-_reach(terrain, k), k))
    taken: set[int] = set()
    found: list[River] = []
    for source in rising:
        cells = _downstream(source, terrain, taken)
        taken.update(cells[:-1] if len(cells) > 1 else cells)
        if len(cells) > 1:
            line = simple_line(_rounded(streams[cells]))
            found.append(River(line=line, area=float(area[cells[-2]]), cells=tuple(cells)))
    return found


def _reach(terrain: Terrain, cell: int) -> int:
    steps = 0
    while int(terrain.receiver[cell]) != cell:
        cell = int(terrain.receiver[cell])
        steps += 1
    return steps


def _downstream(cell: int, terrain: Terrain, taken: set[int]) -> list[int]:
    cells = [cell]
    while int(terrain.receiver[cell]) != cell and cell not in taken:
        cell = int(terrain.receiver[cell])
        cells.append(cell)
    return cells

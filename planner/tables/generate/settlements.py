"""Where people live: the seat and the townships on flat ground in large valleys, most villages near a stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from planner.tables.generate.terrain import CELL_METRES, Cells, Grid, Terrain, smooth_noise

VALLEY_SHARE = 0.82  # of the villages lie near a stream
VALLEY_KM2 = 4.0  # drained by what counts as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlements:
    """Cells (flat index) of the seat, of each township, and of each village."""

    seat: int
    townships: tuple[int, ...]
    villages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSpec:
    """How many places, and how far apart in cells villages are at least."""

    townships: int
    villages: int
    village_gap_cells: float = 2.0
    seat_at: tuple[float, float] = (0.5, 0.5)  # where the seat is looked for, from 0 to 1
    clustering: float = 0.6  # 0: evenly spread; 1: close to the townships


def county_area(shape: tuple[int, int], rng: np.random.Generator, *, margin_cells: int = 7) -> NDArray[np.bool_]:
    """Return which cells belong to the county: a blob with an uneven border inside the map."""
    rows, columns = shape
    r, c = np.mgrid[0:rows, 0:columns]
    y, x = (r - (rows - 1) / 2) / (rows / 2 - margin_cells), (c - (columns - 1) / 2) / (columns / 2 - margin_cells)
    uneven = 0.16 * smooth_noise(shape, min(shape) / 12, rng) - 0.05
    return np.asarray((np.abs(x) ** 3 + np.abs(y) ** 3) ** (1 / 3) < 0.96 + uneven)


def settle(terrain: Terrain, spec: SettlementSpec, inside: NDArray[np.bool_], rng: np.random.Generator) -> Settlements:
    """Return the places of a county, each in a cell of its own inside the border."""
    core = ndimage.binary_erosion(inside, iterations=3)
    comfort = np.where(core, _comfort(terrain), 0.0)
    seat = _seat(comfort, terrain, spec.seat_at)
    townships = _spread(comfort * rng.uniform(0.6, 1.0, comfort.shape), seat, spec.townships, core)
    villages = _villages(terrain, spec, core, (seat, *townships), rng)
    return Settlements(seat=seat, townships=townships, villages=villages)


def _comfort(terrain: Terrain) -> Grid:
    """Return how well a town would lie in each cell: flat ground beside a large stream, not in it."""
    stream = ndimage.maximum_filter(terrain.area, size=3)
    beside = np.where(terrain.area > 25.0, 0.35, 1.0)
    return np.asarray(np.log1p(stream) * np.exp(-terrain.slope / 0.06) * beside)


def _seat(comfort: Grid, terrain: Terrain, wanted: tuple[float, float]) -> int:
    rows, columns = terrain.shape
    r, c = np.mgrid[0:rows, 0:columns]
    away = np.hypot(c / columns - wanted[0], r / rows - wanted[1])
    return int(np.argmax(comfort * np.exp(-((away / 0.13) ** 2))))


def _spread(score: Grid, seat: int, count: int, core: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the best cells that keep a distance; the distance shrinks until all find room."""
    columns = score.shape[1]
    gap = 1.05 * np.sqrt(core.sum() / (count + 1))
    order = np.argsort(-score, axis=None, kind="stable")
    order = order[score.ravel()[order] > 0]
    while True:
        chosen = _keeping_apart(order.tolist(), [seat], gap, count + 1, columns)
        if len(chosen) == count + 1:
            return tuple(chosen[1:])
        gap *= 0.93


def _keeping_apart(order: Iterable[int], first: list[int], gap: float, count: int, columns: int) -> list[int]:
    chosen = list(first)
    places = np.zeros((count + len(first), 2))
    places[: len(first)] = [divmod(k, columns) for k in first]
    for k in order:
        if len(chosen) == count:
            break
        here = np.array(divmod(k, columns))
        if (((places[: len(chosen)] - here) ** 2).sum(axis=1) >= gap * gap).all():
            places[len(chosen)] = here
            chosen.append(k)
    return chosen


def _villages(
    terrain: Terrain, spec: SettlementSpec, core: NDArray[np.bool_], towns: tuple[int, ...], rng: np.random.Generator
) -> tuple[int, ...]:
    stream = ndimage.maximum_filter(terrain.area, size=3)
    in_valley = core & (stream >= VALLEY_KM2) & (terrain.area < 60.0)
    gentle = np.exp(-terrain.slope / 0.15) * (1 - spec.clustering + spec.clustering * _near(towns, terrain.shape))
    wanted = round(VALLEY_SHARE * spec.villages)
    low = _drawn(np.where(in_valley, gentle, 0.0), rng)
    high = _drawn(np.where(core & ~in_valley, gentle, 0.0), rng)
    gap = spec.village_gap_cells
    columns = terrain.shape[1]
    while True:
        chosen = _keeping_apart(low, list(towns), gap, len(towns) + wanted, columns)
        chosen = _keeping_apart(high, chosen, gap, len(towns) + spec.villages, columns)
        if len(chosen) == len(towns) + spec.villages:
            return tuple(sorted(chosen[len(towns) :]))
        gap *= 0.9


def _near(towns: tuple[int, ...], shape: tuple[int, int]) -> Grid:
    away = np.ones(shape, dtype=np.bool_)
    away.ravel()[list(towns)] = False
    return np.asarray(np.exp(-ndimage.distance_transform_edt(away) * CELL_METRES / 6000))


def _drawn(weight: Grid, rng: np.random.Generator) -> list[int]:
    """Return the cells with some weight in random order, heavy ones early (Efraimidis and Spirakis 2006)."""
    keys = rng.exponential(1.0, weight.size) / np.maximum(weight.ravel(), 1e-12)
    order: Cells = np.argsort(keys, kind="stable")
    return [int(k) for k in order if weight.ravel()[k] > 0]

"""Mountains by stream-power erosion: uplift against rivers that cut deeper the more land they drain.

The implicit scheme is that of Braun and Willett (Geomorphology 180-181, 2013) with m = 0.5, n = 1; coarse grids
are eroded first and refined, because large valleys settle there in few steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Grid = NDArray[np.float64]
Cells = NDArray[np.int64]
Uplift = Callable[[Grid, Grid, np.random.Generator], Grid]  # (x, y) from 0 to 1 -> relative uplift

CELL_METRES = 500.0
NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
REFINEMENTS = ((4, 40), (2, 20), (1, 12))  # (cells merged, steps of erosion)
WANDERING = 0.5
ERODIBILITY = 6.0  # of one step, relative to uplift; large: rivers reach their profile in few steps


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainSpec:
    """What kind of land: its size in cells, where its rivers leave it, and how high it rises."""

    rows: int
    columns: int
    outlets: tuple[tuple[float, float], ...]  # (x, y) from 0 to 1 on the edge of the map
    uplift: Uplift
    lowest_metres: float
    highest_metres: float
    valley_cells: int = 1  # half width of the floor of a large valley


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Heights in metres, drained area in square kilometres and the cell each cell drains to (flat index)."""

    height: Grid
    area: Grid
    receiver: Cells

    @property
    def shape(self) -> tuple[int, int]:
        """Rows (from the south) and columns (from the west)."""
        return self.height.shape[0], self.height.shape[1]

    @property
    def slope(self) -> Grid:
        """Steepness of the land (rise over run)."""
        down, across = np.gradient(self.height, CELL_METRES)
        return np.asarray(np.hypot(down, across))

    def height_at(self, x: Grid, y: Grid) -> Grid:
        """Return the height at points given in metres from the south-west corner."""
        at = [y / CELL_METRES - 0.5, x / CELL_METRES - 0.5]
        return np.asarray(ndimage.map_coordinates(self.height, at, order=1, mode="nearest"))


def build_terrain(spec: TerrainSpec, rng: np.random.Generator) -> Terrain:
    """Return eroded land; heights are rounded to decimetres so that machines agree."""
    height = np.zeros((2, 2))
    for merged, steps in REFINEMENTS:
        shape = (-(-spec.rows // merged), -(-spec.columns // merged))
        wander = _wander(shape, rng)
        height = _erode(_refined(height, shape, rng), spec, steps=steps, cell=CELL_METRES * merged, wander=wander)
    height = _scaled(height, spec)
    receiver, area = _drain(_filled(height, _outlets(spec, spec.rows, spec.columns)), wander)
    height = _with_floors(height, area, spec.valley_cells)
    return Terrain(height=np.round(height, 1), area=area, receiver=receiver)


def smooth_noise(shape: tuple[int, int], cells: float, rng: np.random.Generator) -> Grid:
    """Return noise from -1 to 1 that changes over about so many cells."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), cells, mode="reflect")
    return np.asarray(noise / max(float(np.abs(noise).max()), 1e-9))


def _refined(height: Grid, shape: tuple[int, int], rng: np.random.Generator) -> Grid:
    zoomed = ndimage.zoom(height, (shape[0] / height.shape[0], shape[1] / height.shape[1]), order=1)
    return np.asarray(zoomed) + rng.uniform(0, 10 + 0.08 * float(height.max()), shape)


def _wander(shape: tuple[int, int], rng: np.random.Generator) -> Grid:
    """Return how willingly water takes each of the eight ways out of a cell: without it valleys run dead straight."""
    return np.asarray(rng.uniform(1 - WANDERING, 1 + WANDERING, (len(NEIGHBOURS), *shape)))


def _outlets(spec: TerrainSpec, rows: int, columns: int) -> NDArray[np.bool_]:
    mask = np.zeros((rows, columns), dtype=np.bool_)
    for x, y in spec.outlets:
        mask[round(y * (rows - 1)), round(x * (columns - 1))] = True
    return mask


def _erode(height: Grid, spec: TerrainSpec, *, steps: int, cell: float, wander: Grid) -> Grid:
    rows, columns = height.shape
    y, x = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    uplift = np.maximum(spec.uplift(x, y, np.random.default_rng(rows)), 0.0)
    fixed = _outlets(spec, rows, columns)
    height = np.where(fixed, 0.0, height)
    for _ in range(steps):
        height = _filled(height, fixed)
        height = _cut(height, uplift * 100.0, fixed, cell, wander)
    return height


def _cut(height: Grid, uplift: Grid, fixed: NDArray[np.bool_], cell: float, wander: Grid) -> Grid:
    """Raise the land and let every river cut down towards the cell it drains to, mouth first."""
    receiver, area = _drain(height, wander, cell)
    columns = height.shape[1]
    steps = np.arange(height.size) - receiver
    diagonal = (np.abs(steps) != 1) & (np.abs(steps) != columns)
    length = np.where(diagonal, np.sqrt(2.0), 1.0) * cell
    strength = (ERODIBILITY * np.sqrt(area.ravel() * 1e6) / length).tolist()
    levels = (height + np.where(fixed, 0.0, uplift)).ravel().tolist()
    targets = receiver.tolist()
    for k in np.argsort(height, axis=None, kind="stable").tolist():
        if targets[k] != k:
            levels[k] = (levels[k] + strength[k] * levels[targets[k]]) / (1.0 + strength[k])
    return np.array(levels).reshape(height.shape)


def _drain(height: Grid, wander: Grid, cell: float = CELL_METRES) -> tuple[Cells, Grid]:
    """Return the cell each cell drains to (itself where it is a mouth) and the area drained, in square kilometres."""
    rows, columns = height.shape
    padded = np.pad(height, 1, constant_values=np.inf)
    own = np.arange(height.size).reshape(rows, columns)
    best, receiver = np.zeros_like(height), own.copy()
    for (dr, dc), will in zip(NEIGHBOURS, wander, strict=True):
        fall = will * (height - padded[1 + dr : 1 + dr + rows, 1 + dc : 1 + dc + columns]) / np.hypot(dr, dc)
        receiver = np.where(fall > best, own + dr * columns + dc, receiver)
        best = np.maximum(best, fall)
    targets = receiver.ravel().tolist()
    drained = [(cell / 1000) ** 2] * height.size
    for k in np.argsort(-height, axis=None, kind="stable").tolist():
        if targets[k] != k:
            drained[targets[k]] += drained[k]
    return receiver.ravel(), np.array(drained).reshape(height.shape)


def _filled(height: Grid, fixed: NDArray[np.bool_]) -> Grid:
    """Return the land with every hollow filled so that water reaches a mouth (priority flood, Barnes 2014)."""
    rows, columns = height.shape
    level = height.copy()
    done = fixed.copy()
    queue = [(float(height[r, c]), int(r), int(c)) for r, c in zip(*np.nonzero(fixed), strict=True)]
    heapq.heapify(queue)
    while queue:
        low, r, c = heapq.heappop(queue)
        for dr, dc in NEIGHBOURS:
            i, j = r + dr, c + dc
            if 0 <= i < rows and 0 <= j < columns and not done[i, j]:
                done[i, j] = True
                level[i, j] = max(level[i, j], low + 0.01)
                heapq.heappush(queue, (float(level[i, j]), i, j))
    return level


def _scaled(height: Grid, spec: TerrainSpec) -> Grid:
    top = float(np.quantile(height, 0.998))
    share = np.minimum(height / top, 1.0 + 0.15 * np.maximum(height / top - 1.0, 0.0))
    return np.asarray(spec.lowest_metres + share * (spec.highest_metres - spec.lowest_metres))


def _with_floors(height: Grid, area: Grid, cells: int) -> Grid:
    """Widen large valleys: what lies beside a large river is no more than a terrace above it."""
    for reach in range(1, cells + 1):
        river = np.where(area > 40.0 * reach * reach, height, np.inf)
        floor = ndimage.minimum_filter(river, size=2 * reach + 1) + 6.0 * reach
        height = np.minimum(height, floor)
    return height

"""Distances on the earth and positions along a line; degrees in WGS-84, always longitude first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import Point

Floats = NDArray[np.float64]

EARTH_RADIUS_METRES = 6_371_008.8
DEGREE_METRES = EARTH_RADIUS_METRES * np.pi / 180


def great_circle_metres(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> Floats:
    """Return the great-circle distance in metres between points in degrees (haversine; arrays broadcast)."""
    lon_1, lat_1, lon_2, lat_2 = (np.radians(np.asarray(a, dtype=np.float64)) for a in (lon_a, lat_a, lon_b, lat_b))
    chord = np.sin((lat_2 - lat_1) / 2) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def metres_along(coords: Floats) -> Floats:
    """Return the metres from the start of a line to each of its points; ``coords`` is (n, 2) in degrees."""
    steps = great_circle_metres(coords[:-1, 0], coords[:-1, 1], coords[1:, 0], coords[1:, 1])
    return np.concatenate(([0.0], np.cumsum(steps)))


def line_metres(coords: ArrayLike) -> float:
    """Return the length in metres of a line of (lon, lat) points."""
    return float(metres_along(np.asarray(coords, dtype=np.float64).reshape(-1, 2))[-1])


def part_of_line(coords: Floats, along: Floats, start: float, stop: float) -> Floats:
    """Return the points of a line from position ``start`` to ``stop`` (in units of ``along``), also backwards."""
    low, high = min(start, stop), max(start, stop)
    hair = along[-1] * 1e-9  # a vertex that is the very end, but for rounding, is not inside
    inside = coords[(along > low + hair) & (along < high - hair)]
    ends = [[np.interp(at, along, coords[:, k]) for k in (0, 1)] for at in (low, high)]
    part = np.vstack((ends[:1], inside, ends[1:]))
    return part if start <= stop else part[::-1]


def middle_latitude(lats: Iterable[float]) -> float:
    """Return the latitude at which a local plane is laid."""
    found = np.fromiter(lats, dtype=np.float64)
    return float((found.min() + found.max()) / 2) if found.size else 0.0


def to_plane(shapes: object, latitude: float) -> NDArray[np.object_]:
    """Return shapely shapes in metres on a local plane: good to 1 % within about 100 km of the latitude."""
    scale = np.array([np.cos(np.radians(latitude)), 1.0]) * DEGREE_METRES
    moved = shapely.transform(np.asarray(shapes, dtype=object), lambda points: points * scale)
    return np.asarray(moved, dtype=object)


def from_plane(point: Point, latitude: float) -> tuple[float, float]:
    """Return (lon, lat) of a point on the local plane of the latitude."""
    return point.x / (np.cos(np.radians(latitude)) * DEGREE_METRES), point.y / DEGREE_METRES

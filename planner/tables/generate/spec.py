"""What the land of a county is made from, and where on earth it is laid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from shapely import transform
from shapely.geometry.base import BaseGeometry

from planner.tables.generate.names import NameStyle
from planner.tables.generate.settlements import SettlementSpec
from planner.tables.generate.terrain import CELL_METRES, Grid, TerrainSpec

Shape = TypeVar("Shape", bound=BaseGeometry)
LAT_METRES = 110_900.0  # of a degree, near 30 degrees north
EQUATOR_METRES = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LandSpec:
    """Everything the land of a county is made from."""

    seed: int
    terrain: TerrainSpec
    places: SettlementSpec
    names: NameStyle
    seat_name: str
    south_west: tuple[float, float]  # lon, lat of the map's corner
    exits: tuple[tuple[float, float], ...]  # where trunk roads leave the map, (x, y) from 0 to 1
    loops: int = 25
    spurs: int = 70
    river_km2: float = 12.0
    narrow_ends: int = 0  # hamlets whose last stretch is a track for small vehicles


def to_degrees(spec: LandSpec, shape: Shape) -> Shape:
    """Return a shape in metres from the map's corner as longitude and latitude, five decimals."""
    lon, lat = spec.south_west
    middle = lat + spec.terrain.rows * CELL_METRES / 2 / LAT_METRES
    per_degree = EQUATOR_METRES * np.cos(np.radians(middle))

    def moved(points: Grid) -> Grid:
        return np.asarray(np.round(points / [per_degree, LAT_METRES] + [lon, lat], 5))

    moved_shape: Shape = transform(shape, moved)
    return moved_shape

"""What the pictures are drawn on: roads, rivers, the boundary, and the line a leg follows. Plain degrees (lon, lat)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, STRtree, get_coordinates, get_parts, line_merge
from shapely.geometry import box as rectangle
from shapely.geometry.base import BaseGeometry

from maps.styles import RANKS, road_rank
from planner.values import DateRange

LonLat = tuple[float, float]
Line = tuple[LonLat, ...]
Geometries = NDArray[np.object_]  # lines of shapely, in degrees
LegLine = Callable[[str, str, date, str], Line]  # origin id, destination id, day, access class


class LineIndex:
    """Lines found by where they are: a map shows few of a county's roads, and to look at all of them takes time."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = as_geometries(lines)
        self._tree = STRtree(self._lines)

    def near(self, west: float, south: float, east: float, north: float) -> Geometries:
        """Return the lines whose extent meets the rectangle of degrees, in the order in which they were given."""
        found: Geometries = self._lines[np.sort(self._tree.query(rectangle(west, south, east, north)))]
        return found


def as_geometries(lines: Sequence[Line]) -> Geometries:
    """Return the lines, those of a single point left out, as geometries."""
    return np.array([LineString(line) for line in lines if len(line) > 1], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLine:
    """One piece of road; ``road_class`` as in OpenStreetMap's ``highway``."""

    points: Line
    road_class: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRoad:
    """A road that cannot be driven on some days: what people call it, why, and its lines (none when unknown)."""

    name: str
    reason: str
    days: DateRange
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Backdrop:
    """The county's lines, each empty when unknown; indexes of them are made once, for hundreds of maps."""

    roads: tuple[RoadLine, ...] = ()
    rivers: tuple[Line, ...] = ()
    boundary: tuple[Line, ...] = ()

    @cached_property
    def roads_by_rank(self) -> tuple[LineIndex, ...]:
        """The roads of each rank of ``maps.styles.road_rank``, the largest roads first."""
        ranks = [road_rank(road.road_class) for road in self.roads]
        by_rank = ([r.points for r, rank in zip(self.roads, ranks, strict=True) if rank == k] for k in range(RANKS))
        return tuple(map(LineIndex, by_rank))

    @cached_property
    def named_roads(self) -> tuple[tuple[int, str, LineIndex], ...]:
        """The rank, the name and the lines of every road that has a name, the largest and then the longest first."""
        pieces: dict[tuple[int, str], list[LineString]] = defaultdict(list)
        for road in self.roads:
            if road.name.strip() and len(road.points) > 1:
                pieces[road_rank(road.road_class), road.name.strip()].append(LineString(road.points))
        whole = {key: line_merge(MultiLineString(found)) for key, found in pieces.items()}
        order = sorted(whole, key=lambda key: (key[0], -whole[key].length, key[1]))
        return tuple((rank, name, LineIndex(_lines_of(whole[rank, name]))) for rank, name in order)

    @cached_property
    def river_index(self) -> LineIndex:
        """The rivers."""
        return LineIndex(self.rivers)

    @cached_property
    def boundary_index(self) -> LineIndex:
        """The boundary."""
        return LineIndex(self.boundary)


def _lines_of(shape: BaseGeometry) -> list[Line]:
    """Return the lines of a line or of many."""
    return [tuple((lon, lat) for lon, lat in get_coordinates(part).tolist()) for part in get_parts(shape)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A backdrop, where a leg runs on it (a straight line of two points when the road is not known), and closures."""

    backdrop: Backdrop
    leg_line: LegLine
    closed_roads: tuple[ClosedRoad, ...] = ()

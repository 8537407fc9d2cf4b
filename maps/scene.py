"""What the pictures are drawn on: roads, rivers, the boundary, and the line a leg follows. Plain degrees (lon, lat)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from planner.values import DateRange

LonLat = tuple[float, float]
Line = tuple[LonLat, ...]
LegLine = Callable[[str, str, date, str], Line]  # origin id, destination id, day, access class


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLine:
    """One piece of road; ``road_class`` as in OpenStreetMap's ``highway``."""

    points: Line
    road_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRoad:
    """A road that cannot be driven on some days: what people call it, why, and its lines (none when unknown)."""

    name: str
    reason: str
    days: DateRange
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """The county's lines, each empty when unknown."""

    roads: tuple[RoadLine, ...] = ()
    rivers: tuple[Line, ...] = ()
    boundary: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A backdrop, where a leg runs on it (a straight line of two points when the road is not known), and closures."""

    backdrop: Backdrop
    leg_line: LegLine
    closed_roads: tuple[ClosedRoad, ...] = ()

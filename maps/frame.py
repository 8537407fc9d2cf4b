"""From degrees to millimetres on a sheet: the frame of a drawn map, and how to choose it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry import Polygon
from shapely.geometry import box as rectangle

from maps.labels import Box, Point, box_around
from maps.scene import Geometries, LonLat

METRES_PER_DEGREE = 111_195.0  # of latitude, on the sphere of mean radius
SHRINKS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
SMALLEST_SPAN_METRES = 3_000.0
BEYOND = 2.0  # millimetres around the map that are drawn too, for the ends of thick lines
HAIR = 1e-9  # degrees, for rounding
DETAIL = 0.1  # what is smaller on paper is not drawn
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))  # top left, top right, bottom right, bottom left


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A map of ``width`` by ``height`` millimetres; north is up, ``scale`` in millimetres per metre.

    The point (lon, lat) lies in the middle, moved by (dx, dy). Degrees are scaled evenly (longitude by the cosine of
    that latitude): right to some metres in a county.
    """

    lon: float
    lat: float
    scale: float
    width: float
    height: float
    dx: float = 0.0
    dy: float = 0.0

    def xy(self, point: LonLat) -> Point:
        """Return the place on paper, y downwards from the top."""
        east = (point[0] - self.lon) * METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        north = (point[1] - self.lat) * METRES_PER_DEGREE
        return self.width / 2 + self.dx + east * self.scale, self.height / 2 + self.dy - north * self.scale

    @property
    def box(self) -> Box:
        """The edge of the map."""
        return Box(left=0, top=0, right=self.width, bottom=self.height)

    @property
    def edge(self) -> Box:
        """Where the frame's own line is drawn: all of it on the map, or the paper's edge would cut it."""
        return self.box.shrunk(0.2)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The least and most longitude and latitude of what ``visible`` shows, and a hair more."""
        per_degree = METRES_PER_DEGREE * self.scale
        across = per_degree * math.cos(math.radians(self.lat))
        right, down = self.width / 2 + BEYOND, self.height / 2 + BEYOND
        west, east = self.lon + (-right - self.dx) / across, self.lon + (right - self.dx) / across
        south, north = self.lat - (down - self.dy) / per_degree, self.lat + (down + self.dy) / per_degree
        return west - HAIR, south - HAIR, east + HAIR, north + HAIR

    def line(self, points: Iterable[LonLat]) -> list[Point]:
        """Return a whole line on paper."""
        return [self.xy(point) for point in points]

    def visible(self, lines: Geometries, tolerance: float = DETAIL) -> list[list[Point]]:
        """Return the parts of the lines that lie on the map (and a little beyond), simplified; one order for both."""
        points = shapely.get_coordinates(lines)
        east = (points[:, 0] - self.lon) * METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        north = (points[:, 1] - self.lat) * METRES_PER_DEGREE
        x, y = self.width / 2 + self.dx + east * self.scale, self.height / 2 + self.dy - north * self.scale
        drawn = shapely.set_coordinates(lines.copy(), np.column_stack((x, y)))
        edge = rectangle(-BEYOND, -BEYOND, self.width + BEYOND, self.height + BEYOND)
        cut = shapely.simplify(drawn[~_are_beside(drawn, edge)], tolerance)
        beyond = ~_are_within(cut, edge)
        cut[beyond] = shapely.intersection(cut[beyond], edge)
        kinds = shapely.get_type_id(cut)
        parts = shapely.get_parts(cut[(kinds == GeometryType.LINESTRING) | (kinds == GeometryType.MULTILINESTRING)])
        where, part = shapely.get_coordinates(parts, return_index=True)
        ends = np.searchsorted(part, np.arange(1, len(parts) + 1))
        flat = list(zip(*where.T.tolist(), strict=True)) if len(parts) else []
        return [flat[start:end] for start, end in pairwise([0, *ends.tolist()])]


def _are_beside(lines: Geometries, edge: Polygon) -> NDArray[np.bool_]:
    """Return which lines surely miss a rectangle: most roads of a county do, and cutting costs time."""
    bounds, (left, top, right, bottom) = shapely.bounds(lines), edge.bounds
    across = (bounds[:, 2] < left) | (bounds[:, 0] > right)
    found: NDArray[np.bool_] = across | (bounds[:, 3] < top) | (bounds[:, 1] > bottom)
    return found


def _are_within(lines: Geometries, edge: Polygon) -> NDArray[np.bool_]:
    """Return which lines lie inside a rectangle: there is nothing to cut, and cutting costs time."""
    bounds, (left, top, right, bottom) = shapely.bounds(lines), edge.bounds
    across = (bounds[:, 0] > left) & (bounds[:, 2] < right)
    found: NDArray[np.bool_] = across & (bounds[:, 1] > top) & (bounds[:, 3] < bottom)
    return found


def fit(points: Sequence[LonLat], *, width: float, height: float, margin: float) -> Frame:
    """Return the frame that shows all points as large as possible inside the margin."""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    lat = (south + north) / 2
    across = max((east - west) * METRES_PER_DEGREE * math.cos(math.radians(lat)), SMALLEST_SPAN_METRES)
    along = max((north - south) * METRES_PER_DEGREE, SMALLEST_SPAN_METRES)
    scale = min((width - 2 * margin) / across, (height - 2 * margin) / along)
    return Frame(lon=(west + east) / 2, lat=lat, scale=scale, width=width, height=height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A frame, and a free corner of it for each box asked."""

    frame: Frame
    boxes: tuple[Box, ...]


def arrange(
    frame: Frame, *, points: Sequence[LonLat], lines: Sequence[Sequence[LonLat]], sizes: Sequence[tuple[float, float]]
) -> Arrangement:
    """Return the frame, shrunk and moved as little as needed so that no point lies under a box of ``sizes``.

    Of equal frames the one whose boxes hide the fewest vertices of the lines is taken.
    """
    vertices = [point for line in lines for point in line[:: max(1, len(line) // 40)]]
    ways = [way for way in product(CORNERS, repeat=len(sizes)) if len(set(way)) == len(way)]
    for shrink in SHRINKS:
        small = replace(frame, scale=frame.scale * shrink)
        tried = [_arranged(small, way, sizes, points, slack=1 - shrink) for way in ways]
        free = [a for a in tried if not _hidden(a, points, clearance=5.0)]
        if free:
            return min(free, key=lambda a: _hidden(a, vertices, clearance=0.5))
    return min(tried, key=lambda a: _hidden(a, points, clearance=5.0))


def _arranged(
    frame: Frame,
    way: Sequence[tuple[int, int]],
    sizes: Sequence[tuple[float, float]],
    points: Sequence[LonLat],
    *,
    slack: float,
) -> Arrangement:
    """Push the map away from the first box into the room that shrinking has made."""
    (to_x, to_y) = way[0]
    moved = replace(
        frame,
        dx=(1 - 2 * to_x) * slack * frame.width / 2.4,
        dy=(1 - 2 * to_y) * slack * frame.height / 2.4,
    )
    boxes = tuple(_corner(frame, corner, size) for corner, size in zip(way, sizes, strict=True))
    return Arrangement(frame=moved, boxes=boxes)


def _corner(frame: Frame, corner: tuple[int, int], size: tuple[float, float]) -> Box:
    x = size[0] / 2 if corner[0] == 0 else frame.width - size[0] / 2
    y = size[1] / 2 if corner[1] == 0 else frame.height - size[1] / 2
    return box_around((x, y), *size)


def _hidden(arrangement: Arrangement, points: Sequence[LonLat], *, clearance: float) -> int:
    """Return how many of the points come under a box or within the clearance of it."""
    spots = [box_around(arrangement.frame.xy(point), 0, 0) for point in points]
    return sum(spot.overlaps(box, clearance) for spot in spots for box in arrangement.boxes)

"""Names of roads, written along them where there is room that nothing else needs. Lengths in millimetres.

They come last and give way to everything: a name stands beside a straighter stretch of its road, once on a map, and is
left out where it would touch a route, a marker, another name or the edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString

from maps.frame import Frame
from maps.labels import Box, Point, box_around, overlaps, rectangles, shorten, sides, text_width
from maps.scene import Backdrop
from maps.svg import add_group, add_text, show

SIZE, LONGEST = 2.3, 14.0
MOST = 8  # names of roads on a map: a hint here and there, not a directory
STEP = 1.5  # between the places that are tried along a road
SHORTEST_CHORD, MOST_BENT = 0.9, 2.5  # of a stretch with a name: as a part of its length, and from side to side
AWAY, FURTHER = 1.9, (0.0, 1.5)  # from the outermost bend of the road to the middle of the name
CLEAR = 0.4  # around every letter
Floats = NDArray[np.float64]
MIDDLE_RANK = 1  # names of tracks are left to the tables


@dataclass(frozen=True, slots=True)
class RoadName:
    """A name with its place: the middle, and the angle in degrees at which it is read."""

    text: str
    centre: Point
    angle: float

    @property
    def letters(self) -> list[Box]:
        """The upright box around each letter as it stands on paper."""
        ux, uy = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        along = -text_width(self.text) * SIZE / 2
        found = []
        for char in self.text:
            wide = text_width(char) * SIZE
            middle = along + wide / 2
            along += wide
            at = self.centre[0] + middle * ux, self.centre[1] + middle * uy
            size = wide * abs(ux) + SIZE * abs(uy), wide * abs(uy) + SIZE * abs(ux)
            found.append(box_around(at, *size))
        return found


def draw_road_names(
    parent: ET.Element, frame: Frame, backdrop: Backdrop, *, taken: Sequence[Box], lines: Sequence[LineString]
) -> list[RoadName]:
    """Write the names for which there is room and return them; the largest roads come first."""
    room = _Room(frame.box, taken, lines)
    placed: list[RoadName] = []
    for rank, name, index in backdrop.named_roads:
        if rank > MIDDLE_RANK or len(placed) == MOST:
            break
        shown = shorten(name, LONGEST)
        if any(shown == place.text for place in placed):
            continue  # its larger part has it
        near = index.near(*frame.extent)
        if not len(near):  # as most roads of a county
            continue
        places = _places(shown, frame.visible(near))
        found = next((place for place in places if room.is_free_for(place)), None)
        if found is not None:
            placed.append(found)
            room.take(found.letters)
    group = add_group(parent, "road-names")
    for place in placed:
        turn = f"rotate({show(place.angle)} {show(place.centre[0])} {show(place.centre[1])})"
        add_text(group, place.text, place.centre, SIZE, "road-name", transform=turn)
    return placed


class _Room:
    """What is left of a map."""

    def __init__(self, edge: Box, taken: Sequence[Box], lines: Sequence[LineString]) -> None:
        self._edge = edge
        self._taken = sides(taken)
        self._lines = STRtree(lines)

    def is_free_for(self, name: RoadName) -> bool:
        """Return whether no letter touches what is drawn already, and none the edge."""
        letters = name.letters
        if not all(letter.shrunk(-CLEAR).is_inside(self._edge) for letter in letters):
            return False
        if overlaps(sides(letters), self._taken, CLEAR).any():
            return False
        shapes = rectangles(letter.shrunk(-CLEAR / 2) for letter in letters)
        return not self._lines.query(shapes, predicate="intersects").size

    def take(self, boxes: Sequence[Box]) -> None:
        """Keep others away from there."""
        self._taken = np.concatenate((self._taken, sides(boxes)))


def _places(text: str, parts: Sequence[Sequence[Point]]) -> Iterator[RoadName]:
    """Yield the places beside the straighter stretches of a road, the middle of its longest part first."""
    room = text_width(text) * SIZE
    for line in sorted((LineString(part) for part in parts), key=lambda line: -line.length):
        if line.length < room:
            return
        starts = np.arange(0.0, line.length - room + 1e-9, STEP)
        starts = starts[np.argsort(np.abs(starts - (line.length - room) / 2), kind="stable")]
        along = starts[:, None] + np.linspace(0.0, room, max(3, round(room / STEP)))[None, :]
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, along)).reshape(*along.shape, 2)
        for stretch in points:
            yield from _beside(text, stretch)


def _beside(text: str, stretch: Floats) -> Iterator[RoadName]:
    """Yield the name on either side of a stretch, to be read from the left, or upwards where it is upright."""
    a, b = stretch[0], stretch[-1]
    if (b[0], -b[1]) < (a[0], -a[1]):
        a, b = b, a
    chord = float(np.hypot(*(b - a)))
    if chord < SHORTEST_CHORD * text_width(text) * SIZE:
        return
    along = (b - a) / chord
    across = np.array([along[1], -along[0]])  # upwards where the name lies level
    bends = (stretch - a) @ across
    if np.ptp(bends) > MOST_BENT:
        return
    for more in FURTHER:
        for side, bent in ((1, bends.max()), (-1, -bends.min())):
            x, y = (a + b) / 2 + across * side * (max(0.0, bent) + AWAY + more)
            yield RoadName(text, (float(x), float(y)), math.degrees(math.atan2(along[1], along[0])))

"""Where numbers and names go on a drawn map so that none covers another. Lengths in millimetres, y downwards.

Placing labels well is hard in general (Christensen, Marks and Shieber 1995); with a few dozen labels a descent over
a short list of candidate places is good and quick, and it is the same every time.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, STRtree

Point = tuple[float, float]
Sides = NDArray[np.float64]  # left, top, right and bottom of each box

CLASH = 1_000.0  # the cost of covering another label: more than any place can cost by itself
STEP_COST, COVER_COST, CROSSING_COST = (
    0.25,
    1.5,
    6.0,
)  # of a less preferred place, a mm of line hidden, a marker crossed
ROUNDS = 12  # sweeps of the descent; it settles in three or four
PREFERRED = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))  # right of the point first
REACH = (0.6, 3.2, 6.4, 10.0, 14.0)  # gaps between a marker and its name; from the second on a thin line leads to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Return whether the two come closer than the gap."""
        across = self.left < other.right + gap and other.left < self.right + gap
        return across and self.top < other.bottom + gap and other.top < self.bottom + gap

    def is_inside(self, frame: Box) -> bool:
        """Return whether no part of it sticks out of the frame."""
        across = frame.left <= self.left and self.right <= frame.right
        return across and frame.top <= self.top and self.bottom <= frame.bottom

    def shrunk(self, margin: float) -> Box:
        """Return the box without a margin all around."""
        return Box(
            left=self.left + margin, top=self.top + margin, right=self.right - margin, bottom=self.bottom - margin
        )

    @property
    def centre(self) -> Point:
        """Its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


FAR_AWAY = Box(left=-1e9, top=-1e9, right=-1e9, bottom=-1e9)  # where a name without a place stands


def box_around(centre: Point, width: float, height: float) -> Box:
    """Return the box of that size around the point."""
    x, y = centre
    return Box(left=x - width / 2, top=y - height / 2, right=x + width / 2, bottom=y + height / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A name to place beside what it names; when there is no room, the lower weight goes."""

    beside: Box
    width: float
    height: float
    weight: float = 1.0
    reach: tuple[float, ...] = REACH
    most_covered: float = math.inf  # millimetres of line it may hide


@dataclass(frozen=True, slots=True)
class _Candidate:
    box: Box
    cost: float


def text_width(text: str) -> float:
    """Return the width of a text in ems, on the safe side, for the usual sans-serif fonts."""
    return sum(_advance(char) for char in text)


@lru_cache(maxsize=8192)
def _advance(char: str) -> float:
    if unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc"}:
        return 0.0
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    return 0.68 if char.isupper() or char in "mw%@{}&" else 0.57


def shorten(text: str, ems: float) -> str:
    """Return the text, cut with an ellipsis when it is wider."""
    if text_width(text) <= ems:
        return text
    kept, width = [], 1.0
    for char in text:
        width += _advance(char)
        if width > ems:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def place_markers(wanted: Sequence[tuple[Point, float, float]], *, taken: Sequence[Box], frame: Box) -> list[Box]:
    """Return a box for each (anchor, width, height), as near to its anchor as others, earlier ones, leave room.

    No two boxes overlap, and none overlaps a taken box, unless the frame is full.
    """
    placed: list[Box] = []
    for anchor, width, height in wanted:
        spots = (box_around(spot, width, height) for spot in _spiral(anchor))
        obstacles = [*taken, *placed]
        free = (b for b in spots if b.is_inside(frame) and not any(b.overlaps(other, 0.25) for other in obstacles))
        placed.append(next(free, box_around(anchor, width, height)))
    return placed


def _spiral(anchor: Point) -> Iterator[Point]:
    """Yield the anchor, then points on wider and wider rings around it, 30 mm at most."""
    yield anchor
    for ring in range(1, 41):
        radius = 0.75 * ring
        steps = 8 + 4 * ring
        for step in range(steps):
            angle = 2 * math.pi * step / steps
            yield anchor[0] + radius * math.cos(angle), anchor[1] + radius * math.sin(angle)


def place_names(
    wanted: Sequence[Wanted], *, taken: Sequence[Box], lines: Sequence[LineString], frame: Box
) -> list[Box | None]:
    """Return a box for each name, or None where there is no room.

    No box overlaps another, a taken box or the frame's edge; lines are covered as little as possible.
    """
    tree = STRtree(lines)
    marks = sides(taken)
    choices = [_candidates(name, marks=marks, lines=lines, tree=tree, frame=frame) for name in wanted]
    chosen = [min(options, key=lambda c: c.cost) if options else None for options in choices]
    places = [sides(candidate.box for candidate in options) for options in choices]
    for _ in range(ROUNDS):
        if not _improve(chosen, choices, places):
            break
    return _without_clashes(chosen, wanted)


def _candidates(
    name: Wanted, *, marks: Sides, lines: Sequence[LineString], tree: STRtree, frame: Box
) -> list[_Candidate]:
    spots = list(_spots(name))
    clashes = overlaps(sides(spots), marks, 0.1).sum(axis=1)
    free = [(k, box) for k, box in enumerate(spots) if not clashes[k] and box.is_inside(frame)]
    if not free:
        return []
    others = marks[(marks != sides([name.beside])).any(axis=1)]
    crossed = _crossed(name.beside.centre, [box.centre for _, box in free], others)
    found = []
    covers = _covered([box for _, box in free], lines, tree)
    for (preference, box), count, covered in zip(free, crossed, covers, strict=True):
        if covered <= name.most_covered:
            leads_over = 0 if box.overlaps(name.beside, REACH[1] / 2) else count
            cost = STEP_COST * preference + COVER_COST * covered + CROSSING_COST * leads_over
            found.append(_Candidate(box, cost))
    return found


def sides(boxes: Iterable[Box]) -> Sides:
    """Return the boxes as a table."""
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], dtype=np.float64).reshape(-1, 4)


def overlaps(some: Sides, others: Sides, gap: float) -> NDArray[np.bool_]:
    """Return which of some boxes come closer than the gap to which others, as ``Box.overlaps`` tells of two."""
    left, top, right, bottom = (some[:, None, k] for k in range(4))
    other_left, other_top, other_right, other_bottom = (others[None, :, k] for k in range(4))
    across = (left < other_right + gap) & (other_left < right + gap)
    found: NDArray[np.bool_] = across & (top < other_bottom + gap) & (other_top < bottom + gap)
    return found


def _crossed(start: Point, ends: Sequence[Point], markers: Sides) -> list[int]:
    """Return how many markers the straight line from the start to each end meets (Liang and Barsky 1984)."""
    to = np.array(ends, dtype=np.float64).reshape(-1, 2)
    first, last = np.zeros((len(to), len(markers))), np.ones((len(to), len(markers)))
    is_beside = np.zeros_like(first, dtype=np.bool_)
    for axis in (0, 1):
        step = (to[:, axis] - start[axis])[:, None]
        for sign, room in ((-1, start[axis] - markers[:, axis]), (1, markers[:, axis + 2] - start[axis])):
            with np.errstate(divide="ignore", invalid="ignore"):
                at = room[None, :] / (sign * step)
            first = np.where(sign * step < 0, np.maximum(first, at), first)
            last = np.where(sign * step > 0, np.minimum(last, at), last)
            is_beside |= (step == 0) & (room[None, :] < 0)
    counts: list[int] = ((first <= last) & ~is_beside).sum(axis=1).tolist()
    return counts


def _spots(name: Wanted) -> Iterator[Box]:
    """Yield boxes beside the marker in order of preference, nearer ones first."""
    x, y = name.beside.centre
    half_width, half_height = x - name.beside.left, y - name.beside.top
    for gap in name.reach:
        for to_x, to_y in PREFERRED:
            slant = 0.75 if to_x and to_y else 1.0  # corners may come a little closer
            cx = x + to_x * (half_width + gap + name.width / 2) * (slant if to_y else 1.0)
            cy = y + to_y * (half_height + gap + name.height / 2) * (slant if to_x else 1.0)
            yield box_around((cx, cy), name.width, name.height)


def _covered(boxes: Sequence[Box], lines: Sequence[LineString], tree: STRtree) -> list[float]:
    """Return the length of line hidden by each box, in millimetres."""
    shapes = rectangles(boxes)
    pairs = tree.query(shapes, predicate="intersects")
    which, line = pairs[:, np.lexsort(pairs[::-1])]
    hidden = shapely.length(shapely.intersection(shapes[which], np.array(lines, dtype=object)[line]))
    lengths: list[float] = np.bincount(which, weights=hidden, minlength=len(boxes)).tolist()
    return lengths


def rectangles(boxes: Iterable[Box]) -> NDArray[np.object_]:
    """Return the boxes as polygons."""
    return np.asarray(shapely.box(*sides(boxes).T), dtype=object)


def _improve(chosen: list[_Candidate | None], choices: Sequence[Sequence[_Candidate]], places: Sequence[Sides]) -> bool:
    """Move each name once to where it is cheapest given the others; return whether any moved."""
    has_moved = False
    now = sides(FAR_AWAY if candidate is None else candidate.box for candidate in chosen)
    for k, options in enumerate(choices):
        if not options:
            continue
        clashes = overlaps(places[k], np.delete(now, k, axis=0), 0.2).sum(axis=1)
        cost = np.array([option.cost for option in options]) + CLASH * clashes
        best = options[int(np.argmin(cost))]
        has_moved |= best is not chosen[k]
        chosen[k], now[k] = best, sides([best.box])[0]
    return has_moved


def _without_clashes(chosen: Sequence[_Candidate | None], wanted: Sequence[Wanted]) -> list[Box | None]:
    """Keep the names in order of weight, each only if it is free of those kept before."""
    kept: dict[int, Box] = {}
    for k in sorted(range(len(wanted)), key=lambda i: (-wanted[i].weight, i)):
        candidate = chosen[k]
        if candidate is not None and not any(candidate.box.overlaps(box) for box in kept.values()):
            kept[k] = candidate.box
    return [kept.get(k) for k in range(len(wanted))]

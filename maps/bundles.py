"""Days that share a road, drawn side by side: one strand per day, each a little beside the next.

All lines are first walked in small steps on common nodes, so that legs which follow the same road share them exactly,
however each was simplified. A stretch used by the same days is a chain; its days are offset around its middle.
Lengths in millimetres.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from shapely import get_coordinates, line_interpolate_point
from shapely.geometry import LineString, MultiLineString
from shapely.ops import linemerge

from maps.web import Point, Web, key

STEP = 0.5  # between nodes: below what the eye follows on paper
SNAP = 0.4  # more than half a step, so that a point between two nodes finds one of them
SMOOTH = 0.12  # tolerance of the last simplification
SHARPEST = 0.7  # limits how far a corner's tip moves out: to about 1.7 times the offset

Strands = dict[int, list[list[Point]]]


def bundle(lines_by_day: Mapping[int, Sequence[Sequence[Point]]], *, spacing: float) -> Strands:
    """Return each day's lines, offset so that days on one road lie ``spacing`` apart around it.

    The first point of the first line is taken as the base: strands keep their side along a trunk road that leads away
    from it.
    """
    web = Web(SNAP)
    for day in sorted(lines_by_day):
        for line in lines_by_day[day]:
            web.add(_steps(line), day)
    strands: Strands = {day: [] for day in sorted(lines_by_day)}
    ends: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)  # (day, node) -> (strand, first or last)
    for chain in web.chains():
        days = sorted(web.users[key(*chain[:2])])
        for rank, day in enumerate(days):
            strands[day].append(_beside([web.points[k] for k in chain], spacing * (rank - (len(days) - 1) / 2)))
            ends[day, chain[0]].append((len(strands[day]) - 1, 0))
            ends[day, chain[-1]].append((len(strands[day]) - 1, -1))
    _meet(strands, ends)
    return {day: _merge(found) for day, found in strands.items()}


def _steps(line: Sequence[Point]) -> list[Point]:
    """Return points along the line every STEP, and its end."""
    whole = LineString(line)
    count = max(1, round(whole.length / STEP))
    points = line_interpolate_point(whole, np.arange(count + 1) / count, normalized=True)  # at once: much quicker
    return [(x, y) for x, y in get_coordinates(points).tolist()]


def _beside(points: list[Point], offset: float) -> list[Point]:
    """Return the line moved sideways: each point along the mean of its neighbours' normals, sharp corners cut short."""
    smooth = [(x, y) for x, y in LineString(points).simplify(SMOOTH).coords]
    if not offset:
        return smooth
    normals = [_normal(a, b) for a, b in pairwise(smooth)]
    moved = []
    for k, (x, y) in enumerate(smooth):
        before, after = normals[max(0, k - 1)], normals[min(k, len(normals) - 1)]
        nx, ny = before[0] + after[0], before[1] + after[1]
        scale = offset / max(0.5 * (nx * nx + ny * ny), SHARPEST)
        moved.append((x + nx * scale, y + ny * scale))
    return moved


def _normal(a: Point, b: Point) -> Point:
    length = math.dist(a, b) or 1.0
    return -(b[1] - a[1]) / length, (b[0] - a[0]) / length


def _meet(strands: Strands, ends: Mapping[tuple[int, int], Sequence[tuple[int, int]]]) -> None:
    """Let a day's strands that end at one node end at one point, so that its line has no gaps."""
    for (day, _), places in ends.items():
        points = [strands[day][strand][end] for strand, end in places]
        middle = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
        for strand, end in places:
            strands[day][strand][end] = middle


def _merge(strands: list[list[Point]]) -> list[list[Point]]:
    """Join strands end to end so that a dash pattern runs on."""
    if len(strands) < 2:
        return strands
    merged = linemerge(MultiLineString(strands))
    parts = merged.geoms if isinstance(merged, MultiLineString) else [merged]
    return [[(x, y) for x, y in part.coords] for part in parts]

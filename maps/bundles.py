"""Days that share a road, drawn side by side: one strand per day, each a little beside the next.

All lines are first walked in small steps on common nodes, so that legs which follow the same road share them exactly,
however each was simplified. A stretch used by the same days is a chain; its days are offset around its middle.
Lengths in millimetres.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shapely.geometry import LineString, MultiLineString
from shapely.ops import linemerge

Point = tuple[float, float]
Polyline = Sequence[Point]

STEP = 0.5  # between nodes: below what the eye follows on paper
SNAP = 0.4  # more than half a step, so that a point between two nodes finds one of them
SMOOTH = 0.12  # tolerance of the last simplification


@dataclass(slots=True)
class _Net:
    """Common nodes, and which days use the step between two of them."""

    points: list[Point] = field(default_factory=list)
    cells: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    days: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    near: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def node(self, point: Point) -> int:
        """Return the nearest node within reach, else a new one at the point."""
        column, row = math.floor(point[0] / SNAP), math.floor(point[1] / SNAP)
        around = [k for i in (-1, 0, 1) for j in (-1, 0, 1) for k in self.cells.get((column + i, row + j), ())]
        found = min(((math.dist(point, self.points[k]), k) for k in around), default=(math.inf, -1))
        if found[0] <= SNAP:
            return found[1]
        self.points.append(point)
        self.cells[column, row].append(len(self.points) - 1)
        return len(self.points) - 1

    def join(self, u: int, v: int, day: int) -> None:
        """Mark the way from u to v as used on the day: a known way of a few steps, else a new step."""
        for a, b in pairwise(self._known_way(u, v) or (u, v)):
            self.days[min(a, b), max(a, b)].add(day)
            self.near[a].add(b)
            self.near[b].add(a)

    def _known_way(self, u: int, v: int) -> tuple[int, ...] | None:
        if v in self.near[u]:
            return (u, v)
        limit = 1.5 * math.dist(self.points[u], self.points[v])
        for x in sorted(self.near[u]):
            way = math.dist(self.points[u], self.points[x]) + math.dist(self.points[x], self.points[v])
            if v in self.near[x] and way <= limit:
                return (u, x, v)
        return None


def bundle(lines_by_day: Mapping[int, Sequence[Polyline]], *, spacing: float) -> dict[int, list[list[Point]]]:
    """Return each day's lines, offset so that days on one road lie ``spacing`` apart around it.

    The first point of the first line is taken as the base: strands keep their side along a trunk road that leads away
    from it.
    """
    net = _Net()
    for day in sorted(lines_by_day):
        for line in lines_by_day[day]:
            nodes = [net.node(point) for point in _steps(line)]
            for u, v in pairwise(nodes):
                if u != v:
                    net.join(u, v, day)
    strands: dict[int, list[list[Point]]] = {day: [] for day in sorted(lines_by_day)}
    ends: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)  # (day, node) -> (strand, first or last)
    for chain in _chains(net):
        days = sorted(net.days[min(chain[:2]), max(chain[:2])])
        for rank, day in enumerate(days):
            strands[day].append(_beside([net.points[k] for k in chain], spacing * (rank - (len(days) - 1) / 2)))
            ends[day, chain[0]].append((len(strands[day]) - 1, 0))
            ends[day, chain[-1]].append((len(strands[day]) - 1, -1))
    _meet(strands, ends)
    return {day: _merge(found) for day, found in strands.items()}


def _steps(line: Polyline) -> Iterable[Point]:
    """Yield points along the line every STEP, and its end."""
    whole = LineString(line)
    count = max(1, round(whole.length / STEP))
    for k in range(count + 1):
        point = whole.interpolate(k / count, normalized=True)
        yield point.x, point.y


def _chains(net: _Net) -> list[list[int]]:
    """Return runs of nodes used by the same days throughout, each walked away from the base."""
    hops = _hops(net)
    breaks = {node for node in net.near if _is_break(net, node)}
    done: set[tuple[int, int]] = set()
    chains = []
    for start in [*sorted(breaks), *sorted(net.near)]:  # rings without a break start at their first node
        for first in sorted(net.near[start]):
            if (min(start, first), max(start, first)) in done or (start not in breaks and len(net.near[start]) != 2):
                continue
            chain = _walk(net, start, first, breaks)
            done.update((min(a, b), max(a, b)) for a, b in pairwise(chain))
            chains.append(chain if hops[chain[0]] <= hops[chain[-1]] else chain[::-1])
    return chains


def _hops(net: _Net) -> dict[int, int]:
    """Return the number of steps from the base to each node; another piece counts from its own first node."""
    hops: dict[int, int] = {}
    for start in sorted(net.near):
        if start in hops:
            continue
        hops[start] = 0
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for other in sorted(net.near[node] - hops.keys()):
                hops[other] = hops[node] + 1
                queue.append(other)
    return hops


def _is_break(net: _Net, node: int) -> bool:
    used = [net.days[min(node, other), max(node, other)] for other in sorted(net.near[node])]
    return len(used) != 2 or used[0] != used[1]


def _walk(net: _Net, start: int, first: int, breaks: set[int]) -> list[int]:
    chain = [start, first]
    while chain[-1] not in breaks and chain[-1] != start:
        chain.append(next(node for node in sorted(net.near[chain[-1]]) if node != chain[-2]))
    return chain


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
        scale = offset / max(0.5 * (nx * nx + ny * ny), 0.7)  # 1/cos of half the turn, at most about 1.6
        moved.append((x + nx * scale, y + ny * scale))
    return moved


def _normal(a: Point, b: Point) -> Point:
    length = math.dist(a, b) or 1.0
    return -(b[1] - a[1]) / length, (b[0] - a[0]) / length


def _meet(strands: dict[int, list[list[Point]]], ends: Mapping[tuple[int, int], Sequence[tuple[int, int]]]) -> None:
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

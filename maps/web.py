"""Lines that share stretches: a web of nodes, and the chains in it that the same users follow from end to end."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]
Step = tuple[int, int]


@dataclass(slots=True)
class Web:
    """Nodes, and who uses the step between two of them. With ``snap`` points closer than that become one node."""

    snap: float
    points: list[Point] = field(default_factory=list)
    known: dict[Point, int] = field(default_factory=dict)  # most points come again exactly as they were
    cells: dict[Step, list[int]] = field(default_factory=lambda: defaultdict(list))
    users: dict[Step, set[int]] = field(default_factory=lambda: defaultdict(set))
    near: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    ends: set[int] = field(default_factory=set)  # nodes at which a chain ends whatever its users

    def add(self, line: Sequence[Point], user: int) -> list[int]:
        """Enter a line of the user and return its nodes, each step a step of the web."""
        nodes = [self.node(point) for point in line]
        way = nodes[:1]
        for u, v in pairwise(nodes):
            if u != v:
                way.extend((self._known_way(u, v) or (u, v))[1:])
        for step in pairwise(way):
            self.users[key(*step)].add(user)
            self.near[step[0]].add(step[1])
            self.near[step[1]].add(step[0])
        return way

    def node(self, point: Point) -> int:
        """Return the nearest node within reach, else a new one at the point."""
        if point not in self.known:
            self.known[point] = self._nearest(point)
        return self.known[point]

    def _nearest(self, point: Point) -> int:
        column, row = math.floor(point[0] / self.snap), math.floor(point[1] / self.snap)
        around = [k for i in (-1, 0, 1) for j in (-1, 0, 1) for k in self.cells.get((column + i, row + j), ())]
        found = min(((math.dist(point, self.points[k]), k) for k in around), default=(math.inf, -1))
        if found[0] <= self.snap:
            return found[1]
        self.points.append(point)
        self.cells[column, row].append(len(self.points) - 1)
        return len(self.points) - 1

    def _known_way(self, u: int, v: int) -> tuple[int, ...] | None:
        """Return a way of one or two known steps from u to v that is hardly longer than the straight one."""
        if v in self.near[u]:
            return (u, v)
        limit = 1.5 * math.dist(self.points[u], self.points[v])
        for x in sorted(self.near[u]):
            way = math.dist(self.points[u], self.points[x]) + math.dist(self.points[x], self.points[v])
            if v in self.near[x] and way <= limit:
                return (u, x, v)
        return None

    def chains(self) -> list[list[int]]:
        """Return the runs of nodes used by the same users throughout, each walked away from the first line's start."""
        hops, done, found = self._hops(), set[Step](), []
        breaks = {node for node in self.near if self._is_break(node)}
        for start in [*sorted(breaks), *sorted(self.near.keys() - breaks)]:  # the latter: rings without a break
            for first in sorted(self.near[start]):
                if key(start, first) in done:
                    continue
                chain = self._walk(start, first, breaks)
                done.update(key(a, b) for a, b in pairwise(chain))
                found.append(chain if hops[chain[0]] <= hops[chain[-1]] else chain[::-1])
        return found

    def _is_break(self, node: int) -> bool:
        used = [self.users[key(node, other)] for other in sorted(self.near[node])]
        return node in self.ends or len(used) != 2 or used[0] != used[1]

    def _walk(self, start: int, first: int, breaks: set[int]) -> list[int]:
        chain = [start, first]
        while chain[-1] not in breaks and chain[-1] != start:
            chain.append(next(node for node in sorted(self.near[chain[-1]]) if node != chain[-2]))
        return chain

    def _hops(self) -> dict[int, int]:
        """Return the number of steps from the start to each node; a separate piece counts from its own first node."""
        hops: dict[int, int] = {}
        for start in sorted(self.near):
            if start in hops:
                continue
            hops[start] = 0
            queue = deque([start])
            while queue:
                node = queue.popleft()
                fresh = sorted(other for other in self.near[node] if other not in hops)
                hops.update(dict.fromkeys(fresh, hops[node] + 1))
                queue.extend(fresh)
        return hops


def key(u: int, v: int) -> Step:
    """Return the step between two nodes, whichever way it is gone."""
    return (u, v) if u < v else (v, u)

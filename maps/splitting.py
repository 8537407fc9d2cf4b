"""Segments cut where places stop: the directed graph on which legs are computed.

The weight of an edge is one whole number, ``milliseconds * 2**24 + decimetres``. A shortest path by it is the
quickest, and the shortest of the quickest; its minutes and its metres are read off the same number, so they always
belong to the same path. Sums stay exact in a float64 as long as ``limit`` is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from maps.segments import Bools, Ints, Segments
from maps.snapping import Snap, Snaps
from maps.sparse import sparse

if TYPE_CHECKING:
    from scipy.sparse import csr_array

METRE_UNITS = 2**24  # decimetres a path may have: 1,677 km
LONGEST_MS = 18 * 3_600_000  # no leg of a working day is longer; beyond, a place counts as not reached


@dataclass(frozen=True, kw_only=True, eq=False)
class SplitGraph:
    """Directed edges between nodes ``0 .. nodes - 1``, at most one for each pair (the lightest).

    Edge k runs on ``segment[k]`` from ``start[k]`` to ``stop[k]`` decimetres. ``terminals`` is the node of each
    place, -1 for a place that meets no road. Edges are sorted by (tail, head).
    """

    nodes: int
    tail: Ints
    head: Ints
    weight: Ints
    segment: Ints
    start: Ints
    stop: Ints
    terminals: Ints

    @cached_property
    def limit(self) -> float:
        """The weight beyond which a path is not searched: 18 hours, or less where 1,677 km are driven sooner."""
        ms, decimetres = np.divmod(self.weight, METRE_UNITS)
        fastest = float((decimetres / np.maximum(ms, 1)).max(initial=1e-9))
        return float(min(LONGEST_MS, int((METRE_UNITS - 1) / fastest)) * METRE_UNITS)

    @cached_property
    def matrix(self) -> csr_array:
        """The weights as a sparse matrix."""
        return sparse(self.weight.astype(np.float64), self.tail, self.head, self.nodes)

    def edges_of_path(self, path: Sequence[int]) -> Ints:
        """Return the numbers of the edges that lead along the nodes of a path."""
        nodes = np.asarray(path, dtype=np.int64)
        pairs = nodes[:-1] * self.nodes + nodes[1:]
        return np.searchsorted(self.tail * self.nodes + self.head, pairs).astype(np.int64)


def split(segments: Segments, snaps: Snaps, is_open: Bools) -> SplitGraph:
    """Return the open segments as directed edges, cut at the places that stop on them."""
    stops = _stops(segments, snaps, is_open)
    uncut = is_open.copy()
    uncut[list(stops)] = False
    whole = np.flatnonzero(uncut)
    zeros = np.zeros(len(whole), dtype=np.int64)
    nodes = np.column_stack((segments.tail[whole], segments.head[whole]))
    parts = [np.column_stack((nodes, whole, zeros, segments.decimetres[whole]))]
    cut_nodes = _number(stops, segments)
    parts += [np.array(list(_parts(segments, s, stops[s], cut_nodes)), dtype=np.int64).reshape(-1, 5) for s in stops]
    edges = np.concatenate(parts)
    terminals = np.array([_terminal(segments, snap, cut_nodes) for snap in snaps], dtype=np.int64)
    return _directed(segments, edges, segments.nodes + len(cut_nodes), terminals)


CutNodes = dict[tuple[int, int], int]


def _stops(segments: Segments, snaps: Snaps, is_open: Bools) -> dict[int, list[int]]:
    """Return for each segment that is cut the positions of its cuts, in order."""
    found: dict[int, set[int]] = {}
    for snap in snaps:
        if snap is not None and is_open[snap.segment] and 0 < snap.decimetres < segments.decimetres[snap.segment]:
            found.setdefault(snap.segment, set()).add(snap.decimetres)
    return {segment: sorted(found[segment]) for segment in sorted(found)}


def _number(stops: dict[int, list[int]], segments: Segments) -> CutNodes:
    cuts = [(segment, at) for segment, places in stops.items() for at in places]
    return {cut: segments.nodes + k for k, cut in enumerate(cuts)}


def _parts(segments: Segments, segment: int, stops: list[int], cut_nodes: CutNodes) -> Iterator[tuple[int, ...]]:
    """Yield (tail, head, segment, start, stop) of each part of a segment that is cut."""
    total = int(segments.decimetres[segment])
    ends = {0: int(segments.tail[segment]), total: int(segments.head[segment])}
    for start, stop in pairwise([0, *stops, total]):
        tail, head = (ends[at] if at in ends else cut_nodes[segment, at] for at in (start, stop))
        yield tail, head, segment, start, stop


def _terminal(segments: Segments, snap: Snap | None, cut_nodes: CutNodes) -> int:
    if snap is None:
        return -1
    if snap.decimetres == 0:
        return int(segments.tail[snap.segment])
    if snap.decimetres == segments.decimetres[snap.segment]:
        return int(segments.head[snap.segment])
    return cut_nodes[snap.segment, snap.decimetres]


def _directed(segments: Segments, edges: NDArray[np.int64], nodes: int, terminals: Ints) -> SplitGraph:
    """Return both permitted directions of each part, of equal pairs only the lightest."""
    tail, head, segment, start, stop = edges.T
    total = segments.decimetres[segment]
    there = _share(segments.forward_ms[segment], start, stop, total)
    back = _share(segments.backward_ms[segment], total - stop, total - start, total)
    rows = [
        np.column_stack((tail, head, there * METRE_UNITS + stop - start, segment, start, stop))[there >= 0],
        np.column_stack((head, tail, back * METRE_UNITS + stop - start, segment, stop, start))[back >= 0],
    ]
    both = np.concatenate(rows)
    both = both[np.lexsort(both.T[[3, 2, 1, 0]])]
    is_first = np.ones(len(both), dtype=np.bool_)
    is_first[1:] = (both[1:, :2] != both[:-1, :2]).any(axis=1)
    columns = both[is_first].T
    names = ("tail", "head", "weight", "segment", "start", "stop")
    return SplitGraph(nodes=nodes, terminals=terminals, **dict(zip(names, columns, strict=True)))


def _share(ms: Ints, start: Ints, stop: Ints, total: Ints) -> Ints:
    """Return the milliseconds from start to stop of a stretch; those of its parts add up exactly; -1 where closed."""
    parts = ms * stop // total - ms * start // total
    return np.where(ms < 0, -1, parts)

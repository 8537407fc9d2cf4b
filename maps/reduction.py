"""Shortest legs between terminals: the graph is made smaller without changing any of them, then searched.

Nodes with one neighbour lead nowhere, nodes with two are only passed through; neither is needed unless a place stops
there (the usual exact reduction of road graphs, as in contraction hierarchies but without witness searches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from maps.sparse import shortest, sparse
from maps.splitting import METRE_UNITS, SplitGraph

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROWS_AT_ONCE = 64
Weights = NDArray[np.float64]


def legs_between(graph: SplitGraph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (milliseconds, decimetres) of the quickest path between all terminals, -1 where there is none."""
    known = np.flatnonzero(graph.terminals >= 0)
    n = len(graph.terminals)
    found = np.full((n, n), np.inf)
    if len(known):
        nodes, where = np.unique(graph.terminals[known], return_inverse=True)
        among = _between_nodes(graph, nodes)
        found[np.ix_(known, known)] = among[np.ix_(where, where)]
    is_reached = np.isfinite(found)
    weights = np.where(is_reached, found, 0).astype(np.int64)
    ms, decimetres = np.divmod(weights, METRE_UNITS)
    return np.where(is_reached, ms, -1), np.where(is_reached, decimetres, -1)


def _between_nodes(graph: SplitGraph, nodes: NDArray[np.int64]) -> Weights:
    small, place = _reduced(graph, nodes)
    rows = [
        shortest(small, place[at : at + ROWS_AT_ONCE], graph.limit)[0][:, place]
        for at in range(0, len(place), ROWS_AT_ONCE)
    ]
    return np.vstack(rows)


def _reduced(graph: SplitGraph, terminals: NDArray[np.int64]) -> tuple[csr_array, NDArray[np.int64]]:
    """Return the reduced graph and where the terminals are in it."""
    out: list[dict[int, int]] = [{} for _ in range(graph.nodes)]
    into: list[dict[int, int]] = [{} for _ in range(graph.nodes)]
    for tail, head, weight in zip(graph.tail.tolist(), graph.head.tolist(), graph.weight.tolist(), strict=True):
        if tail != head:
            out[tail][head] = into[head][tail] = weight
    kept = set(terminals.tolist())
    waiting = [node for node in range(graph.nodes) if node not in kept]
    while waiting:
        node = waiting.pop()
        neighbours = out[node].keys() | into[node].keys()
        if 0 < len(neighbours) <= 2:
            _pass_over(node, out, into)
            waiting += [other for other in sorted(neighbours) if other not in kept]
    left = sorted(kept | {node for node in range(graph.nodes) if out[node] or into[node]})
    number = {node: k for k, node in enumerate(left)}
    edges = [(number[tail], number[head], weight) for tail in left for head, weight in sorted(out[tail].items())]
    tails, heads, weights = zip(*edges, strict=True) if edges else ((), (), ())
    small = sparse(np.array(weights, dtype=np.float64), tails, heads, len(left))
    return small, np.array([number[node] for node in terminals.tolist()], dtype=np.int64)


def _pass_over(node: int, out: list[dict[int, int]], into: list[dict[int, int]]) -> None:
    """Take a node out; what led through it from one neighbour to the other becomes one edge."""
    for before, first in into[node].items():
        for after, second in out[node].items():
            if before != after and first + second < out[before].get(after, first + second + 1):
                out[before][after] = into[after][before] = first + second
    for after in out[node]:
        del into[after][node]
    for before in into[node]:
        del out[before][node]
    out[node], into[node] = {}, {}

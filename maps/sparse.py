"""The one door to scipy, opened by whoever has roads: it takes longer to load than most tables take to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Ints = NDArray[np.int64]


def sparse(values: NDArray[Any], tails: Any, heads: Any, size: int) -> csr_array:
    """Return a square matrix with the values at (tail, head)."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - see the top

    return csr_array((values, (tails, heads)), shape=(size, size))


def shortest(matrix: csr_array, starts: NDArray[Any], limit: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the weight of the lightest path from each start to each node, and the node before it on that path."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - see the top

    weights, before = dijkstra(matrix, indices=starts, limit=limit, return_predecessors=True)
    return weights, before


def parts(matrix: csr_array, *, connection: str) -> Ints:
    """Return the number of the connected part of each node; "strong": where there is a way there and back."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - see the top

    found = connected_components(matrix, directed=connection == "strong", connection=connection)[1]
    return np.asarray(found, dtype=np.int64)

"""The dice of the search."""

from __future__ import annotations

import numpy as np

from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.state import State


@compiled
def _random(t: State) -> float:
    """Return a number in [0, 1): xorshift64* (Vigna 2016), so that threads and machines agree."""
    x = t.head[0].random
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    t.head[0].random = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@small
def _below(t: State, n: int) -> int:
    return int(_random(t) * n)

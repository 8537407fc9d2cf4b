"""Whole numbers for solvers that take no others."""

from __future__ import annotations

from math import ceil, floor, isfinite

from planner.bench.model import Customer, Depot, distance

SCALE = 10_000
MOST = 2**31 - 1


def whole_cost(a: Depot | Customer, b: Depot | Customer) -> int:
    """Return a distance as a cost: rounded to nearest, so that sums stay right."""
    return round(distance(a, b) * SCALE)


def whole_time(a: Depot | Customer, b: Depot | Customer) -> int:
    """Return a distance as a time: rounded up, so that nothing kept in whole numbers is broken in real ones."""
    return ceil(distance(a, b) * SCALE)


def whole_limit(value: float) -> int:
    """Return a limit, rounded down; a limit that is none becomes the largest number."""
    return floor(value * SCALE) if isfinite(value) else MOST

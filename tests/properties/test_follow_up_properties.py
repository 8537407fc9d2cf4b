"""Pairs of follow-ups and workloads, for any days and hours: compared with slow and obvious counting."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.balance import Load, hours_outside, mean_hours
from planner.follow_ups import due, unled
from planner.rules import FollowUp
from tests.builders import day

EXAMPLES = settings(max_examples=150, derandomize=True, deadline=None, database=None)
OFFSETS = st.lists(st.integers(-10, 15), max_size=5, unique=True).map(sorted)
FOLLOWS = st.tuples(st.integers(1, 8), st.integers(0, 6)).map(
    lambda t: FollowUp(rule_id="x", min_days=t[0], max_days=t[0] + t[1])
)


def most_pairs(follow: FollowUp, leading: list[int], following: list[int]) -> int:
    """Return the most visits that can follow one of their own, trying all (pairs that cross can be uncrossed)."""
    for count in range(min(len(leading), len(following)), 0, -1):
        for ahead in combinations(leading, count):
            for after in combinations(following, count):
                gaps = [b - a for a, b in zip(ahead, after, strict=True)]
                if all(follow.min_days <= gap <= follow.max_days for gap in gaps):
                    return count
    return 0


@EXAMPLES
@given(FOLLOWS, OFFSETS, OFFSETS)
def test_as_few_follow_ups_as_possible_follow_nothing(
    follow: FollowUp, leading: list[int], following: list[int]
) -> None:
    """Taking the earliest that is near enough loses no pair, so nobody is blamed for a bad choice of the checker."""
    wrong = unled(follow, [day(k) for k in leading], [day(k) for k in following])
    assert len(following) - len(wrong) == most_pairs(follow, leading, following)
    assert set(wrong) <= {day(k) for k in following}


@EXAMPLES
@given(FOLLOWS, OFFSETS)
def test_visit_is_due_exactly_when_a_day_is_left_for_it(follow: FollowUp, leading: list[int]) -> None:
    """Counted day by day over the two weeks planned."""
    waits = range(follow.min_days, follow.max_days + 1)
    expected = sum(any(0 <= k + wait <= 13 for wait in waits) for k in leading)
    assert due(follow, [day(k) for k in leading], day(0), day(13)) == expected


@EXAMPLES
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 20)), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_hours_outside_are_none_exactly_inside_the_band(loads: list[tuple[int, int]], spread: float) -> None:
    """Hours per day between the edges: nothing outside; else so much outside that its removal leads to the edge."""
    known = [Load(name="x", hours=hours, days=days) for hours, days in loads]
    mean = mean_hours(known)
    for load, outside in zip(known, hours_outside(known, spread), strict=True):
        low, high = mean * (1 - spread), mean * (1 + spread)
        nearest = min(max(load.hours_per_day, low), high)
        assert outside == pytest.approx(abs(load.hours_per_day - nearest) * load.days, abs=1e-5)

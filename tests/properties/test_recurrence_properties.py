"""Patterns and room against brute force: all subsets of the days of short horizons, judged one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.model import Horizon
from planner.periods import fixed_weekdays
from planner.recurrence import (
    Quota,
    count_patterns,
    iter_patterns,
    patterns,
    possible_quotas,
    quotas,
    room,
    rule_days,
)
from planner.rules import NthWeekday, VisitRule
from planner.values import week_of
from tests.builders import MONDAY

EXAMPLES = settings(max_examples=150, derandomize=True, deadline=None, database=None)


@st.composite
def rules(draw: st.DrawFn, horizon: Horizon) -> VisitRule:
    """Draw a rule that leaves something to decide in two or three weeks."""
    visits = draw(st.integers(1, 3))
    per = draw(st.sampled_from(["week", "week", "month", "horizon"]))
    every = draw(st.integers(1, 2))
    low = draw(st.integers(1, 6))
    weekdays = st.frozensets(st.integers(0, 6), min_size=visits, max_size=visits)
    named = draw(st.sampled_from(["no", "no", "no", "nth", "dates"]))
    has_sets = per == "week" and every == 1 and named == "no"
    nth = st.builds(NthWeekday, nth=st.sampled_from([1, 2, 3, -1]), weekday=st.integers(0, 6))
    return VisitRule(
        id="rule",
        visits=visits,
        per=per,
        every=every,
        min_gap_days=low,
        max_gap_days=draw(st.none() | st.integers(low, 12)),
        weekdays=draw(st.just(frozenset[int]()) | st.frozensets(st.integers(0, 6), min_size=3)),
        weekday_sets=tuple(draw(st.lists(weekdays, max_size=3))) if has_sets else (),
        same_weekday=draw(st.booleans()),
        last_visited=draw(st.none() | st.integers(-20, 3).map(lambda k: horizon.start + timedelta(days=k))),
        missed=tuple(
            horizon.start + timedelta(days=k) for k in sorted(draw(st.sets(st.integers(-20, -1), max_size=2)))
        ),
        nth_weekdays=tuple(draw(st.lists(nth, min_size=1, max_size=3))) if named == "nth" else (),
        dates=tuple(sorted(draw(st.sets(st.sampled_from(horizon.dates), min_size=1)))) if named == "dates" else (),
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[VisitRule, Horizon, list[date]]:
    """Draw a rule, a horizon that may begin on any weekday, and at most nine open days."""
    horizon = Horizon(start=MONDAY + timedelta(days=draw(st.integers(0, 34))), days=draw(st.integers(1, 20)))
    open_days = draw(st.lists(st.sampled_from(horizon.dates), max_size=9, unique=True))
    return draw(rules(horizon)), horizon, open_days


def keeps_rule(rule: VisitRule, horizon: Horizon, days: tuple[date, ...], made: list[int]) -> bool:
    """Judge a set of days by the words of the module docstring; ``made`` are its visits in each quota."""
    asked = quotas(rule, horizon)
    if sum(made) != len(days) or any(m > q.visits for m, q in zip(made, asked, strict=True)):
        return False
    return _keeps_weekdays(rule, horizon, days) and _keeps_gaps(rule, horizon, days, made)


def _keeps_weekdays(rule: VisitRule, horizon: Horizon, days: tuple[date, ...]) -> bool:
    weeks: dict[date, set[int]] = defaultdict(set)
    for day in days:
        weeks[week_of(day)].add(day.weekday())
    in_sets = not rule.weekday_sets or all(any(w <= s for s in rule.weekday_sets) for w in weeks.values())
    return in_sets and len({day.weekday() for day in days}) <= fixed_weekdays(rule, horizon)


def _keeps_gaps(rule: VisitRule, horizon: Horizon, days: tuple[date, ...], made: list[int]) -> bool:
    asked = quotas(rule, horizon)
    place = [next(k for k, quota in enumerate(asked) if day in quota) for day in days]
    last = rule.last_visited
    chain = [(last, -1)] if last else []
    chain += list(zip(days, place, strict=True))
    for (day, at), (following, to) in pairwise(chain):
        gap = (following - day).days
        if gap < rule.min_gap_days:
            return False
        has_miss = any(made[k] < asked[k].visits for k in range(max(at, 0), to + 1))
        was_over = at == -1 and rule.max_gap_days is not None and (horizon.start - day).days > rule.max_gap_days
        if rule.max_gap_days is not None and gap > rule.max_gap_days and not has_miss and not was_over:
            return False
    return _keeps_gap_after_a_miss(rule, horizon, days, made)


def _keeps_gap_after_a_miss(rule: VisitRule, horizon: Horizon, days: tuple[date, ...], made: list[int]) -> bool:
    last, most, asked = rule.last_visited, rule.max_gap_days, quotas(rule, horizon)
    if not days or most is None or (last is not None and (horizon.start - last).days <= most):
        return True
    missed = [day for day in rule.missed if (last is None or day > last) and (horizon.start - day).days <= most]
    first = next(k for k, quota in enumerate(asked) if days[0] in quota)
    has_miss = any(made[k] < asked[k].visits for k in range(first + 1))
    return not missed or has_miss or (days[0] - missed[0]).days <= most


def made_in(asked: tuple[Quota, ...], days: tuple[date, ...]) -> list[int]:
    """Count the days in each quota."""
    return [sum(day in quota for day in days) for quota in asked]


def every_legal_set(rule: VisitRule, horizon: Horizon, open_days: list[date]) -> list[tuple[date, ...]]:
    """Try all subsets of the days."""
    days = sorted(set(open_days) & set(rule_days(rule, horizon)))
    asked = quotas(rule, horizon)
    subsets = (s for size in range(len(days) + 1) for s in combinations(days, size))
    return sorted(s for s in subsets if keeps_rule(rule, horizon, s, made_in(asked, s)))


@EXAMPLES
@given(questions())
def test_patterns_equal_brute_force_over_all_subsets(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """Every legal set that makes all asked visits is listed once, in date order, and counted."""
    rule, horizon, open_days = question
    asked = quotas(rule, horizon)
    full = [q.visits for q in asked]
    expected = [s for s in every_legal_set(rule, horizon, open_days) if made_in(asked, s) == full]
    assert [p.days for p in iter_patterns(rule, horizon, open_days)] == expected
    assert count_patterns(rule, horizon, open_days) == len(expected)


@EXAMPLES
@given(questions())
def test_room_equals_largest_legal_set(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """The visits left by ``room`` are those of a largest legal set, early quotas first."""
    rule, horizon, open_days = question
    asked = quotas(rule, horizon)
    best = max((made_in(asked, s) for s in every_legal_set(rule, horizon, open_days)), key=lambda m: (sum(m), m))
    missing = [sum(s.missing for s in room(rule, horizon, open_days) if s.quota == q) for q in asked]
    assert [q.visits - m for q, m in zip(asked, missing, strict=True)] == best


@EXAMPLES
@given(questions())
def test_patterns_of_possible_quotas_are_the_largest_legal_sets(
    question: tuple[VisitRule, Horizon, list[date]],
) -> None:
    """What ``possible_quotas`` leaves can be planned: the patterns for it are exactly the best legal sets."""
    rule, horizon, open_days = question
    asked, possible = quotas(rule, horizon), possible_quotas(rule, horizon, open_days)
    left = {(q.first_day, q.last_day): q.visits for q in possible}
    best = [left.get((q.first_day, q.last_day), 0) for q in asked]
    expected = [s for s in every_legal_set(rule, horizon, open_days) if made_in(asked, s) == best]
    assert expected
    assert [p.days for p in iter_patterns(rule, horizon, open_days, asked=possible)] == expected


@EXAMPLES
@given(questions(), st.integers(0, 5))
def test_patterns_cut_by_limit_say_so(question: tuple[VisitRule, Horizon, list[date]], limit: int) -> None:
    """A list is complete exactly when the limit cut nothing off."""
    rule, horizon, open_days = question
    found = patterns(rule, horizon, open_days, limit=limit)
    total = count_patterns(rule, horizon, open_days)
    assert len(found.patterns) == min(limit, total)
    assert found.is_complete == (total <= limit)


@EXAMPLES
@given(questions(), st.randoms(use_true_random=False))
def test_order_of_open_days_does_not_matter(question: tuple[VisitRule, Horizon, list[date]], random) -> None:  # type: ignore[no-untyped-def]
    """Shuffled open days give the same patterns and the same room."""
    rule, horizon, open_days = question
    shuffled = random.sample(open_days, len(open_days))
    assert patterns(rule, horizon, shuffled, limit=50) == patterns(rule, horizon, open_days, limit=50)
    assert room(rule, horizon, shuffled) == room(rule, horizon, open_days)


@EXAMPLES
@given(questions())
def test_quotas_are_ordered_apart_and_inside_the_horizon(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """Quotas follow each other without overlap, lie in the horizon, and each asks at least one visit."""
    rule, horizon, _ = question
    asked = quotas(rule, horizon)
    assert all(q.visits >= 1 and horizon.start <= q.first_day <= q.last_day <= horizon.last for q in asked)
    assert all(a.last_day < b.first_day for a, b in pairwise(asked))


@EXAMPLES
@given(st.integers(0, 400), st.integers(1, 120), st.integers(1, 3), st.sampled_from(["week", "month", "quarter"]))
def test_cut_blocks_ask_their_shares_in_total(offset: int, days: int, visits: int, per: str) -> None:
    """The visits asked of a horizon differ from visits x days / block length, summed, by at most one half."""
    horizon = Horizon(start=MONDAY + timedelta(days=offset), days=days)
    rule = VisitRule(id="rule", visits=visits, per=per)  # type: ignore[arg-type]
    exact = sum(visits / _block_days(day, per) for day in horizon.dates)
    assert abs(sum(q.visits for q in quotas(rule, horizon)) - exact) <= 0.5 + 1e-9


def _block_days(day: date, per: str) -> int:
    if per == "week":
        return 7
    first_month = day.month if per == "month" else (day.month - 1) // 3 * 3 + 1
    size = 1 if per == "month" else 3
    after = (day.year + (first_month + size > 12), (first_month + size - 1) % 12 + 1)
    return (date(*after, 1) - date(day.year, first_month, 1)).days

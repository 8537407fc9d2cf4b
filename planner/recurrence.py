"""VisitRule -> VisitPattern: the day combinations that satisfy a rule, and the visits for which there is no room.

What a rule means, said once. Every condition a rule names holds; none of them is traded for another.

How many visits, and where (``quotas``)
    *Named days.* ``dates`` ask one visit on each date of the horizon. ``nth_weekdays`` ask one on each second Tuesday,
    last Friday, ... of the horizon; a month without a fifth Monday asks none. ``visits``, ``per`` and ``every`` are
    not looked at then.
    *Counted visits.* The calendar is cut into blocks of ``every`` weeks (Monday to Sunday), months or quarters, or the
    horizon is one block. Each block asks exactly ``visits``, anywhere in it. Blocks of weeks are counted from the week
    of ``last_visited``, else from the first week of the horizon; blocks of months and quarters from January.
    *Already served.* The visit on ``last_visited``, and each that is known to have been ``held``, counts for the block
    it lies in, which asks one less.
    *Cut blocks.* A block cut by an end of the horizon asks its share by days. The shares of the cut blocks are added
    up in order and the running total is rounded, half up: 14 of 31 days and 14 of 30 days of a monthly visit ask 0 + 1.
    *Missed.* A block in which a visit was ``missed`` before the plan asks at least what brings it, by the last day of
    the plan, to its share by days: the plan catches up, and never asks more than the block does.
    *Due.* When no block asks anything, but a visit was missed since the last one held, or the visit after
    ``last_visited`` falls due by the horizon's last day (after ``max_gap_days``, else one block later), one visit is
    asked anywhere in the horizon.

On which days
    ``weekdays`` limits the days (``rule_days``). ``weekday_sets`` does too, and the visits of one week lie within one
    of the sets: Mon+Thu or Tue+Fri, never Mon+Fri. With ``same_weekday`` all visits of the horizon fall on as few
    weekdays as the rule needs (``fixed_weekdays``): one for a weekly or monthly visit, two for two visits a week.
    Days on which nobody works or the site is closed are left out by the caller (``open_days``); a visit is never
    moved to another weekday because of them, it is missing.

How far apart
    Neighbouring visits are at least ``min_gap_days`` and at most ``max_gap_days`` apart in calendar days (Monday to
    Thursday is 3), across the ends of blocks too. Both count from ``last_visited`` as well, so no visit lies on or
    before it. Two things excuse the maximum: it was over before the horizon began (nobody can keep it any more; it then
    counts from the first visit missed since that leaves any days, as if that one had been held), and a stretch that
    misses a visit (the gap is then wide because of the miss, which is itself reported): it binds two neighbours only
    when no stretch from the one's to the other's misses a visit. Nothing is asked of the time after the last visit; the
    next horizon knows it as ``last_visited``.

A *pattern* makes every asked visit. When there is none, ``room`` says which visits can never be made whatever the
teams' time, ``possible_quotas`` is what is left of the quotas, and ``patterns(..., asked=...)`` lists the
combinations for those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Literal

from planner.model import Horizon
from planner.pattern_walk import State, next_states, options_of, walk_of
from planner.periods import Quota, fixed_weekdays, names_its_days, quotas, rule_days
from planner.rules import VisitRule
from planner.spacing import Stretch, gaps_of, most_visits

__all__ = [
    "PatternList",
    "Quota",
    "Shortfall",
    "VisitPattern",
    "count_patterns",
    "fixed_weekdays",
    "iter_patterns",
    "names_its_days",
    "patterns",
    "possible_quotas",
    "quotas",
    "room",
    "rule_days",
]

RoomReason = Literal["no_working_day", "gap_conflict"]


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class VisitPattern:
    """One combination of days that satisfies a rule, in order."""

    days: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternList:
    """Patterns in date order. ``is_complete`` is false when a limit cut the list: there are more."""

    patterns: tuple[VisitPattern, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Visits of a quota that can never be made: too few open days, or the gaps leave no room."""

    quota: Quota
    missing: int
    reason: RoomReason


def patterns(
    rule: VisitRule,
    horizon: Horizon,
    open_days: Iterable[date],
    *,
    limit: int = 20_000,
    asked: Sequence[Quota] | None = None,
) -> PatternList:
    """Return the first ``limit`` patterns in date order, and whether those are all.

    ``open_days`` are the days on which the site can be visited at all. ``asked`` replaces the rule's quotas by what
    is possible of them (``possible_quotas``).
    """
    found = tuple(islice(iter_patterns(rule, horizon, open_days, asked=asked), limit + 1))
    return PatternList(patterns=found[:limit], is_complete=len(found) <= limit)


def iter_patterns(
    rule: VisitRule, horizon: Horizon, open_days: Iterable[date], *, asked: Sequence[Quota] | None = None
) -> Iterator[VisitPattern]:
    """Yield every pattern once, in date order; the work between two of them is bounded by the number of visits."""
    walk = walk_of(rule, horizon, open_days, asked)
    chosen: list[int] = []
    if not walk.steps:
        yield VisitPattern(days=())
        return
    branches = [next_states(walk, walk.start)]
    while branches:
        state = next(branches[-1], None)
        if state is None:
            branches.pop()
            del chosen[-1:]
        elif state.step < len(walk.steps):
            chosen.append(state.day)
            branches.append(next_states(walk, state))
        else:
            yield VisitPattern(days=tuple(walk.gaps.day(bit) for bit in [*chosen, state.day]))


def count_patterns(
    rule: VisitRule, horizon: Horizon, open_days: Iterable[date], *, asked: Sequence[Quota] | None = None
) -> int:
    """Return how many patterns there are, exactly and without listing them.

    Dynamic programming over the visits: beginnings that end on the same day and leave the same weekday choices
    open are counted together, so the work grows with visits times days, not with the count.
    """
    walk = walk_of(rule, horizon, open_days, asked)
    layer = Counter({walk.start: 1})
    for _ in walk.steps:
        following: Counter[State] = Counter()
        for state, count in layer.items():
            for after in next_states(walk, state):
                following[after] += count
        layer = following
    return layer.total()


def room(rule: VisitRule, horizon: Horizon, open_days: Iterable[date]) -> tuple[Shortfall, ...]:
    """Return the asked visits that can never be made, whatever the teams' time; empty when a pattern exists.

    The visits left over are the most that can be made together; of several such sets the one that makes most in the
    early quotas. A quota appears twice when part of its visits lacks open days and part is kept out by the gaps.
    """
    asked = quotas(rule, horizon)
    gaps = gaps_of(rule, horizon)
    best: tuple[tuple[int, ...], tuple[Stretch, ...]] | None = None
    for stretches in options_of(rule, horizon, gaps, asked, open_days):
        made = most_visits(gaps, stretches)
        if best is None or (sum(made), made) > (sum(best[0]), best[0]):
            best = made, stretches
        if sum(made) == sum(quota.visits for quota in asked):
            return ()
    made, stretches = best or ((), ())
    return tuple(s for part in zip(asked, made, stretches, strict=True) for s in _shortfalls(*part))


def _shortfalls(quota: Quota, made: int, stretch: Stretch) -> Iterator[Shortfall]:
    missing = quota.visits - made
    for_days = min(missing, max(0, quota.visits - stretch.most_days))
    if for_days:
        yield Shortfall(quota=quota, missing=for_days, reason="no_working_day")
    if missing > for_days:
        yield Shortfall(quota=quota, missing=missing - for_days, reason="gap_conflict")


def possible_quotas(rule: VisitRule, horizon: Horizon, open_days: Iterable[date]) -> tuple[Quota, ...]:
    """Return the quotas less the visits for which there is no room; a quota that lost all its visits is left out."""
    missing: Counter[Quota] = Counter()
    for shortfall in room(rule, horizon, open_days):
        missing[shortfall.quota] += shortfall.missing
    left = (replace(quota, visits=quota.visits - missing[quota]) for quota in quotas(rule, horizon))
    return tuple(quota for quota in left if quota.visits)

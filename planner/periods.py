"""VisitRule + Horizon -> quotas: the stretches of the horizon and the visits asked in each.

See ``planner.recurrence`` for the meaning of a rule as a whole.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from planner.model import Horizon
from planner.rules import NthWeekday, VisitRule
from planner.values import week_of

HALF = Fraction(1, 2)
MONTHS_OF_PERIOD = {"month": 1, "quarter": 3}


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Quota:
    """One stretch of the horizon, both days included, and the exact number of visits asked in it."""

    first_day: date
    last_day: date
    visits: int

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def quotas(rule: VisitRule, horizon: Horizon) -> tuple[Quota, ...]:
    """Return what the rule asks in the horizon, in date order; stretches do not overlap.

    On days that lie in no quota nothing is asked, and a visit there is one too many. Empty: nothing is asked at all.
    """
    if names_its_days(rule):
        return tuple(Quota(first_day=day, last_day=day, visits=1) for day in _named_days(rule, horizon))
    blocks = tuple(_blocks(rule, horizon))
    asked = tuple(_asked(rule, horizon, blocks))
    if sum(quota.visits for quota in asked) == 0 and _is_due(rule, horizon):
        return (Quota(first_day=horizon.start, last_day=horizon.last, visits=1),)
    return tuple(quota for quota in asked if quota.visits)


def rule_days(rule: VisitRule, horizon: Horizon) -> tuple[date, ...]:
    """Return the days of the horizon that the rule itself allows; every condition it names holds."""
    in_sets = frozenset[int]().union(*rule.weekday_sets)
    named = _named_days(rule, horizon) if names_its_days(rule) else horizon.dates
    return tuple(
        day
        for day in named
        if (not rule.weekdays or day.weekday() in rule.weekdays) and (not in_sets or day.weekday() in in_sets)
    )


def names_its_days(rule: VisitRule) -> bool:
    """Return whether explicit dates or nth weekdays replace counting."""
    return bool(rule.dates or rule.nth_weekdays)


def fixed_weekdays(rule: VisitRule, horizon: Horizon) -> int:
    """Return on how many different weekdays the visits may fall: ``fewest_weekdays`` with ``same_weekday``, else 7."""
    return fewest_weekdays(rule, horizon) if rule.same_weekday else 7


def fewest_weekdays(rule: VisitRule, horizon: Horizon) -> int:
    """Return the fewest different weekdays on which all visits can fall; 7 for rules that name their days.

    Twice a week needs two, four times a month one, five times a month two (four weeks are sure).
    """
    if names_its_days(rule):
        return 7
    weeks = {"week": rule.every, "month": 4 * rule.every, "quarter": 13 * rule.every}.get(rule.per, horizon.days // 7)
    return min(7, -(-rule.visits // max(1, weeks)))


def _named_days(rule: VisitRule, horizon: Horizon) -> tuple[date, ...]:
    if rule.dates:
        return tuple(day for day in rule.dates if horizon.start <= day <= horizon.last)
    return tuple(day for day in horizon.dates if any(_is_nth(day, nth) for nth in rule.nth_weekdays))


def _is_nth(day: date, nth: NthWeekday) -> bool:
    if day.weekday() != nth.weekday:
        return False
    length = months.monthrange(day.year, day.month)[1]
    return day.day + 7 > length if nth.nth == -1 else (day.day - 1) // 7 + 1 == nth.nth


def _blocks(rule: VisitRule, horizon: Horizon) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of every block that touches the horizon, whole even where the horizon cuts it."""
    first = horizon.start
    while first <= horizon.last:
        block = _block_of(rule, horizon, first)
        yield block
        first = block[1] + timedelta(days=1)


def _block_of(rule: VisitRule, horizon: Horizon, day: date) -> tuple[date, date]:
    if rule.per == "horizon":
        return horizon.start, horizon.last
    if rule.per == "week":
        anchor = week_of(rule.last_visited or horizon.start)
        length = 7 * rule.every
        first = anchor + timedelta(days=(day - anchor).days // length * length)
        return first, first + timedelta(days=length - 1)
    length = MONTHS_OF_PERIOD[rule.per] * rule.every
    block = (12 * day.year + day.month - 1) // length
    return _month_start(block * length), _month_start((block + 1) * length) - timedelta(days=1)


def _month_start(month: int) -> date:
    """Return the first day of a month counted from January of the year 0; the calendar itself begins with year 1."""
    if month < 12:
        return date.min
    return date(month // 12, month % 12 + 1, 1)


def _asked(rule: VisitRule, horizon: Horizon, blocks: tuple[tuple[date, date], ...]) -> Iterator[Quota]:
    shares = Fraction(0)  # of the cut blocks so far; rounding the running total never loses nor invents a visit
    for first, last in blocks:
        inside = max(first, horizon.start), min(last, horizon.last)
        served = _served(rule, first, last)
        owed = max(0, rule.visits - served)
        if inside == (first, last):
            yield Quota(first_day=first, last_day=last, visits=owed)
            continue
        before = floor(shares + HALF)
        share = Fraction(rule.visits * _length(*inside), _length(first, last))
        if any(first <= day < horizon.start for day in rule.missed):
            share = max(share, Fraction(rule.visits * _length(first, inside[1]), _length(first, last)) - served)
        shares += min(share, Fraction(owed))
        yield Quota(first_day=inside[0], last_day=inside[1], visits=floor(shares + HALF) - before)


def _served(rule: VisitRule, first: date, last: date) -> int:
    """Return how many visits that were held before count for a block."""
    known = {*rule.held, rule.last_visited} - {None} if rule.per != "horizon" else ()
    return sum(first <= day <= last for day in known if day is not None)


def _length(first: date, last: date) -> int:
    return (last - first).days + 1


def _is_due(rule: VisitRule, horizon: Horizon) -> bool:
    """Return whether a visit falls due by the last day though no block asks it: one missed, or after the last one."""
    missed = [_block_of(rule, horizon, day) for day in rule.missed_since if day < horizon.start]
    if any(_served(rule, *block) < rule.visits for block in missed):
        return True
    if rule.last_visited is None or rule.last_visited > horizon.last:
        return False
    served = _block_of(rule, horizon, rule.last_visited)
    wait = rule.max_gap_days or _length(*served)
    return rule.last_visited + timedelta(days=wait) <= horizon.last

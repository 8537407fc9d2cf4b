"""Which days can follow which: gaps between visits, worked out on sets of days kept as the bits of one integer.

Bit ``b`` stands for the day ``start + (b - base)``. The bits below ``base`` are days before the horizon; the visit
before the first one (``last_visited``) is one of them. With sets as integers "every day that is 3 to 10 days after
one of these" is a handful of shifts, whatever the number of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from planner.model import Horizon
from planner.rules import VisitRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The spacing of one rule in one horizon, and where its chain of visits begins.

    ``previous`` is the bit of the visit before the first (bit 0 when none is known: far enough to allow anything);
    ``binds_first`` tells whether the maximum gap counts from it; where it was over already and counts from a missed
    visit instead, ``until`` are the days left for the first visit (every bit: no such limit).
    """

    start: date
    base: int
    days: int
    low: int
    high: int | None
    previous: int
    binds_first: bool
    until: int = -1

    @property
    def anywhere(self) -> int:
        """Every bit there is."""
        return (1 << (self.base + self.days + 1)) - 1

    def mask(self, days: Iterable[date]) -> int:
        """Return the days of the horizon as bits."""
        found = 0
        for day in days:
            offset = (day - self.start).days
            if 0 <= offset < self.days:
                found |= 1 << (self.base + offset)
        return found

    def day(self, bit: int) -> date:
        """Return the day a bit stands for."""
        return self.start + timedelta(days=bit - self.base)

    def follow(self, days: int, *, is_bound: bool) -> int:
        """Return every day that may follow a visit on one of ``days``; ``is_bound``: the maximum gap counts."""
        if not days:
            return 0
        if is_bound and self.high is not None:
            return _spread(days, self.high - self.low) << self.low
        earliest = (days & -days).bit_length() - 1 + self.low
        return self.anywhere >> earliest << earliest

    def lead(self, days: int, *, is_bound: bool) -> int:
        """Return every day that may lead to a visit on one of ``days``."""
        if is_bound and self.high is not None:
            width = self.high - self.low
            return _spread(days, width) >> self.low + width
        return (1 << max(0, days.bit_length() - self.low)) - 1


def _spread(days: int, width: int) -> int:
    """Return ``days`` shifted up by 0, by 1, ... and by ``width`` places, all together."""
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        days |= days << step
        done += step
    return days


def gaps_of(rule: VisitRule, horizon: Horizon) -> Gaps:
    """Return the rule's gaps. A maximum gap that was over before the horizon began binds nothing any more."""
    low, high, last = rule.min_gap_days, rule.max_gap_days, rule.last_visited
    base = max(low, high or 0) + 1
    previous, until, counted = 0, -1, gap_from(rule, horizon)
    if last is not None:
        previous = max(0, base + min((last - horizon.start).days, horizon.days))
    if counted is not None and counted != last:
        until = (1 << (base + (counted - horizon.start).days + (high or 0) + 1)) - 1
    return Gaps(
        start=horizon.start,
        base=base,
        days=horizon.days,
        low=low,
        high=high,
        previous=previous,
        binds_first=counted is not None and counted == last,
        until=until,
    )


def gap_from(rule: VisitRule, horizon: Horizon) -> date | None:
    """Return the day from which the maximum gap counts up to the first visit of the plan; None where nothing binds it.

    It is the last visit held. Where that was too long ago before the horizon began, it is the first visit missed since
    that leaves any days: the village is then not left waiting for longer than if the visit had been held.
    """
    if rule.max_gap_days is None:
        return None
    missed = [day for day in rule.missed_since if day < horizon.start]
    known = missed if rule.last_visited is None else [rule.last_visited, *missed]
    wait = timedelta(days=rule.max_gap_days)
    return next((day for day in known if day + wait >= horizon.start), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A quota as bits: the visits asked, and its days, one set per weekday combination (one set when there is none)."""

    asked: int
    lanes: tuple[int, ...]

    @property
    def most_days(self) -> int:
        """The visits there would be room for without any gap."""
        return max(lane.bit_count() for lane in self.lanes)


def most_visits(gaps: Gaps, stretches: tuple[Stretch, ...]) -> tuple[int, ...]:
    """Return the visits made in each stretch by a largest set: most visits in all, then most in the early stretches.

    Taking as many as there is room for in each stretch, in order, is the best in all: against any other set, one
    visit more in an early stretch costs at most one later. Days nearer than the minimum to the new last visit hold at
    most one visit of the other set; and a stretch that gives up one visit is no longer bound by the maximum. All
    last days that such a choice can have are kept, as a set.
    """
    origins, is_bound, within, made = 1 << gaps.previous, gaps.binds_first, gaps.until, list[int]()
    for stretch in stretches:
        count, origins = _most_in(gaps, stretch, origins, is_bound=is_bound, within=within)
        is_bound, within = count == stretch.asked, -1
        made.append(count)
    return tuple(made)


def _most_in(gaps: Gaps, stretch: Stretch, origins: int, *, is_bound: bool, within: int) -> tuple[int, int]:
    """Return the most visits the stretch has room for after a visit on one of ``origins``, and their last days.

    When all are made, the first is on one of the days ``within``.
    """
    ends = _ends(gaps, stretch, origins, is_whole=True, is_bound=is_bound, within=within)
    if len(ends) == stretch.asked:
        return len(ends), ends[-1]
    ends = _ends(gaps, stretch, origins, is_whole=False, is_bound=False)[: stretch.asked - 1]
    return len(ends), ends[-1] if ends else origins


def _ends(gaps: Gaps, stretch: Stretch, origins: int, *, is_whole: bool, is_bound: bool, within: int = -1) -> list[int]:
    """Return the last days of 1, 2, ... visits in the stretch, up to those asked or those there is room for."""
    ends: list[int] = []
    reached = [gaps.follow(origins, is_bound=is_bound) & lane & within for lane in stretch.lanes]
    while any(reached) and len(ends) < stretch.asked:
        ends.append(reduce(or_, reached))
        reached = [
            gaps.follow(days, is_bound=is_whole) & lane for days, lane in zip(reached, stretch.lanes, strict=True)
        ]
    return ends

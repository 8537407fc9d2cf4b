"""Which days can follow which: gaps between visits, worked out on sets of days kept as the bits of one integer.

Bit ``b`` stands for the day ``start + (b - base)``. The bits below ``base`` are days before the horizon; the visit
before the first one (``last_visited``) is one of them. With sets as integers "every day that is 3 to 10 days after
one of these" is a handful of shifts, whatever the number of days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planner.model import Horizon
from planner.rules import VisitRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The spacing of one rule in one horizon, and where its chain of visits begins.

    ``previous`` is the bit of the visit before the first (bit 0 when none is known: far enough to allow anything);
    ``binds_first`` tells whether the maximum gap counts from it.
    """

    start: date
    base: int
    days: int
    low: int
    high: int | None
    previous: int
    binds_first: bool

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

    def after(self, bit: int, *, is_bound: bool) -> int:
        """Return the days a visit may follow on; ``is_bound``: the maximum gap counts."""
        if is_bound and self.high is not None:
            return ((1 << (self.high - self.low + 1)) - 1) << (bit + self.low)
        return self.anywhere >> (bit + self.low) << (bit + self.low)

    def before(self, days: int, *, is_bound: bool) -> int:
        """Return every day from which a visit on one of ``days`` may follow."""
        if is_bound and self.high is not None:
            return _spread(days, self.high - self.low) >> self.low
        return (1 << max(0, days.bit_length() - self.low)) - 1


def _spread(days: int, width: int) -> int:
    """Return ``days`` shifted down by 0, by 1, ... and by ``width`` places, all together."""
    done = 0
    while done < width:
        step = min(done + 1, width - done)
        days |= days >> step
        done += step
    return days


def gaps_of(rule: VisitRule, horizon: Horizon) -> Gaps:
    """Return the rule's gaps. A maximum gap that was over before the horizon began binds nothing any more."""
    low, high, last = rule.min_gap_days, rule.max_gap_days, rule.last_visited
    base = max(low, high or 0) + 1
    previous, binds_first = 0, False
    if last is not None:
        offset = (last - horizon.start).days
        previous = max(0, base + min(offset, horizon.days))
        binds_first = high is not None and -offset <= high
    return Gaps(
        start=horizon.start,
        base=base,
        days=horizon.days,
        low=low,
        high=high,
        previous=previous,
        binds_first=binds_first,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A quota as bits: the visits asked, and its days, one set per weekday combination (one set when there is none)."""

    asked: int
    lanes: tuple[int, ...]

    @property
    def most_days(self) -> int:
        """The visits there would be room for without any gap."""
        return max(lane.bit_count() for lane in self.lanes)


Reach = dict[bool, list[int]]  # is the chain unbroken so far -> visits given up -> last days from which the rest fits


def most_visits(gaps: Gaps, stretches: tuple[Stretch, ...]) -> tuple[int, ...]:
    """Return the visits made in each stretch by a largest set: most visits in all, then most in the early stretches.

    A dynamic program over stretches, from the last to the first. Its state is the last visit day (a whole set of
    them at once), whether the maximum gap counts across the seam, and how many visits were given up beyond those
    that no choice of days could save; that last number is tried small first.
    """
    caps = tuple(_cap(gaps, stretch) for stretch in stretches)
    given_up = 0
    while True:
        table = _reach(gaps, stretches, caps, given_up)
        row = table[0][gaps.binds_first]
        fits = [k for k, days in enumerate(row) if days >> gaps.previous & 1]
        if fits:
            return _read_off(gaps, stretches, caps, table, fits[0])
        given_up = 2 * given_up + 1


def _cap(gaps: Gaps, stretch: Stretch) -> int:
    """Return the most visits the stretch alone has room for: always take the earliest day."""
    best = 0
    for lane in stretch.lanes:
        days, made = lane, 0
        while days and made < stretch.asked:
            first = (days & -days).bit_length() - 1
            made += 1
            days &= gaps.after(first, is_bound=False)
        best = max(best, made)
    return best


def _reach(gaps: Gaps, stretches: tuple[Stretch, ...], caps: tuple[int, ...], given_up: int) -> list[Reach]:
    table: list[Reach] = [{flag: [gaps.anywhere] * (given_up + 1) for flag in (True, False)}]
    for stretch, cap in zip(reversed(stretches), reversed(caps), strict=True):
        rest = table[-1]
        here: Reach = {True: [0] * (given_up + 1), False: [0] * (given_up + 1)}
        for lost in range(min(cap, given_up) + 1):
            for left in range(lost, given_up + 1):
                made, is_whole = cap - lost, cap - lost == stretch.asked
                goal = rest[is_whole][left - lost]
                for flag in (True, False):
                    here[flag][left] |= _entries(gaps, stretch, made, goal, is_whole=is_whole, is_bound=flag)
        table.append(here)
    return table[::-1]


def _entries(gaps: Gaps, stretch: Stretch, made: int, goal: int, *, is_whole: bool, is_bound: bool) -> int:
    """Return the last days before the stretch from which ``made`` visits in it can end on a day of ``goal``."""
    if made == 0:
        return goal
    found = 0
    for lane in stretch.lanes:
        days = lane & goal
        for _ in range(made - 1):
            days = gaps.before(days, is_bound=is_whole) & lane
        found |= gaps.before(days, is_bound=is_whole and is_bound)
    return found


def _ends(gaps: Gaps, stretch: Stretch, made: int, origins: int, *, is_whole: bool, is_bound: bool) -> int:
    """Return the last days of ``made`` visits in the stretch that follow one of the days ``origins``."""
    if made == 0:
        return origins
    found = 0
    for lane in stretch.lanes:
        days = _follow(gaps, origins, is_bound=is_whole and is_bound) & lane
        for _ in range(made - 1):
            days = _follow(gaps, days, is_bound=is_whole) & lane
        found |= days
    return found


def _follow(gaps: Gaps, origins: int, *, is_bound: bool) -> int:
    found = 0
    while origins:
        first = (origins & -origins).bit_length() - 1
        found |= gaps.after(first, is_bound=is_bound)
        if not is_bound or gaps.high is None:
            return found  # the earliest day is followed by all the others are followed by
        origins &= origins - 1
    return found


def _read_off(
    gaps: Gaps, stretches: tuple[Stretch, ...], caps: tuple[int, ...], table: list[Reach], left: int
) -> tuple[int, ...]:
    """Walk forward through the table and keep as many visits in each stretch as the rest allows."""
    origins, is_bound, made = 1 << gaps.previous, gaps.binds_first, list[int]()
    for k, (stretch, cap) in enumerate(zip(stretches, caps, strict=True)):
        for count in range(cap, -1, -1):
            is_whole = count == stretch.asked
            ends = _ends(gaps, stretch, count, origins, is_whole=is_whole, is_bound=is_bound)
            lost = cap - count
            if lost <= left and ends & table[k + 1][is_whole][left - lost]:
                origins, is_bound, left = ends, is_whole, left - lost
                made.append(count)
                break
    return tuple(made)

"""Rules -> calendar graphs: every day combination of a task as a path, owed visits included.

A node is one asked visit of a quota, made on a day or left out; an edge joins it to the one before when the gaps, the
weekday combinations and the fixed weekdays allow it. So the compiled search finds the best of a billion combinations
by one pass over a few hundred edges. Weekday choices that reach over several visits are kept apart as tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from planner.recurrence import Quota
from planner.solver.dates import FIXED_WEIGHT
from planner.solver.frame import Frame
from planner.solver.graphs import CalendarGraph
from planner.values import week_of

Tag = tuple[int, ...]  # which fixed weekdays, then which weekday combination this week
Tally = tuple[int, int, int]  # of a quota with visits fixed beforehand: other visits made, fixed ones made, owed so far
NO_TALLY: Tally = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A beginning of a path: the last visit made and what has been left out since.

    ``number`` counts the asked visits passed, ``is_excused`` says that one was left out since ``last`` (the maximum gap
    does not count then).
    """

    number: int
    is_made: bool
    last: date | None
    is_excused: bool
    tag: Tag
    tally: Tally = NO_TALLY


def graph_of_rule(frame: Frame) -> CalendarGraph:
    """Return the graph of every way to make, or to owe, the visits that a rule asks, by teams that are not lent."""
    seats = [quota for quota in frame.quotas for _ in range(quota.visits)]
    numbered: dict[Mark, int] = {}
    parents: list[set[int]] = []
    owed: list[int] = []
    layer: list[Mark] = list(root_marks(frame))
    for number, quota in enumerate(seats):
        following: dict[Mark, None] = {}
        for mark in layer:
            for after in next_marks(frame, quota, mark, is_first=number == 0 or seats[number - 1] != quota):
                following[after] = None
                if after not in numbered:
                    numbered[after] = len(numbered)
                    parents.append(set())
                    owed.append(0 if after.is_made else weight_of(frame, quota, after))
                if number:
                    parents[numbered[after]].add(numbered[mark])
        layer = list(following)
    last = len(seats)
    return CalendarGraph(
        days=tuple(mark.last if mark.is_made else None for mark in numbered),
        is_end=tuple(mark.number == last for mark in numbered),
        parents=tuple(tuple(sorted(found)) for found in parents),
        owed=tuple(owed),
    )


def weight_of(frame: Frame, quota: Quota, mark: Mark) -> int:
    """Return how many visits the one just owed counts for: fixed ones that were not made are owed first."""
    _, kept, left = mark.tally
    return FIXED_WEIGHT if 0 < left <= _fixed_in(frame, quota) - kept else 1


def _fixed_in(frame: Frame, quota: Quota) -> int:
    return sum(day in quota for day in frame.fixed)


def root_marks(frame: Frame) -> Iterator[Mark]:
    """Yield the empty beginnings, one for each choice of fixed weekdays."""
    weekdays = sorted({day.weekday() for day in frame.own_by_day})
    choices = list(combinations(weekdays, min(frame.weekdays_kept, len(weekdays)))) if frame.rule.same_weekday else [()]
    needed = {day.weekday() for day in frame.fixed} if frame.rule.same_weekday else set()
    for number, choice in enumerate(choices):
        if needed <= set(choice):
            yield Mark(0, False, frame.gap_from, False, (number, -1))


def next_marks(frame: Frame, quota: Quota, mark: Mark, *, is_first: bool) -> Iterator[Mark]:
    """Yield what can follow: the visit owed, or made on a day. Within a quota, owed visits come last."""
    fixed_here = _fixed_in(frame, quota)
    free, kept, left = NO_TALLY if is_first else mark.tally
    yield Mark(mark.number + 1, False, mark.last, True, mark.tag, (free, kept, left + 1) if fixed_here else NO_TALLY)
    if not is_first and not mark.is_made:
        return
    fixed = _fixed_weekdays(frame, mark.tag[0])
    for day in frame.own_by_day:
        is_apart = (  # the days are already far enough from the last visit held; one that was missed keeps nobody away
            mark.last in {None, frame.gap_from}
            or (mark.last < day and (day - mark.last).days >= frame.rule.min_gap_days)
        )
        is_free = day not in frame.fixed
        if is_free and (free >= quota.visits - fixed_here or not _leaves_room(frame, day)):
            continue
        if day in quota and is_apart and day.weekday() in fixed and _is_in_time(frame, mark, day):
            tally = (free + is_free, kept + (not is_free), left) if fixed_here else NO_TALLY
            for combination in _combinations(frame, mark, day):
                yield Mark(mark.number + 1, True, day, False, (mark.tag[0], combination), tally)


def _leaves_room(frame: Frame, day: date) -> bool:
    """Return whether the day is far enough from the visits fixed beforehand."""
    return all(abs((day - other).days) >= frame.rule.min_gap_days for other in frame.fixed)


def _fixed_weekdays(frame: Frame, number: int) -> frozenset[int]:
    if not frame.rule.same_weekday:
        return frozenset(range(7))
    weekdays = sorted({day.weekday() for day in frame.own_by_day})
    choices = list(combinations(weekdays, min(frame.weekdays_kept, len(weekdays))))
    return frozenset(choices[number]) if choices else frozenset()


def _is_in_time(frame: Frame, mark: Mark, day: date) -> bool:
    gap = frame.rule.max_gap_days
    return gap is None or mark.last is None or mark.is_excused or day <= mark.last + timedelta(days=gap)


def _combinations(frame: Frame, mark: Mark, day: date) -> Iterator[int]:
    """Yield the weekday combinations of the week that hold the day: the one the week has, or any for a new week."""
    sets = frame.rule.weekday_sets
    if not sets:
        yield -1
        return
    needed = {other.weekday() for other in frame.fixed if week_of(other) == week_of(day)}
    is_same_week = mark.tag[1] >= 0 and mark.last is not None and week_of(mark.last) == week_of(day)
    for number, weekdays in enumerate(sets):
        if day.weekday() in weekdays and needed <= weekdays and (not is_same_week or number == mark.tag[1]):
            yield number

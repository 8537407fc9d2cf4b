"""What closed roads keep from a visit: the travel there would be if they were open, on all days or on one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from planner.model import Opening, Problem, TravelMatrix
from planner.values import DateRange

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=16)  # many villages may be behind one closed road
def with_roads_open(problem: Problem, opening: Opening, day: date | None = None) -> Problem:
    """Return the problem with the roads open, on one day or (None) on all on which they are closed."""
    instead = {(matrix.access_class, matrix.days): matrix for matrix in opening.travel}
    travel: list[TravelMatrix] = []
    for matrix in problem.travel:
        opened = instead.get((matrix.access_class, matrix.days))
        if opened is None:
            travel.append(matrix)
        else:
            travel.extend([opened] if day is None else _on_one_day(problem, matrix, opened, day))
    return replace(problem, travel=tuple(travel))


def _on_one_day(problem: Problem, closed: TravelMatrix, opened: TravelMatrix, day: date) -> Iterator[TravelMatrix]:
    days = closed.days or problem.horizon.span
    if day not in days:
        yield closed
        return
    if days.first_day < day:
        yield replace(closed, days=DateRange(first_day=days.first_day, last_day=day - ONE_DAY))
    yield replace(opened, days=DateRange(first_day=day, last_day=day))
    if day < days.last_day:
        yield replace(closed, days=DateRange(first_day=day + ONE_DAY, last_day=days.last_day))


def without(closed: DateRange, day: date) -> tuple[DateRange, ...]:
    """Return what is left of closed days when one of them is open; nothing else when it is not among them."""
    if day not in closed:
        return (closed,)
    before, after = day - ONE_DAY, day + ONE_DAY
    left = []
    if closed.first_day <= before:
        left.append(DateRange(first_day=closed.first_day, last_day=before))
    if after <= closed.last_day:
        left.append(DateRange(first_day=after, last_day=closed.last_day))
    return tuple(left)

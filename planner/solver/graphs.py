"""Calendar graphs as plain data: day combinations as paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from planner.model import Task


@dataclass(frozen=True, slots=True)
class CalendarGraph:
    """Nodes in order, parents before children: the day (None: owed), whether a path may end here, and the parents.

    ``owed`` is how many visits an owed one counts for; 0 on a day. ``members`` tells whose visit each is: 0 the
    leader's, k its k-th follower's; empty where nobody follows.
    """

    days: tuple[date | None, ...]
    is_end: tuple[bool, ...]
    parents: tuple[tuple[int, ...], ...]
    owed: tuple[int, ...]
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """Tasks that follow a leader, or one of them before, and the graph of the days of all."""

    followers: tuple[Task, ...]
    graph: CalendarGraph


def graph_of_combinations(combinations_of_days: Iterable[Sequence[date]]) -> CalendarGraph:
    """Return the graph whose paths are exactly the combinations given: a tree of their beginnings."""
    number: dict[tuple[date, ...], int] = {}
    ends = set()
    for days in sorted(tuple(sorted(found)) for found in combinations_of_days):
        for k in range(1, len(days) + 1):
            number.setdefault(days[:k], len(number))
        ends.add(days)
    return CalendarGraph(
        days=tuple(days[-1] for days in number),
        is_end=tuple(days in ends for days in number),
        parents=tuple((number[days[:-1]],) if len(days) > 1 else () for days in number),
        owed=(0,) * len(number),
    )

"""Visits that follow others some days later: which are due, and which visit follows which.

A rule with ``follows`` asks for one visit after each visit of the leading rule, ``min_days`` to ``max_days`` later.

*Leading visits* are those the plan makes, and the leader's ``last_visited``; less the one that the follow-up's own
``last_visited`` has followed already (``leading_days``).
*Pairs.* Visits are paired in order of their days, each leading visit once: every following visit, the earliest first,
takes the earliest leading visit left that lies ``min_days`` to ``max_days`` before it. When none is owed the n-th
follows the n-th. A following visit without a leading one is wrong (``unled``).
*Due* are as many following visits as there are leading ones whose stretch of days reaches into the horizon (``due``),
but never more than the rule's ``visits``. So when the leading visit is owed, the following one is not due before it is
made; when the stretch begins after the horizon, it is due in the next plan, which knows the leader's ``last_visited``.
A visit that is due and not made is owed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from planner.rules import FollowUp, VisitRule

Node = TypeVar("Node")


def leading_days(rule: VisitRule, leader: VisitRule, made: Iterable[date]) -> tuple[date, ...]:
    """Return the days of the leading visits still to be followed, in order; ``made`` are those of the plan."""
    days = sorted({*made} if leader.last_visited is None else {*made, leader.last_visited})
    if rule.follows is not None and rule.last_visited is not None:
        for followed in _pairs(rule.follows, days, [rule.last_visited]):
            days = [day for day in days if day != followed]
    return tuple(days)


def due(follow: FollowUp, leading: Iterable[date], first_day: date, last_day: date) -> int:
    """Return how many leading visits can be followed from first to last day."""
    return sum(
        (last_day - day).days >= follow.min_days and (first_day - day).days <= follow.max_days for day in leading
    )


def is_led(follow: FollowUp, leading: Iterable[date], day: date) -> bool:
    """Return whether the day lies as many days after some leading visit as asked."""
    return any(follow.min_days <= (day - led).days <= follow.max_days for led in leading)


def unled(follow: FollowUp, leading: Sequence[date], following: Iterable[date]) -> tuple[date, ...]:
    """Return the days of following visits that follow nothing, in order; ``leading`` is in order too."""
    days = sorted(following)
    return tuple(day for day, led in zip(days, _pairs(follow, leading, days), strict=True) if led is None)


def _pairs(follow: FollowUp, leading: Sequence[date], following: Sequence[date]) -> list[date | None]:
    """Return the leading day that each following day takes; as many as possible are taken."""
    found: list[date | None] = []
    k = 0
    for day in following:
        while k < len(leading) and (day - leading[k]).days > follow.max_days:
            k += 1  # too long ago for this visit and all later ones
        is_led = k < len(leading) and (day - leading[k]).days >= follow.min_days
        found.append(leading[k] if is_led else None)
        k += is_led
    return found


def first_in_circle(leaders: Mapping[Node, Node]) -> Node | None:
    """Return the first that, over its leader, the leader of that and so on, follows itself; None when nobody does."""
    ended: set[Node] = set()
    for start in leaders:
        path, at = {start}, start
        while at in leaders and at not in ended:
            at = leaders[at]
            if at in path:
                return at
            path.add(at)
        ended |= path
    return None

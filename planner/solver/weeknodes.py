"""The nodes of one week's routing model: calls at villages, and the nights that part the days of a team.

Time runs in whole minutes from Monday 00:00. A night is a node of one team at its base whose time is fixed at
the end of the shift and whose "service" lasts until the next working morning; so one vehicle is one team's week.
Between two days that follow each other there is such a node for each lodging, too: the model takes one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product

import numpy as np
from numpy.typing import NDArray

from planner.model import UNREACHABLE, Problem, Task, Team
from planner.values import DAY_MINUTES

WEEK_MINUTES = 7 * DAY_MINUTES
FORBIDDEN_MINUTES = WEEK_MINUTES + 1  # longer than the time dimension is wide: no route can hold the arc
COST_SCALE = 1000  # the model counts whole thousandths of the unit of cost
COST_LIMIT = 2**31 - 1
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One team's coming to one task in the week, on one of ``days``, by one of ``teams`` (ids).

    Calls that share a ``session`` are the parts of a joint session and start together. ``penalty`` is the cost
    of leaving the call out; ``extra_cost`` is added when the team named makes it.
    """

    task: Task
    days: tuple[date, ...]
    teams: tuple[str, ...]
    penalty: float
    session: int | None = None
    extra_cost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekQuestion:
    """What one routing model decides: the order, team and day of the calls of some teams in one week."""

    week: date
    workdays: Mapping[str, tuple[date, ...]]  # by team id: its working days of the week, none empty
    calls: tuple[Call, ...]
    lodgings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by team id: where it may sleep out


@dataclass(frozen=True, slots=True)
class Node:
    """A node: where one comes in and goes out (place ids), on which days (bits), and the minutes spent."""

    place_in: str
    place_out: str
    days_in: int
    days_out: int
    minutes: int
    team: int = -1  # the vehicle of a night; -1 for calls
    at_minute: int = -1  # the fixed time of a night
    night: int = -1  # which of its team's nights, from 0
    is_away: bool = False


def minute_of_week(week: date, day: date) -> int:
    """Return the minute of the day's 00:00 counted from Monday 00:00."""
    return (day - week).days * DAY_MINUTES


def day_bit(week: date, day: date) -> int:
    """Return the day of the week as a bit."""
    return 1 << (day - week).days


def night_nodes(question: WeekQuestion, team: Team, vehicle: int) -> tuple[Node, ...]:
    """Return the team's start, its nights between working days (each at home, then out), and its end."""
    week, days = question.week, question.workdays[team.id]
    mornings = [minute_of_week(week, day) + team.shift.start_minute for day in days]
    evenings = [minute_of_week(week, day) + team.shift.end_minute for day in days]
    bits = [day_bit(week, day) for day in days]
    start = Node(team.base, team.base, 0, bits[0], 0, vehicle, mornings[0])
    nights = []
    for k in range(len(days) - 1):
        minutes = mornings[k + 1] - evenings[k]
        night = Node(team.last_base, team.base, bits[k], bits[k + 1], minutes, vehicle, evenings[k], night=k)
        nights.append(night)
        if days[k + 1] - days[k] == ONE_DAY:
            lodgings = question.lodgings.get(team.id, ())
            nights += [replace(night, place_in=place, place_out=place, is_away=True) for place in lodgings]
    return (start, *nights, Node(team.last_base, team.last_base, bits[-1], 0, 0, vehicle, evenings[-1]))


def call_node(problem: Problem, question: WeekQuestion, call: Call) -> Node:
    """Return the node of a call."""
    bits = 0
    for day in call.days:
        bits |= day_bit(question.week, day)
    place = call.task.site_id
    return Node(place, place, bits, bits, problem.rule_by_task[call.task].service.minutes)


def start_intervals(problem: Problem, question: WeekQuestion, call: Call) -> tuple[tuple[int, int], ...]:
    """Return the minutes of the week at which the service may start, as sorted closed intervals; may be empty."""
    minutes = problem.rule_by_task[call.task].service.minutes
    found = []
    for day in sorted(call.days):
        first = minute_of_week(question.week, day)
        for window in problem.windows(call.task):
            low, high = first + window.start_minute, first + window.end_minute - minutes
            if low <= high:
                found.append((low, high))
    return tuple(sorted(found))


def travel_arrays(
    problem: Problem, question: WeekQuestion, team: Team, nodes: Sequence[Node]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (minutes, metres) from node to node for one team; arcs that cannot be are FORBIDDEN_MINUTES.

    An arc belongs to a day that both its ends allow and takes that day's roads.
    """
    n = len(nodes)
    minutes = np.full((n, n), FORBIDDEN_MINUTES, dtype=np.int64)
    metres = np.zeros((n, n), dtype=np.int64)
    out_bits = np.array([node.days_out for node in nodes])
    in_bits = np.array([node.days_in for node in nodes])
    for day in question.workdays[team.id]:
        bit, matrix = day_bit(question.week, day), problem.matrix(team, day)
        rows, columns = np.flatnonzero(out_bits & bit).tolist(), np.flatnonzero(in_bits & bit).tolist()
        places_out = [matrix.index[nodes[k].place_out] for k in rows]
        places_in = [matrix.index[nodes[k].place_in] for k in columns]
        legs = matrix.minutes[np.ix_(places_out, places_in)]
        scaled = np.ceil(legs / team.speed_factor - 1e-9).astype(np.int64)
        minutes[np.ix_(rows, columns)] = np.where(legs == UNREACHABLE, FORBIDDEN_MINUTES, scaled)
        metres[np.ix_(rows, columns)] = np.maximum(matrix.metres[np.ix_(places_out, places_in)], 0)
    _idle_days(nodes, minutes, metres)
    return np.minimum(minutes, FORBIDDEN_MINUTES), metres


def _idle_days(nodes: Sequence[Node], minutes: NDArray[np.int64], metres: NDArray[np.int64]) -> None:
    """Set the arcs of days without a visit to nothing: a team without work drives nowhere, and rests at home only."""
    nights = [k for k, node in enumerate(nodes) if node.team >= 0]
    for before, after in product(nights, nights):
        one, other = nodes[before], nodes[after]
        if one.team != other.team or not one.days_out & other.days_in:
            continue
        if not one.is_away and not other.is_away:
            minutes[before, after] = metres[before, after] = 0
        elif one.is_away and one.place_out == other.place_in:
            minutes[before, after] = FORBIDDEN_MINUTES

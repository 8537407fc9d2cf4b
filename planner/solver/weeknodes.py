"""The nodes of one week's routing model: calls at villages, and the nights that part the days of a team.

Time runs in whole minutes from Monday 00:00. A night is a node of one team at its base whose time is fixed at
the end of the shift and whose "service" lasts until the next working morning; so one vehicle is one team's week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planner.model import UNREACHABLE, Problem, Task, Team
from planner.values import DAY_MINUTES

WEEK_MINUTES = 7 * DAY_MINUTES
FORBIDDEN_MINUTES = WEEK_MINUTES + 1  # longer than the time dimension is wide: no route can hold the arc
COST_SCALE = 1000  # the model counts whole thousandths of the unit of cost
COST_LIMIT = 2**31 - 1


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


def minute_of_week(week: date, day: date) -> int:
    """Return the minute of the day's 00:00 counted from Monday 00:00."""
    return (day - week).days * DAY_MINUTES


def day_bit(week: date, day: date) -> int:
    """Return the day of the week as a bit."""
    return 1 << (day - week).days


def night_nodes(question: WeekQuestion, team: Team, vehicle: int) -> tuple[Node, ...]:
    """Return the team's start, its nights between working days, and its end."""
    week, days = question.week, question.workdays[team.id]
    mornings = [minute_of_week(week, day) + team.shift.start_minute for day in days]
    evenings = [minute_of_week(week, day) + team.shift.end_minute for day in days]
    bits = [day_bit(week, day) for day in days]
    start = Node(team.base, team.base, 0, bits[0], 0, vehicle, mornings[0])
    nights = [
        Node(team.last_base, team.base, bits[k], bits[k + 1], mornings[k + 1] - evenings[k], vehicle, evenings[k])
        for k in range(len(days) - 1)
    ]
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
        rows, columns = np.flatnonzero(out_bits & bit), np.flatnonzero(in_bits & bit)
        places_out = [matrix.index[nodes[k].place_out] for k in rows]
        places_in = [matrix.index[nodes[k].place_in] for k in columns]
        legs = matrix.minutes[np.ix_(places_out, places_in)]
        scaled = np.ceil(legs / team.speed_factor - 1e-9).astype(np.int64)
        minutes[np.ix_(rows, columns)] = np.where(legs == UNREACHABLE, FORBIDDEN_MINUTES, scaled)
        metres[np.ix_(rows, columns)] = np.maximum(matrix.metres[np.ix_(places_out, places_in)], 0)
    _idle_days(nodes, minutes, metres)
    return np.minimum(minutes, FORBIDDEN_MINUTES), metres


def _idle_days(nodes: Sequence[Node], minutes: NDArray[np.int64], metres: NDArray[np.int64]) -> None:
    """Set the arcs of days without a visit to nothing: a team without work drives nowhere."""
    for k in range(len(nodes) - 1):
        if nodes[k].team >= 0 and nodes[k].team == nodes[k + 1].team:
            minutes[k, k + 1] = metres[k, k + 1] = 0

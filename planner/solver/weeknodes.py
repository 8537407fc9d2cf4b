"""The nodes of one week's routing model: calls at villages, nights that part the days of a team, and its loadings.

Time runs in whole minutes from Monday 00:00. A night is a node of one team at its base whose time is fixed at
the end of the shift and whose "service" lasts until the next working morning; so one vehicle is one team's week.
Between two days that follow each other there is such a node for each lodging, too: the model takes one of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product

import numpy as np
from numpy.typing import NDArray

from planner.errors import SolverError
from planner.language import text
from planner.model import UNREACHABLE, Problem, Task, Team, TravelMatrix
from planner.values import DAY_MINUTES, week_of

WEEK_MINUTES = 7 * DAY_MINUTES
FORBIDDEN_MINUTES = WEEK_MINUTES + 1  # longer than the time dimension is wide: no route can hold the arc
COST_SCALE = 1000  # the model counts whole thousandths of the unit of cost
COST_LIMIT = 2**31 - 1
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One team's coming to one task in the week, on one of ``days``, by one of ``teams`` (ids).

    Calls that share a ``session`` are the parts of a joint session and start within SYNC_MINUTES. ``penalty`` is the
    cost of leaving the call out; ``extra_cost`` is added when the team named makes it.
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


def check_question(problem: Problem, question: WeekQuestion, starts: Iterable[Sequence[int]]) -> None:
    """Refuse what the routing model answers by ending the process, or with a plan of nonsense.

    Raises
    ------
    SolverError
        When the question names something that is not there, or a price that is none.
    """
    teams_work = all(team in problem.team_by_id and days for team, days in question.workdays.items())
    numbers = [number for calls in starts for number in calls]
    _require_sound(bool(question.workdays) and teams_work, "teams")
    _require_sound(question.week == week_of(question.week), "week")
    _require_sound(all(_is_in_week(question.week, days) for days in question.workdays.values()), "days")
    _require_sound(all(call.task in problem.rule_by_task for call in question.calls), "tasks")
    _require_sound(all(_is_in_week(question.week, call.days) for call in question.calls), "days of calls")
    prices = [price for call in question.calls for price in (call.penalty, *call.extra_cost.values())]
    _require_sound(all(_is_price(price) for price in prices), "prices")
    _require_sound(len(numbers) == len(set(numbers)), "start")
    _require_sound(set(numbers) <= set(range(len(question.calls))), "start")


def check_matrix(matrix: NDArray[np.int64], nodes: int) -> None:
    """Refuse a matrix that the routing model does not look at itself: ragged, short, negative or too large."""
    is_whole = matrix.shape == (nodes, nodes) and matrix.dtype == np.int64
    _require_sound(is_whole and bool(((matrix >= 0) & (matrix <= COST_LIMIT)).all()), "roads")


def _check_roads(matrix: TravelMatrix) -> None:
    """Refuse roads that were changed after they had been checked, and lost their shape."""
    n = len(matrix.place_ids)
    arrays = (matrix.minutes, matrix.metres)
    _require_sound(all(legs.shape == (n, n) and legs.dtype == np.int64 for legs in arrays), "roads")


def _is_in_week(week: date, days: Sequence[date]) -> bool:
    """Return whether the days are days of the week, in order, each once."""
    return all(week_of(day) == week for day in days) and list(days) == sorted(set(days))


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _require_sound(condition: bool, part: str) -> None:
    if not condition:
        raise SolverError(
            text("The week's routing question is not sound ({part}). This is a fault of the program.", part=part)
        )


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


def supply_nodes(question: WeekQuestion, team: Team) -> tuple[Node, ...]:
    """Return the returns to the base at which the team may load again: one fewer than its trips, on each of its days.

    As they belong to no call, they may be left out for nothing.
    """
    if team.capacity_per_day is None:
        return ()
    bits = [day_bit(question.week, day) for day in question.workdays[team.id]]
    return tuple(
        Node(team.base, team.base, bit, bit, team.resupply_minutes)
        for bit in bits
        for _ in range(team.trips_per_day - 1)
    )


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
        _check_roads(matrix)
        rows, columns = np.flatnonzero(out_bits & bit).tolist(), np.flatnonzero(in_bits & bit).tolist()
        places_out = [matrix.index[nodes[k].place_out] for k in rows]
        places_in = [matrix.index[nodes[k].place_in] for k in columns]
        legs = matrix.minutes[np.ix_(places_out, places_in)]
        _require_sound(bool((legs >= UNREACHABLE).all()), "roads")
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

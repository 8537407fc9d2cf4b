"""Weekly circuits: an OR-Tools routing model in which one vehicle is one team's whole week.

The model decides order, team and (where a call may float) day under windows, shifts, lunch breaks, load and
number of stops a day, joint sessions and roads. Every call may be left out at its penalty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from planner.model import SYNC_MINUTES, Problem, Team
from planner.solver.nights import Nights
from planner.solver.weeknodes import (
    COST_LIMIT,
    COST_SCALE,
    FORBIDDEN_MINUTES,
    WEEK_MINUTES,
    Node,
    WeekQuestion,
    call_node,
    check_matrix,
    check_question,
    day_bit,
    minute_of_week,
    night_nodes,
    start_intervals,
    supply_nodes,
    travel_arrays,
)
from planner.timing import needs_lunch
from planner.trips import supplies_of

MOST_GUARD_SECONDS = 600.0  # of one local search; it takes well under one

Days = Mapping[tuple[str, date], tuple[int, ...]]  # (team id, day) -> numbers of calls in order


def route_week(
    problem: Problem, question: WeekQuestion, start: Days, guard_seconds: float, nights: Nights | None = None
) -> Days | None:
    """Return the calls of each team and day in order, never worse than ``start`` to the model; None if it found none.

    Calls that appear nowhere were left out. ``nights`` are the nights away of the start; those of the answer follow
    from its calls (``NightFinder``). The search ends at a local optimum; it is reproducible unless the guard
    time cuts it. (Guided local search gained less per second than re-placing visits around it, and does not end
    by itself.)

    Raises
    ------
    SolverError
        When the question or the start is not sound: the routing model itself would end the process.
    """
    if not question.calls:
        return {}
    check_question(problem, question, start.values())
    model = _WeekModel(problem, question)
    return model.solve(start, nights or {}, guard_seconds)


class _WeekModel:
    """The routing model of one week, built on construction."""

    def __init__(self, problem: Problem, question: WeekQuestion) -> None:
        self.problem, self.question = problem, question
        self.teams = [problem.team_by_id[team] for team in sorted(question.workdays)]
        nights = [night_nodes(question, team, k) for k, team in enumerate(self.teams)]
        self.nodes: list[Node] = [node for own in nights for node in own]
        ends = np.cumsum([len(own) for own in nights])
        self.starts = [int(end) - len(own) for end, own in zip(ends, nights, strict=True)]
        self.ends = [int(end) - 1 for end in ends]
        self.first_call = len(self.nodes)
        self.places_of: dict[tuple[int, int], list[int]] = {}  # (vehicle, night) -> its nodes, home first
        self.nodes += [call_node(problem, question, call) for call in question.calls]
        self.loadings: dict[tuple[int, int], list[int]] = {}  # (vehicle, day as a bit) -> nodes where it loads again
        for vehicle, team in enumerate(self.teams):
            for node in supply_nodes(question, team):
                self.loadings.setdefault((vehicle, node.days_in), []).append(len(self.nodes))
                self.nodes.append(node)
        self.manager = pywrapcp.RoutingIndexManager(len(self.nodes), len(self.teams), self.starts, self.ends)
        self.model = pywrapcp.RoutingModel(self.manager)
        self._add_costs_and_time()
        self._add_nights()
        self._add_calls()
        self._add_loadings()
        self._add_day_limits()
        self._add_sessions()
        self._add_lunches()

    def index(self, node: int) -> int:
        """Return the routing model's index of a node."""
        return int(self.manager.NodeToIndex(node))

    def _add_costs_and_time(self) -> None:
        known: dict[bytes, int] = {}
        service = np.array([node.minutes for node in self.nodes], dtype=np.int64)
        transits = []
        for vehicle, team in enumerate(self.teams):
            minutes, metres = travel_arrays(self.problem, self.question, team, self.nodes)
            cost = self._arc_costs(team, minutes, metres)
            transits.append(self._register(np.minimum(minutes + service[:, None], FORBIDDEN_MINUTES), known))
            self.model.SetArcCostEvaluatorOfVehicle(self._register(cost, known), vehicle)
        self.model.AddDimensionWithVehicleTransits(transits, WEEK_MINUTES, WEEK_MINUTES, False, "time")
        self.time = self.model.GetDimensionOrDie("time")

    def _arc_costs(self, team: Team, minutes: NDArray[np.int64], metres: NDArray[np.int64]) -> NDArray[np.int64]:
        weights = self.problem.weights
        cost = weights.per_km * metres / 1000 + weights.per_duty_hour * minutes / 60
        extra = [weights.per_night_away * node.is_away for node in self.nodes[: self.first_call]]
        extra += [call.extra_cost.get(team.id, 0.0) for call in self.question.calls]
        extra += [weights.per_duty_hour * node.minutes / 60 for node in self.nodes[len(extra) :]]
        scaled = np.rint(COST_SCALE * (cost + np.array(extra)[None, :]))
        limited: NDArray[np.int64] = np.clip(scaled, 0, COST_LIMIT).astype(np.int64)
        return limited

    def _register(self, matrix: NDArray[np.int64], known: dict[bytes, int]) -> int:
        check_matrix(matrix, len(self.nodes))
        key = matrix.tobytes()
        if key not in known:
            known[key] = self.model.RegisterTransitMatrix(matrix.tolist())
        return known[key]

    def _add_nights(self) -> None:
        """Fix the times of nights; each is spent at one of its places, and not too many are spent away."""
        for number, node in enumerate(self.nodes[: self.first_call]):
            vehicle = node.team
            if number in self.starts:
                self.time.CumulVar(self.model.Start(vehicle)).SetValue(node.at_minute)
            elif number in self.ends:
                self.time.CumulVar(self.model.End(vehicle)).SetValue(node.at_minute)
            else:
                index = self.index(number)
                self.time.CumulVar(index).SetValue(node.at_minute)
                self.places_of.setdefault((vehicle, node.night), []).append(number)
        for (vehicle, _), places in self.places_of.items():
            indices = [self.index(number) for number in places]
            if len(indices) == 1:
                self.model.VehicleVar(indices[0]).SetValue(vehicle)
                continue
            self.model.AddDisjunction(indices)  # without a penalty: exactly one of them
            for index in indices:
                self.model.VehicleVar(index).SetValues([-1, vehicle])
        self._limit_nights_away()

    def _limit_nights_away(self) -> None:
        for vehicle, team in enumerate(self.teams):
            away = [n for n, node in enumerate(self.nodes[: self.first_call]) if node.team == vehicle and node.is_away]
            if away:
                sleeps_out = [self.model.ActiveVar(self.index(number)) for number in away]
                solver = self.model.solver()
                solver.Add(solver.Sum(sleeps_out) <= team.nights_away)

    def _add_calls(self) -> None:
        vehicle_of = {team.id: k for k, team in enumerate(self.teams)}
        for number, call in enumerate(self.question.calls):
            index = self.index(self.first_call + number)
            vehicles = [vehicle_of[team] for team in sorted(call.teams) if team in vehicle_of]
            intervals = start_intervals(self.problem, self.question, call)
            penalty = min(round(COST_SCALE * call.penalty), COST_LIMIT)
            self.model.AddDisjunction([index], penalty)
            if not vehicles or not intervals:
                self.model.VehicleVar(index).SetValue(-1)
                continue
            self.model.VehicleVar(index).SetValues([-1, *vehicles])
            _allow_only(self.time.CumulVar(index), intervals)

    def _add_loadings(self) -> None:
        """Let a team come back to its base and load again, or not."""
        for (vehicle, _), numbers in self.loadings.items():
            for number in numbers:
                index = self.index(number)
                self.model.AddDisjunction([index], 0)
                self.model.VehicleVar(index).SetValues([-1, vehicle])

    def _add_day_limits(self) -> None:
        """Count load and stops: both begin anew after a night, and the load whenever a team loads again."""
        nights = {k: node.team for k, node in enumerate(self.nodes[: self.first_call]) if k not in self.starts}
        loadings = {number: vehicle for (vehicle, _), numbers in self.loadings.items() for number in numbers}
        loads = [self.problem.rule_by_task[call.task].load for call in self.question.calls]
        self._add_limit("load", loads, [team.capacity_per_day for team in self.teams], nights | loadings)
        self._add_limit("stops", [1] * len(loads), [team.max_stops_per_day for team in self.teams], nights)

    def _add_limit(
        self, name: str, amounts: Sequence[int], limits: Sequence[int | None], resets: Mapping[int, int]
    ) -> None:
        """Add a dimension that the slack of some nodes, each of a vehicle, sets back to nothing."""
        if all(limit is None for limit in limits) or not any(amounts):
            return
        whole = sum(amounts)
        room = [whole if limit is None else min(limit, whole) for limit in limits]
        steps = [0] * len(self.nodes)
        steps[self.first_call : self.first_call + len(amounts)] = amounts
        for number, vehicle in resets.items():
            steps[number] = -room[vehicle]
        evaluator = self.model.RegisterUnaryTransitVector(steps)
        self.model.AddDimensionWithVehicleCapacity(evaluator, whole, room, True, name)
        dimension = self.model.GetDimensionOrDie(name)
        for number in range(len(self.nodes)):
            if number not in resets:
                dimension.SlackVar(self.index(number)).SetValue(0)

    def _add_sessions(self) -> None:
        """Let the parts of a joint session start within SYNC_MINUTES of each other, all or none.

        Local search puts in one call at a time, so it keeps and moves the sessions of the start but places no new one.
        """
        solver = self.model.solver()
        parts_of: dict[int, list[int]] = {}
        for number, call in enumerate(self.question.calls):
            if call.session is not None:
                parts_of.setdefault(call.session, []).append(self.index(self.first_call + number))
        for one, other in (pair for parts in parts_of.values() for pair in combinations(parts, 2)):
            apart = self.time.CumulVar(one) - self.time.CumulVar(other)
            solver.Add(apart <= SYNC_MINUTES)
            solver.Add(apart >= -SYNC_MINUTES)
            solver.Add(self.model.ActiveVar(one) == self.model.ActiveVar(other))

    def _add_lunches(self) -> None:
        """Keep a break free on each working day long enough to need one; at the base before or after also counts."""
        visit_minutes = [0] * self.model.Size()
        for number, node in enumerate(self.nodes):
            if number not in self.ends:
                visit_minutes[self.index(number)] = node.minutes
        for vehicle, team in enumerate(self.teams):
            breaks = [self._lunch(team, day) for day in self.question.workdays[team.id] if may_need_lunch(team)]
            if breaks:
                self.time.SetBreakIntervalsOfVehicle(breaks, vehicle, visit_minutes)

    def _lunch(self, team: Team, day: date) -> Any:
        assert team.lunch is not None
        first = minute_of_week(self.question.week, day)
        low, high = first + team.lunch.earliest_minute, first + team.lunch.latest_minute
        name = f"lunch {team.id} {day}"
        return self.model.solver().FixedDurationIntervalVar(low, high, team.lunch.minutes, False, name)

    def solve(self, start: Days, nights: Nights, guard_seconds: float) -> Days | None:
        """Search from the given routes if the model accepts them, else from its own first solution."""
        parameters = _parameters(guard_seconds)
        self.model.CloseModelWithParameters(parameters)
        initial = self.model.ReadAssignmentFromRoutes(self._index_routes(start, nights), True)
        if initial is not None:
            found = self.model.SolveFromAssignmentWithParameters(initial, parameters)
        else:
            found = self.model.SolveWithParameters(parameters)
        return None if found is None else self._days(found)

    def _index_routes(self, start: Days, nights: Nights) -> list[list[int]]:
        routes = []
        for vehicle, team in enumerate(self.teams):
            route: list[int] = []
            days = self.question.workdays[team.id]
            for k, day in enumerate(days):
                if k:
                    slept = nights.get((team.id, days[k - 1]))
                    route.append(self.index(self._night_at(self.places_of[vehicle, k - 1], slept)))
                route += self._index_day(vehicle, day, start.get((team.id, day), ()))
            routes.append(route)
        return routes

    def _index_day(self, vehicle: int, day: date, calls: Sequence[int]) -> list[int]:
        """Return the indices of a day's calls, with the loadings that its best timetable has."""
        tasks = [self.question.calls[call].task for call in calls]
        found = [self.first_call + call for call in calls]
        places = self.loadings.get((vehicle, day_bit(self.question.week, day)), [])
        supplies = supplies_of(self.problem, self.teams[vehicle], day, tasks) if places else ()
        for after, number in reversed([*zip(supplies, places, strict=False)]):
            found.insert(after, number)
        return [self.index(number) for number in found]

    def _night_at(self, places: Sequence[int], slept: str | None) -> int:
        """Return the node of a night at the lodging, or at home where there is none."""
        away = (number for number in places if self.nodes[number].is_away and self.nodes[number].place_in == slept)
        return next(away, places[0])

    def _days(self, found: Any) -> Days:
        days: dict[tuple[str, date], tuple[int, ...]] = {}
        for vehicle, team in enumerate(self.teams):
            workdays = iter(self.question.workdays[team.id])
            day, calls = next(workdays), list[int]()
            index = found.Value(self.model.NextVar(self.model.Start(vehicle)))
            while not self.model.IsEnd(index):
                node = self.manager.IndexToNode(index)
                if node < self.first_call:
                    days[team.id, day] = tuple(calls)
                    day, calls = next(workdays), []
                elif node < self.first_call + len(self.question.calls):
                    calls.append(node - self.first_call)
                index = found.Value(self.model.NextVar(index))
            days[team.id, day] = tuple(calls)
        return {slot: calls for slot, calls in days.items() if calls}


def may_need_lunch(team: Team) -> bool:
    """Return whether a route of the team can be out so long that it must hold the lunch break."""
    return needs_lunch(team, team.shift.start_minute, team.shift.end_minute)


def _allow_only(variable: Any, intervals: Iterable[tuple[int, int]]) -> None:
    """Restrict a time variable to a union of closed intervals."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    variable.SetRange(merged[0][0], merged[-1][1])
    for (_, before), (after, _) in pairwise(merged):
        variable.RemoveInterval(before + 1, after - 1)


def _parameters(guard_seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    parameters.time_limit.FromMilliseconds(max(1, int(1000 * min(guard_seconds, MOST_GUARD_SECONDS))))
    return parameters

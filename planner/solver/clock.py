"""Whether a team can drive a sequence of tasks on a day, judged by ``planner.timing`` and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from planner.errors import ModelError
from planner.model import Problem, Task, Team
from planner.plan import Route, Stop
from planner.solver.meetings import Meetings, Tasks, shared_tasks
from planner.solver.meetings import between as between_openings
from planner.timing import ANY_TIME, needs_lunch
from planner.trips import best_timetable, least_capacity

Span = tuple[int, int]
Ends = tuple[str, str]  # the places where a day starts and ends
CACHE_SIZE = 50_000  # routes, about 2 kB each

_Day = tuple[date, tuple[tuple[str, Tasks, Ends | None], ...]]


class Clock:
    """Timetables of one problem. Days with the same roads share their answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._known: dict[tuple[str, int, Tasks, tuple[tuple[Task, Span], ...], Ends | None], Route | None] = {}
        self._openings: dict[_Day, Mapping[Task, int] | None] = {}
        self._agreed: dict[_Day, Mapping[Task, int]] = {}

    def route(
        self,
        team: str,
        day: date,
        tasks: Tasks,
        between: Mapping[Task, Span] | None = None,
        *,
        ends: Ends | None = None,
    ) -> Route | None:
        """Return the timed route if it keeps every rule that one team's day can break, else None.

        It starts and ends at the team's bases unless ``ends`` are given. ``between`` holds the first and last minute
        at which joint sessions may start.
        """
        crew = self.problem.team_by_id[team]
        bounds = tuple(sorted((task, span) for task, span in (between or {}).items() if task in tasks))
        key = (team, id(self.problem.matrix(crew, day)), tasks, bounds, ends)
        if key not in self._known:
            if len(self._known) >= CACHE_SIZE:
                self._known.clear()
            self._known[key] = self._timed(crew, day, tasks, dict(bounds), ends or (crew.base, crew.last_base))
        found = self._known[key]
        return found if found is None or found.day == day else replace(found, day=day)

    def day(
        self, day: date, tasks_by_team: Mapping[str, Tasks], ends: Mapping[str, Ends] | None = None
    ) -> dict[str, Route] | None:
        """Return the routes of teams that may meet on the day, the parts of joint sessions started within SYNC_MINUTES.

        None if they cannot be. Sessions open as agreed (``agree``), else as ``meetings`` finds it.
        """
        openings = self.openings(day, tasks_by_team, ends)
        if openings is None:
            return None
        found = {
            team: self.route(team, day, tasks, between_openings(openings), ends=(ends or {}).get(team))
            for team, tasks in sorted(tasks_by_team.items())
        }
        routes = {team: route for team, route in found.items() if route is not None}
        return routes if len(routes) == len(found) else None

    def openings(
        self, day: date, tasks_by_team: Mapping[str, Tasks], ends: Mapping[str, Ends] | None = None
    ) -> Mapping[Task, int] | None:
        """Return the minutes from which on the teams of the day's joint sessions start; None when they cannot meet."""
        if not shared_tasks(tasks_by_team):
            return {}
        key = _key(day, tasks_by_team, ends or {})
        if key in self._agreed:
            return self._agreed[key]
        if key not in self._openings:

            def route_of(team: str, tasks: Tasks, between: Mapping[Task, Span]) -> Route | None:
                return self.route(team, day, tasks, between, ends=(ends or {}).get(team))

            if len(self._openings) >= CACHE_SIZE:
                self._openings.clear()
            self._openings[key] = Meetings(tasks_by_team, route_of).openings()
        return self._openings[key]

    def agree(self, day: date, tasks_by_team: Mapping[str, Tasks], openings: Mapping[Task, int]) -> None:
        """Let joint sessions open when a search has found it to pay, wherever the teams' days are just these."""
        self._agreed[_key(day, tasks_by_team, {})] = dict(openings)

    def _timed(self, team: Team, day: date, tasks: Tasks, between: Mapping[Task, Span], ends: Ends) -> Route | None:
        if not self._is_light_enough(team, tasks):
            return None
        try:
            start, end = ends
            route = best_timetable(self.problem, team, day, tasks, between=between, start_place=start, end_place=end)
        except ModelError:  # a leg without a road
            return None
        is_agreed = all(_is_between(stop, between) for stop in route.stops)
        return route if is_agreed and self._is_in_time(team, route) else None

    def _is_light_enough(self, team: Team, tasks: Tasks) -> bool:
        loads = [self.problem.rule_by_task[task].load for task in tasks]
        capacity = team.capacity_per_day
        is_light = capacity is None or least_capacity(loads, team.trips_per_day) <= capacity
        return is_light and (team.max_stops_per_day is None or len(tasks) <= team.max_stops_per_day)

    def _is_in_time(self, team: Team, route: Route) -> bool:
        in_shift = team.shift.start_minute <= route.start_minute and route.end_minute <= team.shift.end_minute
        has_lunch = route.lunch is not None or not needs_lunch(team, route.start_minute, route.end_minute)
        return in_shift and has_lunch and all(self._is_in_window(stop) for stop in route.stops)

    def _is_in_window(self, stop: Stop) -> bool:
        windows = self.problem.windows(stop.task)
        return any(w.start_minute <= stop.start_minute and stop.leave_minute <= w.end_minute for w in windows)


def _is_between(stop: Stop, between: Mapping[Task, Span]) -> bool:
    first, last = between.get(stop.task, ANY_TIME)
    return first <= stop.start_minute <= last


def _key(day: date, tasks_by_team: Mapping[str, Tasks], ends: Mapping[str, Ends]) -> _Day:
    return day, tuple((team, tasks, ends.get(team)) for team, tasks in sorted(tasks_by_team.items()))

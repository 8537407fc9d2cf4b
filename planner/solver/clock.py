"""Whether a team can drive a sequence of tasks on a day, judged by ``planner.timing`` and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from planner.errors import ModelError
from planner.model import SYNC_MINUTES, Problem, Task, Team
from planner.plan import Route, Stop
from planner.timing import needs_lunch, timetable

Tasks = tuple[Task, ...]
Ends = tuple[str, str]  # the places where a day starts and ends
CACHE_SIZE = 50_000  # routes, about 2 kB each
SYNC_ROUNDS = 20


class Clock:
    """Timetables of one problem. Days with the same roads share their answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._known: dict[tuple[str, int, Tasks, tuple[tuple[Task, int], ...], Ends | None], Route | None] = {}

    def route(
        self,
        team: str,
        day: date,
        tasks: Tasks,
        not_before: Mapping[Task, int] | None = None,
        *,
        ends: Ends | None = None,
    ) -> Route | None:
        """Return the timed route if it keeps every rule that one team's day can break, else None.

        It starts and ends at the team's bases unless ``ends`` are given.
        """
        crew = self.problem.team_by_id[team]
        later = tuple(sorted((task, start) for task, start in (not_before or {}).items() if task in tasks))
        key = (team, id(self.problem.matrix(crew, day)), tasks, later, ends)
        if key not in self._known:
            if len(self._known) >= CACHE_SIZE:
                self._known.clear()
            self._known[key] = self._timed(crew, day, tasks, dict(later), ends or (crew.base, crew.last_base))
        found = self._known[key]
        return found if found is None or found.day == day else replace(found, day=day)

    def day(
        self, day: date, tasks_by_team: Mapping[str, Tasks], ends: Mapping[str, Ends] | None = None
    ) -> dict[str, Route] | None:
        """Return the routes of teams that may meet on the day, joint sessions started together; None if they cannot.

        A team that is ready first waits for the last one: the start asked of each joint task only grows, so
        this ends, at the latest when a window is over.
        """
        joint = shared_tasks(tasks_by_team)
        not_before: dict[Task, int] = {}
        for _ in range(SYNC_ROUNDS):
            found = {
                team: self.route(team, day, tasks, not_before, ends=(ends or {}).get(team))
                for team, tasks in sorted(tasks_by_team.items())
            }
            routes = {team: route for team, route in found.items() if route is not None}
            if len(routes) < len(found):
                return None
            starts = _starts(routes, joint)
            if all(max(minutes) == min(minutes) for minutes in starts.values()):
                return routes
            not_before = {task: max(minutes) for task, minutes in starts.items()}
        is_close = all(max(minutes) - min(minutes) <= SYNC_MINUTES for minutes in starts.values())
        return routes if is_close else None

    def _timed(self, team: Team, day: date, tasks: Tasks, not_before: Mapping[Task, int], ends: Ends) -> Route | None:
        if not self._is_light_enough(team, tasks):
            return None
        try:
            start, end = ends
            route = timetable(self.problem, team, day, tasks, not_before=not_before, start_place=start, end_place=end)
        except ModelError:  # a leg without a road
            return None
        return route if self._is_in_time(team, route) else None

    def _is_light_enough(self, team: Team, tasks: Tasks) -> bool:
        load = sum(self.problem.rule_by_task[task].load for task in tasks)
        is_light = team.capacity_per_day is None or load <= team.capacity_per_day
        return is_light and (team.max_stops_per_day is None or len(tasks) <= team.max_stops_per_day)

    def _is_in_time(self, team: Team, route: Route) -> bool:
        in_shift = team.shift.start_minute <= route.start_minute and route.end_minute <= team.shift.end_minute
        has_lunch = route.lunch is not None or not needs_lunch(team, route.start_minute, route.end_minute)
        return in_shift and has_lunch and all(self._is_in_window(stop) for stop in route.stops)

    def _is_in_window(self, stop: Stop) -> bool:
        windows = self.problem.windows(stop.task)
        return any(w.start_minute <= stop.start_minute and stop.leave_minute <= w.end_minute for w in windows)


def shared_tasks(tasks_by_team: Mapping[str, Tasks]) -> frozenset[Task]:
    """Return the tasks that more than one team holds on the day."""
    seen: set[Task] = set()
    shared: set[Task] = set()
    for tasks in tasks_by_team.values():
        shared |= seen & set(tasks)
        seen |= set(tasks)
    return frozenset(shared)


def _starts(routes: Mapping[str, Route], joint: frozenset[Task]) -> dict[Task, list[int]]:
    starts: dict[Task, list[int]] = {task: [] for task in joint}
    for route in routes.values():
        for stop in route.stops:
            if stop.task in joint:
                starts[stop.task].append(stop.start_minute)
    return starts

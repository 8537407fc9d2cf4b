"""When the teams of a day's joint sessions meet: as early as all can be there, then later where that saves waiting.

A session that *opens* at a minute may be started by each of its teams within SYNC_MINUTES from then. Once every session
of a day has its opening, each team's day can be timed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from planner.model import SYNC_MINUTES, Task
from planner.plan import Route
from planner.values import DAY_MINUTES

Tasks = tuple[Task, ...]
Openings = dict[Task, int]
Between = dict[Task, tuple[int, int]]  # the first and last minute at which a service may start
RouteOf = Callable[[str, Tasks, Between], Route | None]  # a team's day over the tasks; None when it breaks a rule
MOST_ROUNDS = 20


def shared_tasks(tasks_by_team: Mapping[str, Tasks]) -> frozenset[Task]:
    """Return the tasks that more than one team holds on the day."""
    seen: set[Task] = set()
    shared: set[Task] = set()
    for tasks in tasks_by_team.values():
        shared |= seen & set(tasks)
        seen |= set(tasks)
    return frozenset(shared)


def between(openings: Mapping[Task, int]) -> Between:
    """Return the minutes at which the parts of sessions may start."""
    return {task: (opening, opening + SYNC_MINUTES) for task, opening in openings.items()}


class Meetings:
    """The joint sessions of some teams on a day, the routes being given."""

    def __init__(self, tasks_by_team: Mapping[str, Tasks], route_of: RouteOf) -> None:
        self.tasks, self.route_of = dict(sorted(tasks_by_team.items())), route_of
        joint = shared_tasks(tasks_by_team)
        self.teams = {task: [team for team, tasks in self.tasks.items() if task in tasks] for task in sorted(joint)}

    def openings(self) -> Openings | None:
        """Return when the sessions open; None when no way was found to hold them all."""
        found = self._earliest() or self._after_all()
        if found is None:
            return None
        for _ in range(MOST_ROUNDS):
            better = found
            for task in self.teams:
                better = self._moved(better, task)
            if better == found:
                break
            found = better
        return found

    def _earliest(self) -> Openings | None:
        """Return the first minutes at which the sessions can open when no team waits for anything later."""
        found: Openings = dict.fromkeys(self.teams, 0)
        for _ in range(MOST_ROUNDS):
            changed = found
            for task, teams in self.teams.items():
                arrivals = [self._arrival(team, task, changed) for team in teams]
                if None in arrivals:
                    return None
                opening = max(start for start in arrivals if start is not None) - SYNC_MINUTES
                changed = {**changed, task: max(opening, changed[task])}
            if changed == found:
                return found if self._minutes(found, self.tasks) is not None else None
            found = changed
        return None

    def _arrival(self, team: str, task: Task, openings: Openings) -> int | None:
        """Return when a team can start a session at the earliest: it ends its day there."""
        tasks = self.tasks[team]
        route = self.route_of(
            team, tasks[: tasks.index(task) + 1], {t: (opening, DAY_MINUTES) for t, opening in openings.items()}
        )
        return None if route is None else route.stops[-1].start_minute

    def _after_all(self) -> Openings | None:
        """Return openings after all teams have come with their whole days in mind: for lunch may have to be before."""
        floors: Openings = dict.fromkeys(self.teams, 0)
        for _ in range(MOST_ROUNDS):
            starts = self._starts({task: (floor, DAY_MINUTES) for task, floor in floors.items()})
            if starts is None:
                return None
            apart = {task for task, minutes in starts.items() if max(minutes) - min(minutes) > SYNC_MINUTES}
            if not apart:
                found = {task: min(minutes) for task, minutes in starts.items()}
                return found if self._minutes(found, self.tasks) is not None else None
            floors |= {task: max(starts[task]) - SYNC_MINUTES for task in apart}
        return None

    def _starts(self, limits: Between) -> dict[Task, list[int]] | None:
        starts: dict[Task, list[int]] = {task: [] for task in self.teams}
        for team, tasks in self.tasks.items():
            route = self.route_of(team, tasks, limits)
            if route is None:
                return None
            for stop in route.stops:
                if stop.task in starts:
                    starts[stop.task].append(stop.start_minute)
        return starts

    def _moved(self, openings: Openings, task: Task) -> Openings:
        """Return the openings with one session where its teams are out for the fewest minutes."""
        teams = self.teams[task]
        others = between({other: opening for other, opening in openings.items() if other != task})
        free = [self.route_of(team, self.tasks[team], others) for team in teams]
        starts = [stop.start_minute for route in free if route for stop in route.stops if stop.task == task]
        tried = sorted({openings[task], *starts, *(max(0, start - SYNC_MINUTES) for start in starts)})
        rank = count()
        ways = []
        for opening in tried:
            minutes = self._minutes({**openings, task: opening}, teams)
            if minutes is not None:
                ways.append((minutes, opening != openings[task], next(rank), opening))
        return {**openings, task: min(ways)[-1]} if ways else openings

    def _minutes(self, openings: Openings, teams: Mapping[str, Tasks] | list[str]) -> int | None:
        """Return for how long some teams are out; None when one of them breaks a rule."""
        limits, whole = between(openings), 0
        for team in teams:
            route = self.route_of(team, self.tasks[team], limits)
            if route is None:
                return None
            whole += route.end_minute - route.start_minute
        return whole

"""Put the visits of one task into days as they are: what fits, and by how much the rest does not.

Every other visit stays with its team, on its day and in its order; only minutes may move. With no routes at all this
asks whether the task is possible by itself. It proves by an example and is no search: other visits are never moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice

from planner.calendar import visit_days
from planner.errors import ModelError
from planner.joint import Crew
from planner.lone import session_on
from planner.model import SYNC_MINUTES, Problem, Task, Team
from planner.plan import Plan, Route
from planner.recurrence import patterns, possible_quotas, rule_days
from planner.relaxations import replace_parts, with_sites_only
from planner.timing import needs_lunch
from planner.trips import best_timetable, trip_loads
from planner.values import DAY_MINUTES, Window

MOST_CREWS = 50  # that are tried for one joint session on one day
SYNC_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """By how much a day breaks what one team can do: past the shift, outside windows, over capacity and stops.

    ``is_broken``: no lunch was found, or a session with other teams would start at another minute.
    """

    late_minutes: int
    outside_minutes: int
    kits: int
    stops: int
    is_broken: bool

    @property
    def parts(self) -> int:
        """How many different things are in the way."""
        return sum(map(bool, (self.late_minutes, self.outside_minutes, self.kits, self.stops, self.is_broken)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A team's day with one more visit."""

    route: Route
    excess: Excess


def excess_of(problem: Problem, team: Team, route: Route, held: Mapping[Task, int]) -> Excess:
    """Return by how much a day breaks what the team can do; ``held``: the minutes agreed with other teams."""
    load = max(trip_loads(problem, route.trips))
    moved = any(stop.start_minute != held.get(stop.task, stop.start_minute) for stop in route.stops)
    hungry = route.lunch is None and needs_lunch(team, route.start_minute, route.end_minute)
    return Excess(
        late_minutes=max(0, route.end_minute - team.shift.end_minute),
        outside_minutes=sum(_outside(problem, s.task, s.start_minute, s.leave_minute) for s in route.stops),
        kits=0 if team.capacity_per_day is None else max(0, load - team.capacity_per_day),
        stops=0 if team.max_stops_per_day is None else max(0, len(route.stops) - team.max_stops_per_day),
        is_broken=moved or hungry,
    )


def _outside(problem: Problem, task: Task, start: int, leave: int) -> int:
    return min(max(0, w.start_minute - start) + max(0, leave - w.end_minute) for w in problem.windows(task))


def alone(problem: Problem, task: Task) -> Problem:
    """Return the problem in which the task is the only one; every team stays, for ownership depends on them."""
    site = replace(problem.site_by_id[task.site_id], rules=(problem.rule_by_task[task],))
    return with_sites_only(problem, (site,))


class Board:
    """The days of a plan without the visits of one task. ``is_sound``: taking them out broke no day."""

    def __init__(self, problem: Problem, plan: Plan | None, task: Task) -> None:
        self.problem, self.task = problem, task
        self.held = held_starts(plan) if plan else {}
        self.is_sound = True
        self._fits: dict[tuple[int, int, int, int, date | None], tuple[object, Route | None]] = {}
        self.days: dict[tuple[str, date], Route] = {}
        for route in plan.routes() if plan else ():
            left = tuple(stop.task for stop in route.stops if stop.task != task)
            kept = route if len(left) == len(route.stops) else self._timed(route.team_id, route.day, left)
            if kept is not None:
                self.days[route.team_id, route.day] = kept

    def relaxed(self, problem: Problem) -> Board:
        """Return the board under another problem; the days stay, and what fits them for teams that stay as they are."""
        other = copy(self)
        other.__dict__.pop("_without_hours", None)
        other.problem = problem
        return other

    def _timed(self, team_id: str, day: date, tasks: Sequence[Task]) -> Route | None:
        if not tasks:
            return None
        team = self.problem.team_by_id[team_id]
        try:
            route = best_timetable(self.problem, team, day, tasks, between=self._between(team_id, day))
        except ModelError:  # the road between two neighbours led over the village that was taken out
            route = None
        self.is_sound &= route is not None and not self._excess(team, route).parts
        return route

    def _held(self, team_id: str, day: date) -> dict[Task, int]:
        return self.held.get((team_id, day), {})

    def _between(self, team_id: str, day: date) -> dict[Task, tuple[int, int]]:
        """Return the sessions of a team's day with the only minute at which each may start."""
        return {task: (start, start) for task, start in self._held(team_id, day).items()}

    def insertions(self, team: Team, day: date, not_before: int = 0) -> Iterator[Insertion]:
        """Yield the team's day with the visit at each place that roads lead to, whatever it breaks."""
        route = self.days.get((team.id, day))
        tasks = tuple(stop.task for stop in route.stops) if route else ()
        between = {**self._between(team.id, day), self.task: (not_before, DAY_MINUTES)}
        for place in range(len(tasks) + 1):
            try:
                longer = best_timetable(
                    self.problem, team, day, (*tasks[:place], self.task, *tasks[place:]), between=between
                )
            except ModelError:  # no road at this place
                continue
            yield Insertion(route=longer, excess=self._excess(team, longer))

    def _excess(self, team: Team, route: Route) -> Excess:
        return excess_of(self.problem, team, route, self._held(team.id, route.day))

    def fit(self, team: Team, day: date, not_before: int = 0) -> Route | None:
        """Return the team's day with the visit at its cheapest place, or None when it fits nowhere."""
        fitting = [found.route for found in self.insertions(team, day, not_before) if not found.excess.parts]
        return min(fitting, key=lambda route: (route.metres, route.end_minute), default=None)

    def _fit_known(self, team: Team, day: date, not_before: int) -> Route | None:
        """Return the same, remembered: a change of one team leaves the others' days, and free days are alike."""
        matrix, site = self.problem.matrix(team, day), self.problem.site_by_id[self.task.site_id]
        is_free = (team.id, day) not in self.days and (team.id, day) not in self.held
        key = id(team), id(matrix), id(site), not_before, None if is_free else day
        if key not in self._fits:
            kept = team, matrix, site  # as long as they are kept here nothing else can have their ids
            self._fits[key] = kept, self.fit(team, day, not_before)
        route = self._fits[key][1]
        return route if route is None or route.day == day else replace(route, day=day)

    @cached_property
    def _without_hours(self) -> Board:
        """The board of a problem in which the task's village keeps no hours."""
        site, rule = self.problem.site_by_id[self.task.site_id], self.problem.rule_by_task[self.task]
        whole_day = (Window(start_minute=0, end_minute=DAY_MINUTES),)
        rules = tuple(replace(r, windows=whole_day) if r.id == rule.id else r for r in site.rules)
        sites = tuple(replace(s, rules=rules) if s.id == site.id else s for s in self.problem.sites)
        return self.relaxed(replace_parts(self.problem, sites=sites))

    def fits_without_hours(self, team: Team, day: date) -> bool:
        """Return whether the team could make the visit that day if the village kept no hours."""
        return self._without_hours.fit(team, day) is not None

    def starts_at(self, team: Team, day: date, minute: int) -> bool:
        """Return whether the team could begin the visit at just that minute if the village kept no hours."""
        return any(
            not found.excess.parts
            and any(stop.task == self.task and stop.start_minute == minute for stop in found.route.stops)
            for found in self._without_hours.insertions(team, day, minute)
        )

    def fits_on(self, day: date) -> bool:
        """Return whether anybody who may come that day can take the visit."""
        teams = visit_days(self.problem, self.task).get(day, ())
        return next(self.fits(day, teams), None) is not None

    def each_fit(self, day: date, teams: Sequence[Team]) -> Iterator[tuple[Route, ...]]:
        """Yield what ``fits`` does, and for a visit that one team makes every place in its day, the cheapest or not."""
        if self.problem.rule_by_task[self.task].composition:
            yield from self.fits(day, teams)
            return
        for found in (found for team in teams for found in self.insertions(team, day)):
            if not found.excess.parts:
                yield (found.route,)

    def fits(self, day: date, teams: Sequence[Team]) -> Iterator[tuple[Route, ...]]:
        """Yield the days of each team, or each set of teams of a joint session, that can take the visit."""
        if not self.problem.rule_by_task[self.task].composition:
            found = (self.fit(team, day) for team in teams)
            yield from ((route,) for route in found if route is not None)
            return
        able = [team for team in teams if self._fit_known(team, day, 0) is not None]
        team_by_id = self.problem.team_by_id

        def fit(team_id: str, floor: int) -> Route | None:
            return self._fit_known(team_by_id[team_id], day, floor)

        def start_of(team_id: str, floor: int) -> int | None:
            route = fit(team_id, floor)
            return None if route is None else self._start_in(route)

        for crew in islice(session_on(self.problem, self.task, day, able, start_of).crews(), MOST_CREWS):
            met = self._meeting(crew, fit)
            if met is not None:
                yield met

    def _start_in(self, route: Route) -> int:
        return next(stop.start_minute for stop in route.stops if stop.task == self.task)

    def _meeting(self, crew: Crew, fit: Callable[[str, int], Route | None]) -> tuple[Route, ...] | None:
        """Return the days of a crew with the session started within SYNC_MINUTES, or None when they cannot."""
        floor = 0
        for _ in range(SYNC_ROUNDS):
            found = [fit(team_id, floor) for team_id in crew]
            routes = tuple(route for route in found if route is not None)
            if len(routes) < len(crew):
                return None
            starts = [self._start_in(route) for route in routes]
            if max(starts) - min(starts) <= SYNC_MINUTES:
                return routes
            floor = max(starts) - SYNC_MINUTES
        return None


def held_starts(plan: Plan) -> dict[tuple[str, date], dict[Task, int]]:
    """Return when each team starts its sessions with other teams: a change of its day must leave these alone."""
    held: dict[tuple[str, date], dict[Task, int]] = defaultdict(dict)
    for (day, task), met in plan.meetings().items():
        for team_id, stop in met:
            held[team_id, day][task] = stop.start_minute
    return held


def place(board: Board) -> tuple[Route, ...]:
    """Return the routes of the board with as many visits of its task as find room; dates keep every rule."""
    problem, task = board.problem, board.task
    rule = problem.rule_by_task[task]
    by_crew: dict[tuple[str, ...], dict[date, tuple[Route, ...]]] = defaultdict(dict)
    anybody: dict[date, tuple[Route, ...]] = {}
    allowed = set(rule_days(rule, problem.horizon))
    for day, teams in visit_days(problem, task).items():
        for routes in board.fits(day, teams) if day in allowed else ():
            by_crew[tuple(sorted(route.team_id for route in routes))][day] = routes
            anybody.setdefault(day, routes)
            if not rule.same_team:
                break  # one way to make the visit that day is enough
    ways = list(by_crew.values()) if rule.same_team else [anybody]
    made = max((_visits(board, fits) for fits in ways), key=len, default=())
    days = {**board.days, **{(route.team_id, route.day): route for route in made}}
    return tuple(days[key] for key in sorted(days, key=lambda key: (key[1], key[0])))


def _visits(board: Board, fits: Mapping[date, tuple[Route, ...]]) -> tuple[Route, ...]:
    """Return the routes of the most visits that these days have room for."""
    rule, horizon = board.problem.rule_by_task[board.task], board.problem.horizon
    asked = possible_quotas(rule, horizon, fits)
    found = patterns(rule, horizon, fits, limit=1, asked=asked).patterns if asked else ()
    return tuple(route for day in found[0].days for route in fits[day]) if found else ()


def open_days(board: Board) -> frozenset[date]:
    """Return the days on which somebody can take the visit."""
    by_rule = rule_days(board.problem.rule_by_task[board.task], board.problem.horizon)
    teams = visit_days(board.problem, board.task)
    return frozenset(day for day in by_rule if day in teams and next(board.fits(day, teams[day]), None) is not None)


def days_made(routes: Iterable[Route], task: Task) -> frozenset[date]:
    """Return the days on which the routes visit the task."""
    return frozenset(route.day for route in routes for stop in route.stops if stop.task == task)

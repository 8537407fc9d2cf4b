"""The plan while it is searched: the order of tasks on each team's day, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from planner.calendar import is_market_day
from planner.follow_ups import unled
from planner.model import Problem, Task
from planner.plan import Plan, Route, is_night_away
from planner.solver.clock import Clock
from planner.solver.dates import extra_weekdays, owed_weight
from planner.solver.evenness import Evenness, Leaning
from planner.solver.frame import Frame, Group
from planner.solver.led import led_frame
from planner.solver.meetings import Tasks, shared_tasks
from planner.solver.nights import NightFinder, Nights, day_ends
from planner.solver.proxy import Slot
from planner.values import week_of

State = Mapping[Slot, Tasks]  # (team id, day) -> tasks in the order of the visits; no empty slot
VisitDays = Mapping[date, tuple[str, ...]]  # of one task: the days of its visits and the teams that come, sorted


def state_of_plan(plan: Plan) -> dict[Slot, Tasks]:
    """Return the order of tasks on each team's day of a plan."""
    return {
        (route.team_id, route.day): tuple(stop.task for stop in route.stops) for route in plan.routes() if route.stops
    }


def visits_of(state: State) -> dict[Task, dict[date, tuple[str, ...]]]:
    """Return on which days each task is visited and by which teams."""
    found: dict[Task, dict[date, tuple[str, ...]]] = {}
    for team, day in sorted(state):
        for task in state[team, day]:
            days = found.setdefault(task, {})
            days[day] = (*days.get(day, ()), team)
    return found


def visits_of_task(state: State, task: Task) -> dict[date, tuple[str, ...]]:
    """Return on which days one task is visited and by which teams."""
    return visits_of({slot: tasks for slot, tasks in state.items() if task in tasks}).get(task, {})


def by_day(state: State) -> dict[date, dict[str, Tasks]]:
    """Return the tasks of each team, day by day."""
    found: dict[date, dict[str, Tasks]] = {}
    for team, day in sorted(state):
        found.setdefault(day, {})[team] = state[team, day]
    return dict(sorted(found.items()))


def without_empty(state: State) -> State:
    """Return the state without the slots in which nothing is done."""
    return {slot: state[slot] for slot in sorted(state) if state[slot]}


def coupled_teams(tasks_by_team: Mapping[str, Tasks]) -> tuple[tuple[str, ...], ...]:
    """Return the teams of a day in sets that meet, directly or through others, at joint sessions."""
    sets: list[set[str]] = []
    for task in sorted(shared_tasks(tasks_by_team)):
        together = {team for team, tasks in tasks_by_team.items() if task in tasks}
        apart = [found for found in sets if not found & together]
        sets = [*apart, together.union(*(found for found in sets if found & together))]
    met = set[str]().union(*sets)
    alone = [{team} for team in tasks_by_team if team not in met]
    return tuple(sorted(tuple(sorted(found)) for found in [*sets, *alone]))


class Ledger:
    """Prices states by the same objective as ``planner.evaluation``, group by group."""

    def __init__(self, problem: Problem, frames: Mapping[Task, Frame], clock: Clock) -> None:
        self.problem, self.frames, self.clock = problem, frames, clock
        self.night_finder = NightFinder(problem, clock)
        self.evenness = Evenness(problem)

    def nights(self, state: State) -> Nights:
        """Return the nights away of a state, none where it breaks a rule."""
        return self.night_finder.nights(state) or {}

    def can_work(self, state: State, team: str, day: date) -> bool:
        """Return whether a team without joint sessions that day can drive it, with the best nights before and after."""
        if team in self.night_finder.sleepers:
            return self.night_finder.can_work(state, team, week_of(day))
        return self.clock.route(team, day, state[team, day]) is not None

    def routes(self, state: State) -> list[Route] | None:
        """Return every timed route of the state with the best nights, or None when any day breaks a rule."""
        nights = self.night_finder.nights(state)
        if nights is None:
            return None
        ends = day_ends(self.problem, nights)
        worked = {**dict.fromkeys(ends, ()), **state} if ends else state  # a day without visits may be one on the road
        routes: list[Route] = []
        for day, tasks_by_team in by_day(worked).items():
            for teams in coupled_teams(tasks_by_team):
                places = {team: ends[team, day] for team in teams if (team, day) in ends}
                found = self.clock.day(day, {team: tasks_by_team[team] for team in teams}, places)
                if found is None:
                    return None
                routes += found.values()
        return routes

    def turned(self, state: State) -> State:
        """Return the state with each route begun at the lesser of its two ends where either way costs the same.

        So that what happens elsewhere in the county does not turn a circuit round.
        """
        return {slot: self._turned(slot, tasks) for slot, tasks in state.items()}

    def _turned(self, slot: Slot, tasks: Tasks) -> Tasks:
        team, day = slot
        is_bound = team in self.night_finder.sleepers or any(self.frames[task].rule.composition for task in tasks)
        if is_bound or tasks[0] <= tasks[-1]:
            return tasks
        one, other = (self.clock.route(team, day, way) for way in (tasks, tasks[::-1]))
        if one is None or other is None:
            return tasks
        worth = [(route.metres, route.end_minute - route.start_minute) for route in (one, other)]
        return tasks[::-1] if worth[0] == worth[1] else tasks

    def cost(self, group: Group, state: State) -> float:
        """Return the cost of the group's part of the plan; infinite when a day breaks a rule, or a visit follows none.

        The price of uneven work is that of the whole county: all other teams work as ``evenness`` knows.
        """
        routes = self.routes(state)
        if routes is None:
            return float("inf")
        weights, visits = self.problem.weights, visits_of(state)
        driven = sum(weights.per_km * r.metres / 1000 for r in routes)
        out = sum(weights.per_duty_hour * (r.end_minute - r.start_minute) / 60 for r in routes)
        nights = sum(is_night_away(self.problem.team_by_id[r.team_id], r) for r in routes)
        driven += weights.per_night_away * nights
        soft = sum(self.soft_cost(task, visits) for task in group.tasks)
        uneven = self.evenness.price(_minutes(group, routes)) if self.evenness.is_asked else 0.0
        return driven + out + soft + uneven

    def minutes(self, group: Group, state: State) -> dict[str, int]:
        """Return the minutes on duty of each team of the group; none where a day breaks a rule."""
        return _minutes(group, self.routes(state) or ())

    def leaning(self, state: State) -> Leaning:
        """Return what more work of each team would about cost in a state, its days timed one by one, from home."""
        worked: dict[str, int] = {}
        if self.evenness.is_asked:
            for (team, day), tasks in state.items():
                route = self.clock.route(team, day, tasks)
                worked[team] = worked.get(team, 0) + (route.end_minute - route.start_minute if route else 0)
        return self.evenness.leaning(worked)

    def task_cost(self, task: Task, days: VisitDays) -> float:
        """Return the soft costs of one task: owed visits, lent and other teams, extra teams, missed markets."""
        return self._owed_cost(self.frames[task], days) + self.made_cost(task, days)

    def soft_cost(self, task: Task, visits: Mapping[Task, VisitDays]) -> float:
        """Return the soft costs of a task; of a follow-up by the visits it follows, infinite where it follows none."""
        frame, days = led_frame(self.problem, self.frames[task], visits), visits.get(task, {})
        if frame.rule.follows is not None and unled(frame.rule.follows, frame.leading, days):
            return float("inf")
        return self._owed_cost(frame, days) + self.made_cost(task, days)

    def _owed_cost(self, frame: Frame, days: VisitDays) -> float:
        return self.problem.weights.per_unserved_visit * owed_weight(frame, days) * frame.rule.priority

    def made_cost(self, task: Task, days: VisitDays) -> float:
        """Return the soft costs of the visits made, by the days and the teams that come."""
        weights, frame = self.problem.weights, self.frames[task]
        comings = [(team, day) for day, teams in days.items() for team in teams]
        lent = sum(team in frame.lent for team, _ in comings)
        preferred = frame.rule.preferred_team
        other = sum(preferred not in teams for teams in days.values()) if preferred else 0
        needed = max((len(teams) for teams in days.values()), default=0)
        extra = len({team for team, _ in comings}) - needed
        site = self.problem.site_by_id[task.site_id]
        off_market = sum(not is_market_day(site, day) for day in days) if site.market_days else 0
        return (
            weights.per_lent_visit * lent
            + weights.per_visit_by_other_team * other
            + weights.per_extra_team_at_site * extra
            + weights.per_missed_market_day * off_market
            + weights.per_extra_weekday * extra_weekdays(frame, days)
        )


def _minutes(group: Group, routes: Iterable[Route]) -> dict[str, int]:
    """Return the minutes on duty of each team of the group."""
    found = dict.fromkeys(group.teams, 0)
    for route in routes:
        found[route.team_id] = found.get(route.team_id, 0) + route.end_minute - route.start_minute
    return found

"""The plan as the checker sees it: legs, times and visits worked out again from the problem.

Nothing the plan says about travel is believed. A stop cannot start before the team can be there, so
a time that is too early moves everything after it; windows and shifts are judged on these times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from planner.evaluation.result import Violation
from planner.follow_ups import due, leading_days
from planner.language import Text, text
from planner.model import Problem, Site, Task, Team
from planner.plan import Lunch, Plan, Route, Stop, Supply, UnservedVisit
from planner.recurrence import Quota, quotas
from planner.rules import VisitRule
from planner.values import week_of

Fault = Literal["", "unknown place", "no road"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A leg by the problem's roads; where they do not tell, ``fault`` says why and the plan's figures stand."""

    origin: str
    destination: str
    minutes: int
    metres: int
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A stop whose team, site, rule and day are known, with the times it can really have."""

    route: Route
    stop: Stop
    team: Team
    site: Site
    rule: VisitRule
    start: int
    leave: int

    @property
    def task(self) -> Task:
        """What the visit serves."""
        return self.stop.task

    @property
    def day(self) -> date:
        """When."""
        return self.route.day

    def violation(self, rule: str, amount: float, unit: str, sentence: Text) -> Violation:
        """Return a violation by this visit."""
        subject = f"{self.site.id}/{self.rule.id} {self.day} {self.team.id}"
        return Violation(rule=rule, subject=subject, amount=amount, unit=unit, sentence=sentence)

    @property
    def called(self) -> Text:
        """The village and the rule as people call them."""
        return called(self.site, self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A re-supply with the times it can really have."""

    supply: Supply
    start: int
    leave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A route of a known team on a known day; ``legs`` has one leg per stop and re-supply, and the way home."""

    route: Route
    team: Team
    legs: tuple[Leg, ...]
    visits: tuple[Visit, ...]
    loadings: tuple[Loading, ...]
    end: int

    @property
    def start_place(self) -> str:
        """Where the team slept."""
        return self.legs[0].origin

    @property
    def end_place(self) -> str:
        """Where the team will sleep."""
        return self.legs[-1].destination

    @property
    def is_night_away(self) -> bool:
        """Whether the team does not come home at the end of the day."""
        return self.end_place != self.team.last_base

    def violation(self, rule: str, amount: float, unit: str, sentence: Text) -> Violation:
        """Return a violation by this route."""
        subject = f"{self.team.id} {self.route.day}"
        return Violation(rule=rule, subject=subject, amount=amount, unit=unit, sentence=sentence)


Sessions = Mapping[date, tuple[Visit, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the rules judge. ``sessions`` holds, per task and day in order, the visits made: several if joint."""

    problem: Problem
    plan: Plan
    days: tuple[Day, ...]
    visits: tuple[Visit, ...]
    sessions: Mapping[Task, Sessions]
    quotas: Mapping[Task, tuple[Quota, ...]]
    listed: Mapping[Task, tuple[UnservedVisit, ...]]

    def made(self, task: Task, quota: Quota) -> int:
        """Return how many visits of the task are made in the quota's stretch; a joint session is one."""
        return sum(day in quota for day in self.sessions[task])

    def listed_in(self, task: Task, quota: Quota) -> int:
        """Return how many visits the plan lists as owed for exactly this stretch."""
        stretch = (quota.first_day, quota.last_day)
        return sum((owed.first_day, owed.last_day) == stretch for owed in self.listed[task])

    def leading(self, task: Task) -> tuple[date, ...]:
        """Return the days of the visits that a follow-up has still to follow."""
        return _leading(self.problem, self.sessions, task)

    def called(self, task: Task) -> Text:
        """Return the task as people call it."""
        return called(self.problem.site_by_id[task.site_id], self.problem.rule_by_task[task])

    def place(self, place_id: str) -> str:
        """Return the name of a site or base, or the id of a place that is neither."""
        place = self.problem.site_by_id.get(place_id) or self.problem.base_by_id.get(place_id)
        return place.name if place else place_id


def called(site: Site, rule: VisitRule) -> Text:
    """Return the village and the rule as people call them."""
    return text("{site} ({rule})", site=site.name, rule=rule.called)


def gather(problem: Problem, plan: Plan) -> Facts:
    """Return the facts of a plan. What it names that the problem does not know is left out (rule ``unknown`` tells)."""
    slept = _slept(problem, plan)
    worked = [_work(problem, route, slept) for route in plan.routes()]
    days = tuple(day for day in worked if day is not None)
    visits = tuple(visit for day in days for visit in day.visits)
    listed: dict[Task, list[UnservedVisit]] = defaultdict(list)
    for owed in plan.unserved:
        listed[owed.task].append(owed)
    sessions = _sessions(problem, visits)
    return Facts(
        problem=problem,
        plan=plan,
        days=days,
        visits=visits,
        sessions=sessions,
        quotas=_quotas(problem, sessions),
        listed={task: tuple(listed[task]) for task in problem.tasks},
    )


def road_break(lunch: Lunch | None, leave: int, minutes: int) -> int:
    """Return by how much a break taken before the leg or on the road delays the arrival; on arrival it does not."""
    if lunch is None or not leave <= lunch.start_minute < leave + minutes:
        return 0
    return max(0, lunch.end_minute - lunch.start_minute)


def _leading(problem: Problem, sessions: Mapping[Task, Sessions], task: Task) -> tuple[date, ...]:
    leader = problem.leader_by_task[task]
    return leading_days(problem.rule_by_task[task], problem.rule_by_task[leader], sessions[leader])


def _quotas(problem: Problem, sessions: Mapping[Task, Sessions]) -> Mapping[Task, tuple[Quota, ...]]:
    """Return what is asked: of a follow-up no more than the visits that the plan gives it to follow."""
    asked = {task: quotas(rule, problem.horizon) for task, rule in problem.rule_by_task.items()}
    for task in problem.leader_by_task:
        follow, leading = problem.rule_by_task[task].follows, _leading(problem, sessions, task)
        if follow is not None:
            asked[task] = tuple(
                replace(q, visits=min(q.visits, due(follow, leading, q.first_day, q.last_day))) for q in asked[task]
            )
    return asked


def _sessions(problem: Problem, visits: tuple[Visit, ...]) -> Mapping[Task, Sessions]:
    gathered: dict[Task, dict[date, list[Visit]]] = {task: defaultdict(list) for task in problem.tasks}
    for visit in sorted(visits, key=lambda v: (v.day, v.team.id, v.start)):
        gathered[visit.task][visit.day].append(visit)
    return {task: {day: tuple(met) for day, met in days.items()} for task, days in gathered.items()}


def _slept(problem: Problem, plan: Plan) -> Mapping[tuple[str, date], str]:
    """Return where the plan lets a team sleep after a day; a place that does not exist is no lodging."""
    ordered = sorted(plan.routes(), key=lambda route: (route.day, route.start_minute))
    return {(route.team_id, route.day): route.end_base for route in ordered if _is_place(problem, route.end_base)}


def _is_place(problem: Problem, place_id: str) -> bool:
    return place_id in problem.base_by_id or place_id in problem.site_by_id


def _work(problem: Problem, route: Route, slept: Mapping[tuple[str, date], str]) -> Day | None:
    """Walk the route again from where the team slept, over the roads of the problem."""
    team = problem.team_by_id.get(route.team_id)
    if team is None or route.day not in problem.calendar.kinds:
        return None
    legs = _legs(problem, team, route, _ends(problem, team, route, slept))
    visits, loadings, leave = list[Visit](), list[Loading](), route.start_minute
    for halt, leg in zip(route.halts, legs, strict=False):
        start = max(halt.start_minute, leave + leg.minutes + road_break(route.lunch, leave, leg.minutes))
        rule = problem.rule_by_task.get(halt.task) if isinstance(halt, Stop) else None
        leave = start + max(halt.leave_minute - halt.start_minute, _least_minutes(team, halt, rule))
        if isinstance(halt, Supply):
            loadings.append(Loading(supply=halt, start=start, leave=leave))
        elif rule is not None:
            site = problem.site_by_id[halt.site_id]
            visits.append(Visit(route=route, stop=halt, team=team, site=site, rule=rule, start=start, leave=leave))
    end = leave + legs[-1].minutes + road_break(route.lunch, leave, legs[-1].minutes)
    return Day(route=route, team=team, legs=legs, visits=tuple(visits), loadings=tuple(loadings), end=end)


def _least_minutes(team: Team, halt: Stop | Supply, rule: VisitRule | None) -> int:
    """Return how long a team must stay at a stop or a loading."""
    if isinstance(halt, Supply):
        return team.resupply_minutes
    return rule.service.minutes if rule else 0


def _ends(problem: Problem, team: Team, route: Route, slept: Mapping[tuple[str, date], str]) -> tuple[str, str]:
    """Return where the team wakes up and where it will sleep: only a night out within the week is not at its bases."""
    before = route.day - timedelta(days=1)
    night = slept.get((team.id, before), team.last_base)
    is_out = night != team.last_base and week_of(before) == week_of(route.day)
    is_known = _is_place(problem, route.end_base)
    return night if is_out else team.base, route.end_base if is_known else team.last_base


def _legs(problem: Problem, team: Team, route: Route, ends: tuple[str, str]) -> tuple[Leg, ...]:
    places = [ends[0], *(halt.place_id for halt in route.halts), ends[1]]
    said = [*((halt.leg_minutes, halt.leg_metres) for halt in route.halts), (route.return_minutes, route.return_metres)]
    legs = []
    for (origin, destination), figures in zip(pairwise(places), said, strict=True):
        known = _by_road(problem, team, route.day, (origin, destination))
        fault: Fault = known if isinstance(known, str) else ""
        minutes, metres = figures if isinstance(known, str) else known
        legs.append(Leg(origin=origin, destination=destination, minutes=minutes, metres=metres, fault=fault))
    return tuple(legs)


def _by_road(problem: Problem, team: Team, day: date, ends: tuple[str, str]) -> tuple[int, int] | Fault:
    """Return (minutes, metres) of the way between two places, or why they are not known."""
    if not all(place in problem.matrix(team, day).index for place in ends):
        return "unknown place"
    return (0, 0) if ends[0] == ends[1] else problem.leg(team, day, *ends) or "no road"

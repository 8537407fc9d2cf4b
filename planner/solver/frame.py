"""What the search knows of each task before it starts: the asked visits, the days, the teams that could come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from planner.calendar import visit_days
from planner.model import Problem, Task, Team, owner_teams
from planner.periods import fewest_weekdays
from planner.recurrence import Quota, fixed_weekdays, quotas, rule_days
from planner.rules import VisitRule
from planner.solver.clock import Clock
from planner.solver.graphs import Linked
from planner.solver.nights import NightFinder
from planner.spacing import gap_from
from planner.values import week_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One task: ``teams_by_day`` holds every team that could come on a day; ``own_by_day`` leaves out lent teams.

    Where the owners cannot serve the task at all, the lent teams count as its own.
    """

    task: Task
    rule: VisitRule
    quotas: tuple[Quota, ...]
    teams_by_day: Mapping[date, tuple[str, ...]]
    own_by_day: Mapping[date, tuple[str, ...]]
    lent: frozenset[str]
    weekdays_kept: int  # on how many different weekdays the visits may fall
    fewest_weekdays: int  # on how many all visits could fall
    gap_from: date | None  # the visit before the horizon, held or missed, from which the largest gap counts
    leading: tuple[date, ...] = ()  # of a follow-up: the days of the visits to be followed (``led.led_frame``)
    fixed: tuple[date, ...] = ()  # days of visits fixed beforehand that can all be made, in order
    crew_by_day: Mapping[date, frozenset[str]] = field(default_factory=dict)  # teams fixed for joint sessions

    @property
    def own_teams(self) -> frozenset[str]:
        """Every team that comes without being lent."""
        return frozenset(team for teams in self.own_by_day.values() for team in teams)

    @property
    def asked(self) -> int:
        """The visits asked in the horizon."""
        return sum(quota.visits for quota in self.quotas)


def build_frames(problem: Problem, clock: Clock) -> dict[Task, Frame]:
    """Return the frame of every task of which any visit is asked, sorted."""
    finder = NightFinder(problem, clock)
    frames = {task: _frame(problem, finder, task) for task in problem.tasks}
    return {task: frame for task, frame in frames.items() if frame.quotas}


def _frame(problem: Problem, finder: NightFinder, task: Task) -> Frame:
    rule = problem.rule_by_task[task]
    asked = quotas(rule, problem.horizon)
    days = _possible_days(problem, finder, task, asked)
    owners = owner_teams(problem, task)
    lent = frozenset(t.id for t in problem.teams if owners and t.id not in owners)
    own = {day: tuple(team for team in teams if team not in lent) for day, teams in days.items()}
    own = {day: teams for day, teams in own.items() if covers(problem, rule, teams)}
    return Frame(
        task=task,
        rule=rule,
        quotas=asked,
        teams_by_day=days,
        own_by_day=own or days,
        lent=lent,
        weekdays_kept=fixed_weekdays(rule, problem.horizon),
        fewest_weekdays=fewest_weekdays(rule, problem.horizon),
        gap_from=gap_from(rule, problem.horizon),
    )


def _possible_days(
    problem: Problem, finder: NightFinder, task: Task, asked: tuple[Quota, ...]
) -> dict[date, tuple[str, ...]]:
    """Return the days that count for a quota, with the teams that have time for the visit when they do nothing else."""
    rule = problem.rule_by_task[task]
    by_rule = set(rule_days(rule, problem.horizon))
    known: dict[tuple[str, int], bool] = {}  # days with the same roads are alike

    def has_time(team: Team, day: date) -> bool:
        roads = (team.id, id(problem.matrix(team, day)))
        if roads not in known:
            known[roads] = finder.clock.route(team.id, day, (task,)) is not None
        if not known[roads] and team.may_sleep_out:  # the days around it decide
            return finder.can_work({(team.id, day): (task,)}, team.id, week_of(day))
        return known[roads]

    days = {
        day: tuple(sorted(team.id for team in teams if has_time(team, day)))
        for day, teams in sorted(visit_days(problem, task).items())
        if day in by_rule and is_asked(asked, day) and is_late_enough(rule, day)
    }
    return {day: teams for day, teams in days.items() if covers(problem, rule, teams)}


def is_asked(asked: Iterable[Quota], day: date) -> bool:
    """Return whether a visit on the day counts for any quota."""
    return any(quota.first_day <= day <= quota.last_day for quota in asked)


def is_late_enough(rule: VisitRule, day: date) -> bool:
    """Return whether the day keeps the smallest gap to the last visit before the horizon."""
    return rule.last_visited is None or (day - rule.last_visited).days >= rule.min_gap_days


def covers(problem: Problem, rule: VisitRule, teams: Iterable[str]) -> bool:
    """Return whether the teams together hold every class the rule asks (without a composition: whether any comes)."""
    held = [problem.team_by_id[team].skills for team in teams]
    return bool(held) and rule.composition <= frozenset().union(*held)


def without_idle(problem: Problem, rule: VisitRule, teams: Iterable[str]) -> tuple[str, ...]:
    """Return the teams of a joint session without those the others can do without, the preferred team last to go."""
    needed = sorted(teams)
    for team in sorted(needed, key=lambda name: (name == rule.preferred_team, name)):
        others = [other for other in needed if other != team]
        if covers(problem, rule, others):
            needed = others
    return tuple(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tasks and teams that depend on nobody else's. ``linked`` are the tasks that others of the group follow."""

    tasks: tuple[Task, ...]
    teams: tuple[str, ...]
    linked: Mapping[Task, Linked] = field(default_factory=dict)

    @property
    def held(self) -> frozenset[Task]:
        """The tasks whose days are chosen together with those of others."""
        return frozenset(self.linked).union(*(found.followers for found in self.linked.values()))


def independent_groups(frames: Mapping[Task, Frame], linked: Mapping[Task, Linked] | None = None) -> tuple[Group, ...]:
    """Return the connected components of tasks and their own teams, sorted by their first task.

    A leader, which has teams of its own, and its followers (``linked``) are one, even those that nobody can visit.
    """
    links = linked or {}
    leader_of = {task: leader for leader, found in links.items() for task in found.followers}
    teams = {task: frame.own_teams | frames[leader_of.get(task, task)].own_teams for task, frame in frames.items()}
    root: dict[str, str] = {}

    def find(team: str) -> str:
        while root.setdefault(team, team) != team:
            team = root[team]
        return team

    for together in teams.values():
        first, *others = sorted(together) or [""]
        for team in others:
            low, high = sorted((find(first), find(team)))
            root[high] = low
    members: dict[str, list[Task]] = {}
    for task, together in teams.items():
        if together:
            members.setdefault(find(min(together)), []).append(task)
    groups = [
        Group(
            tasks=tuple(tasks),
            teams=tuple(sorted({t for task in tasks for t in frames[task].own_teams})),
            linked={task: links[task] for task in tasks if task in links},
        )
        for tasks in members.values()
    ]
    return tuple(sorted(groups, key=lambda group: group.tasks))

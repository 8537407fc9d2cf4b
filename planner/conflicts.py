"""Why a calendar is impossible: a smallest set of the input's conditions that contradict each other.

The conditions of one task are what it asks (visits, gaps, weekdays), when its village is open, who may come and when
these teams work. Some of them together leave no room for all asked visits; of such a set each one is needed: without
any single one the others can be kept. No set with fewer members contradicts itself (as far as ``MOST_SUBSETS`` were
looked through). Other visits are not looked at: ``planner.overload`` asks whether a team's days hold them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, islice
from typing import Literal

from planner.calendar import is_team_working
from planner.lone import best_chance
from planner.model import Horizon, Problem, Task, Team, owner_teams
from planner.placing import alone
from planner.recurrence import names_its_days, room, rule_days
from planner.relaxations import with_sites_only
from planner.rules import VisitRule
from planner.values import DateRange

MOST_SUBSETS = 100  # sets of fewer conditions that are looked through
LONGEST_DAYS = 400  # of a horizon
LONGEST_GAP = 1000

ConditionKind = Literal[
    "skills",
    "access",
    "owner",
    "composition",
    "reach",
    "team_holidays",
    "team_days_off",
    "team_weekdays",
    "site_holidays",
    "closed",
    "horizon",
    "same_weekday",
    "weekday_sets",
    "weekdays",
    "max_gap",
    "min_gap",
    "visits",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that the input demands of a task's calendar; ``teams`` and ``days`` where it speaks of some only."""

    kind: ConditionKind
    teams: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    days: DateRange | None = None


Kept = frozenset[Condition]


def contradiction(problem: Problem, task: Task) -> tuple[Condition, ...]:
    """Return a smallest set of conditions that leaves no room for all visits of the task; empty: there is room."""
    calendar = TaskCalendar(problem, task)
    everything = calendar.conditions
    if calendar.has_room(frozenset(everything)):
        return ()
    kept = smallest_core(everything, lambda some: not calendar.has_room(some))
    return tuple(condition for condition in reversed(everything) if condition in kept)


def smallest_core(conditions: Sequence[Condition], is_impossible: Callable[[Kept], bool]) -> Kept:
    """Return a set that is impossible though each of its members could be kept without any single other one.

    Each condition in order is left out for good when the rest is impossible without it; then smaller sets are tried.
    Once through is not enough: a largest gap can be kept on fewer days and not on more, so that a member that was
    needed at first may be needed no longer.
    """
    core, before = frozenset(conditions), 0
    everything = sorted(core, key=str)
    while len(core) != before:
        before = len(core)
        for condition in [one for one in conditions if one in core]:
            if is_impossible(core - {condition}):
                core -= {condition}
    smaller = (frozenset(some) for n in range(1, len(core)) for some in combinations(everything, n))
    return next((some for some in islice(smaller, MOST_SUBSETS) if is_impossible(some)), core)


@dataclass(frozen=True, kw_only=True)
class _Roads:
    """Whether a team with nothing else to do could make the visit, remembered: days with the same roads are alike."""

    problem: Problem
    task: Task
    known: dict[tuple[tuple[str, ...], int], bool] = field(default_factory=dict)

    def lead(self, teams: tuple[Team, ...], day: date) -> bool:
        key = tuple(team.id for team in teams), id(self.problem.matrix(teams[0], day))
        if self.problem.rule_by_task[self.task].composition or key not in self.known:
            self.known[key] = not best_chance(self.problem, self.task, day, teams).obstacle
        return self.known[key]


class TaskCalendar:
    """The calendar of one task, from which conditions can be left out."""

    def __init__(self, problem: Problem, task: Task) -> None:
        self.problem, self.task = alone(problem, task), task
        self.site, self.rule = problem.site_by_id[task.site_id], problem.rule_by_task[task]
        self.owners = owner_teams(problem, task)
        self.roads = {True: _Roads(problem=self.problem, task=task)}
        if self.rule.composition:
            single = replace(self.site, rules=(replace(self.rule, composition=frozenset()),))
            self.roads[False] = _Roads(problem=with_sites_only(self.problem, (single,)), task=task)
        self.conditions = tuple(self._conditions())  # what says least about the calendar first

    def _conditions(self) -> Iterator[Condition]:
        yield from self._of_teams()
        horizon, rule = self.problem.horizon, self.rule
        if not self.site.is_holiday_allowed and "holiday" in self.problem.calendar.kinds.values():
            yield Condition(kind="site_holidays")
        for closure in self.site.closed:
            if closure.meets(horizon.span):
                yield Condition(kind="closed", days=closure)
        if rule.per == "horizon" and not names_its_days(rule):
            yield Condition(kind="horizon")
        asked: Mapping[ConditionKind, bool] = {
            "same_weekday": rule.same_weekday,
            "weekday_sets": bool(rule.weekday_sets),
            "weekdays": bool(rule.weekdays),
            "max_gap": rule.max_gap_days is not None,
            "min_gap": rule.min_gap_days > 1,
            "visits": True,
        }
        yield from (Condition(kind=kind) for kind, is_asked in asked.items() if is_asked)

    def _of_teams(self) -> Iterator[Condition]:
        teams, calendar = self.problem.teams, self.problem.calendar
        demands: Mapping[ConditionKind, bool] = {
            "skills": bool(self.rule.skills),
            "access": bool(self.site.access_classes),
            "owner": bool(self.owners),
            "composition": bool(self.rule.composition),
            "reach": True,
        }
        yield from (Condition(kind=kind) for kind, is_there in demands.items() if is_there)
        if "holiday" in calendar.kinds.values() and not all(team.works_holidays for team in teams):
            yield Condition(kind="team_holidays")
        for team in teams:
            if any(day in team.days_off for day in self.problem.horizon.dates):
                yield Condition(kind="team_days_off", teams=(team.id,))
        for weekdays in sorted({tuple(sorted(team.weekdays)) for team in teams}):
            if len(weekdays) < 7:
                same = tuple(team.id for team in teams if tuple(sorted(team.weekdays)) == weekdays)
                yield Condition(kind="team_weekdays", teams=same, weekdays=weekdays)

    def has_room(self, kept: Kept) -> bool:
        """Return whether all visits find days when only these conditions are kept."""
        kinds = frozenset(condition.kind for condition in kept)
        if "visits" not in kinds:
            return True
        rule, horizon = self._rule(kinds), self.problem.horizon
        if self.rule.per == "horizon" and "horizon" not in kinds and not names_its_days(self.rule):
            horizon = Horizon(start=horizon.start, days=LONGEST_DAYS)
        days = (day for day in rule_days(rule, horizon) if self._is_open(day, kept) and self._who(day, kept, kinds))
        return not room(rule, horizon, days)

    def _rule(self, kinds: frozenset[str]) -> VisitRule:
        """Return the rule without what is not kept. The gap stays a number: without one other visits may fall due."""
        rule = self.rule
        return replace(
            rule,
            min_gap_days=rule.min_gap_days if "min_gap" in kinds else 1,
            max_gap_days=rule.max_gap_days if "max_gap" in kinds or rule.max_gap_days is None else LONGEST_GAP,
            weekdays=rule.weekdays if "weekdays" in kinds else frozenset(),
            weekday_sets=rule.weekday_sets if "weekday_sets" in kinds else (),
            same_weekday=rule.same_weekday and "same_weekday" in kinds,
        )

    def _is_open(self, day: date, kept: Kept) -> bool:
        is_holiday = self.problem.calendar.kinds.get(day) == "holiday"
        if is_holiday and Condition(kind="site_holidays") in kept:
            return False
        return not any(condition.days is not None and day in condition.days for condition in kept)

    def _who(self, day: date, kept: Kept, kinds: frozenset[str]) -> bool:
        """Return whether somebody who may come works that day, and gets there in time."""
        teams = tuple(t for t in self.problem.teams if self._may_come(t, kinds) and self._works(t, day, kept))
        asked = self.rule.composition if "composition" in kinds else frozenset[str]()
        if not teams or not asked <= frozenset[str]().union(*(team.skills for team in teams)):
            return False
        if "reach" not in kinds or day > self.problem.horizon.last:
            return True
        roads = self.roads["composition" in kinds or not self.rule.composition]
        if asked:
            return roads.lead(teams, day)
        return any(team.max_stops_per_day != 0 and roads.lead((team,), day) for team in teams)

    def _may_come(self, team: Team, kinds: frozenset[str]) -> bool:
        has_skills = "skills" not in kinds or self.rule.skills <= team.skills
        has_part = "composition" not in kinds or bool(self.rule.composition & team.skills)
        gets_there = "access" not in kinds or team.access_class in self.site.access_classes
        is_own = "owner" not in kinds or team.id in self.owners or team.may_be_lent
        return has_skills and has_part and gets_there and is_own

    def _works(self, team: Team, day: date, kept: Kept) -> bool:
        if day in team.days_off and Condition(kind="team_days_off", teams=(team.id,)) in kept:
            return False
        is_tied = any(c.kind == "team_weekdays" and team.id in c.teams for c in kept)
        if day > self.problem.horizon.last:
            return not is_tied or day.weekday() in team.weekdays
        kind = self.problem.calendar.kinds[day]
        if kind == "holiday":
            return team.works_holidays or Condition(kind="team_holidays") not in kept
        return not is_tied or is_team_working(self.problem.calendar, replace(team, days_off=frozenset()), day)

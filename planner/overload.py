"""Do the days of the teams hold the visits that only these teams can make? If not, a smallest set that is too much.

The count is a proof: a visit takes at least its service and the shortest road that leads to the village, and a day
of a team at most its shift without the shortest way home. So when the minutes (or stops, or doses) needed in a
stretch of days are more than there are, no plan makes all these visits. It is one-sided: visits may fail to fit
although the count does not show it. ``is_exact`` says that the other side was shown too, by planning: without any
single one of the visits, the others fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from planner.calendar import visit_days
from planner.model import Problem, Task, Team, may_visit
from planner.plan import Plan
from planner.recurrence import Quota, possible_quotas, rule_days
from planner.relaxations import with_sites_only
from planner.relief import plan_again

MOST_SHOWN = 12  # tasks of a set for which the other side is shown too

Resource = Literal["minutes", "stops", "kits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """Tasks that ask more of some teams in a stretch of days than these have."""

    teams: tuple[str, ...]
    first_day: date
    last_day: date
    resource: Resource
    needed: int
    available: int
    tasks: tuple[Task, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """What a task asks, and on which days which of its teams can come."""

    quotas: tuple[Quota, ...]
    days: Mapping[date, tuple[Team, ...]]
    road_minutes: int

    def visits(self, first: date, last: date) -> int:
        """Return the visits that must be made in the stretch."""
        return sum(q.visits for q in self.quotas if first <= q.first_day and q.last_day <= last)


def overload(problem: Problem, task: Task) -> Overload | None:
    """Return a smallest set of tasks that is too much for the teams of the task, or None when none is found."""
    teams = tuple(team for team in problem.teams if may_visit(problem, team, task))
    demands = _demands(problem, teams)
    firsts = {quota.first_day for demand in demands.values() for quota in demand.quotas}
    lasts = {quota.last_day for demand in demands.values() for quota in demand.quotas}
    stretches = sorted(((last - first).days, first, last) for first in firsts for last in lasts if first <= last)
    for _, first, last in stretches:
        for found in _too_much(problem, teams, demands, first, last):
            return replace(found, is_exact=is_just_too_much(problem, found.tasks))
    return None


def _demands(problem: Problem, teams: Sequence[Team]) -> dict[Task, _Demand]:
    """Return the demands of the tasks that nobody but these teams can serve; joint sessions are not counted."""
    mine, found = {team.id for team in teams}, {}
    for task, rule in problem.rule_by_task.items():
        able = {team.id for team in problem.teams if may_visit(problem, team, task)}
        if rule.composition or not able or not able <= mine:
            continue
        by_rule = set(rule_days(rule, problem.horizon))
        days = {day: crew for day, crew in visit_days(problem, task).items() if day in by_rule}
        found[task] = _Demand(quotas=possible_quotas(rule, problem.horizon, days), days=days, road_minutes=0)
    sites = {task.site_id for task in found}
    bases = {base for team in teams for base in (team.base, team.last_base)}
    alone = {task for task in found if sum(other.site_id == task.site_id for other in found) == 1}
    return {
        task: replace(demand, road_minutes=_shortest(problem, demand, bases | sites, task.site_id))
        if task in alone
        else demand
        for task, demand in found.items()
    }


def _shortest(problem: Problem, demand: _Demand, places: Iterable[str], site_id: str) -> int:
    """Return the minutes of the shortest road that can lead to the site."""
    uses = {(team.id, id(problem.matrix(team, day))): (team, day) for day, crew in demand.days.items() for team in crew}
    legs = (
        problem.leg(team, day, place, site_id) for team, day in uses.values() for place in places if place != site_id
    )
    return min((leg[0] for leg in legs if leg is not None), default=0)


def _too_much(
    problem: Problem, teams: Sequence[Team], demands: Mapping[Task, _Demand], first: date, last: date
) -> Iterator[Overload]:
    """Yield a set of tasks for each thing of which the stretch asks more than the teams have."""
    rules = problem.rule_by_task
    asked = {task: demand.visits(first, last) for task, demand in demands.items()}
    out = {(t, day) for demand in demands.values() for day, crew in demand.days.items() for t in crew}
    days = [(team, day) for team, day in out if first <= day <= last]
    counts: tuple[tuple[Resource, Callable[[Task], int], Callable[[Team, date], int | None]], ...] = (
        (
            "minutes",
            lambda t: rules[t].service.minutes + demands[t].road_minutes,
            lambda team, day: _longest_day(problem, team, day, demands),
        ),
        ("stops", lambda t: 1, lambda team, day: team.max_stops_per_day),
        ("kits", lambda t: rules[t].load, lambda team, day: _most_kits(team)),
    )
    for resource, need_of, limit_of in counts:
        limits = [limit_of(team, day) for team, day in days]
        needs = {task: visits * need_of(task) for task, visits in asked.items() if visits}
        available = sum(limit for limit in limits if limit is not None)
        if None not in limits and sum(needs.values()) > available:
            tasks = _fewest(needs, available)
            yield Overload(
                teams=tuple(team.id for team in teams),
                first_day=first,
                last_day=last,
                resource=resource,
                needed=sum(needs[task] for task in tasks),
                available=available,
                tasks=tasks,
                is_exact=False,
            )


def _most_kits(team: Team) -> int | None:
    return None if team.capacity_per_day is None else team.capacity_per_day * team.trips_per_day


def _longest_day(problem: Problem, team: Team, day: date, demands: Mapping[Task, _Demand]) -> int:
    """Return the minutes of a shift without the shortest way home from a village of these."""
    legs = (problem.leg(team, day, task.site_id, team.last_base) for task, d in demands.items() if day in d.days)
    home = min((leg[0] for leg in legs if leg is not None), default=0)
    return max(0, team.shift.end_minute - team.shift.start_minute - home)


def _fewest(needs: Mapping[Task, int], available: int) -> tuple[Task, ...]:
    """Return the fewest tasks that need more than there is: those that need most. Each of them is one too many."""
    chosen: list[Task] = []
    total = 0
    for task in sorted(needs, key=lambda one: (-needs[one], one)):
        if total > available:
            break
        chosen.append(task)
        total += needs[task]
    return tuple(sorted(chosen))


def is_just_too_much(problem: Problem, tasks: Sequence[Task]) -> bool:
    """Return whether, without any single one of the tasks, the others were planned in full by the teams there are."""
    return len(tasks) <= MOST_SHOWN and all(
        all_planned(problem, [task for task in tasks if task != left_out]) for left_out in tasks
    )


def all_planned(problem: Problem, tasks: Sequence[Task]) -> bool:
    """Return whether the tasks, placed one after another with nothing else to do, are all served in full."""
    if not tasks:
        return True
    chosen = {task.site_id: [t.rule_id for t in tasks if t.site_id == task.site_id] for task in tasks}
    sites = tuple(
        replace(site, rules=tuple(rule for rule in site.rules if rule.id in chosen[site.id]))
        for site in problem.sites
        if site.id in chosen
    )
    reduced = with_sites_only(problem, sites)
    plan: Plan | None = None
    for task in sorted(tasks, key=lambda one: (-problem.rule_by_task[one].service.minutes, one)):
        plan = plan_again(reduced, plan, task)
        if plan is None or plan.unserved:
            return False
    return True

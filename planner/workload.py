"""Whose workload is compared: the teams that could make any visit at all, and the days on which they could work."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from planner.balance import Balance, Load
from planner.calendar import is_team_working, visit_days
from planner.model import Problem, Task, Team
from planner.periods import quotas, rule_days


def available_days(problem: Problem, team: Team) -> int:
    """Return on how many days of the horizon the team works; days off and public holidays are not counted."""
    return sum(is_team_working(problem.calendar, team, day) for day in problem.horizon.dates)


@lru_cache(maxsize=4)  # asked for every plan that is judged, and it depends on the problem alone
def comparable_teams(problem: Problem) -> tuple[Team, ...]:
    """Return the teams that could come to any asked visit, sorted by id.

    It is asked of the calendar, skills, vehicles, ownership and what a team carries; not of roads and hours.
    """
    found: set[str] = set()
    for task in problem.tasks:
        if len(found) == len(problem.teams):
            break
        found |= _could_come(problem, task)
    return tuple(team for team in problem.teams if team.id in found)


def _could_come(problem: Problem, task: Task) -> set[str]:
    rule = problem.rule_by_task[task]
    asked = quotas(rule, problem.horizon)
    allowed = {day for day in rule_days(rule, problem.horizon) if any(day in quota for quota in asked)}
    if not allowed:
        return set()
    come = {team.id: team for day, teams in visit_days(problem, task).items() if day in allowed for team in teams}
    return {
        team.id
        for team in come.values()
        if team.max_stops_per_day != 0 and (team.capacity_per_day is None or rule.load <= team.capacity_per_day)
    }


def loads_of(problem: Problem, balance: Balance, hours: Mapping[str, float]) -> tuple[Load, ...]:
    """Return what is compared, sorted by name: each comparable team, or the teams of each institution together.

    Parameters
    ----------
    hours
        On duty, by team id; a team that is not named has none. A team without institution stands for itself.
    """
    summed: dict[tuple[str, str], tuple[float, int]] = {}
    for team in comparable_teams(problem):
        by_institution = balance.scope == "institution" and team.institution
        key = (team.institution, "") if by_institution else (team.name, team.id)
        before = summed.get(key, (0.0, 0))
        summed[key] = before[0] + hours.get(team.id, 0.0), before[1] + available_days(problem, team)
    return tuple(Load(name=key[0], hours=value[0], days=value[1]) for key, value in sorted(summed.items()))

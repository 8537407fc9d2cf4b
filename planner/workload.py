"""Whose workload is compared: the teams that could make any visit at all, and the days on which they could work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from planner.balance import Balance, Load
from planner.calendar import is_team_working, visit_days
from planner.model import Problem, Task, Team
from planner.periods import quotas, rule_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who is compared with others: a team, or all teams of an institution; and the days on which they could work."""

    name: str
    teams: tuple[str, ...]  # ids, sorted
    days: int  # of its teams together


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
    """Return the work of each party, in the order of ``parties``.

    Parameters
    ----------
    hours
        On duty, by team id; a team that is not named has none.
    """
    return tuple(
        Load(name=party.name, hours=sum(hours.get(team, 0.0) for team in party.teams), days=party.days)
        for party in parties(problem, balance)
    )


def parties(problem: Problem, balance: Balance) -> tuple[Party, ...]:
    """Return who is compared, sorted by name: each comparable team, or the comparable teams of each institution.

    A team without institution stands for itself.
    """
    members: dict[tuple[str, str], list[Team]] = {}
    for team in comparable_teams(problem):
        by_institution = balance.scope == "institution" and team.institution
        members.setdefault((team.institution, "") if by_institution else (team.name, team.id), []).append(team)
    return tuple(
        Party(
            name=key[0],
            teams=tuple(team.id for team in teams),
            days=sum(available_days(problem, team) for team in teams),
        )
        for key, teams in sorted(members.items())
    )

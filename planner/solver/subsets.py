"""Which teams share one routing model: neighbours, as many as a model of limited size holds."""

from __future__ import annotations

from datetime import date

from planner.model import Problem
from planner.solver.frame import Group
from planner.solver.state import State, by_day, coupled_teams
from planner.values import week_of

MAX_CALLS = 50  # visits in one routing model; twice as many take about six times as long

Units = list[tuple[str, ...]]


def team_subsets(
    problem: Problem, group: Group, state: State, week: date, *, first: int = 0, most: int = MAX_CALLS
) -> tuple[tuple[str, ...], ...]:
    """Return the group's teams in sets to be routed together; teams that meet in the week stay together.

    ``first`` turns the order in which sets are grown, so that other neighbours meet in other rounds. ``most`` visits
    are routed together; with 0 nobody is joined who need not be.
    """
    inside = {slot: tasks for slot, tasks in state.items() if slot[0] in group.teams and week_of(slot[1]) == week}
    units = _units(group, inside)
    size = {unit: sum(len(tasks) for (team, _), tasks in inside.items() if team in unit) for unit in units}
    centre = {unit: _centre(problem, unit, inside) for unit in units}
    left = units[first % len(units) :] + units[: first % len(units)]
    subsets = []
    while left:
        subset = [left.pop(0)]
        left.sort(key=lambda unit: (_distance(centre[unit], centre[subset[0]]), unit))
        while left and sum(size[unit] for unit in subset) + size[left[0]] <= most:
            subset.append(left.pop(0))
        subsets.append(tuple(sorted(team for unit in subset for team in unit)))
        left.sort()
    return tuple(subsets)


def _units(group: Group, inside: State) -> Units:
    """Return the teams of the group in sets that meet at joint sessions in the week."""
    joined: Units = []
    for tasks_by_team in by_day(inside).values():
        for teams in coupled_teams(tasks_by_team):
            touching = [unit for unit in joined if set(unit) & set(teams)]
            apart = [unit for unit in joined if not set(unit) & set(teams)]
            joined = [*apart, tuple(sorted(set(teams).union(*touching)))]
    met = {team for unit in joined for team in unit}
    return sorted([*joined, *((team,) for team in group.teams if team not in met)])


def _centre(problem: Problem, unit: tuple[str, ...], inside: State) -> tuple[float, float]:
    sites = [problem.site_by_id[t.site_id] for (team, _), tasks in inside.items() if team in unit for t in tasks]
    bases = [problem.base_by_id[problem.team_by_id[team].base] for team in unit]
    lons = [place.lon for place in sites] or [place.lon for place in bases]
    lats = [place.lat for place in sites] or [place.lat for place in bases]
    return sum(lons) / len(lons), sum(lats) / len(lats)


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2

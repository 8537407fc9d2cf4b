"""A plan of the napkin county without the search: each team calls at its own villages in order, every week."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from planner.codec import dump_plan
from planner.model import Task
from planner.plan import Plan, Provenance
from planner.service import County, open_county
from planner.timing import circuits_from_routes, timetable

MONDAY = date(2026, 3, 2)


def open_napkin(folder: Path, weeks: int = 2) -> County:
    """Return the county in the folder for the weeks from the Monday."""
    return open_county(folder, start=MONDAY, weeks=weeks)


def plan_by_hand(county: County, offset: int = 0) -> Plan:
    """Return a plan in which East is out on Mondays and North on Tuesdays, or ``offset`` days later."""
    problem = county.problem
    routes = []
    for k, team in enumerate(problem.teams):
        tasks = [
            Task(site.id, rule.id) for site in problem.sites if site.id in _owned(county, k) for rule in site.rules
        ]
        for week in range(len(problem.horizon.weeks)):
            day = MONDAY + timedelta(days=7 * week + (k + offset) % 5)
            routes.append(timetable(problem, team, day, tasks))
    return Plan(
        start=MONDAY,
        days=problem.horizon.days,
        circuits=circuits_from_routes(routes),
        provenance=Provenance(version="test", seed=1, rounds=1),
    )


def _owned(county: County, k: int) -> set[str]:
    """Deal the villages out: those whose township the team owns, else every second one."""
    problem = county.problem
    team = problem.teams[k]
    owned = {site.id for site in problem.sites if site.township in team.owns}
    return owned or {site.id for site in problem.sites[k :: len(problem.teams)]}


def write_plan(path: Path, plan: Plan) -> Path:
    """Write the plan as plan.json; return the path."""
    path.write_bytes(dump_plan(plan))
    return path

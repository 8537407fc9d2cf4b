"""Seed villages: the first guess of where each team goes on each weekday, far apart from each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from planner.model import Problem, Task, Team
from planner.solver.frame import Frame, Group
from planner.solver.proxy import Pricer, Slot, SlotPrice


def seed_prices(problem: Problem, frames: Mapping[Task, Frame], group: Group, pricer: Pricer) -> dict[Slot, SlotPrice]:
    """Return the price of every slot of the group by its seed, the same in every week."""
    tasks_of = slot_tasks(frames, group)
    seeds = _seeds(problem, group, tasks_of, pricer)
    return {
        slot: pricer.price_by_seed(slot, seeds.get((slot[0], slot[1].weekday())), tasks)
        for slot, tasks in tasks_of.items()
    }


def slot_tasks(frames: Mapping[Task, Frame], group: Group) -> dict[Slot, list[Task]]:
    """Return which tasks each team of the group could do on each day."""
    found: dict[Slot, list[Task]] = {}
    for task in group.tasks:
        for day, teams in frames[task].own_by_day.items():
            for team in teams:
                found.setdefault((team, day), []).append(task)
    return dict(sorted(found.items()))


def _seeds(
    problem: Problem, group: Group, tasks_of: Mapping[Slot, list[Task]], pricer: Pricer
) -> dict[tuple[str, int], str]:
    """Return a seed site for each team and weekday: each new one is as far as can be from those before (and the base)."""
    day_of = {team: day for team, day in tasks_of}
    able = {
        team: {t.site_id for (other, _), tasks in tasks_of.items() if other == team for t in tasks} for team in day_of
    }
    near = {team: _near_sites(problem, team, able, day_of, pricer) for team in sorted(day_of)}
    chosen: list[str] = []
    seeds: dict[tuple[str, int], str] = {}
    for team in sorted(day_of):
        crew = problem.team_by_id[team]
        for weekday in sorted({day.weekday() for other, day in tasks_of if other == team}):
            site = _farthest(crew, day_of[team], near[team] - set(chosen), chosen, pricer)
            if site is not None:
                seeds[team, weekday] = site
                chosen.append(site)
    return seeds


def _near_sites(
    problem: Problem, team: str, able: Mapping[str, set[str]], day_of: Mapping[str, date], pricer: Pricer
) -> set[str]:
    """Return the sites to which no able team's base is nearer; all its sites when there are none."""
    own = _from_base(problem.team_by_id[team], day_of[team], pricer)
    rivals = {
        (crew.base, crew.access_class, crew.speed_factor): other
        for other, crew in problem.team_by_id.items()
        if other in able and crew.base != problem.team_by_id[team].base
    }
    others = [(able[other], _from_base(problem.team_by_id[other], day_of[other], pricer)) for other in rivals.values()]
    near = {
        site for site in able[team] if all(site not in sites or own[site] <= costs[site] for sites, costs in others)
    }
    return near or able[team]


def _from_base(team: Team, day: date, pricer: Pricer) -> Mapping[str, float]:
    legs = pricer.legs(team, day)
    row = legs.cost[legs.index[team.base]].tolist()
    return {place: row[k] for place, k in legs.index.items()}


def _farthest(team: Team, day: date, sites: set[str], chosen: list[str], pricer: Pricer) -> str | None:
    if not sites:
        return None
    legs = pricer.legs(team, day)
    known = [legs.index[place] for place in (team.base, *chosen)]
    ordered = sorted(sites)
    nearest = legs.cost[[legs.index[site] for site in ordered]][:, known].min(axis=1)
    return ordered[int(nearest.argmax())]

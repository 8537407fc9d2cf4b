"""Could one visit be made if the team had nothing else to do that day? The yes or no behind every reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from planner.model import SYNC_MINUTES, Problem, Task, Team
from planner.plan import Route
from planner.timing import timetable

# What stands between a visit and a team, the nearest to being possible first.
OBSTACLES = ("", "shift_too_short", "over_capacity", "unreachable", "composition_missing", "window_too_short")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What a visit on a day by a team with nothing else to do meets: ``obstacle`` is empty when it is possible.

    ``excess`` is by how much: the minutes that the team is too late, or the doses or kits that it lacks.
    """

    obstacle: str
    excess: int
    day: date
    team_id: str

    @property
    def distance(self) -> tuple[int, int, date, str]:
        """How far from possible: what sorts the nearest chance first."""
        return OBSTACLES.index(self.obstacle), self.excess, self.day, self.team_id


def best_chance(problem: Problem, task: Task, day: date, teams: Sequence[Team]) -> Chance:
    """Return the chance of the team that comes nearest to making the visit that day; of a joint session, the weakest.

    ``teams`` are those that may come and work that day, as ``calendar.visit_days`` gives them.
    """
    if problem.rule_by_task[task].composition:
        return _joint_chance(problem, task, day, teams)
    nearest: Chance | None = None
    for team in teams:
        chance = _chance(problem, task, day, team)
        if not chance.obstacle:
            return chance
        nearest = chance if nearest is None else min(nearest, chance, key=lambda c: c.distance)
    if nearest is None:
        raise ValueError("a chance needs at least one team")
    return nearest


def _chance(problem: Problem, task: Task, day: date, team: Team) -> Chance:
    rule = problem.rule_by_task[task]
    if all(w.end_minute - w.start_minute < rule.service.minutes for w in problem.windows(task)):
        return Chance(obstacle="window_too_short", excess=0, day=day, team_id=team.id)
    legs = (problem.leg(team, day, team.base, task.site_id), problem.leg(team, day, task.site_id, team.last_base))
    if None in legs:
        return Chance(obstacle="unreachable", excess=0, day=day, team_id=team.id)
    lacking = 0 if team.capacity_per_day is None else rule.load - team.capacity_per_day
    if lacking > 0:
        return Chance(obstacle="over_capacity", excess=lacking, day=day, team_id=team.id)
    late = _minutes_late(problem, task, team, timetable(problem, team, day, [task]))
    return Chance(obstacle="shift_too_short" if late else "", excess=late, day=day, team_id=team.id)


def _minutes_late(problem: Problem, task: Task, team: Team, route: Route) -> int:
    """Return by how many minutes a route of one visit misses its window or the end of the shift; 0: it keeps both."""
    stop = route.stops[0]
    windows = [
        w for w in problem.windows(task) if w.end_minute - w.start_minute >= stop.leave_minute - stop.start_minute
    ]
    past_window = min(max(0, stop.leave_minute - w.end_minute) for w in windows)
    return max(past_window, route.end_minute - team.shift.end_minute, 0)


def _joint_chance(problem: Problem, task: Task, day: date, teams: Sequence[Team]) -> Chance:
    """Return the chance of a joint session: some set of teams that covers every class starts together."""
    chances = {team.id: _chance(problem, task, day, team) for team in teams}
    able = [team for team in teams if not chances[team.id].obstacle]
    for crew in _crews(problem, task, able):
        if _meet(problem, task, day, crew):
            return chances[crew[0].id]
    held = frozenset[str]().union(*(team.skills for team in able))
    lacking = problem.rule_by_task[task].composition - held
    needed = [chances[team.id] for team in teams if team.skills & lacking]
    return (
        min(needed, key=lambda c: c.distance)
        if needed
        else Chance(obstacle="composition_missing", excess=0, day=day, team_id=teams[0].id)
    )


def _crews(problem: Problem, task: Task, teams: Sequence[Team]) -> Iterator[tuple[Team, ...]]:
    """Yield the sets of teams that hold every class, one holder for each class."""
    classes = sorted(problem.rule_by_task[task].composition)
    seen = set()
    for holders in product(*([team for team in teams if one in team.skills] for one in classes)):
        crew = {team.id: team for team in holders}
        key = frozenset(crew)
        if key not in seen:
            seen.add(key)
            yield tuple(crew[team_id] for team_id in sorted(crew))


def _meet(problem: Problem, task: Task, day: date, crew: Sequence[Team]) -> bool:
    """Return whether the teams can start the session within SYNC_MINUTES of each other."""
    floor = 0
    while True:  # ends: the floor rises each time, and past the shifts every team is late
        routes = [timetable(problem, team, day, [task], not_before={task: floor}) for team in crew]
        if any(_minutes_late(problem, task, team, route) for team, route in zip(crew, routes, strict=True)):
            return False
        starts = [route.stops[0].start_minute for route in routes]
        if max(starts) - min(starts) <= SYNC_MINUTES:
            return True
        floor = max(starts) - SYNC_MINUTES

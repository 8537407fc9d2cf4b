"""Could one visit be made if the team had nothing else to do that day? The yes or no behind every reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from planner.calendar import may_sleep_out
from planner.model import SYNC_MINUTES, Problem, Task, Team
from planner.plan import Route
from planner.rules import VisitRule
from planner.timing import timetable
from planner.values import DAY_MINUTES

# What stands between a visit and a team, the nearest to being possible first.
OBSTACLES = ("", "shift_too_short", "over_capacity", "unreachable", "composition_missing", "window_too_short")

ONE_DAY = timedelta(days=1)
MOST_LODGINGS = 4  # looked at for one visit, the nearest


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
    alone, rule = _day_trip(problem, task, day, team), problem.rule_by_task[task]
    is_far = alone.obstacle in {"unreachable", "shift_too_short"} and _lacking(rule, team) <= 0
    if is_far and team.may_sleep_out and not rule.composition and _fits_a_tour(problem, task, day, team):
        return Chance(obstacle="", excess=0, day=day, team_id=team.id)
    return alone


def _lacking(rule: VisitRule, team: Team) -> int:
    """Return how many doses or kits the team does not carry."""
    return 0 if team.capacity_per_day is None else rule.load - team.capacity_per_day


def _fits_a_tour(problem: Problem, task: Task, day: date, team: Team) -> bool:
    """Return whether the team can make the visit when it sleeps out the night before, the night after, or both."""
    starts, ends = _nights(problem, task, day, team)
    return any(
        0 < (start != team.base) + (end != team.last_base) <= team.nights_away
        and _is_made_in_time(problem, task, day, team, (start, end))
        for start, end in product((team.base, *starts), (team.last_base, *ends))
    )


def _nights(problem: Problem, task: Task, day: date, team: Team) -> tuple[list[str], list[str]]:
    """Return the lodgings, of the nearest to the visit, to which the day before leads and from which the day after."""
    before, after = day - ONE_DAY, day + ONE_DAY
    legs = {place: problem.leg(team, day, place, task.site_id) for place in team.lodgings - {team.base, team.last_base}}
    reached = sorted((leg, place) for place, leg in legs.items() if leg is not None)
    near = [place for _, place in reached[:MOST_LODGINGS]]
    starts = near if may_sleep_out(problem.calendar, team, before) else []
    ends = near if may_sleep_out(problem.calendar, team, day) else []
    return (
        [place for place in starts if _is_drivable(problem, team, before, (team.base, place))],
        [place for place in ends if _is_drivable(problem, team, after, (place, team.last_base))],
    )


def _is_drivable(problem: Problem, team: Team, day: date, ends: tuple[str, str]) -> bool:
    """Return whether a day without visits is long enough for the way between two places."""
    if problem.leg(team, day, *ends) is None:
        return False
    return timetable(problem, team, day, [], start_place=ends[0], end_place=ends[1]).end_minute <= team.shift.end_minute


def _is_made_in_time(problem: Problem, task: Task, day: date, team: Team, ends: tuple[str, str]) -> bool:
    legs = problem.leg(team, day, ends[0], task.site_id), problem.leg(team, day, task.site_id, ends[1])
    if None in legs:
        return False
    route = timetable(problem, team, day, [task], start_place=ends[0], end_place=ends[1])
    return not _minutes_late(problem, task, team, route)


def _day_trip(problem: Problem, task: Task, day: date, team: Team) -> Chance:
    rule = problem.rule_by_task[task]
    if all(w.end_minute - w.start_minute < rule.service.minutes for w in problem.windows(task)):
        return Chance(obstacle="window_too_short", excess=0, day=day, team_id=team.id)
    legs = (problem.leg(team, day, team.base, task.site_id), problem.leg(team, day, task.site_id, team.last_base))
    if None in legs:
        return Chance(obstacle="unreachable", excess=0, day=day, team_id=team.id)
    lacking = _lacking(rule, team)
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
        routes = [timetable(problem, team, day, [task], between={task: (floor, DAY_MINUTES)}) for team in crew]
        if any(_minutes_late(problem, task, team, route) for team, route in zip(crew, routes, strict=True)):
            return False
        starts = [route.stops[0].start_minute for route in routes]
        if max(starts) - min(starts) <= SYNC_MINUTES:
            return True
        floor = max(starts) - SYNC_MINUTES

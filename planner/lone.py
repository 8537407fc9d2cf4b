"""Could one visit be made if the team had nothing else to do that day? The yes or no behind every reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from zlib import crc32

from planner.calendar import may_sleep_out
from planner.errors import ModelError
from planner.joint import Session, StartOf
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
    """Return the chance of a joint session: every class has a holder who can start when the others do."""
    chances = chances_of_parts(problem, task, day, teams)
    able = [team for team in teams if not chances[team.id].obstacle]
    session = session_on(problem, task, day, able)
    opening = session.opening()
    if opening is not None:
        there = sorted(team for team in session.held if _is_there(session.start_of(team, opening), opening))
        return chances[min(next(team for team in there if team in some) for some in session.holders.values())]
    held = frozenset[str]().union(*(team.skills for team in able))
    lacking = problem.rule_by_task[task].composition - held
    needed = [chances[team.id] for team in teams if team.skills & lacking]
    return (
        min(needed, key=lambda c: c.distance)
        if needed
        else Chance(obstacle="composition_missing", excess=0, day=day, team_id=teams[0].id)
    )


def chances_of_parts(problem: Problem, task: Task, day: date, teams: Sequence[Team]) -> dict[str, Chance]:
    """Return what each team's part of a joint session meets, whoever else comes."""
    return {team.id: _chance(problem, task, day, team) for team in teams}


def _is_there(start: int | None, opening: int) -> bool:
    return start is not None and start - opening <= SYNC_MINUTES


def session_on(
    problem: Problem, task: Task, day: date, teams: Sequence[Team], start_of: StartOf | None = None
) -> Session:
    """Return the joint session of a task on a day by some teams that do nothing else, or start as ``start_of`` says."""
    team_by_id = problem.team_by_id

    @cache
    def first_start(team_id: str, floor: int) -> int | None:
        return _first_start(problem, task, day, team_by_id[team_id], floor)

    return Session(
        problem.rule_by_task[task].composition,
        held={team.id: team.skills for team in teams},
        minutes=_minutes_out(problem, task, day, teams),
        start_of=start_of or first_start,
    )


def _minutes_out(problem: Problem, task: Task, day: date, teams: Sequence[Team]) -> dict[str, int]:
    """Return how long each team is out when it does nothing else.

    Of teams that are equally near each counts a minute more than the one before, in an order of the village's own: so
    not all villages turn to the same few.
    """
    found: dict[str, int] = {}
    alike: dict[int, int] = {}
    for team in sorted(teams, key=lambda team: (crc32(f"{task.site_id} {team.id}".encode()), team.id)):
        legs = problem.leg(team, day, team.base, task.site_id), problem.leg(team, day, task.site_id, team.last_base)
        minutes = sum(leg[0] if leg else DAY_MINUTES for leg in legs) + problem.rule_by_task[task].service.minutes
        found[team.id] = minutes + alike.get(minutes, 0)
        alike[minutes] = alike.get(minutes, 0) + 1
    return found


def _first_start(problem: Problem, task: Task, day: date, team: Team, floor: int) -> int | None:
    """Return the first minute from ``floor`` on at which a team with nothing else to do can start; None when too late.

    A timetable ends the day as early as can be. Where lunch may be before or after the visit, a day that ends no
    earlier may start it sooner: that is looked for.
    """

    def start_by(last: int) -> int | None:
        try:
            route = timetable(problem, team, day, [task], between={task: (floor, last)})
        except ModelError:  # no road there and back
            return None
        start = route.stops[0].start_minute
        return None if start > last or _minutes_late(problem, task, team, route) else start

    start = start_by(DAY_MINUTES)
    if start is None or start == floor or start_by(start - 1) is None:
        return start
    return floor + bisect_left(range(floor, start), True, key=lambda last: start_by(last) is not None)

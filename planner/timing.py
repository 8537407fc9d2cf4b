"""The timetable of one team's day: the only place where arrival times are computed.

A day is walked through twice. Walking from the start of the shift gives the earliest end; walking
backwards from there gives the latest departure that keeps it, so that a team waits at its base
rather than on the road. A needed lunch break is tried in every gap between two services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from planner.errors import ModelError
from planner.language import text
from planner.model import Problem, Task, Team
from planner.plan import Circuit, Lunch, Route, Stop, Supply
from planner.values import DAY_MINUTES, LunchBreak, week_of

ANY_TIME = (0, DAY_MINUTES)
LOADING_TIMES = ((0, 100 * DAY_MINUTES),)  # a team that is late may load whenever it comes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """A task, or a loading (None), as the walk sees it; its service may start between (first, last) of ``starts``."""

    task: Task | None
    leg_minutes: int
    leg_metres: int
    service_minutes: int
    not_before: int
    starts: tuple[tuple[int, int], ...]

    def earliest_start(self, ready: int) -> int | None:
        """Return the first allowed start at or after ``ready``; None when every window is over."""
        return next((max(ready, first) for first, last in self.starts if max(ready, first) <= last), None)

    def latest_start(self, planned: int, bound: int) -> int:
        """Return the last allowed start from ``planned`` to ``bound``; a visit that is late anyway stays as planned."""
        if not any(first <= planned <= last for first, last in self.starts):
            return planned
        return max(min(bound, last) for first, last in self.starts if first <= bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """The day's work: visits in order, the leg home and the break the team keeps, if it is out over it."""

    visits: tuple[_Visit, ...]
    home_minutes: int
    home_metres: int
    lunch: LunchBreak | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """The end of a leg: the break taken on it, the arrival, and when a service may start."""

    lunch: Lunch | None
    arrive: int
    ready: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Times of a trip for one departure; ``late`` counts the visits whose windows were all over."""

    departure: int
    arrivals: tuple[int, ...]
    starts: tuple[int, ...]
    lunch: Lunch | None
    end: int
    late: int


def timetable(
    problem: Problem,
    team: Team,
    day: date,
    tasks: Sequence[Task],
    *,
    between: Mapping[Task, tuple[int, int]] | None = None,
    start_place: str | None = None,
    end_place: str | None = None,
    supplies: Sequence[int] = (),
) -> Route:
    """Return the team's day over the tasks in the order given, with the earliest possible end.

    The team leaves as late as that end allows (and makes no late visit later), but not before its
    shift. A service lies in the earliest window that holds it; when every window is over it starts at once. Late
    and overlong routes are returned all the same: ``planner.evaluation`` judges. Times are minutes after midnight.

    Parameters
    ----------
    between
        The first and last minute at which the service of some tasks may start, within their windows: for sessions
        held together with another team.
    start_place, end_place
        Where the team slept and where it will sleep, by id; the bases of its day when None.
    supplies
        After how many tasks the team comes back to its base to load again, in order.

    Raises
    ------
    ModelError
        When there is no road between two places that follow each other; it names both.
    """
    ends = start_place or team.base, end_place or team.last_base
    trip = _trip(problem, team, day, _with_supplies(tasks, supplies), ends=ends, between=between or {})
    walk, gap = _latest(trip, team.shift.start_minute, None), None
    if needs_lunch(team, walk.departure, walk.end):
        gap = _best_gap(trip, team.shift.start_minute)
        walk = _latest(trip, team.shift.start_minute, gap)
    return _route(team, day, trip, walk, ends=ends)


def needs_lunch(team: Team, start_minute: int, end_minute: int) -> bool:
    """Return whether a route out from ``start_minute`` to ``end_minute`` must hold the team's lunch break.

    It need not when the team can eat where it sleeps: there by the latest time to begin the break, or gone no
    earlier than a break begun at the earliest time would end.
    """
    lunch = team.lunch
    if lunch is None:
        return False
    return start_minute < lunch.earliest_minute + lunch.minutes and end_minute > lunch.latest_minute


def circuits_from_routes(routes: Iterable[Route]) -> tuple[Circuit, ...]:
    """Return the routes gathered into circuits, sorted by (week, team) and inside by day."""
    ordered = sorted(routes, key=lambda r: (week_of(r.day), r.team_id, r.day, r.start_minute))
    weeks = groupby(ordered, key=lambda r: (week_of(r.day), r.team_id))
    return tuple(Circuit(team_id=team_id, week=week, routes=tuple(group)) for (week, team_id), group in weeks)


def _with_supplies(tasks: Sequence[Task], supplies: Sequence[int]) -> list[Task | None]:
    """Return the tasks with None where the team loads again."""
    items: list[Task | None] = list(tasks)
    for after in sorted(supplies, reverse=True):
        items.insert(after, None)
    return items


def _trip(
    problem: Problem,
    team: Team,
    day: date,
    tasks: Sequence[Task | None],
    *,
    ends: tuple[str, str],
    between: Mapping[Task, tuple[int, int]],
) -> _Trip:
    places = [ends[0], *(task.site_id if task else team.base for task in tasks), ends[1]]
    legs = [_leg(problem, team, day, origin, destination) for origin, destination in pairwise(places)]
    visits = tuple(
        _visit(problem, task, leg, between.get(task, ANY_TIME)) if task else _loading(team, leg)
        for task, leg in zip(tasks, legs[:-1], strict=True)
    )
    return _Trip(visits=visits, home_minutes=legs[-1][0], home_metres=legs[-1][1], lunch=team.lunch)


def _visit(problem: Problem, task: Task, leg: tuple[int, int], between: tuple[int, int]) -> _Visit:
    service, (not_before, not_after) = problem.rule_by_task[task].service.minutes, between
    windows = problem.windows(task)
    spans = [(max(w.start_minute, not_before), min(w.end_minute - service, not_after)) for w in windows]
    return _Visit(
        task=task,
        leg_minutes=leg[0],
        leg_metres=leg[1],
        service_minutes=service,
        not_before=not_before,
        starts=tuple(sorted((first, last) for first, last in spans if first <= last)),
    )


def _loading(team: Team, leg: tuple[int, int]) -> _Visit:
    return _Visit(
        task=None,
        leg_minutes=leg[0],
        leg_metres=leg[1],
        service_minutes=team.resupply_minutes,
        not_before=0,
        starts=LOADING_TIMES,
    )


def _leg(problem: Problem, team: Team, day: date, origin: str, destination: str) -> tuple[int, int]:
    if origin == destination:
        return 0, 0
    leg = problem.leg(team, day, origin, destination)
    if leg is None:
        raise ModelError(
            text(
                'There is no road from "{origin}" to "{destination}" for team "{team}" on {day}.',
                origin=origin,
                destination=destination,
                team=team.id,
                day=day,
            ),
            text("Take one of the two places out of the day, or add the road."),
        )
    return leg


def _latest(trip: _Trip, earliest: int, gap: int | None) -> _Walk:
    """Return the walk that ends as early as can be and, with that end, departs as late as can be."""
    first = _walk(trip, earliest, gap)
    if first is None:  # the break fits nowhere in this gap; the walk without it is for the checker to judge
        return _latest(trip, earliest, None)
    later = _walk(trip, _latest_departure(trip, first, gap), gap) if trip.visits else None
    return later or first


def _walk(trip: _Trip, departure: int, gap: int | None) -> _Walk | None:
    """Return the times of the trip with the break before visit number ``gap`` (None: no break).

    A ``gap`` past the last visit is the way home. None when the break cannot start in time there.
    """
    leave, late = departure, 0
    lunch: Lunch | None = None
    arrivals, starts = [], []
    for k, visit in enumerate(trip.visits):
        reached = _go(trip, k, leave, gap)
        if reached is None:
            return None
        start = visit.earliest_start(reached.ready)
        late += start is None
        starts.append(max(reached.ready, visit.not_before) if start is None else start)
        arrivals.append(reached.arrive)
        lunch = reached.lunch or lunch
        leave = starts[-1] + visit.service_minutes
    home = _go(trip, len(trip.visits), leave, gap)
    if home is None:
        return None
    return _Walk(
        departure=departure,
        arrivals=tuple(arrivals),
        starts=tuple(starts),
        lunch=home.lunch or lunch,
        end=home.arrive,
        late=late,
    )


def _go(trip: _Trip, k: int, leave: int, gap: int | None) -> _Reached | None:
    """Return how the leg to visit ``k`` (or home) ends when it is left for at ``leave``; None: the break is too late.

    On arrival is the best time to eat. On the way home, and where arrival is after the latest
    break, it is before the leg or on the road.
    """
    is_home = k == len(trip.visits)
    leg = trip.home_minutes if is_home else trip.visits[k].leg_minutes
    arrive, lunch = leave + leg, trip.lunch
    if k != gap or lunch is None:
        return _Reached(lunch=None, arrive=arrive, ready=arrive)
    if not is_home and arrive <= lunch.latest_minute:
        start = max(arrive, lunch.earliest_minute)
        return _Reached(lunch=_break(lunch, start), arrive=arrive, ready=start + lunch.minutes)
    start = max(leave, lunch.earliest_minute)
    if start > min(lunch.latest_minute, arrive):
        return None
    delayed = arrive + lunch.minutes
    return _Reached(lunch=_break(lunch, start), arrive=delayed, ready=delayed)


def _break(lunch: LunchBreak, start: int) -> Lunch:
    return Lunch(start_minute=start, end_minute=start + lunch.minutes)


def _best_gap(trip: _Trip, earliest: int) -> int | None:
    """Return the gap whose walk misses the fewest windows, then ends first, then eats first; None when none fits."""
    walks = [(_walk(trip, earliest, gap), gap) for gap in range(len(trip.visits) + 1)]
    fitting = [(w.late, w.end, w.lunch.start_minute, gap) for w, gap in walks if w is not None and w.lunch is not None]
    return min(fitting)[-1] if fitting else None


def _latest_departure(trip: _Trip, walk: _Walk, gap: int | None) -> int:
    """Return the latest departure that leaves the end of the walk as it is."""
    bound = walk.starts[-1]
    for k in range(len(trip.visits) - 1, -1, -1):
        leave = bound - trip.visits[k].leg_minutes
        if k == gap and trip.lunch is not None:
            leave = min(trip.lunch.latest_minute, leave - trip.lunch.minutes)
        if k > 0:
            before = trip.visits[k - 1]
            bound = before.latest_start(walk.starts[k - 1], leave - before.service_minutes)
    return max(walk.departure, leave)


def _route(team: Team, day: date, trip: _Trip, walk: _Walk, *, ends: tuple[str, str]) -> Route:
    stops, supplies = _halts(team, trip, walk)
    drive = sum(visit.leg_minutes for visit in trip.visits) + trip.home_minutes
    spent = sum(visit.service_minutes for visit in trip.visits)
    rest = walk.lunch.end_minute - walk.lunch.start_minute if walk.lunch else 0
    return Route(
        team_id=team.id,
        day=day,
        start_base=ends[0],
        end_base=ends[1],
        start_minute=walk.departure,
        end_minute=walk.end,
        stops=stops,
        supplies=supplies,
        lunch=walk.lunch,
        return_minutes=trip.home_minutes,
        return_metres=trip.home_metres,
        metres=sum(visit.leg_metres for visit in trip.visits) + trip.home_metres,
        drive_minutes=drive,
        service_minutes=sum(visit.service_minutes for visit in trip.visits if visit.task),
        wait_minutes=walk.end - walk.departure - drive - spent - rest,
    )


def _halts(team: Team, trip: _Trip, walk: _Walk) -> tuple[tuple[Stop, ...], tuple[Supply, ...]]:
    """Return the stops and the loadings of a walk."""
    stops, supplies = list[Stop](), list[Supply]()
    for visit, arrive, start in zip(trip.visits, walk.arrivals, walk.starts, strict=True):
        if visit.task is None:
            supplies.append(_supply(team, visit, arrive, start, after_stops=len(stops)))
        else:
            stops.append(_stop(visit, visit.task, arrive, start))
    return tuple(stops), tuple(supplies)


def _stop(visit: _Visit, task: Task, arrive: int, start: int) -> Stop:
    return Stop(
        site_id=task.site_id,
        rule_id=task.rule_id,
        arrive_minute=arrive,
        start_minute=start,
        leave_minute=start + visit.service_minutes,
        leg_minutes=visit.leg_minutes,
        leg_metres=visit.leg_metres,
    )


def _supply(team: Team, visit: _Visit, arrive: int, start: int, *, after_stops: int) -> Supply:
    return Supply(
        base_id=team.base,
        after_stops=after_stops,
        arrive_minute=arrive,
        start_minute=start,
        leave_minute=start + visit.service_minutes,
        leg_minutes=visit.leg_minutes,
        leg_metres=visit.leg_metres,
    )

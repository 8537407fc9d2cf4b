"""Where a team loads again: several trips a day under one shift, chosen for the order of visits at hand.

Re-supplies are not part of a plan's state while it is searched: they follow from the order of the visits. Of the ways
to part a day into trips that the team can carry, the cheapest by the roads are timed, and the best timetable stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from itertools import accumulate

from planner.model import Problem, Task, Team
from planner.plan import Route, Stop
from planner.timing import needs_lunch, timetable

MOST_WAYS = 20  # with the same number of trips that are timed; of up to seven visits these are all there are


@dataclass(frozen=True, slots=True, order=True)
class _Way:
    """Where a day is parted: what the returns cost beyond the direct roads, and after how many visits they are."""

    price: float
    supplies: tuple[int, ...]


def best_timetable(
    problem: Problem,
    team: Team,
    day: date,
    tasks: Sequence[Task],
    *,
    between: Mapping[Task, tuple[int, int]] | None = None,
    start_place: str | None = None,
    end_place: str | None = None,
) -> Route:
    """Return the team's day over the tasks in the order given, with the re-supplies that serve it best.

    The route that breaks shift, windows and lunch by the fewest minutes comes first, then the cheapest. When the trips
    the team may make do not hold the load, they are parted so that the fullest is as light as can be. As ``timetable``.

    Raises
    ------
    ModelError
        When there is no road between two places that follow each other.
    """
    routes = (
        timetable(
            problem, team, day, tasks,
            between=between, start_place=start_place, end_place=end_place, supplies=supplies,
        )
        for supplies in _ways(problem, team, day, tasks) or [()]
    )  # fmt: skip
    return min(routes, key=lambda route: (_late_minutes(problem, team, route, between or {}), *_worth(problem, route)))


def supplies_of(problem: Problem, team: Team, day: date, tasks: Sequence[Task]) -> tuple[int, ...]:
    """Return after how many tasks the team loads again in its best timetable; nothing where one trip will do."""
    if not _ways(problem, team, day, tasks):
        return ()
    return tuple(supply.after_stops for supply in best_timetable(problem, team, day, tasks).supplies)


def trip_loads(problem: Problem, trips: Iterable[Iterable[Stop]]) -> list[int]:
    """Return what each trip needs."""
    return [sum(problem.rule_by_task[stop.task].load for stop in stops) for stops in trips]


def least_capacity(loads: Sequence[int], trips: int) -> int:
    """Return what a team must carry to use the loads, in this order, in so many trips."""
    sums = [*accumulate(loads, initial=0)]
    enough = sums  # by how many visits there are, in one trip more each time
    for _ in range(trips - 1):
        enough = [min((max(enough[k], sums[n] - sums[k]) for k in range(n)), default=0) for n in range(len(sums))]
    return enough[-1]


def _ways(problem: Problem, team: Team, day: date, tasks: Sequence[Task]) -> list[tuple[int, ...]]:
    """Return the ways to part a day that are worth timing; none where the team can carry everything at once."""
    loads = [problem.rule_by_task[task].load for task in tasks]
    if team.trips_per_day == 1 or team.capacity_per_day is None or sum(loads) <= team.capacity_per_day:
        return []
    most = max(team.capacity_per_day, least_capacity(loads, team.trips_per_day))
    detours = [_detour(problem, team, day, tasks, k) for k in range(len(tasks))]
    open_ways = {0: [_Way(0.0, ())]}  # by where the last trip begins
    found: list[_Way] = []
    for _ in range(team.trips_per_day - 1):
        open_ways = _with_one_more(open_ways, loads, detours, most)
        done = (way for first, ways in open_ways.items() if sum(loads[first:]) <= most for way in ways)
        found += nsmallest(MOST_WAYS, done)
    return [way.supplies for way in sorted(found)]


def _with_one_more(
    open_ways: Mapping[int, list[_Way]], loads: Sequence[int], detours: Sequence[float | None], most: int
) -> dict[int, list[_Way]]:
    """Return the cheapest ways with one more return, by where the last trip begins."""
    longer: dict[int, list[_Way]] = {}
    for first, ways in open_ways.items():
        for k in range(first + 1, len(loads)):
            if sum(loads[first:k]) > most:
                break
            price = detours[k]
            if price is not None:
                longer.setdefault(k, []).extend(_Way(way.price + price, (*way.supplies, k)) for way in ways)
    return {k: nsmallest(MOST_WAYS, ways) for k, ways in longer.items()}


def _detour(problem: Problem, team: Team, day: date, tasks: Sequence[Task], k: int) -> float | None:
    """Return what coming back to the base before task ``k`` costs; None without a road."""
    if k == 0:
        return None
    before, after = tasks[k - 1].site_id, tasks[k].site_id
    ways = [(before, team.base), (team.base, after), (before, after)]
    legs = [(0, 0) if a == b else problem.leg(team, day, a, b) for a, b in ways]
    back, out, direct = (None if leg is None else _price(problem, *leg) for leg in legs)
    return None if back is None or out is None else back + out - (direct or 0.0)


def _price(problem: Problem, minutes: int, metres: int) -> float:
    weights = problem.weights
    return weights.per_km * metres / 1000 + weights.per_duty_hour * minutes / 60


def _worth(problem: Problem, route: Route) -> tuple[float, int, tuple[int, ...]]:
    """Return what tells two timetables of the same tasks apart: the cheaper, the shorter, the earlier parted."""
    minutes = route.end_minute - route.start_minute
    return _price(problem, minutes, route.metres), minutes, tuple(supply.after_stops for supply in route.supplies)


def _late_minutes(problem: Problem, team: Team, route: Route, between: Mapping[Task, tuple[int, int]]) -> int:
    """Return by how many minutes a route breaks shift, windows, lunch break and the starts agreed with other teams."""
    hungry = route.lunch is None and needs_lunch(team, route.start_minute, route.end_minute)
    missed = team.lunch.minutes if team.lunch and hungry else 0
    late = max(0, route.end_minute - team.shift.end_minute)
    agreed = {stop: between[stop.task] for stop in route.stops if stop.task in between}
    apart = sum(max(0, first - s.start_minute) + max(0, s.start_minute - last) for s, (first, last) in agreed.items())
    return missed + late + apart + sum(_minutes_outside(problem, stop) for stop in route.stops)


def _minutes_outside(problem: Problem, stop: Stop) -> int:
    """Return by how many minutes a stop lies outside its nearest window."""
    windows = problem.windows(stop.task)
    return min(max(0, w.start_minute - stop.start_minute) + max(0, stop.leave_minute - w.end_minute) for w in windows)

"""Where teams sleep: for the order of visits at hand, the cheapest nights of each team's week, found exactly.

Nights are not part of the search's state: they follow from it. So every step of the search may move visits as if
there were no nights, and what it makes is judged with the best nights there are. Whether far visits come together
on days that follow each other is for the routing model and ``tours`` to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planner.calendar import is_team_working, may_sleep_out
from planner.model import Problem, Team
from planner.solver.clock import Clock, Ends
from planner.solver.meetings import Tasks
from planner.solver.proxy import Pricer, Slot
from planner.values import week_of

Nights = Mapping[Slot, str]  # (team id, day) -> the lodging after that day; nights at home are left out

HOME = ""  # a night at home: the team comes to its last base and leaves from its base
MOST_LODGINGS = 2  # tried for a night by the way over them, and as many by the way to the visits alone
CACHE_SIZE = 50_000  # weeks


@dataclass(frozen=True, slots=True)
class _Way:
    """The nights of a week so far: what the days cost, and the place after each day."""

    cost: float
    places: tuple[str, ...]


class NightFinder:
    """Finds the nights of one problem and remembers them, week by week."""

    def __init__(self, problem: Problem, clock: Clock) -> None:
        self.problem, self.clock, self.pricer = problem, clock, Pricer(problem)
        self.sleepers = frozenset(team.id for team in problem.teams if team.may_sleep_out)
        self._days: dict[tuple[str, date], tuple[date, ...]] = {}
        self._known: dict[tuple[str, date, tuple[Tasks, ...]], _Way | None] = {}

    def nights(self, state: Mapping[Slot, Tasks]) -> Nights | None:
        """Return the cheapest nights away; None when some team's week cannot be driven with any nights."""
        if not self.sleepers:
            return {}
        found: dict[Slot, str] = {}
        for team, week in sorted({(team, week_of(day)) for team, day in state if team in self.sleepers}):
            way = self._way(state, team, week)
            if way is None:
                return None
            days = self._workdays(team, week)
            found |= {(team, day): place for day, place in zip(days, way.places, strict=True) if place != HOME}
        return found

    def can_work(self, state: Mapping[Slot, Tasks], team: str, week: date) -> bool:
        """Return whether some nights let a team that may sleep out drive its week."""
        return self._way(state, team, week) is not None

    def _workdays(self, team: str, week: date) -> tuple[date, ...]:
        if (team, week) not in self._days:
            calendar, crew = self.problem.calendar, self.problem.team_by_id[team]
            days = [week + timedelta(days=k) for k in range(7)]
            worked = (day for day in days if day in calendar.kinds and is_team_working(calendar, crew, day))
            self._days[team, week] = tuple(worked)
        return self._days[team, week]

    def _way(self, state: Mapping[Slot, Tasks], team: str, week: date) -> _Way | None:
        days = self._workdays(team, week)
        work = tuple(state.get((team, day), ()) for day in days)
        key = (team, week, work)
        if key not in self._known:
            if len(self._known) >= CACHE_SIZE:
                self._known.clear()
            self._known[key] = self._best_way(self.problem.team_by_id[team], days, work)
        return self._known[key]

    def _best_way(self, team: Team, days: Sequence[date], work: Sequence[Tasks]) -> _Way | None:
        """Return the cheapest way through the week: over each evening's place and the nights away so far."""
        options = self._options(team, days, work)
        ways = {(HOME, 0): _Way(0.0, ())}
        for day, tasks, lodgings in zip(days, work, options, strict=True):
            after: dict[tuple[str, int], _Way] = {}
            for (slept, nights), way in ways.items():
                for place in (HOME, *lodgings):
                    count = nights + (place != HOME)
                    price = self._price(team, day, tasks, (slept, place)) if count <= team.nights_away else None
                    if price is not None:
                        longer = _Way(way.cost + price, (*way.places, place))
                        known = after.get((place, count), longer)
                        after[place, count] = min(known, longer, key=lambda w: (w.cost, w.places))
            ways = after
        home = [way for (place, _), way in ways.items() if place == HOME]
        return min(home, key=lambda way: (way.cost, way.places)) if home else None

    def _price(self, team: Team, day: date, tasks: Tasks, nights: tuple[str, str]) -> float | None:
        """Return what a day costs between two nights; None when it cannot be driven. Nobody rests at a lodging."""
        slept, place = nights
        if not tasks and slept == place:
            return 0.0 if place == HOME else None
        ends = None if nights == (HOME, HOME) else (slept or team.base, place or team.last_base)
        route = self.clock.route(team.id, day, tasks, ends=ends)
        if route is None:
            return None
        weights = self.problem.weights
        duty = weights.per_duty_hour * (route.end_minute - route.start_minute) / 60
        return weights.per_km * route.metres / 1000 + duty + weights.per_night_away * (place != HOME)

    def _options(self, team: Team, days: Sequence[date], work: Sequence[Tasks]) -> list[tuple[str, ...]]:
        """Return the lodgings worth trying after each day; none in a week with a joint session.

        Where every day can be driven from home, a night out must make the way between two days' visits cheaper.
        """
        rules = self.problem.rule_by_task
        if any(rules[task].composition for tasks in work for task in tasks):
            return [()] * len(days)
        is_needed = any(self._price(team, *day, (HOME, HOME)) is None for day in zip(days, work, strict=True))
        options: list[tuple[str, ...]] = []
        for k, day in enumerate(days):
            is_worked = k + 1 < len(days) and (is_needed or bool(work[k] and work[k + 1]))
            may = is_worked and may_sleep_out(self.problem.calendar, team, day)
            options.append(tuple(self._lodgings(team, day, work[k : k + 2], is_needed=is_needed)) if may else ())
        return options

    def _lodgings(self, team: Team, day: date, work: Sequence[Tasks], *, is_needed: bool) -> Iterator[str]:
        """Yield the lodgings nearest to the visits before and after the night."""
        last = work[0][-1].site_id if work[0] else None
        first = work[1][0].site_id if work[1] else None
        evening, morning = self.pricer.legs(team, day), self.pricer.legs(team, day + timedelta(days=1))

        def way(place_in: str, place_out: str, before: str | None, after: str | None) -> float:
            leg_in = evening.cost_rows[evening.index[before]][evening.index[place_in]] if before else 0.0
            leg_out = morning.cost_rows[morning.index[place_out]][morning.index[after]] if after else 0.0
            return leg_in + leg_out

        home = way(team.last_base, team.base, last, first)
        price = self.problem.weights.per_night_away
        places = sorted(team.lodgings - {team.last_base})
        whole = {place: way(place, place, last or team.base, first or team.last_base) for place in places}
        near = {place: way(place, place, last, first) for place in places}
        if not is_needed:
            places = [place for place in places if near[place] + price < home]
        by_way = sorted(places, key=lambda place: (whole[place], place))[:MOST_LODGINGS]
        by_visits = sorted(places, key=lambda place: (near[place], place))[:MOST_LODGINGS]
        yield from dict.fromkeys((*by_way, *by_visits))


def day_ends(problem: Problem, nights: Nights) -> dict[Slot, Ends]:
    """Return where the days before and after a night away start and end."""
    found: dict[Slot, Ends] = {}
    touched = {(team, day + timedelta(days=k)) for team, day in nights for k in (0, 1)}
    for team, day in sorted(touched):
        crew = problem.team_by_id[team]
        slept = nights.get((team, day - timedelta(days=1)), crew.base)
        found[team, day] = slept, nights.get((team, day), crew.last_base)
    return found

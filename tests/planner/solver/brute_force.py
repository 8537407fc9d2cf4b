"""Tiny problems solved by trying everything: all days, all teams, all orders."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, pairwise, permutations, product
from math import inf, prod

import numpy as np
import pytest

from planner.balance import Balance
from planner.evaluation import Evaluation, evaluate
from planner.model import Base, Problem, Site, Task, Team, TravelMatrix
from planner.plan import Plan
from planner.rules import ServiceTime, VisitRule
from planner.solver.meetings import Tasks
from planner.solver.proxy import Slot
from planner.solver.search import Search
from planner.solver.state import State, VisitDays
from planner.timing import needs_lunch, timetable
from planner.values import LunchBreak, Window
from tests.builders import MONDAY, plain_calendar, team
from tests.planner.solver.planning import plan_from, plan_of
from tests.properties.test_recurrence_properties import every_legal_set

MOST_WAYS = 6_000  # of combining the days and teams of all tasks
NOON = LunchBreak(earliest_minute=690, latest_minute=750, minutes=45)


def tiny_county(seed: int) -> Problem:
    """Return a random problem of at most 7 visits, 1 or 2 teams and 2 to 5 days, in which some may have to be owed."""
    dice = random.Random(f"tiny {seed}")
    days = dice.randint(2, 5)
    places = ["base", *(f"v{k}" for k in range(dice.randint(2, 5)))]
    at = np.array([[dice.random() * 60, dice.random() * 60] for _ in places])
    metres = np.rint(1000 * np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))).astype(np.int64)
    estimated = np.zeros(metres.shape, dtype=np.bool_)
    minutes = np.ceil(metres / 600).astype(np.int64)
    return Problem(
        calendar=plain_calendar(days),
        bases=(Base(id="base", name="base", lon=110.0, lat=29.0),),
        sites=tuple(_site(dice, name, days, visits_left=7 - 2 * k) for k, name in enumerate(places[1:])),
        teams=tuple(_team(dice, f"t{k}") for k in range(dice.randint(1, 2))),
        travel=(TravelMatrix(place_ids=tuple(places), minutes=minutes, metres=metres, estimated=estimated),),
    )


def _site(dice: random.Random, name: str, days: int, *, visits_left: int) -> Site:
    visits = dice.choice((1, 1, 1, 2)) if visits_left > 2 else 1
    late, early = dice.randrange(600, 900, 15), dice.randrange(480, 660, 15)
    windows = ((), (Window(start_minute=early, end_minute=early + 150),), (Window(start_minute=late, end_minute=1020),))
    rule = VisitRule(
        id="r",
        visits=visits,
        per="horizon",
        min_gap_days=dice.choice((1, 1, 2)),
        max_gap_days=dice.choice((None, None, None, 3)),
        weekdays=frozenset(dice.sample(range(days), max(1, days - 1))) if dice.random() < 0.2 else frozenset(),
        service=ServiceTime(setup_minutes=dice.choice((30, 60, 120))),
        load=dice.choice((0, 20, 40)),
        skills=dice.choice((frozenset[str](), frozenset[str](), frozenset({"doctor"}))),
        priority=dice.randint(1, 5),
        same_team=dice.random() < 0.2,
        preferred_team=dice.choice((None, None, "t0")),
        last_visited=dice.choice((None, None, MONDAY - timedelta(days=2))),
    )
    return Site(id=name, name=name, lon=110.0, lat=29.0, rules=(rule,), windows=dice.choice(windows))


def _team(dice: random.Random, name: str) -> Team:
    return team(
        name,
        shift=Window(start_minute=480, end_minute=480 + dice.choice((240, 330, 540))),
        lunch=dice.choice((None, NOON)),
        skills=frozenset({"doctor"}) if dice.random() < 0.7 else frozenset(),
        capacity_per_day=dice.choice((None, 50, 80)),
        max_stops_per_day=dice.choice((None, None, 2)),
        speed_factor=dice.choice((1.0, 1.0, 1.25)),
    )


def even_county(seed: int) -> Problem:
    """Return a tiny county in which the work of its teams is to be even, at a price."""
    dice = random.Random(f"even {seed}")
    balance = Balance(spread=dice.choice((0.0, 0.1, 0.3)), price_per_hour=dice.choice((5.0, 20.0, 80.0)))
    return replace(tiny_county(seed), balance=balance)


def county_with_trips(seed: int) -> Problem:
    """Return a tiny county in which teams carry little, work on few days and may come back to load again."""
    problem, dice = tiny_county(seed), random.Random(f"trips {seed}")
    teams = tuple(
        replace(
            crew,
            capacity_per_day=dice.choice((40, 50, 60)),
            trips_per_day=dice.choice((2, 2, 3)),
            resupply_minutes=dice.choice((0, 15, 40)),
            weekdays=frozenset(dice.choice(((0,), (0, 1), (1,)))),
            shift=Window(start_minute=480, end_minute=dice.choice((900, 1020, 1080))),
        )
        for crew in problem.teams
    )
    short = ServiceTime(setup_minutes=dice.choice((20, 30, 60)))
    rules = {
        site.id: replace(site.rules[0], service=short, load=dice.choice((10, 20, 30, 40))) for site in problem.sites
    }
    sites = tuple(replace(site, rules=(rules[site.id],)) for site in problem.sites)
    return replace(problem, teams=teams, sites=sites)


@dataclass(frozen=True, slots=True)
class Best:
    """The cheapest plan there is."""

    cost: float
    state: State


Sets = dict[Slot, frozenset[Task]]  # what a team does on a day, in whatever order
Driven = tuple[float, int, Tasks]  # one order of a day: what it costs, minutes on duty


class EveryWay:
    """All plans of a problem: each task on every legal set of days, by all teams, in every order."""

    def __init__(self, problem: Problem) -> None:
        self.search = Search(problem, 1, lambda: 1e9)
        self.problem, self.ledger = problem, self.search.ledger
        self.known: dict[tuple[str, frozenset[Task]], list[Driven]] = {}
        self.ways = {task: self._ways(task) for task in self._order()}
        self.chosen: dict[Task, VisitDays] = {}

    @property
    def count(self) -> int:
        """In how many ways days and teams can be combined."""
        return prod(map(len, self.ways.values()))

    def _order(self) -> list[Task]:
        """Return the tasks in the order in which they are tried."""
        return list(self.search.frames)

    def _ways(self, task: Task) -> list[tuple[float, VisitDays]]:
        """Return every way to make the visits of a task, or some of them, with its own price."""
        frame = self.search.frames[task]
        found = []
        for days in every_legal_set(frame.rule, self.problem.horizon, list(frame.teams_by_day)):
            for crews in product(*(self._crews(task, frame.teams_by_day[day]) for day in days)):
                if frame.rule.same_team and len(set(crews)) > 1:
                    continue
                way = dict(zip(days, crews, strict=True))
                found.append((self.ledger.task_cost(task, way), way))
        return sorted(found, key=lambda way: way[0])

    def _crews(self, task: Task, teams: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return who may make a visit: one of the teams, whatever the task."""
        return [(name,) for name in teams]

    def best(self) -> Best:
        """Return the cheapest of all."""
        self.found = Best(inf, {})
        self._go_on(list(self.ways), {}, 0.0)
        return self.found

    def _go_on(self, left: list[Task], slots: Sets, price: float) -> None:
        if not left:
            self._drive(slots, price)
            return
        for own, way in self._options(left[0]):
            if price + own >= self.found.cost:  # routes cost something
                break
            more = dict(slots)
            visits = [(name, day) for day, crew in way.items() for name in crew]
            for slot in visits:
                more[slot] = more.get(slot, frozenset()) | {left[0]}
            if all(self._fits(name, more[name, day]) for name, day in visits):
                self.chosen[left[0]] = way
                self._go_on(left[1:], more, price + own)

    def _options(self, task: Task) -> list[tuple[float, VisitDays]]:
        """Return the ways of a task, cheapest first, beside what was chosen for those before."""
        return self.ways[task]

    def _fits(self, name: str, tasks: frozenset[Task]) -> bool:
        """Return whether a team may do so much in a day."""
        return bool(self._orders(name, tasks))

    def _drive(self, slots: Sets, price: float) -> None:
        """Take the cheapest orders of the days; where work is to be even a longer one may be the cheaper."""
        orders = [self._orders(name, tasks) for (name, _), tasks in slots.items()]
        if price + sum(found[0][0] for found in orders) >= self.found.cost:
            return
        if not self.ledger.evenness.is_asked:
            orders = [found[:1] for found in orders]
        for driven in product(*orders):
            minutes: dict[str, int] = {}
            for (name, _), (_, out, _) in zip(slots, driven, strict=True):
                minutes[name] = minutes.get(name, 0) + out
            cost = price + sum(one[0] for one in driven) + self.ledger.evenness.price(minutes)
            if cost < self.found.cost:
                state = {slot: one[2] for slot, one in zip(slots, driven, strict=True)}
                self.found = Best(cost, state)

    def _orders(self, name: str, tasks: frozenset[Task]) -> list[Driven]:
        """Return the cheapest order of a team's day for each number of minutes, cheapest first; all days are alike."""
        if (name, tasks) not in self.known:
            best: dict[int, Driven] = {}
            for one in filter(None, (self._driven(name, order) for order in permutations(sorted(tasks)))):
                best[one[1]] = min(best.get(one[1], one), one)
            self.known[name, tasks] = sorted(best.values())
        return self.known[name, tasks]

    def _driven(self, name: str, order: Tasks) -> Driven | None:
        """Return the price of an order, parted into trips in the best of all ways, its minutes and itself."""
        crew = self.problem.team_by_id[name]
        if crew.max_stops_per_day is not None and len(order) > crew.max_stops_per_day:
            return None
        ways = (way for n in range(crew.trips_per_day) for way in combinations(range(1, len(order)), n))
        return min(filter(None, (self._timed(crew, order, way) for way in ways)), default=None)

    def _timed(self, crew: Team, order: Tasks, supplies: tuple[int, ...]) -> Driven | None:
        loads = [self.problem.rule_by_task[task].load for task in order]
        trips = [sum(loads[first:last]) for first, last in pairwise((0, *supplies, len(loads)))]
        if crew.capacity_per_day is not None and max(trips) > crew.capacity_per_day:
            return None
        route = timetable(self.problem, crew, MONDAY, order, supplies=supplies)
        in_shift = crew.shift.start_minute <= route.start_minute and route.end_minute <= crew.shift.end_minute
        is_fed = route.lunch is not None or not needs_lunch(crew, route.start_minute, route.end_minute)
        in_windows = all(
            any(
                w.start_minute <= stop.start_minute and stop.leave_minute <= w.end_minute
                for w in self.problem.windows(stop.task)
            )
            for stop in route.stops
        )
        if not (in_shift and is_fed and in_windows):
            return None
        weights, minutes = self.problem.weights, route.end_minute - route.start_minute
        return weights.per_km * route.metres / 1000 + weights.per_duty_hour * minutes / 60, minutes, order


def tiny_counties(
    first: int,
    count: int,
    make: Callable[[int], Problem] = tiny_county,
    ways_of: Callable[[Problem], EveryWay] = EveryWay,
) -> Iterator[tuple[int, EveryWay]]:
    """Yield so many numbered problems that are small enough to try everything."""
    seed = first
    while count:
        ways = ways_of(make(seed))
        is_small = sum(frame.asked for frame in ways.search.frames.values()) <= 7 and ways.count <= MOST_WAYS
        if is_small and (ways.problem.balance is None or ways.ledger.evenness.is_asked):
            yield seed, ways
            count -= 1
        seed += 1


@dataclass(frozen=True, slots=True)
class Compared:
    """What the whole search plans of a numbered problem, beside the best there is and the checker's word on that."""

    seed: int
    problem: Problem
    best: Best
    optimum: Evaluation
    plan: Plan
    cost: float

    @property
    def is_above(self) -> bool:
        """Whether the search missed the optimum."""
        return self.cost > self.best.cost + 1e-6


def compare(problems: Iterable[tuple[int, EveryWay]]) -> Iterator[Compared]:
    """Yield each problem planned and tried out: no plan is below the optimum, which the checker prices alike."""
    for seed, ways in problems:
        best = ways.best()
        optimum = evaluate(ways.problem, plan_from(ways.search, best.state))
        assert optimum.hard == (), seed
        assert optimum.cost == pytest.approx(best.cost, abs=1e-6), seed
        plan = plan_of(ways.problem, rounds=2)
        cost = evaluate(ways.problem, plan).cost
        assert cost > best.cost - 1e-6, seed
        yield Compared(seed, ways.problem, best, optimum, plan, cost)

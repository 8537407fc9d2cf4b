"""Tiny random weeks of two days, compared with every way there is to drive them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np
import pytest

from planner.errors import ModelError
from planner.evaluation import evaluate
from planner.model import Base, Problem, Site, Task, TravelMatrix
from planner.plan import Plan, Route
from planner.rules import ServiceTime, VisitRule
from planner.timing import needs_lunch, timetable
from tests.builders import day, plain_calendar, team
from tests.planner.good_plan import plan_of as plan_from_routes
from tests.planner.solver.planning import NOON, plan_of

LODGINGS = ("v0", "inn")


def tiny_county(seed: int, *, may_sleep_out: bool = True) -> Problem:
    """Return three or four villages, most of them far from the base, one team, Monday and Tuesday."""
    dice = random.Random(seed)
    names = [f"v{k}" for k in range(dice.choice((3, 4)))]
    at = {"base": (0.0, 0.0), "inn": (dice.uniform(60, 160), dice.uniform(-30, 30))}
    at |= {name: (dice.uniform(20, 180), dice.uniform(-40, 40)) for name in names}
    rules = [
        VisitRule(id="r", per="horizon", service=ServiceTime(setup_minutes=dice.choice((30, 90, 150)))) for _ in names
    ]
    crew = team(
        nights_away=int(may_sleep_out), lodgings=frozenset(LODGINGS), lunch=dice.choice((None, NOON)), speed_factor=1.0
    )
    return Problem(
        calendar=plain_calendar(2),
        bases=tuple(Base(id=name, name=name, lon=110.0, lat=29.0) for name in ("base", "inn")),
        sites=tuple(
            Site(id=name, name=name, lon=110 + at[name][0] / 100, lat=29.0, rules=(rule,))
            for name, rule in zip(names, rules, strict=True)
        ),
        teams=(crew,),
        travel=(_plane(at),),
    )


def _plane(at: dict[str, tuple[float, float]]) -> TravelMatrix:
    place = np.array(list(at.values()))
    metres = np.rint(1000 * np.hypot(*(place[:, None] - place[None, :]).transpose(2, 0, 1))).astype(np.int64)
    minutes = np.ceil(metres / 1000).astype(np.int64)
    estimated = np.zeros(minutes.shape, dtype=np.bool_)
    return TravelMatrix(place_ids=tuple(at), minutes=minutes, metres=metres, estimated=estimated)


def every_day(problem: Problem, offset: int, tasks: tuple[Task, ...], ends: tuple[str, str]) -> Iterator[Route]:
    """Yield every order of the day's tasks that keeps shift and lunch."""
    crew = problem.teams[0]
    for order in permutations(tasks):
        try:
            route = timetable(problem, crew, day(offset), order, start_place=ends[0], end_place=ends[1])
        except ModelError:
            continue
        has_lunch = route.lunch is not None or not needs_lunch(crew, route.start_minute, route.end_minute)
        if route.end_minute <= crew.shift.end_minute and has_lunch:
            yield route


def best_cost(problem: Problem) -> float:
    """Return the least cost of any choice of days, orders and night, and of what is left out."""
    tasks, weights = problem.tasks, problem.weights

    def day_cost(offset: int, done: tuple[Task, ...], ends: tuple[str, str]) -> float:
        if not done and ends == ("base", "base"):
            return 0.0
        return min(
            (
                weights.per_km * r.metres / 1000 + weights.per_duty_hour * (r.end_minute - r.start_minute) / 60
                for r in every_day(problem, offset, done, ends)
            ),
            default=float("inf"),
        )

    sets = [done for size in range(len(tasks) + 1) for done in combinations(tasks, size)]
    costs = []
    for night in ("base", *LODGINGS):
        price = weights.per_night_away * (night != "base")
        first = {done: day_cost(0, done, ("base", night)) for done in sets}
        second = {done: day_cost(1, done, (night, "base")) for done in sets}
        for one in sets:
            for other in sets:
                if not set(one) & set(other):
                    owed = sum(problem.rule_by_task[t].priority for t in tasks if t not in (*one, *other))
                    costs.append(first[one] + second[other] + price + weights.per_unserved_visit * owed)
    return min(costs)


def cost(problem: Problem, plan: Plan) -> float:
    """Return the checker's cost of a plan."""
    return evaluate(problem, plan).cost


@pytest.mark.parametrize("seed", range(40))
def test_plan_is_the_best_of_all_ways_and_no_dearer_than_day_trips(seed: int) -> None:
    """The plan breaks no rule (``plan_of`` asserts it); no choice of days, orders and night costs less."""
    problem = tiny_county(seed)
    found = cost(problem, plan_of(problem))
    at_home = tiny_county(seed, may_sleep_out=False)
    assert found <= cost(at_home, plan_of(at_home)) + 1e-6
    assert found == pytest.approx(best_cost(problem), abs=1e-6)


def test_brute_force_agrees_with_the_checker() -> None:
    """With nothing done, both say that every visit is owed; so the comparison above compares like with like."""
    problem = tiny_county(0)
    assert cost(problem, plan_from_routes(2)) == 1000 * sum(rule.priority for rule in problem.rule_by_task.values())


def test_many_of_the_random_weeks_have_a_night_out() -> None:
    """The comparison is not about day trips only."""
    plans = [plan_of(tiny_county(seed)) for seed in range(0, 40, 2)]
    assert sum(any(route.end_base != "base" for route in plan.routes()) for plan in plans) >= 10

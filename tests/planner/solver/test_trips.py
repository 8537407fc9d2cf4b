"""Teams that come back to load again: what that gains, and that search, ledger, checker and routing model agree on it.

``XUNZHEN_MANY`` asks for more problems than the default.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date

import pytest

from planner.evaluation import evaluate
from planner.model import Base, Problem, Site, Task
from planner.plan import Route
from planner.rules import ServiceTime
from planner.solver.circuits import route_week
from planner.solver.compiled import is_compilable
from planner.solver.engine import Chain
from planner.solver.numbers import Numbered, number_group
from planner.solver.search import Search
from planner.solver.weeknodes import Call, WeekQuestion
from planner.timing import circuits_from_routes, timetable
from planner.values import LunchBreak, Window
from tests.builders import MONDAY, straight_road, team, tiny_problem, village, weekly
from tests.planner.solver.brute_force import compare, county_with_trips, tiny_counties
from tests.planner.solver.compiled_counties import Found, best_answers, county_at_home, plan_and_price
from tests.planner.solver.planning import plan_of, random_county

BLOCK = 20
COUNTIES = int(os.environ.get("XUNZHEN_MANY", "40"))
PROBLEMS = int(os.environ.get("XUNZHEN_MANY", "50"))


def vaccines(*, trips: int, **crew: object) -> Problem:
    """Return the straight road on one Monday: 40 doses at a, b and c, and a team that carries 50 at a time."""
    one = team(capacity_per_day=50, trips_per_day=trips, resupply_minutes=20, weekdays=frozenset({0}), **crew)
    return tiny_problem(teams=(one,), sites=tuple(village(name, weekly(load=40)) for name in "abc"))


def test_each_trip_serves_one_village_more() -> None:
    """One trip serves a (20 km), two serve a and b (20 + 40), three serve all (20 + 40 + 60); the rest is owed.

    Three trips last 120 minutes on the road, 90 at the villages and 40 at the base.
    """
    for trips, kilometres in ((1, 20), (2, 60), (3, 120)):
        plan = plan_of(vaccines(trips=trips))
        (route,) = plan.routes()
        assert route.metres == 1000 * kilometres
        assert len(route.supplies) == trips - 1
        assert len(plan.unserved) == 3 - trips
        assert [owed.reason for owed in plan.unserved] == ["no_time_left"] * (3 - trips)
    assert route.end_minute - route.start_minute == 120 + 90 + 40


def test_trips_share_the_shift() -> None:
    """With 250 minutes three trips fit, with 249 only two; the stops of a day are those of all its trips."""
    for minutes, made in ((250, 3), (249, 2)):
        plan = plan_of(vaccines(trips=3, shift=Window(start_minute=480, end_minute=480 + minutes)))
        assert sum(len(route.stops) for route in plan.routes()) == made
    assert sum(len(route.stops) for route in plan_of(vaccines(trips=3, max_stops_per_day=2)).routes()) == 2


def test_team_that_ends_elsewhere_loads_at_its_first_base() -> None:
    """From base to a and back, on to b and down to the other base at d: the older part plans it."""
    there = Base(id="d", name="d", lon=110.3, lat=29.0)
    crew = team(capacity_per_day=50, trips_per_day=2, weekdays=frozenset({0}), end_base="d")
    home = tiny_problem().bases
    sites = tuple(village(name, weekly(load=40)) for name in "ab")
    problem = tiny_problem(teams=(crew,), sites=sites, bases=(*home, there), travel=(straight_road("a", "b", "d"),))
    search = Search(problem, 1, lambda: 1e9)
    assert not any(is_compilable(problem, progress.group) for progress in search.progress)
    (route,) = plan_of(problem).routes()
    assert [halt.place_id for halt in route.halts] == ["a", "base", "b"]
    assert (route.end_base, route.metres) == ("d", 60_000)


def county(seed: int) -> Problem:
    """Return a random county at home in which teams have to go out several times a day."""
    problem = thirsty(county_at_home(seed), seed)
    return replace(problem, teams=tuple(replace(crew, end_base=None) for crew in problem.teams))


def thirsty(problem: Problem, seed: int) -> Problem:
    """Return a county in which teams work on few days, carry little and may go out several times a day."""
    dice = random.Random(f"{seed} trips")
    teams = tuple(
        replace(
            crew,
            weekdays=frozenset(dice.sample(sorted(crew.weekdays), min(2, len(crew.weekdays)))),
            shift=Window(start_minute=480, end_minute=1140),
            capacity_per_day=dice.choice((40, 40, 50, None)),
            trips_per_day=dice.choice((2, 3, 4)),
            resupply_minutes=dice.choice((0, 10, 35)),
            max_stops_per_day=dice.choice((None, None, 4)),
        )
        for crew in problem.teams
    )
    return replace(problem, teams=teams, sites=tuple(_thirsty(site, dice) for site in problem.sites))


def _thirsty(site: Site, dice: random.Random) -> Site:
    """Return the site with every visit at once short and heavy."""
    short = ServiceTime(setup_minutes=dice.choice((10, 25)))
    rules = (replace(rule, service=short, load=dice.choice((10, 20, 40))) for rule in site.rules)
    return replace(site, rules=tuple(rules), owner=None)


def parted_by_search(search: Search, part: Found) -> list[Route]:
    """Return the routes of an answer with the loadings that the search itself chose."""
    problem = search.problem
    if part.numbered.instance.slots["trips"].max() <= 1:  # joint sessions open as agreed
        return search.ledger.routes(part.state) or []
    days: dict[tuple[str, date], list[tuple[Task, ...]]] = {}
    for slot, tasks in part.answer.routes:
        days.setdefault(part.numbered.slots[slot], []).append(tuple(part.numbered.tasks[k] for k in tasks))
    routes = []
    for (name, day), trips in days.items():
        ends = [sum(map(len, trips[: k + 1])) for k in range(len(trips) - 1)]
        order = [task for trip in trips for task in trip]
        routes.append(timetable(problem, problem.team_by_id[name], day, order, supplies=ends))
    return routes


@pytest.mark.parametrize("first", range(0, COUNTIES, BLOCK))
def test_price_of_trips_is_the_cost_of_the_checker_and_never_below_the_ledger(first: int) -> None:
    """The routes parted as the search parted them cost the checker what the search says, to 1e-6, and break no rule.

    The ledger parts the same order in the best way, so its cost is that or less, and it is the checker's, too.
    """
    parted = 0
    for seed in range(first, min(first + BLOCK, COUNTIES)):
        search = Search(county(seed), 1, lambda: 1e9)
        found = list(best_answers(search, rounds=1))
        plan, price = plan_and_price(search, found)
        routes = [route for part in found for route in parted_by_search(search, part)]
        as_searched = evaluate(search.problem, replace(plan, circuits=circuits_from_routes(routes)))
        assert [(seed, str(violation.sentence)) for violation in as_searched.hard] == []
        assert as_searched.cost == pytest.approx(price, abs=1e-6), seed
        ledger = sum(search.ledger.cost(part.group, part.state) for part in found)
        outside = price - sum(part.answer.price for part in found)
        as_planned = evaluate(search.problem, plan)
        assert as_planned.hard == ()
        assert as_planned.cost == pytest.approx(ledger + outside, abs=1e-6), seed
        assert as_planned.cost < price + 1e-6
        parted += sum(len(route.supplies) for route in routes)
    assert parted > BLOCK / 10


def taken_over(numbered: Numbered, search: Search, part: Found) -> float:
    """Return the price of a chain that takes over the state of an answer."""
    cost = search.ledger.cost(part.group, part.state)
    chain = Chain(numbered.instance, (9, 9))
    chain.restart(numbered.answer_of(part.state, {}, search.frames, cost))
    assert chain.state.head[0]["over_load"] < 1e-6
    assert chain.state.head[0]["over_minutes"] < 1e-6
    return float(chain.state.head[0]["price"])


def test_state_taken_over_by_a_chain_costs_what_the_ledger_says() -> None:
    """The loadings of the best timetable become trips of the search, at the same price and within all limits."""
    parted = 0
    for seed in range(40):
        search = Search(county(seed), 1, lambda: 1e9)
        for part in best_answers(search, rounds=1):
            numbered = number_group(search.problem, search.frames, part.group)
            cost = search.ledger.cost(part.group, part.state)
            assert taken_over(numbered, search, part) == pytest.approx(cost, abs=1e-6), seed
            parted += len(part.answer.routes) - len(part.state)
    assert parted > 5


def test_whole_search_finds_the_optimum_of_tiny_problems_with_trips_and_never_less() -> None:
    """Against all days, teams, orders and partings: in 98 of 100 problems the optimum, and never below it."""
    above, parted = [], 0
    for found in compare(tiny_counties(0, PROBLEMS, county_with_trips)):
        if found.is_above:
            above.append((found.seed, found.cost, found.best.cost))
        parted += any(route.supplies for route in found.plan.routes())
    assert len(above) <= PROBLEMS // 50, above
    assert parted > PROBLEMS / 5


def test_nights_joint_sessions_and_other_bases_go_with_trips() -> None:
    """Whatever a county holds, the plan breaks no rule (``plan_of`` sees to that), and teams load again in some."""
    parted = 0
    for seed in range(15):
        plan = plan_of(thirsty(random_county(seed), seed))
        parted += sum(len(route.supplies) for route in plan.routes())
    assert parted > 5


def test_routing_model_takes_a_day_with_a_loading_and_gives_it_back() -> None:
    """Three calls of 40 with 50 a trip on one day: the start is a solution of the model, lunch at the base included."""
    noon = LunchBreak(earliest_minute=690, latest_minute=750, minutes=45)
    problem = vaccines(trips=3, lunch=noon, shift=Window(start_minute=600, end_minute=1020))
    calls = tuple(Call(task=Task(n, "weekly"), days=(MONDAY,), teams=("one",), penalty=1000.0) for n in "abc")
    question = WeekQuestion(week=MONDAY, workdays={"one": (MONDAY,)}, calls=calls)
    found = route_week(problem, question, {("one", MONDAY): (0, 1, 2)}, 10.0)
    assert found is not None
    assert sorted(found["one", MONDAY]) == [0, 1, 2]
    single = vaccines(trips=1, lunch=noon, shift=Window(start_minute=600, end_minute=1020))
    refused = route_week(single, question, {("one", MONDAY): (0, 1, 2)}, 10.0)
    assert refused is not None
    assert len(refused["one", MONDAY]) == 1


def test_same_plan_with_trips_from_the_same_seed() -> None:
    """Counted in rounds, two runs give the same plan."""
    problem = county(3)
    assert plan_of(problem, rounds=2) == plan_of(problem, rounds=2)

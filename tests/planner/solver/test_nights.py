"""Tours of several days: when sleeping out pays, where, how often, and that each day keeps its limits."""

from __future__ import annotations

from dataclasses import replace

from planner.evaluation import evaluate, kpis
from planner.plan import Plan, Route
from tests.builders import day
from tests.planner.solver.planning import NOON, PAIR, far_problem, plan_of, random_county


def routes(plan: Plan) -> list[Route]:
    """Return the routes in order of day."""
    return sorted(plan.routes(), key=lambda route: route.day)


def nights(plan: Plan) -> list[str]:
    """Return where teams sleep out, in order."""
    return [route.end_base for route in routes(plan) if route.end_base != "base"]


def test_far_cluster_is_one_tour_of_two_days() -> None:
    """Out to x, night there, on to y and home: 100 + 5 + 105 km instead of 200 + 210."""
    problem = far_problem(PAIR)
    plan = plan_of(problem)
    first, second = routes(plan)
    assert (second.day - first.day).days == 1
    assert ((first.start_base, first.end_base), (second.start_base, second.end_base)) == (("base", "x"), ("x", "base"))
    assert kpis(problem, plan)["km"] == 210
    assert all(route.start_minute >= 480 and route.end_minute <= 1020 for route in (first, second))
    terms = {term.name: term.cost for term in evaluate(problem, plan).terms}
    assert terms["nights_away"] == problem.weights.per_night_away


def test_team_that_may_not_sleep_out_makes_two_day_trips() -> None:
    """Without a night, or without a lodging, the same villages cost 200 + 210 km."""
    for crew in ({"nights_away": 0}, {"lodgings": frozenset[str]()}):
        problem = far_problem(PAIR, **crew)
        plan = plan_of(problem)
        assert (nights(plan), kpis(problem, plan)["km"]) == ([], 410)


def test_only_lodgings_of_the_team_are_slept_in() -> None:
    """The only lodging is 40 km down the road: a night there is dearer than at 102 km, but cheaper than going home.

    x (100) and back to the lodging (60), on to y (65) and home (105): 330 km.
    """
    inns = {"near": 40, "far": 102}
    problem = far_problem(PAIR, inns=inns, lodgings=frozenset({"near"}))
    plan = plan_of(problem)
    assert (nights(plan), kpis(problem, plan)["km"]) == (["near"], 330)
    assert nights(plan_of(far_problem(PAIR, inns=inns, lodgings=frozenset({"near", "far"})))) == ["far"]


def test_night_that_saves_less_than_it_costs_is_spent_at_home() -> None:
    """Villages 5 km out: a night out would save 10 km and 10 minutes, and costs 15 km."""
    problem = far_problem({"x": 5, "y": 6}, minutes=300)
    assert nights(plan_of(problem)) == []


def test_days_of_a_tour_keep_lunch_and_shift() -> None:
    """Four far villages of 150 minutes in two days, two a day, with lunch on both: 230 km."""
    at = {"w": 100, "x": 105, "y": 110, "z": 115}
    problem = far_problem(at, minutes=150, lunch=NOON, lodgings=frozenset(at))
    plan = plan_of(problem)
    assert [len(route.stops) for route in routes(plan)] == [2, 2]
    assert len(nights(plan)) == 1
    assert kpis(problem, plan)["km"] == 230
    assert all(route.lunch is not None for route in routes(plan))


def test_village_too_far_for_a_day_is_reached_by_a_tour() -> None:
    """x is 250 minutes away, and 200 there: 700 minutes do not fit a shift of 540. With a night at x they do."""
    problem = far_problem({"x": 250})
    plan = plan_of(problem, rounds=0)
    assert (plan.unserved, nights(plan), kpis(problem, plan)["km"]) == ((), ["x"], 500)
    at_home = plan_of(far_problem({"x": 250}, nights_away=0))
    assert [owed.reason for owed in at_home.unserved] == ["shift_too_short"]


def test_nights_of_a_week_are_limited() -> None:
    """Three far villages, a day each. Two nights: one tour of three days, 220 km.

    One night: a tour to x and y, 105 + 5 + 110 km, and a day trip to w, 200 km.
    """
    at = {"w": 100, "x": 105, "y": 110}
    for limit, km in ((2, 220), (1, 420)):
        problem = far_problem(at, minutes=300, lodgings=frozenset(at), nights_away=limit)
        plan = plan_of(problem)
        assert (len(nights(plan)), kpis(problem, plan)["km"]) == (limit, km)


def test_no_night_is_spent_out_over_the_weekend() -> None:
    """A team of Fridays, Saturdays and Mondays sleeps out on Friday only; one of Mondays and Wednesdays never does."""
    problem = far_problem(PAIR, weekdays=frozenset({0, 4, 5}))
    assert [route.day for route in routes(plan_of(problem))] == [day(4), day(5)]
    apart = far_problem(PAIR, weekdays=frozenset({0, 2}))
    assert nights(plan_of(apart)) == []


def test_same_seed_gives_the_same_tour() -> None:
    """Two searches of the same problem end in equal plans."""
    at = {"u": 20, "v": 30, "w": 100, "x": 105, "y": 110}
    problem = far_problem(at, minutes=150, lunch=NOON, lodgings=frozenset({"x", "y"}), nights_away=2)
    one, two = plan_of(problem, rounds=2, seed=3), plan_of(problem, rounds=2, seed=3)
    assert one == two
    assert nights(one)


def test_leave_to_sleep_out_makes_no_plan_dearer() -> None:
    """A plan with all at home is one of those looked at: random counties cost as good as no more with lodgings."""
    compared = 0
    for seed in range(24):
        problem = random_county(seed)
        if any(team.may_sleep_out for team in problem.teams):
            at_home = replace(problem, teams=tuple(replace(team, nights_away=0) for team in problem.teams))
            least, found = (evaluate(p, plan_of(p)).cost for p in (at_home, problem))
            assert found <= least * 1.001, seed
            compared += 1
    assert compared >= 5

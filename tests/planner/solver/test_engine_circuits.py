"""Timetable and routing model agree on the times of every day, and routing never makes a plan dearer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from planner.evaluation import evaluate
from planner.plan import Route
from planner.solver.circuits import _parameters, _WeekModel
from planner.solver.search import Search
from planner.solver.weeknodes import minute_of_week
from planner.solver.weeks import _start, week_question
from planner.values import week_of
from tests.planner.solver.compiled_counties import best_answers, county_at_home
from tests.planner.solver.planning import plan_from, random_county

COUNTIES = 80


def accepts(search: Search, routes: list[Route], moved: Route | None = None) -> bool:
    """Return whether the routing model of the week takes the routes at the timetable's minutes.

    The last visit of ``moved`` starts one minute sooner.
    """
    state = {(route.team_id, route.day): tuple(stop.task for stop in route.stops) for route in routes}
    week, teams = week_of(routes[0].day), tuple(sorted({route.team_id for route in routes}))
    question = week_question(search.problem, search.frames, state, week=week, teams=teams, owed=())
    start = _start(question, state)
    model = _WeekModel(search.problem, question)
    for route in routes:
        for call, stop in zip(start[route.team_id, route.day], route.stops, strict=True):
            is_sooner = route is moved and stop is route.stops[-1]
            time = model.time.CumulVar(model.index(model.first_call + call))
            minute = minute_of_week(week, route.day) + stop.start_minute - is_sooner
            if not time.Contains(minute):
                return False
            time.SetValue(minute)
    model.model.CloseModelWithParameters(_parameters(10.0))
    return model.model.ReadAssignmentFromRoutes(model._index_routes(start, {}), True) is not None


def weeks_of(search: Search) -> list[list[Route]]:
    """Return the timed routes of the compiled search's plan, week by week."""
    state = {slot: tasks for part in best_answers(search, rounds=1) for slot, tasks in part.state.items()}
    routes = search.ledger.routes(state)
    assert routes is not None
    weeks = sorted({week_of(route.day) for route in routes})
    return [[route for route in routes if week_of(route.day) == week] for week in weeks]


def test_routing_model_takes_every_day_at_the_timetables_minutes() -> None:
    """With all starts fixed to those of the timetable the routes are a solution of the model, lunch breaks included."""
    judged = lunches = 0
    for seed in range(COUNTIES):
        search = Search(county_at_home(seed), 1, lambda: 1e9)
        for routes in weeks_of(search):
            assert accepts(search, routes), (seed, routes[0].day)
            judged += len(routes)
            lunches += sum(route.lunch is not None for route in routes)
    assert judged > 100
    assert lunches > 10


def test_routing_model_ends_no_day_sooner_than_the_timetable() -> None:
    """The last visit cannot start one minute sooner than the timetable says, unless lunch is on the way home."""
    judged = 0
    for seed in range(COUNTIES):
        search = Search(county_at_home(seed), 1, lambda: 1e9)
        for routes in weeks_of(search):
            route = routes[0]
            is_on_way_home = route.lunch is not None and route.lunch.start_minute >= route.stops[-1].leave_minute
            if not is_on_way_home and route.stops[-1].start_minute > 0:
                assert not accepts(search, routes, moved=route), (seed, route.day)
                judged += 1
    assert judged >= 20


@pytest.mark.parametrize("seed", range(10))
def test_routing_never_makes_a_plan_dearer(seed: int) -> None:
    """After the circuits, and after each round that ends with them, the checker's cost is at most what it was."""
    for problem in (random_county(seed), county_at_home(seed)):
        search = Search(problem, 1, lambda: 1e9)
        search.start()
        costs = [evaluate(problem, plan_from(search, search.state)).cost]
        search.route()
        costs.append(evaluate(problem, plan_from(search, search.state)).cost)
        search.improve(1, is_counted=True)
        evaluation = evaluate(problem, plan_from(search, search.state))
        costs.append(evaluation.cost)
        assert all(after <= before + 1e-6 for before, after in pairwise(costs)), costs
        assert evaluation.hard == ()

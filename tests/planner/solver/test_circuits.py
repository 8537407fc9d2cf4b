"""The weekly routing model by itself: what it may decide, and what it must not."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from planner.model import Problem, Task
from planner.rules import ServiceTime
from planner.solver.circuits import Days, route_week
from planner.solver.weeknodes import (
    FORBIDDEN_MINUTES,
    Call,
    WeekQuestion,
    night_nodes,
    start_intervals,
    travel_arrays,
)
from planner.values import DateRange, Window
from tests.builders import MONDAY, day, straight_road, team, tiny_problem, village, weekly
from tests.planner.solver.planning import NOON, PAIR, far_problem

WEEK = tuple(day(k) for k in range(5))


def call(name: str, *, days: tuple[date, ...] = WEEK, teams: tuple[str, ...] = ("one",), **more: object) -> Call:
    """Return the weekly call at a village."""
    return Call(task=Task(name, "weekly"), days=days, teams=teams, penalty=3000.0, **more)  # type: ignore[arg-type]


def routed(problem: Problem, *calls: Call, start: Days | None = None) -> Days:
    """Return the week as the routing model makes it, every team working Monday to Friday."""
    question = WeekQuestion(week=MONDAY, workdays={crew.id: WEEK for crew in problem.teams}, calls=calls)
    found = route_week(problem, question, start or {}, 10.0)
    assert found is not None
    return found


def test_floating_calls_gather_on_one_day() -> None:
    """Four calls of any day, from nothing: one day along the road and home."""
    found = routed(tiny_problem(), *(call(name) for name in "abcd"))
    assert [sorted(calls) for calls in found.values()] == [[0, 1, 2, 3]]


def test_fixed_days_are_kept() -> None:
    """Each call on its own day stays there, although gathering them is cheaper."""
    calls = [call(name, days=(day(k),)) for k, name in enumerate("abcd")]
    assert routed(tiny_problem(), *calls) == {("one", day(k)): (k,) for k in range(4)}


def test_worse_order_is_mended() -> None:
    """The start drives d, a, c, b (out, back, out, back: 160 km); the answer drives 80 km."""
    start = {("one", day(0)): (3, 0, 2, 1)}
    found = routed(tiny_problem(), *(call(name, days=(day(0),)) for name in "abcd"), start=start)
    order = [0, *(k + 1 for k in found["one", day(0)]), 0]
    assert sum(abs(a - b) for a, b in pairwise(order)) == 8


def test_call_no_team_may_make_is_left_out() -> None:
    """The penalty is paid; the other call is made. (The plan lists what is left out.)"""
    found = routed(tiny_problem(), call("a"), call("b", teams=()))
    assert list(found.values()) == [(0,)]


def test_service_longer_than_its_windows_is_left_out() -> None:
    """A window of 20 minutes has no start for 30 minutes of service."""
    problem = tiny_problem(sites=(village("a", windows=(Window(start_minute=500, end_minute=520),)), village("b")))
    question = WeekQuestion(week=MONDAY, workdays={"one": WEEK}, calls=(call("a"),))
    assert start_intervals(problem, question, call("a")) == ()
    assert list(routed(problem, call("a"), call("b")).values()) == [(1,)]


def test_starts_lie_in_the_windows_of_the_days() -> None:
    """08:00-09:00 with 30 minutes of service: 08:00 to 08:30 on Monday and on Wednesday."""
    problem = tiny_problem(sites=(village("a", windows=(Window(start_minute=480, end_minute=540),)),))
    asked = call("a", days=(day(0), day(2)))
    question = WeekQuestion(week=MONDAY, workdays={"one": WEEK}, calls=(asked,))
    assert start_intervals(problem, question, asked) == ((480, 510), (2 * 1440 + 480, 2 * 1440 + 510))


def test_idle_days_need_no_lunch_and_no_drive() -> None:
    """A team that keeps lunch and ends at another base works one day of five; the other four stay empty."""
    found = routed(tiny_problem(teams=(team(lunch=NOON),)), *(call(name) for name in "abcd"))
    assert len(found) == 1


def test_day_limits_start_anew_each_morning() -> None:
    """Three loads of 40 with 50 a day take three days; with 80 a day, two."""
    sites = tuple(village(name, weekly(load=40)) for name in "abc")
    for capacity, days in ((50, 3), (80, 2)):
        problem = tiny_problem(sites=sites, teams=(team(capacity_per_day=capacity),))
        assert len(routed(problem, *(call(name) for name in "abc"))) == days


def test_stop_limits_start_anew_each_morning() -> None:
    """Two stops a day: two days for four calls."""
    found = routed(tiny_problem(teams=(team(max_stops_per_day=2),)), *(call(name) for name in "abcd"))
    assert sorted(len(calls) for calls in found.values()) == [2, 2]


def test_parts_of_a_session_are_made_together_or_not_at_all() -> None:
    """The second team's part cannot be: its shift is too short. So neither part is made."""
    short = team("two", shift=Window(start_minute=480, end_minute=500))
    monday = (day(0),)
    parts = [call("d", days=monday, teams=(name,), session=0) for name in ("one", "two")]
    assert routed(tiny_problem(teams=(team(), short)), *parts) == {}
    together = {("one", day(0)): (0,), ("two", day(0)): (1,)}
    assert routed(tiny_problem(teams=(team(), team("two"))), *parts, start=together) == together


def test_parts_of_a_session_start_at_most_a_quarter_apart() -> None:
    """The second team is at a from 11:15 on; the first begins at 11:00 to be home at 11:40, not 11:39."""
    parts = [call("a", days=(day(0),), teams=(name,), session=0) for name in ("one", "two")]
    together = {("one", day(0)): (0,), ("two", day(0)): (1,)}
    late = team("two", shift=Window(start_minute=665, end_minute=1020))
    for ends, start, found in ((700, together, together), (699, {}, {})):
        early = team("one", shift=Window(start_minute=480, end_minute=ends))
        assert routed(tiny_problem(teams=(early, late)), *parts, start=start) == found


def test_roads_of_the_day_are_used() -> None:
    """On Monday there is no road to a; a call fixed to Monday is left out, one fixed to Tuesday is made."""
    free = straight_road("a")
    none = replace(free, minutes=np.full((2, 2), -1, dtype=np.int64), metres=np.full((2, 2), -1, dtype=np.int64))
    travel = (
        replace(none, days=DateRange(first_day=day(0), last_day=day(0))),
        replace(free, days=DateRange(first_day=day(1), last_day=day(30))),
    )
    problem = tiny_problem(sites=(village("a"),), travel=travel)
    assert routed(problem, call("a", days=(day(0),))) == {}
    assert routed(problem, call("a", days=(day(1),))) == {("one", day(1)): (0,)}


def test_slow_vehicle_has_its_own_times() -> None:
    """At a tenth of the speed the way to d takes 400 minutes: only the fast team can be back by 17:00."""
    sites = (village("d", weekly(service=ServiceTime(setup_minutes=60))),)
    teams = (team("one", speed_factor=0.1), team("two"))
    assert list(routed(tiny_problem(sites=sites, teams=teams), call("d", teams=("one", "two")))) == [("two", day(0))]


def test_extra_cost_of_a_team_is_weighed() -> None:
    """Two teams alike, one 5 dearer at a."""
    problem = tiny_problem(sites=(village("a"),), teams=(team("one"), team("two")))
    found = routed(problem, call("a", teams=("one", "two"), extra_cost={"one": 5.0}))
    assert {name for name, _ in found} == {"two"}


def test_no_calls_are_no_circuits() -> None:
    """An empty week is an empty answer, not a routing model of nothing."""
    assert routed(tiny_problem()) == {}


@pytest.mark.parametrize("count", [1, 2, 4])
def test_same_question_has_the_same_answer(count: int) -> None:
    """The model has no chance in it."""
    calls = [call(name) for name in "abcd"[:count]]
    assert routed(tiny_problem(), *calls) == routed(tiny_problem(), *calls)


FAR = {"x": 250, "y": 255, "z": 260}  # minutes from the base: none can be visited and left in a shift of 540


def far_week(*names: str, limit: int, start: Days | None = None, nights: dict[int, str] | None = None) -> Days | None:
    """Return far villages' calls, one a day from Monday, as the model makes them with a lodging at x."""
    problem = far_problem(FAR, lodgings=frozenset({"x"}), nights_away=limit)
    calls = tuple(call(name, days=(day(k),)) for k, name in enumerate(names))
    question = WeekQuestion(week=MONDAY, workdays={"one": WEEK}, calls=calls, lodgings={"one": ("x",)})
    slept = {("one", day(k)): place for k, place in (nights or {}).items()}
    return route_week(problem, question, start or {}, 10.0, slept)


def test_night_at_a_lodging_makes_far_calls_possible() -> None:
    """Monday out and to x, night there, Tuesday to y and home; a team that may not sleep out makes neither."""
    trip = {("one", day(0)): (0,), ("one", day(1)): (1,)}
    assert far_week("x", "y", limit=1, start=trip, nights={0: "x"}) == trip
    assert far_week("x", "y", limit=0) == {}


def test_model_itself_decides_to_sleep_out() -> None:
    """The start goes to x and y by day trips and leaves z out, for which there is no time (100 + 400 + 120 minutes).

    Once the model sleeps at x, on its own, one of the two days has room for z.
    """
    problem = far_problem({**PAIR, "z": 110}, lodgings=frozenset({"x"}))
    calls = (call("x", days=(day(0),)), call("y", days=(day(1),)), call("z", days=(day(0), day(1))))
    trips = {("one", day(0)): (0,), ("one", day(1)): (1,)}
    for lodgings, made in (((), 2), (("x",), 3)):
        question = WeekQuestion(week=MONDAY, workdays={"one": WEEK}, calls=calls, lodgings={"one": lodgings})
        found = route_week(problem, question, trips, 10.0)
        assert found is not None
        assert sum(map(len, found.values())) == made


def test_nights_at_lodgings_are_counted() -> None:
    """Three days out need two nights; with one, the start is no answer."""
    trip = {("one", day(k)): (k,) for k in range(3)}
    nights = {0: "x", 1: "x"}
    assert far_week("x", "y", "z", limit=2, start=trip, nights=nights) == trip
    assert far_week("x", "y", "z", limit=1, start=trip, nights=nights) is None


def test_nobody_rests_at_a_lodging() -> None:
    """Calls on Monday and Wednesday and nothing on Tuesday: the team may not stay at x in between, and goes home."""
    problem = far_problem(PAIR, lodgings=frozenset({"x"}), nights_away=4)
    calls = (call("x", days=(day(0),)), call("y", days=(day(2),)))
    question = WeekQuestion(week=MONDAY, workdays={"one": WEEK}, calls=calls, lodgings={"one": ("x",)})
    nodes = night_nodes(question, problem.teams[0], 0)
    minutes, _ = travel_arrays(problem, question, problem.teams[0], nodes)
    after_monday, after_tuesday = [k for k, node in enumerate(nodes) if node.is_away][:2]
    assert minutes[after_monday, after_tuesday] == FORBIDDEN_MINUTES
    assert minutes[after_monday, after_tuesday - 1] == 100  # the drive home on Tuesday
    assert minutes[after_monday - 1, after_tuesday - 1] == 0  # a Tuesday at home


def test_no_lodging_where_the_next_day_is_free() -> None:
    """A team of Mondays and Wednesdays has no night out in its week."""
    problem = far_problem(PAIR, lodgings=frozenset({"x"}))
    question = WeekQuestion(week=MONDAY, workdays={"one": (day(0), day(2))}, calls=(), lodgings={"one": ("x",)})
    assert not any(node.is_away for node in night_nodes(question, problem.teams[0], 0))

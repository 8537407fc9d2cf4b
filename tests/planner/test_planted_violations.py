"""Violations planted into a good plan, one at a time: the checker names each by its own rule, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.evaluation import RULES, evaluate
from planner.model import Pin, Problem, Task
from planner.plan import Lunch, Plan, Route
from planner.rules import ServiceTime
from planner.timing import circuits_from_routes, timetable
from tests.builders import day
from tests.planner.good_plan import (
    A2,
    B2,
    C2,
    D2,
    OWED,
    A,
    B,
    C,
    D,
    build,
    good_problem,
    later,
    loading_again,
    rescheduled,
    route_of,
    with_circuits,
    with_closed_road,
    with_extra_stop,
    with_follow_up,
    with_loading,
    with_night,
    with_owed,
    with_route,
    with_routes,
    with_rule,
    with_stop,
    with_supply,
    with_team,
)

Planting = Callable[[], tuple[Problem, Plan]]
MADE = replace(OWED, site_id="d2", rule_id="once", reason="no_time_left")
ONE_WEEK = replace(OWED, last_day=day(6))


def _in_plan(plan: Callable[[], Plan]) -> Planting:
    return lambda: (good_problem(), plan())


def _under(problem: Callable[[], Problem]) -> Planting:
    """Plant by judging the good plan by a problem that is stricter than the one it was made for."""
    return lambda: (problem(), build())


def _extra(name: str, offset: int, *tasks: Task) -> Route:
    problem = good_problem()
    return timetable(problem, problem.team_by_id[name], day(offset), tasks)


def _d2_by(name: str, offset: int) -> Plan:
    """The one visit at d2 by another team or on another day."""
    return rescheduled({("one", 0): [A, C], (name, offset): [D2]})


def _a_on_tuesday() -> Plan:
    return rescheduled({("one", 0): [C, D2], ("one", 1): [A]})


def _hasty() -> Plan:
    """Visits at b2 take 20 minutes where 30 are needed; everything else follows from that."""
    return build(problem=with_rule("b2", service=ServiceTime(setup_minutes=20)))


def _lunch(start: int, end: int, **changes: object) -> Plan:
    """The Monday of team one, at d2 from 12:30, with another break."""
    return with_route("one", 0, lunch=Lunch(start_minute=start, end_minute=end), **changes)


def _sleeping_in(*lodgings: str, nights_away: int = 1) -> Problem:
    return with_team("two", nights_away=nights_away, lodgings=frozenset(lodgings))


def _woken_at_home() -> Plan:
    """Team two sleeps at d and says that the next day starts at its base; its legs there are those from d."""
    plan = with_night("two", 3, "d")
    routes = [replace(r, start_base="base") if r.start_base == "d" else r for r in plan.routes()]
    return replace(plan, circuits=circuits_from_routes(routes))


def _ghost() -> Plan:
    return with_routes(replace(_extra("one", 9, D2), team_id="ghost"))


def _before_arrival() -> Plan:
    """The only visit of the day starts 5 minutes before the team is there, and all after it is 5 minutes early."""
    route = route_of("two", 8)
    stop = route.stops[0]
    early = replace(stop, start_minute=stop.start_minute - 5, leave_minute=stop.leave_minute - 5)
    return with_route("two", 8, stops=(early,), end_minute=route.end_minute - 5, wait_minutes=-5)


def _loading_too_soon() -> tuple[Problem, Plan]:
    """Loading begins five minutes before the team is back, and lasts five minutes longer."""
    problem = loading_again(lunch=None)
    supply = with_supply(2, problem=problem).circuits[0].routes[0].supplies[0]
    return problem, with_loading(problem, start_minute=supply.start_minute - 5)


def _loading_elsewhere() -> tuple[Problem, Plan]:
    """The plan says that the team loads at a village, with the roads and times of its base."""
    problem = loading_again(lunch=None)
    return problem, with_loading(problem, base_id="a")


def _two_circuits() -> Plan:
    """The Monday of team one as two routes that leave the base at the same time."""
    kept = [route for route in build().routes() if (route.team_id, route.day) != ("one", day(0))]
    halves = [_extra("one", 0, A, C), _extra("one", 0, D2)]
    return with_circuits(circuits_from_routes([*kept, *halves]))


def _wrong_week() -> Plan:
    circuits = list(build().circuits)
    circuits[0] = replace(circuits[0], routes=(*circuits[0].routes, circuits[2].routes[0]))
    circuits[2] = replace(circuits[2], routes=circuits[2].routes[1:])
    return with_circuits(circuits)


def _days_backwards() -> Plan:
    circuits = list(build().circuits)
    circuits[0] = replace(circuits[0], routes=circuits[0].routes[::-1])
    return with_circuits(circuits)


def _pin(task: Task, offset: int, team_id: str | None = None) -> Pin:
    return Pin(site_id=task.site_id, rule_id=task.rule_id, day=day(offset), team_id=team_id)


# (what is planted, the rules that name it, the planting)
PLANTED: tuple[tuple[str, set[str], Planting], ...] = (
    # how often and on which days
    ("visit left out", {"visit_count"}, _in_plan(lambda: rescheduled({("one", 7): [C]}))),
    ("visit too many", {"visit_count"}, _in_plan(lambda: rescheduled({("three", 8): [D2]}))),
    ("owed visit not listed", {"visit_count"}, _in_plan(with_owed)),
    ("gap too short", {"min_gap"}, _in_plan(lambda: rescheduled({("one", 0): [C, D2], ("one", 3): [B, A, C]}))),
    ("gap too long", {"max_gap"}, _in_plan(lambda: rescheduled({("one", 7): [C], ("one", 10): [A, C]}))),
    ("gap since the last plan too long", {"max_gap"}, lambda: (with_rule("a", last_visited=day(-9)), _a_on_tuesday())),
    ("gap since the last plan too short", {"min_gap"}, _under(lambda: with_rule("a", last_visited=day(-2)))),
    ("weekday", {"weekday"}, _under(lambda: with_rule("d2", weekdays=frozenset({1, 2})))),
    ("weekday combination", {"weekday_set"}, _in_plan(lambda: rescheduled({("one", 10): [], ("one", 11): [C]}))),
    ("nth weekday", {"nth_weekday", "visit_count"}, _in_plan(lambda: rescheduled({("two", 8): [], ("two", 9): [D]}))),
    ("fixed date", {"dates", "visit_count"}, _in_plan(lambda: rescheduled({("two", 1): [], ("two", 0): [A2]}))),
    ("fixed service day", {"same_weekday"}, _in_plan(lambda: rescheduled({("two", 11): [A2], ("two", 10): [B2]}))),
    ("one team for all visits", {"same_team"}, _in_plan(lambda: rescheduled({("one", 10): [], ("three", 10): [C]}))),
    # promises
    ("fixed visit on another day", {"pinned"}, _under(lambda: good_problem(pins=(_pin(D2, 1),)))),
    ("fixed visit by another team", {"pinned"}, _under(lambda: good_problem(pins=(_pin(D2, 0, "three"),)))),
    ("fixed visit made by nobody", {"pinned"}, _under(lambda: good_problem(pins=(_pin(Task("c2", "xray"), 1),)))),
    ("follow-up too soon", {"follow_up"}, _under(lambda: with_follow_up("b", D2, 4, 9))),
    ("follow-up too late", {"follow_up"}, _under(lambda: with_follow_up("b", D2, 1, 2))),
    ("follow-up of an owed visit", {"follow_up", "visit_count"}, _under(lambda: with_follow_up("b", C2, 1, 9))),
    ("follow-up neither made nor listed", {"visit_count"}, lambda: (with_follow_up("c2", D2, 7, 9), with_owed())),
    ("follow-up listed that is not due", {"unserved_reason"}, _under(lambda: with_follow_up("c2", D2, 14, 20))),
    # the calendar
    ("non-working weekday", {"working_day"}, _in_plan(lambda: _d2_by("one", 6))),
    ("make-up day", {"working_day"}, lambda: (with_team("three", weekdays=frozenset({5})), _d2_by("three", 5))),
    ("day off", {"day_off"}, _in_plan(lambda: _d2_by("three", 1))),
    ("public holiday", {"holiday"}, _in_plan(lambda: _d2_by("one", 2))),
    ("village closed on the holiday", {"holiday"}, lambda: (with_team("one", works_holidays=True), _d2_by("one", 2))),
    ("closed village", {"site_closed"}, _in_plan(lambda: _d2_by("one", 9))),
    # the clock
    ("time window", {"window"}, _in_plan(lambda: rescheduled({("one", 0): [C, D2, A]}))),
    ("visit too short", {"service_time"}, _in_plan(_hasty)),
    ("late home", {"shift"}, _in_plan(lambda: later("one", 10, 390))),
    ("early start", {"shift"}, _in_plan(lambda: later("two", 8, -30))),
    ("no lunch break", {"lunch"}, lambda: (good_problem(), build(problem=with_team("one", lunch=None)))),
    ("lunch during a visit", {"lunch"}, _in_plan(lambda: _lunch(770, 830))),
    ("lunch too early", {"lunch"}, _in_plan(lambda: _lunch(675, 735))),
    ("lunch too short", {"lunch"}, _in_plan(lambda: _lunch(690, 720, wait_minutes=30))),
    ("wrong arrival time", {"timetable"}, _in_plan(lambda: with_stop("one", 0, 1, arrive_minute=535))),
    ("service before arrival", {"timetable"}, _in_plan(_before_arrival)),
    ("wrong end of the day", {"timetable", "totals"}, _in_plan(lambda: with_route("one", 10, end_minute=655))),
    # the roads
    ("closed road", {"unreachable"}, _under(lambda: with_closed_road("a", "c", 7))),
    ("closed way home", {"unreachable"}, _under(lambda: with_closed_road("b2", "base", 4))),
    ("wrong distance", {"legs"}, _in_plan(lambda: with_stop("one", 0, 1, leg_metres=19_000))),
    ("wrong way home", {"legs"}, _in_plan(lambda: with_route("one", 10, return_metres=35_000))),
    ("wrong kilometres in all", {"totals"}, _in_plan(lambda: with_route("one", 10, metres=59_000))),
    ("wrong waiting time", {"totals"}, _in_plan(lambda: with_route("one", 0, wait_minutes=5))),
    ("wrong start", {"base"}, _in_plan(lambda: with_route("one", 3, start_base="a"))),
    ("wrong end", {"base"}, _in_plan(lambda: with_route("one", 3, end_base="elsewhere"))),
    ("night in a village that is no lodging", {"base"}, lambda: (_sleeping_in("a"), with_night("two", 3, "d"))),
    ("night before a day at home", {"base"}, lambda: (_sleeping_in("d"), with_night("two", 11, "d"))),
    ("night not gone on from", {"base"}, lambda: (_sleeping_in("d"), _woken_at_home())),
    ("night too many", {"nights_away"}, lambda: (_sleeping_in("d", nights_away=0), with_night("two", 3, "d"))),
    # who comes
    ("lacking skill", {"skill"}, _in_plan(lambda: _d2_by("two", 10))),
    ("wrong vehicle", {"access"}, _in_plan(lambda: rescheduled({("two", 8): [], ("three", 8): [D]}))),
    ("village of another team", {"owner"}, _in_plan(lambda: rescheduled({("one", 7): [C], ("two", 7): [A]}))),
    ("too many doses", {"capacity"}, _under(lambda: with_team("one", capacity_per_day=89))),
    ("too many doses on one trip of two", {"capacity"}, lambda: (loading_again(capacity_per_day=69), with_supply(2))),
    ("trip too many", {"trips"}, lambda: (loading_again(trips_per_day=1), with_supply(2))),
    ("loading after the last visit", {"trips"}, lambda: (loading_again(capacity_per_day=90), with_supply(3))),
    ("loading before the first visit", {"trips"}, lambda: (loading_again(capacity_per_day=90), with_supply(0))),
    ("hasty loading", {"resupply"}, lambda: (loading_again(resupply_minutes=16), with_supply(2))),
    ("loading elsewhere", {"resupply", "legs", "timetable", "totals"}, _loading_elsewhere),
    ("loading begun before arrival", {"timetable", "totals"}, _loading_too_soon),
    ("too many stops", {"max_stops"}, _under(lambda: with_team("one", max_stops_per_day=2))),
    ("half a joint session", {"composition"}, _in_plan(lambda: rescheduled({("two", 3): []}))),
    ("joint session apart", {"synchronised"}, _in_plan(lambda: later("two", 3, 16))),
    ("two teams where one would do", {"double_booking"}, _in_plan(lambda: rescheduled({("three", 0): [D2]}))),
    ("team too many at a joint session", {"double_booking"}, _in_plan(lambda: rescheduled({("three", 3): [B]}))),
    ("two routes at once", {"double_booking"}, _in_plan(_two_circuits)),
    # the form
    ("unknown team", {"unknown"}, _in_plan(_ghost)),
    ("unknown village", {"unknown"}, _in_plan(lambda: with_extra_stop("one", 10, Task("nowhere", "weekly")))),
    ("unknown rule", {"unknown"}, _in_plan(lambda: with_extra_stop("one", 10, Task("c", "nothing")))),
    ("day outside the plan", {"unknown"}, _in_plan(lambda: with_routes(replace(_extra("one", 9, D2), day=day(14))))),
    ("another horizon", {"unknown"}, _in_plan(lambda: replace(build(), days=7))),
    ("route in the wrong week", {"order"}, _in_plan(_wrong_week)),
    ("days out of order", {"order"}, _in_plan(_days_backwards)),
    ("circuits out of order", {"order"}, _in_plan(lambda: with_circuits(build().circuits[::-1]))),
    # visits listed as owed
    ("visit made and listed as owed", {"unserved_reason"}, _in_plan(lambda: with_owed(OWED, MADE))),
    ("more listed than owed", {"unserved_reason"}, _in_plan(lambda: with_owed(OWED, OWED))),
    ("listed for other days", {"unserved_reason", "visit_count"}, _in_plan(lambda: with_owed(ONE_WEEK))),
    ("untrue reason", {"unserved_reason"}, _in_plan(lambda: with_owed(replace(OWED, reason="no_time_left")))),
    ("unknown reason", {"unserved_reason"}, _in_plan(lambda: with_owed(replace(OWED, reason="laziness")))),
)  # fmt: skip


def test_good_plan_has_no_violation() -> None:
    """The plan that the violations are planted into is good."""
    assert [str(v.sentence) for v in evaluate(good_problem(), build()).violations] == []


@pytest.mark.parametrize(("rules", "planting"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_planted_violation_is_named_by_its_rule(rules: set[str], planting: Planting) -> None:
    """One thing is wrong, and the rules that say so are those and no others; the plan is not fit to be driven."""
    problem, plan = planting()
    verdict = evaluate(problem, plan)
    assert {violation.rule for violation in verdict.hard} == rules
    assert not verdict.is_feasible


def test_every_rule_has_a_violation_planted() -> None:
    """No rule of the checker goes untested, and there are at least 28 different plantings."""
    assert set().union(*(rules for _, rules, _ in PLANTED)) == set(RULES)
    assert len({name for name, _, _ in PLANTED}) >= 28

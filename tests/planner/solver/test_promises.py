"""What was promised before the plan was made, kept by the search: fixed visits; judged by the checker."""

from __future__ import annotations

from planner.model import Pin
from planner.rules import ServiceTime
from tests.builders import day, plain_calendar, team, tiny_problem, village, weekly
from tests.planner.solver.planning import days_of, plan_of, teams_of


def pin(site_id: str, number: int, team_id: str | None = None) -> Pin:
    """Return a fixed visit of a village's only rule."""
    return Pin(site_id=site_id, rule_id=weekly().id, day=day(number), team_id=team_id)


def test_fixed_visits_are_made_on_their_days() -> None:
    """Villages a, b and d fit one day, but two are fixed for Tuesday and Thursday: c goes with one of these."""
    pins = (pin("a", 1), pin("d", 3))
    plan = plan_of(tiny_problem(pins=pins))
    assert (days_of(plan, "a"), days_of(plan, "d")) == ([day(1)], [day(3)])
    assert len({route.day for route in plan.routes()}) == 2


def test_fixed_team_comes_even_when_it_is_lent() -> None:
    """The owner has time, but the visit is promised by the lent team; the other village stays with the owner."""
    sites = (village("a"), village("b"))
    teams = (team("owner", owns=frozenset("ab")), team("lent", may_be_lent=True))
    plan = plan_of(tiny_problem(sites=sites, teams=teams, pins=(pin("a", 2, "lent"),)))
    assert (teams_of(plan, "a"), days_of(plan, "a"), teams_of(plan, "b")) == ({"lent"}, [day(2)], {"owner"})


def test_other_visits_leave_room_for_the_fixed_one() -> None:
    """Twice a week, three days apart, Wednesday fixed: no second visit fits, though Monday and Thursday would."""
    rule = weekly(visits=2, min_gap_days=3)
    plan = plan_of(tiny_problem(sites=(village("a", rule),), pins=(pin("a", 2),)))
    assert days_of(plan, "a") == [day(2)]
    assert len(plan.unserved) == 1


def test_fixed_visit_comes_before_an_important_one() -> None:
    """One of two villages fits the only day; the fixed one is served although the other matters five times as much."""
    long = ServiceTime(setup_minutes=300)
    sites = (village("a", weekly(service=long, priority=5)), village("b", weekly(service=long)))
    plan = plan_of(tiny_problem(sites=sites, teams=(team(weekdays=frozenset({0})),), pins=(pin("b", 0),)))
    assert (days_of(plan, "a"), days_of(plan, "b")) == ([], [day(0)])


def test_fixed_days_hold_in_every_week() -> None:
    """Weekly on a kept weekday, the third week fixed for a Thursday: every week is a Thursday."""
    sites = (village("a", weekly(same_weekday=True)), village("b"))
    plan = plan_of(tiny_problem(sites=sites, calendar=plain_calendar(days=28), pins=(pin("a", 17),)))
    assert days_of(plan, "a") == [day(3), day(10), day(17), day(24)]

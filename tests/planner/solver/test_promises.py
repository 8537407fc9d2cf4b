"""What was promised beforehand, kept by the search: fixed visits and follow-ups; judged by the checker."""

from __future__ import annotations

from datetime import date

from planner.model import Pin
from planner.plan import Plan
from planner.rules import FollowUp, ServiceTime, VisitRule
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


def follow_up(
    rule_id: str, after: str, *, low: int = 2, high: int = 4, visits: int = 4, site_id: str | None = None
) -> VisitRule:
    """Return a rule of one visit of ten minutes, two to four days after each visit of another rule."""
    follows = FollowUp(rule_id=after, site_id=site_id, min_days=low, max_days=high)
    service = ServiceTime(setup_minutes=10)
    return VisitRule(id=rule_id, service=service, per="horizon", visits=visits, follows=follows)


def days_of_rule(plan: Plan, rule_id: str) -> list[date]:
    """Return the days of the visits of a rule."""
    return sorted(route.day for route, stop in plan.visits() if stop.rule_id == rule_id)


def test_each_visit_is_followed_some_days_later() -> None:
    """Two weekly visits fixed for Monday: each is read two to four days later, Wednesday to Friday of its week."""
    site = village("a", weekly(), follow_up("reading", "weekly"))
    problem = tiny_problem(sites=(site,), calendar=plain_calendar(days=14), pins=(pin("a", 0), pin("a", 7)))
    first, second = days_of_rule(plan_of(problem), "reading")
    assert day(2) <= first <= day(4)
    assert day(9) <= second <= day(11)


def test_nothing_follows_a_visit_that_is_owed() -> None:
    """The leading visit takes longer than a shift: nothing is due after it, so one visit is owed and not two."""
    site = village("a", weekly(service=ServiceTime(setup_minutes=600)), follow_up("reading", "weekly"))
    plan = plan_of(tiny_problem(sites=(site,)))
    assert [owed.rule_id for owed in plan.unserved] == ["weekly"]


def test_follow_up_that_begins_after_the_horizon_is_not_owed() -> None:
    """A visit on Friday is followed three days later, in the next plan."""
    site = village("a", weekly(), follow_up("reading", "weekly", low=3))
    plan = plan_of(tiny_problem(sites=(site,), pins=(pin("a", 4),)))
    assert (days_of_rule(plan, "reading"), plan.unserved) == ([], ())


def test_follow_up_without_a_working_day_is_owed() -> None:
    """Fixed for Monday and followed by Wednesday or Thursday, when the only team is off: one visit is owed."""
    site = village("a", weekly(), follow_up("reading", "weekly", high=3))
    plan = plan_of(tiny_problem(sites=(site,), teams=(team(weekdays=frozenset({0, 1, 4})),), pins=(pin("a", 0),)))
    assert [(owed.rule_id, owed.reason) for owed in plan.unserved] == [("reading", "no_working_day")]


def test_follow_ups_of_follow_ups_come_one_after_the_other() -> None:
    """Monday, two days later, two days later: Wednesday and Friday. The rules are named against their order."""
    first = follow_up("z", "weekly", high=2)
    second = follow_up("b", "z", high=2)
    plan = plan_of(tiny_problem(sites=(village("a", weekly(), first, second),), pins=(pin("a", 0),)))
    assert (days_of_rule(plan, "z"), days_of_rule(plan, "b")) == ([day(2)], [day(4)])
    assert plan.unserved == ()


def test_visit_before_the_horizon_is_followed() -> None:
    """The last visit was on the Friday before, and this week's is fixed for Friday: followed by Monday or Tuesday."""
    site = village("a", weekly(last_visited=day(-3)), follow_up("reading", "weekly", low=3))
    plan = plan_of(tiny_problem(sites=(site,), pins=(pin("a", 4),)))
    assert days_of_rule(plan, "reading") in ([day(0)], [day(1)])
    assert plan.unserved == ()

"""Visits that follow others some days later: what is due, what follows what, and what a problem refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import ModelError
from planner.evaluation import evaluate, kpis
from planner.follow_ups import due, first_in_circle, leading_days, unled
from planner.model import Problem, Site, Task
from planner.plan import Plan
from planner.reasons import explain
from planner.rules import FollowUp, VisitRule
from planner.timing import timetable
from tests.builders import day, plain_calendar, tiny_problem, village, weekly
from tests.planner.good_plan import OWED, plan_of

WEEK_LATER = FollowUp(rule_id="checkup", min_days=7, max_days=9)
LEADER = weekly(id="checkup", per="horizon")


def days(*offsets: int) -> list[object]:
    """Return the days by their distance from the first Monday."""
    return [day(k) for k in offsets]


def follower(follow: FollowUp = WEEK_LATER, **changes: object) -> VisitRule:
    """Return the rule of at most one follow-up, changed as asked."""
    return weekly(**{"id": "result", "per": "horizon", "follows": follow, **changes})


@pytest.mark.parametrize(
    ("leading", "following", "expected"),
    [
        ((0,), (7,), ()),
        ((0,), (9,), ()),
        ((0,), (6,), (6,)),
        ((0,), (10,), (10,)),
        ((0, 3), (8, 10), ()),
        ((0, 3), (10,), ()),
        ((0,), (7, 8), (8,)),
        ((0, 1), (7, 8, 9), (9,)),
        ((), (7,), (7,)),
        ((0, 3), (), ()),
    ],
    ids=[
        *("earliest", "latest", "too soon", "too late", "n-th after n-th"),
        *("the first is owed", "one for two", "two for three", "nothing to follow", "nothing made"),
    ],
)
def test_each_visit_follows_one_of_its_own(
    leading: tuple[int, ...], following: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    """7 to 9 days later: each leading visit is followed once, in order, the first that is near enough."""
    assert unled(WEEK_LATER, days(*leading), days(*following)) == tuple(days(*expected))  # type: ignore[arg-type]


def test_visit_is_due_when_its_stretch_reaches_into_the_days() -> None:
    """Planned are days 0 to 13; a visit on day 6 can be followed on day 13, one on day 7 in the next plan only."""
    for leading, expected in (((6,), 1), ((7,), 0), ((-9,), 1), ((-10,), 0), ((0, 3, 7), 2), ((), 0)):
        assert due(WEEK_LATER, days(*leading), day(0), day(13)) == expected  # type: ignore[arg-type]


def test_last_visit_before_the_plan_is_followed_once() -> None:
    """A check-up before the plan asks for its result, unless that was handed over 7 to 9 days later already."""
    leader = weekly(id="checkup", last_visited=day(-3))
    assert leading_days(follower(), leader, [day(2)]) == (day(-3), day(2))
    assert leading_days(follower(last_visited=day(-20)), leader, [day(2)]) == (day(-3), day(2))
    old = weekly(id="checkup", last_visited=day(-9))
    assert leading_days(follower(last_visited=day(-1)), old, [day(2)]) == (day(2),)


@pytest.mark.parametrize(
    ("leaders", "expected"),
    [
        ({}, None),
        ({"b": "a", "c": "b", "d": "b"}, None),
        ({"a": "a"}, "a"),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, "a"),
    ],
    ids=["nobody", "chain", "itself", "three in a circle"],
)
def test_circle_is_found(leaders: dict[str, str], expected: str | None) -> None:
    """Chains and several followers of one leader are well; a circle never begins."""
    assert first_in_circle(leaders) == expected


def two_places(*sites: Site) -> Problem:
    """Return two weeks with a check-up at a and its result at b, unless other sites are given."""
    at_b = follower(FollowUp(site_id="a", rule_id="checkup", min_days=7, max_days=9))
    return tiny_problem(calendar=plain_calendar(14), sites=sites or (village("a", LEADER), village("b", at_b)))


def made(problem: Problem, **offsets: int) -> Plan:
    """Return the plan in which the only rule of each village named is served on the day given."""
    rules = {task.site_id: task for task in problem.tasks}
    routes = [timetable(problem, problem.teams[0], day(k), [rules[site]]) for site, k in offsets.items()]
    return plan_of(14, *routes)


@pytest.mark.parametrize(
    ("offsets", "rules", "asked", "owed"),
    [
        ({"a": 0, "b": 7}, [], 2, 0),
        ({"a": 0, "b": 9}, [], 2, 0),
        ({"a": 0, "b": 10}, ["follow_up"], 2, 0),
        ({"a": 8, "b": 1}, ["follow_up", "visit_count"], 1, 0),
        ({"a": 0}, ["visit_count"], 2, 1),
        ({"a": 8}, [], 1, 0),
        ({}, ["visit_count"], 1, 1),
        ({"b": 7}, ["follow_up", "visit_count", "visit_count"], 1, 1),
    ],
    ids=["7 days", "9 days", "10 days", "before", "not made", "due in the next plan", "nothing made", "no check-up"],
)
def test_result_is_handed_over_a_week_after_the_check_up(
    offsets: dict[str, int], rules: list[str], asked: int, owed: int
) -> None:
    """The check-up is asked once; its result as soon as there is a check-up that leaves a day for it."""
    problem = two_places()
    plan = made(problem, **offsets)
    assert [violation.rule for violation in evaluate(problem, plan).violations] == rules
    figures = kpis(problem, plan)
    assert (figures["asked_visits"], figures["owed_visits"]) == (asked, owed)


def test_owed_follow_up_has_the_reason_of_its_own_days() -> None:
    """5 or 6 days after Monday are a weekend: no time was not the reason, though the team has ten other days."""
    at_b = follower(FollowUp(site_id="a", rule_id="checkup", min_days=5, max_days=6), visits=3)
    problem = two_places(village("a", LEADER), village("b", at_b))
    code, values = explain(problem, Task("b", "result"), day(0), day(13), leading=[day(0)])
    assert (code, dict(values)) == (
        "no_working_day",
        {"asked": "1", "allowed": "2", "open": "2", "worked": "0"},
    )
    for reason, rules in (("no_working_day", []), ("no_time_left", ["unserved_reason"])):
        owed = replace(OWED, site_id="b", rule_id="result", reason=reason, details=())
        plan = replace(made(problem, a=0), unserved=(owed,))
        assert [violation.rule for violation in evaluate(problem, plan).violations] == rules


def test_follow_up_that_had_a_day_was_owed_for_want_of_time() -> None:
    """7 to 9 days after Monday the team works; the day named is one of those, and one visit is asked of three."""
    problem = two_places(village("a", LEADER, follower(visits=3)))
    code, values = explain(problem, Task("a", "result"), day(0), day(13), leading=[day(0)])
    assert (code, dict(values)["day"]) == ("no_time_left", str(day(7)))


def test_more_follow_ups_than_the_rule_allows_are_not_asked() -> None:
    """Two check-ups leave room for two results, but the rule asks for one at most."""
    site = village("a", weekly(id="checkup"), follower())
    problem = tiny_problem(calendar=plain_calendar(14), sites=(site,))
    routes = [timetable(problem, problem.teams[0], day(k), [Task("a", "checkup")]) for k in (0, 4)]
    assert kpis(problem, plan_of(14, *routes))["asked_visits"] == 3
    assert problem.leader_by_task == {Task("a", "result"): Task("a", "checkup")}


@pytest.mark.parametrize(
    ("sites", "says"),
    [
        ((village("a", follower()),), 'rule "result" of site "a" follows "checkup" of "a", which is not there'),
        ((village("a", follower(FollowUp(site_id="z", rule_id="checkup", min_days=1, max_days=2))),), 'of "z"'),
        ((village("a", follower(FollowUp(rule_id="result", min_days=1, max_days=2))),), "follows itself"),
        (
            (
                village("a", follower(FollowUp(site_id="b", rule_id="result", min_days=1, max_days=2))),
                village("b", follower(FollowUp(site_id="a", rule_id="result", min_days=1, max_days=2))),
            ),
            "follows itself",
        ),
    ],
    ids=["no rule", "no village", "itself", "circle"],
)
def test_follow_up_of_nothing_is_refused(sites: tuple[Site, ...], says: str) -> None:
    """The problem checks its references once, when it is built."""
    with pytest.raises(ModelError, match=says):
        two_places(*sites)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: FollowUp(rule_id="x", min_days=0, max_days=2), "min_days must be a whole number from 1"),
        (lambda: FollowUp(rule_id="x", min_days=5, max_days=4), "at least 5 and at most 4 days later"),
        (lambda: follower(per="week"), "counts its visits per horizon"),
        (lambda: follower(dates=(day(0),)), "names no dates"),
    ],
    ids=["same day", "backwards", "weekly", "dated"],
)
def test_follow_up_that_cannot_be_is_refused(build: object, says: str) -> None:
    """What it asks follows from the leading visits, so nothing else may say when it is."""
    with pytest.raises(ModelError, match=says):
        build()  # type: ignore[operator]

"""A calendar that is impossible names a smallest set of conditions: without any one of them there is room."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from planner.conflicts import Condition, TaskCalendar, contradiction
from planner.evaluation import evaluate
from planner.findings import CONDITIONS, condition_text, findings
from planner.language import say
from planner.model import Problem
from planner.overload import all_planned, overload
from planner.report import report_document
from planner.rules import ServiceTime
from planner.screen import conflict_lines
from planner.values import DateRange, Window
from tests.builders import MONDAY, day, plain_calendar, team, tiny_problem, village, weekly
from tests.planner.solver.planning import plan_of, random_county


def one(*rules: object, teams: tuple[object, ...] = (), days: int = 7, **changes: object) -> Problem:
    """Return a problem of one village."""
    site = village("a", *rules, **changes)  # type: ignore[arg-type]
    return tiny_problem(sites=(site,), teams=teams or (team(),), calendar=plain_calendar(days))


CLOSED = (DateRange(first_day=day(0), last_day=day(4)),)
CALENDAR = replace(plain_calendar(), kinds={**plain_calendar().kinds, MONDAY: "holiday"})

CASES: dict[str, tuple[Problem, set[str]]] = {
    "visits and gap": (one(weekly(visits=2, min_gap_days=5)), {"visits", "min_gap", "team_weekdays"}),
    "gap of a whole week": (one(weekly(visits=2, min_gap_days=7)), {"visits", "min_gap"}),
    "horizon": (
        one(weekly(visits=4, per="horizon", min_gap_days=7), days=20),
        {"visits", "min_gap", "horizon"},
    ),
    "closed": (one(closed=CLOSED), {"visits", "closed", "team_weekdays"}),
    "weekday of rule and team": (
        one(weekly(weekdays=frozenset({2})), teams=(team(weekdays=frozenset({1})),)),
        {"visits", "weekdays", "team_weekdays"},
    ),
    "holiday": (
        tiny_problem(sites=(village("a", weekly(weekdays=frozenset({0}))),), calendar=CALENDAR),
        {"visits", "weekdays", "site_holidays"},
    ),
    "day off": (
        one(weekly(visits=5), teams=(team(days_off=frozenset({day(1)})),)),
        {"visits", "team_days_off", "team_weekdays"},
    ),
    "owner and skill": (
        one(weekly(skills=frozenset({"lab"})), owner="x", teams=(team("x"), team("y", skills=frozenset({"lab"})))),
        {"visits", "skills", "owner"},
    ),
    "largest gap": (
        one(weekly(visits=2, max_gap_days=1, weekdays=frozenset({0, 2, 4}))),
        {"visits", "weekdays", "max_gap"},
    ),
    "fixed weekday": (
        one(
            weekly(same_weekday=True, weekdays=frozenset({0, 1})),
            days=14,
            closed=(
                DateRange(first_day=day(0), last_day=day(0)),
                DateRange(first_day=day(8), last_day=day(8)),
            ),
        ),
        {"visits", "same_weekday", "weekdays", "closed"},
    ),
    "road": (
        one(weekly(service=ServiceTime(setup_minutes=600))),
        {"visits", "reach"},
    ),
    "two classes": (
        one(weekly(composition=frozenset({"m", "p"})), teams=(team(skills=frozenset({"m"})),)),
        {"visits", "composition"},
    ),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_conflict_names_a_smallest_set(case: str) -> None:
    """Together the conditions leave no room; without any single one of them there is room."""
    problem, kinds = CASES[case]
    task = problem.tasks[0]
    found = contradiction(problem, task)
    assert {condition.kind for condition in found} == kinds
    calendar = TaskCalendar(problem, task)
    assert not calendar.has_room(frozenset(found))
    for condition in found:
        assert calendar.has_room(frozenset(found) - {condition}), condition


REMOVED = {
    "visits and gap": {
        "visits": one(weekly(visits=1, min_gap_days=5)),
        "min_gap": one(weekly(visits=2, min_gap_days=1)),
        "team_weekdays": one(weekly(visits=2, min_gap_days=5), teams=(team(weekdays=frozenset(range(7))),)),
    },
    "horizon": {
        "visits": one(weekly(visits=3, per="horizon", min_gap_days=7), days=20),
        "min_gap": one(weekly(visits=4, per="horizon"), days=20),
        "horizon": one(weekly(visits=4, per="horizon", min_gap_days=7), days=22),
    },
    "closed": {
        "closed": one(),
        "team_weekdays": one(closed=CLOSED, teams=(team(weekdays=frozenset(range(7))),)),
    },
    "weekday of rule and team": {
        "weekdays": one(weekly(), teams=(team(weekdays=frozenset({1})),)),
        "team_weekdays": one(weekly(weekdays=frozenset({2})), teams=(team(),)),
    },
}


@pytest.mark.parametrize(("case", "kind"), [(case, kind) for case in sorted(REMOVED) for kind in REMOVED[case]])
def test_input_without_one_condition_is_planned_in_full(case: str, kind: str) -> None:
    """The real solver owes visits of the whole input, and none once the one condition is taken out of it."""
    assert plan_of(CASES[case][0]).unserved != ()
    assert plan_of(REMOVED[case][kind]).unserved == ()


def test_possible_calendar_has_no_conflict() -> None:
    """Four visits a week apart in four weeks."""
    problem = one(weekly(visits=4, per="horizon", min_gap_days=7), days=28)
    assert contradiction(problem, problem.tasks[0]) == ()


def test_only_the_closure_that_matters_is_named() -> None:
    """The village is closed twice; the second week has no room because of the second closure."""
    second = DateRange(first_day=day(7), last_day=day(13))
    early = DateRange(first_day=day(0), last_day=day(1))
    problem = one(closed=(early, second), days=14)
    found = contradiction(problem, problem.tasks[0])
    assert [condition.days for condition in found if condition.kind == "closed"] == [second]


@pytest.mark.parametrize("kind", sorted(CONDITIONS))
def test_condition_is_said_in_both_languages(kind: str) -> None:
    """No value is left out."""
    problem = one(weekly(min_gap_days=2, max_gap_days=3, weekdays=frozenset({1})))
    condition = Condition(kind=kind, teams=("one",), weekdays=(1, 2))  # type: ignore[arg-type]
    said = [say(condition_text(problem, problem.tasks[0], condition), language) for language in ("en", "zh")]
    assert said[0] != said[1]
    assert "{" not in "".join(said)


FULL_DAY = team(shift=Window(start_minute=480, end_minute=660), weekdays=frozenset({0}))


def full_day(*minutes: int) -> Problem:
    """Return villages with visits of these minutes, and a team that has 180 minutes on one day of the week."""
    sites = tuple(
        village(name, weekly(service=ServiceTime(setup_minutes=service)))
        for name, service in zip("abcd", minutes, strict=False)
    )
    return tiny_problem(sites=sites, teams=(FULL_DAY,))


def test_overload_names_the_fewest_visits_that_are_too_much() -> None:
    """90 + 90 minutes and their roads do not fit into 180; the third village is not needed to show it."""
    problem = full_day(90, 90, 5)
    found = overload(problem, problem.tasks[0])
    assert found is not None
    assert [task.site_id for task in found.tasks] == ["a", "b"]
    # 2 visits of 90, 10 minutes of road to each at least, against 180 less the 10 minutes from a to the base
    assert (found.resource, found.needed, found.available, found.is_exact) == ("minutes", 200, 170, True)


def test_overload_without_any_one_visit_is_planned_in_full() -> None:
    """The real solver owes a visit of the set, and none of what is left when one of them goes."""
    problem = full_day(60, 60, 60)
    found = overload(problem, problem.tasks[0])
    assert found is not None
    assert plan_of(problem).unserved != ()
    assert len(found.tasks) == 3 - (found.needed - 70 > found.available)
    for left_out in found.tasks:
        rest = tuple(site for site in problem.sites if site.id != left_out.site_id)
        assert all_planned(problem, [task for task in found.tasks if task != left_out])
        assert plan_of(replace_sites(problem, rest)).unserved == ()


def replace_sites(problem: Problem, sites: tuple[object, ...]) -> Problem:
    """Return the problem with some of its villages only."""
    return tiny_problem(sites=sites, teams=problem.teams, calendar=problem.calendar)


def test_overload_counts_stops_and_doses() -> None:
    """Two stops a day, or ten doses, on one day of the week."""
    sites = tuple(village(name, weekly(load=4)) for name in "abc")
    monday = frozenset({0})
    few = tiny_problem(sites=sites, teams=(team(max_stops_per_day=2, weekdays=monday),))
    light = tiny_problem(sites=sites, teams=(team(capacity_per_day=10, weekdays=monday),))
    found = [overload(problem, problem.tasks[0]) for problem in (few, light)]
    assert [(o.resource, o.needed, o.available, o.is_exact) for o in found if o] == [
        ("stops", 3, 2, True),
        ("kits", 12, 10, True),
    ]


def test_overload_is_found_in_the_week_in_which_it_is() -> None:
    """The team has its days off in the second week only."""
    off = frozenset(day(k) for k in range(7, 11))
    brief = Window(start_minute=480, end_minute=560)
    problem = tiny_problem(teams=(team(days_off=off, shift=brief),), calendar=plain_calendar(14))
    found = overload(problem, problem.tasks[0])
    assert found is not None
    assert (found.first_day, found.last_day) == (day(7), day(13))


def test_enough_days_are_no_overload() -> None:
    """Four short visits and five days."""
    problem = tiny_problem()
    assert overload(problem, problem.tasks[0]) is None


def test_report_and_screen_name_the_conflict() -> None:
    """The parts one by one for machines, a sentence for people, in both languages."""
    problem = CASES["gap of a whole week"][0]
    plan = plan_of(problem)
    (found,) = findings(problem, plan)
    parts = [say(part, "en") for part in found.parts]
    assert parts == [
        "2 visits from 2026-03-02 to 2026-03-08",
        "at least 7 days apart",
    ]
    last = MONDAY + timedelta(days=6)
    assert say(found.sentence, "zh") == (
        "a（weekly）：以下各项不能同时满足，去掉其中任何一项，其余即可满足："
        f"{MONDAY} 至 {last} 共 2 次、间隔至少 7 天。"
    )
    assert conflict_lines(problem, plan, "en")[0].startswith("Cannot all be kept: a (weekly): ")
    report = report_document(problem, plan, evaluate(problem, plan), (), "en")
    assert [part["site"] for part in report["conflicts"]] == ["a"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", [*range(1, 6), 33])  # in 33 a member is needed only until another is gone
def test_conflicts_of_random_counties_are_minimal(seed: int) -> None:
    """Whatever rules come together, the set named is impossible and needs each of its members."""
    problem = random_county(seed)
    found = {task: contradiction(problem, task) for task in problem.tasks}
    assert any(found.values())
    for task, conditions in found.items():
        calendar, together = TaskCalendar(problem, task), frozenset(conditions)
        assert calendar.has_room(together) == (not conditions)
        assert [one for one in conditions if not calendar.has_room(together - {one})] == []

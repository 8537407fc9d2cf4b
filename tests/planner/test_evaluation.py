"""Rules kept at their limits, the sentences of broken ones, the cost, the figures and the differences of plans.

That each rule finds what breaks it is in ``test_planted_violations``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from planner.evaluation import RULES, Evaluation, evaluate
from planner.language import say
from planner.model import Pin, Problem, Task
from planner.plan import Plan, UnservedVisit
from planner.rules import NthWeekday, ServiceTime
from planner.timing import timetable
from planner.values import DateRange, LunchBreak, Window
from tests.builders import MONDAY, day, plain_calendar, tiny_problem, village, weekly
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
    plan_of,
    rescheduled,
    with_closed_road,
    with_follow_up,
    with_night,
    with_route,
    with_rule,
    with_stop,
    with_supply,
    with_team,
)

NO_TIME = replace(OWED, site_id="d2", rule_id="once", reason="no_time_left")


def window(start: int, end: int) -> Window:
    """Return a window by its minutes."""
    return Window(start_minute=start, end_minute=end)


def _moved(changes: dict[tuple[str, int], list[Task]]) -> tuple[Problem, Plan]:
    return good_problem(), rescheduled(changes)


def _owed_but_possible() -> tuple[Problem, Plan]:
    return good_problem(), replace(rescheduled({("one", 0): [A, C]}), unserved=(OWED, NO_TIME))


def _with_site(name: str, **changes: object) -> Problem:
    sites = tuple(replace(s, **changes) if s.id == name else s for s in good_problem().sites)  # type: ignore[arg-type]
    return good_problem(sites=sites)


def _on_holiday() -> tuple[Problem, Plan]:
    sites = _with_site("d2", is_holiday_allowed=True).sites
    teams = with_team("one", works_holidays=True).teams
    return good_problem(sites=sites, teams=teams), rescheduled({("one", 0): [A, C], ("one", 2): [D2]})


def _lent() -> tuple[Problem, Plan]:
    return with_team("two", may_be_lent=True), rescheduled({("one", 7): [C], ("two", 7): [A]})


def _long_stay() -> tuple[Problem, Plan]:
    return good_problem(), build(problem=with_rule("b2", service=ServiceTime(setup_minutes=40)))


def _by_car() -> tuple[Problem, Plan]:
    problem = _with_site("d", access_classes=frozenset({"van", "car"}))
    return problem, rescheduled({("two", 8): [], ("three", 8): [D]})


def _night_at(place: str) -> tuple[Problem, Plan]:
    problem = with_team("two", nights_away=1, lodgings=frozenset({place}))
    return problem, with_night("two", 3, place)


def _two_tasks_at_one_place() -> tuple[Problem, Plan]:
    problem = tiny_problem(sites=(village("a", weekly(), weekly(id="round")),))
    return problem, plan_of(7, timetable(problem, problem.teams[0], MONDAY, list(problem.tasks)))


A_ON_THURSDAY = {("one", 0): [C, D2], ("one", 3): [B, A, C], ("one", 7): [C], ("one", 8): [A]}
A_NINE_DAYS_APART = {("one", 0): [C, D2], ("one", 1): [A], ("one", 7): [C], ("one", 10): [A, C]}
C_OTHER_DAYS = {("one", 7): [A], ("one", 8): [C], ("one", 10): [], ("one", 11): [C]}
B2_ON_THURSDAYS = {("two", 3): [B, B2], ("two", 4): [], ("two", 10): [B2], ("two", 11): [A2]}
HOME_AT_NOON = LunchBreak(earliest_minute=690, latest_minute=720, minutes=60)
ALL_C_BY_THREE = {("one", 0): [A, D2], ("one", 3): [B], ("one", 7): [A], ("one", 10): []}
ALL_C_BY_THREE |= {("three", k): [C] for k in (0, 3, 7, 10)}

PINS = (
    Pin(site_id="d2", rule_id="once", day=day(0)),
    Pin(site_id="b", rule_id="joint", day=day(3), team_id="one"),
    Pin(site_id="b", rule_id="joint", day=day(3), team_id="two"),
)


def _waits_for_an_owed_visit() -> tuple[Problem, Plan]:
    """The joint session follows the visit with the x-ray, which nobody can make: it is neither made nor listed."""
    return with_follow_up("b", C2, 1, 9), rescheduled({("one", 3): [C], ("two", 3): []})


KEPT: tuple[tuple[str, str, Callable[[], tuple[Problem, Plan]]], ...] = (
    ("unknown", "everything is known", lambda: (good_problem(), build())),
    ("order", "by week, then team", lambda: (good_problem(), build())),
    ("visit_count", "not made but listed", _owed_but_possible),
    ("unserved_reason", "the reason is true", _owed_but_possible),
    ("min_gap", "exactly 5 days", lambda: _moved(A_ON_THURSDAY)),
    ("max_gap", "exactly 9 days", lambda: _moved(A_NINE_DAYS_APART)),
    ("weekday", "the last one allowed", lambda: _moved(A_ON_THURSDAY)),
    ("weekday_set", "the other combination", lambda: _moved(C_OTHER_DAYS)),
    ("nth_weekday", "the second Tuesday", lambda: (good_problem(), build())),
    ("dates", "both dates", lambda: (good_problem(), build())),
    ("same_weekday", "both on Thursday", lambda: _moved(B2_ON_THURSDAYS)),
    ("same_team", "all by another team", lambda: _moved(ALL_C_BY_THREE)),
    ("pinned", "on its day, by its teams", lambda: (good_problem(pins=PINS), build())),
    ("follow_up", "exactly 3 days later", lambda: (with_follow_up("b", D2, 3, 3), build())),
    ("follow_up", "not due: what it follows is owed", _waits_for_an_owed_visit),
    ("follow_up", "owed: what it follows is made", lambda: (with_follow_up("c2", D2, 5, 9), build())),
    ("working_day", "a make-up Saturday", lambda: _moved({("one", 0): [A, C], ("one", 5): [D2]})),
    ("day_off", "the day before it", lambda: _moved({("one", 0): [A, C], ("three", 0): [D2]})),
    ("holiday", "team and village allow it", _on_holiday),
    ("site_closed", "the day after", lambda: _moved({("one", 0): [A, C], ("one", 10): [C, D2]})),
    ("window", "service fills it", lambda: (with_rule("a", windows=(window(490, 540),)), build())),
    ("service_time", "longer than asked", _long_stay),
    ("shift", "home at its last minute", lambda: (with_team("one", shift=window(480, 940)), build())),
    ("lunch", "home at the latest minute", lambda: (with_team("one", lunch=HOME_AT_NOON), build())),
    ("timetable", "an hour later", lambda: (good_problem(), later("two", 8, 60))),
    ("unreachable", "a closed road nobody uses", lambda: (with_closed_road("d", "a", 7), build())),
    ("legs", "a leg of no length", _two_tasks_at_one_place),
    ("totals", "with lunch", lambda: (good_problem(), build())),
    ("base", "the team's own", lambda: (good_problem(), build())),
    ("base", "a lodging between two days out", lambda: _night_at("d")),
    ("nights_away", "as many as allowed", lambda: _night_at("d")),
    ("skill", "more skills than asked", lambda: _moved({("one", 0): [A, C], ("three", 0): [D2]})),
    ("access", "one of two classes", _by_car),
    ("owner", "lent", _lent),
    ("capacity", "to the last dose", lambda: (with_team("one", capacity_per_day=90), build())),
    ("trips", "as many as allowed", lambda: (loading_again(), with_supply(2))),
    ("resupply", "exactly as long as it takes", lambda: (loading_again(), with_supply(2))),
    ("max_stops", "to the last stop", lambda: (with_team("one", max_stops_per_day=3), build())),
    ("composition", "one team of both classes", lambda: _moved({("one", 3): [C], ("two", 3): [], ("three", 3): [B]})),
    ("synchronised", "exactly 15 minutes apart", lambda: (good_problem(), later("two", 3, 15))),
    ("double_booking", "two teams that are both needed", lambda: (good_problem(), build())),
)  # fmt: skip


@pytest.mark.parametrize("case", [k[2] for k in KEPT], ids=[f"{k[0]}: {k[1]}" for k in KEPT])
def test_rule_is_kept_at_its_limit(case: Callable[[], tuple[Problem, Plan]]) -> None:
    """The limit itself is still good: nothing is reported."""
    assert [str(v.sentence) for v in evaluate(*case()).violations] == []


def test_every_rule_has_a_test_of_being_kept() -> None:
    """A rule that is always broken would be as useless as one that never is."""
    assert {name for name, _, _ in KEPT} == set(RULES)


def only(verdict: Evaluation) -> str:
    """Return the one violation's sentence in both languages."""
    assert len(verdict.violations) == 1
    sentence = verdict.violations[0].sentence
    return f"{say(sentence, 'en')} {say(sentence, 'zh')}"


def test_sentence_of_a_window_names_village_times_and_minutes() -> None:
    """a is served 16:00 to 16:30, and its window ends at 12:00: 270 minutes outside."""
    late = tiny_problem(sites=(village("a"),))
    narrow = tiny_problem(sites=(village("a", windows=(window(480, 720),)),))
    route = timetable(late, late.teams[0], MONDAY, [Task("a", "weekly")], between={Task("a", "weekly"): (960, 960)})
    verdict = evaluate(narrow, plan_of(7, route))
    assert verdict.violations[0].amount == 270
    assert only(verdict) == (
        "a (weekly): served 16:00 to 16:30 on 2026-03-02, 270 minutes outside its time windows. "
        "a（weekly）：2026-03-02 服务时间 16:00 至 16:30，超出时间窗 270 分钟。"
    )


def test_time_that_is_too_early_does_not_hide_a_late_visit() -> None:
    """The plan says it is in time for the window, but the roads say no: the real time is judged."""
    problem = tiny_problem(sites=(village("c", windows=(window(480, 540),)),))
    good = timetable(problem, problem.teams[0], MONDAY, [Task("c", "weekly")])
    stop = replace(good.stops[0], leg_minutes=10, arrive_minute=500, start_minute=500, leave_minute=530)
    lie = replace(good, start_minute=490, end_minute=560, stops=(stop,))
    rules = {v.rule for v in evaluate(problem, plan_of(7, lie)).violations}
    assert {"window", "timetable", "legs"} <= rules


def test_last_weekday_of_the_month_is_not_the_fourth() -> None:
    """Tuesday 31 March 2026 is the fifth and last; the 24th is the fourth."""
    last = weekly(nth_weekdays=(NthWeekday(nth=-1, weekday=1),))
    fourth = weekly(nth_weekdays=(NthWeekday(nth=4, weekday=1),))
    problems = [tiny_problem(calendar=plain_calendar(35), sites=(village("a", rule),)) for rule in (last, fourth)]
    crew = problems[0].teams[0]
    routes = [timetable(problems[0], crew, day(offset), [Task("a", "weekly")]) for offset in (29, 22)]
    broken = [[bool(evaluate(p, plan_of(35, r)).violations) for r in routes] for p in problems]
    assert broken == [[False, True], [True, False]]


def test_wide_gap_over_an_owed_visit_is_soft() -> None:
    """The visit of the second week is listed as owed: the gap of 14 days is its consequence and does not forbid."""
    rule = weekly(max_gap_days=10)
    problem = tiny_problem(calendar=plain_calendar(21), sites=(village("a", rule),))
    routes = [timetable(problem, problem.teams[0], day(k), [Task("a", "weekly")]) for k in (0, 14)]
    owed = UnservedVisit(site_id="a", rule_id="weekly", first_day=day(7), last_day=day(13), reason="no_time_left")
    verdict = evaluate(problem, plan_of(21, *routes, unserved=(owed,)))
    assert [(v.rule, v.is_hard) for v in verdict.violations] == [("max_gap", False)]
    assert verdict.is_feasible


def test_gap_that_was_over_before_the_horizon_is_soft() -> None:
    """Last seen 20 days before the first day, 10 allowed: no plan can mend that."""
    problem = tiny_problem(sites=(village("a", weekly(max_gap_days=10, last_visited=day(-20))),))
    route = timetable(problem, problem.teams[0], MONDAY, [Task("a", "weekly")])
    assert [(v.rule, v.is_hard) for v in evaluate(problem, plan_of(7, route)).violations] == [("max_gap", False)]


def test_checker_never_fails_on_a_broken_plan() -> None:
    """100 plans with random nonsense in their stops and routes all get a verdict, and a bad one."""
    dice, problem = Random(1), good_problem()
    names = ["a", "base", "nowhere", "", "c2"]
    bad = 0
    for _ in range(100):
        numbers = [dice.choice([-1, 0, 5, 700, 10**12]) for _ in range(6)]
        fields = ("arrive_minute", "start_minute", "leave_minute", "leg_minutes", "leg_metres")
        some = dict(dice.sample(list(zip(fields, numbers[1:], strict=True)), 3))
        plan = with_stop("one", 0, dice.randrange(3), site_id=dice.choice(names), **some)
        route = dice.choice([r for c in plan.circuits for r in c.routes])
        odd = replace(route, day=day(dice.randrange(-3, 20)), end_minute=numbers[0], lunch=None)
        plan = replace(plan, circuits=(*plan.circuits, replace(plan.circuits[0], routes=(odd,))))
        bad += not evaluate(problem, plan).is_feasible
    assert bad == 100


def test_verdict_does_not_depend_on_the_order_of_the_input() -> None:
    """Villages and teams in reverse order, the same verdict word for word."""
    problem, plan = good_problem(), with_route("one", 0, metres=0)
    turned = good_problem(sites=problem.sites[::-1], teams=problem.teams[::-1])
    assert evaluate(problem, plan) == evaluate(turned, plan)


def test_every_rule_says_what_it_demands_in_both_languages() -> None:
    """The registry is the manual of the checker: no rule is without a Chinese sentence."""
    same = [name for name, rule in RULES.items() if say(rule.sentence, "zh") == say(rule.sentence, "en")]
    assert same == []


def test_closed_days_are_whole_ranges() -> None:
    """Closed from Monday to Wednesday: a visit on Wednesday is named, on Thursday it is not."""
    site = village("a", closed=(DateRange(first_day=day(0), last_day=day(2)),))
    problem = tiny_problem(sites=(site,))
    routes = [timetable(problem, problem.teams[0], day(k), [Task("a", "weekly")]) for k in (2, 3)]
    found = [[v.rule for v in evaluate(problem, plan_of(7, route)).violations] for route in routes]
    assert found == [["site_closed"], []]


def test_joint_session_of_one_team_stays_where_both_are_needed() -> None:
    """A team of both classes beside a team of one: the second adds nothing."""
    verdict = evaluate(good_problem(), rescheduled({("one", 3): [C], ("two", 3): [B], ("three", 3): [B]}))
    assert [v.rule for v in verdict.violations] == ["double_booking"]


def test_visits_owed_for_the_same_reason_are_all_believed() -> None:
    """The village is closed all week: both of its two visits are owed for want of a day, and both listings are true."""
    closed = village("a", weekly(visits=2), closed=(DateRange(first_day=day(0), last_day=day(6)),))
    problem = tiny_problem(sites=(closed,))
    owed = UnservedVisit(site_id="a", rule_id="weekly", first_day=day(0), last_day=day(6), reason="no_working_day")
    assert evaluate(problem, plan_of(7, unserved=(owed, owed))).violations == ()


def test_visit_booked_thousands_of_times_is_still_said() -> None:
    """A plan edited by a machine: the sentence names some and counts the rest."""
    problem = tiny_problem()
    route = timetable(problem, problem.teams[0], MONDAY, [Task("a", "weekly")])
    plan = plan_of(7, replace(route, stops=route.stops * 3000))
    booked = [v for v in evaluate(problem, plan).violations if v.rule == "double_booking" and v.unit == "visits"]
    assert say(booked[0].sentence, "en").count("one, ") == 29
    assert "one and 2970 more" in say(booked[0].sentence, "en")
    assert "另有 2970 个" in say(booked[0].sentence, "zh")

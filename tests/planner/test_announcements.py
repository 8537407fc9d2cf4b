"""What the public is told of a plan: hours, hosts, telephones, hand-outs, and what it is never told."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from planner.announcements import Office, announce, hosts, periods
from planner.day_words import dated_words, day_words, hours_words, lunar_words
from planner.model import Base, Problem, Task
from planner.plan import Plan, Provenance, Stop
from planner.rules import FollowUp, ServiceTime
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY, day, plain_calendar, team, tiny_problem, village, weekly

SECRET = "CANARY"  # stands in every cell that is nobody's business


def base(phone: str = "0744-100") -> tuple[Base, ...]:
    return (Base(id="base", name="Clinic", lon=109.9, lat=29.0, phone=phone),)


def plan_of(problem: Problem, days: dict[tuple[str, int], list[Task]]) -> Plan:
    """Return the plan in which each team makes the visits of each day, in order."""
    routes = [timetable(problem, problem.team_by_id[key], day(k), tasks) for (key, k), tasks in days.items()]
    made = Provenance(version="0", seed=1, rounds=0)
    horizon = problem.horizon
    return Plan(start=horizon.start, days=horizon.days, circuits=circuits_from_routes(routes), provenance=made)


def test_announcement_says_where_when_what_and_whom_to_call() -> None:
    """Village a on Monday: there from 08:10 to 08:40; the telephone is that of the base."""
    rule = weekly(name="Clinic day", services="pulse", bring="card", results="at once")
    crew = team(institution="Hospital")
    problem = tiny_problem(bases=base(), teams=(crew,), sites=(village("a", rule, place="school"),))
    (told,) = announce(problem, plan_of(problem, {("one", 0): [Task("a", "weekly")]}))
    (offer,) = told.offers
    assert (told.village, told.township, told.place) == ("a", "T", "school")
    assert (offer.title, offer.services, offer.bring, offer.results) == ("Clinic day", "pulse", "card", "at once")
    assert [(s.day, s.open_minute, s.close_minute) for s in offer.sessions] == [(MONDAY, 490, 520)]
    assert offer.hosts == ("Hospital · one",)
    assert told.offices == (Office("Clinic", "0744-100"),)


def test_telephone_is_the_hotline_else_the_base_else_the_county() -> None:
    """One number wins over the other; the telephones of people are never taken."""
    crew = team(phone=SECRET)
    sites = (village("a", phone=SECRET),)
    without = tiny_problem(bases=base(""), teams=(crew,), sites=sites)
    plan = plan_of(without, {("one", 0): [Task("a", "weekly")]})
    with_phone = replace(without, bases=base())
    assert announce(with_phone, plan, hotline="1", office_phone="2")[0].offices == (Office("", "1"),)
    assert announce(with_phone, plan, office_phone="2")[0].offices == (Office("Clinic", "0744-100"),)
    assert announce(without, plan, office_phone="2")[0].offices == (Office("", "2"),)
    assert announce(without, plan)[0].offices == ()


def test_announcement_holds_nothing_personal() -> None:
    """Contacts, leaders, personal telephones, vehicles and names of visits that are not announced stay inside."""
    home = weekly(name=SECRET, services=SECRET, bring=SECRET, results=SECRET, is_announced=False)
    crew = team(leader=SECRET, phone=SECRET, vehicle=SECRET)
    sites = (
        village("a", weekly(), replace(home, id="home"), contact=SECRET, phone=SECRET),
        replace(village("b", home), name=SECRET, place=SECRET, township=SECRET, contact=SECRET),
    )
    problem = tiny_problem(bases=base(), teams=(crew,), sites=sites)
    tasks = [Task("a", "weekly"), Task("a", "home"), Task("b", "weekly")]
    told = announce(problem, plan_of(problem, {("one", 0): tasks}))
    assert [one.site_id for one in told] == ["a"]
    assert [len(one.offers) for one in told] == [1]
    assert SECRET not in repr([asdict(one) for one in told])


def test_results_that_are_not_announced_are_not_told_with_what_they_follow() -> None:
    """A home visit after a check-up would tell who was checked: nothing is said of it."""
    follow = FollowUp(rule_id="weekly", site_id="a", min_days=1, max_days=3)
    later = weekly(per="horizon", follows=follow)
    for is_announced, count in ((True, 1), (False, 0)):
        results = replace(later, id="results", is_announced=is_announced)
        problem = tiny_problem(bases=base(), sites=(village("a"), village("b", results, place="hall")))
        plan = plan_of(problem, {("one", 0): [Task("a", "weekly")], ("one", 2): [Task("b", "results")]})
        told = next(one for one in announce(problem, plan) if one.site_id == "a")
        assert len(told.offers[0].handed_out) == count
        for found in told.offers[0].handed_out:
            assert (found.session.day, found.place) == (day(2), "b hall")


def test_hours_are_those_in_which_people_are_seen() -> None:
    """Set-up of 20 and 30 minutes of observation are not announced where people are counted: 08:30 to 09:30."""
    rule = weekly(service=ServiceTime(setup_minutes=20, people=60, people_per_hour=60, tail_minutes=30))
    problem = tiny_problem(bases=base(), sites=(village("a", rule),))
    (told,) = announce(problem, plan_of(problem, {("one", 0): [Task("a", "weekly")]}))
    session = told.offers[0].sessions[0]
    assert (session.open_minute, session.close_minute) == (510, 570)


@pytest.mark.parametrize(
    ("start", "leave", "told"), [(523, 688, (525, 685)), (525, 685, (525, 685)), (521, 524, (521, 524))]
)
def test_hours_are_rounded_inwards_to_five_minutes(start: int, leave: int, told: tuple[int, int]) -> None:
    """08:43 to 11:28 is told as 08:45 to 11:25: nobody comes before the team or after it; minutes are kept as they
    are where nothing would be left."""
    problem = tiny_problem(bases=base(), sites=(village("a"),))
    plan = plan_of(problem, {("one", 0): [Task("a", "weekly")]})
    stop = replace(plan.circuits[0].routes[0].stops[0], start_minute=start, leave_minute=leave)
    session = announce(problem, with_stop(plan, stop))[0].offers[0].sessions[0]
    assert (session.open_minute, session.close_minute) == told


def with_stop(plan: Plan, stop: Stop) -> Plan:
    route = replace(plan.circuits[0].routes[0], stops=(stop,))
    return replace(plan, circuits=(replace(plan.circuits[0], routes=(route,)),))


def test_joint_session_opens_when_all_are_there() -> None:
    """Two teams, the second 10 minutes later: told once, from the later start to the earlier end, with both hosts."""
    problem = tiny_problem(bases=base(), teams=(team("one"), team("two")), sites=(village("a"),))
    plan = plan_of(problem, {("one", 0): [Task("a", "weekly")], ("two", 0): [Task("a", "weekly")]})
    second = plan.circuits[1].routes[0]
    stop = replace(second.stops[0], start_minute=500, leave_minute=530)
    later = replace(plan.circuits[1], routes=(replace(second, stops=(stop,)),))
    (told,) = announce(problem, replace(plan, circuits=(plan.circuits[0], later)))
    (offer,) = told.offers
    assert [(s.open_minute, s.close_minute) for s in offer.sessions] == [(500, 520)]
    assert offer.hosts == ("one", "two")


def test_many_teams_are_named_by_their_institutions() -> None:
    """Four teams of one clinic are the clinic."""
    crews = [team(f"t{k}", institution="Clinic") for k in range(4)]
    assert hosts(crews) == ("Clinic",)
    assert hosts(crews[:2]) == ("Clinic · t0", "Clinic · t1")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 4, 27), 28, [(date(2026, 4, 27), date(2026, 5, 24))]),
        (date(2026, 3, 2), 35, [(date(2026, 3, 2), date(2026, 4, 5))]),
        (date(2026, 3, 2), 42, [(date(2026, 3, 2), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 12))]),
        (
            date(2026, 12, 28),
            42,
            [
                (date(2026, 12, 28), date(2026, 12, 31)),
                (date(2027, 1, 1), date(2027, 1, 31)),
                (date(2027, 2, 1), date(2027, 2, 7)),
            ],
        ),
    ],
)
def test_periods_are_the_plan_or_its_months(start: date, days: int, expected: list[tuple[date, date]]) -> None:
    """Up to five weeks are one notice; longer plans have one for each month, and no day is lost."""
    made = Provenance(version="0", seed=1, rounds=0)
    assert periods(Plan(start=start, days=days, circuits=(), provenance=made)) == expected


def test_each_month_of_a_long_plan_has_its_own_announcement() -> None:
    """Visits on 30 March and 6 April are told in two announcements of the village."""
    problem = tiny_problem(calendar=plain_calendar(days=42), bases=base(), sites=(village("a"),))
    told = announce(problem, plan_of(problem, {("one", 28): [Task("a", "weekly")], ("one", 35): [Task("a", "weekly")]}))
    assert [[s.day for s in one.offers[0].sessions] for one in told] == [[day(28)], [day(35)]]


def test_days_are_said_in_both_languages() -> None:
    """Solar and lunar date, weekday; a leap month is called one; Chinese hours say morning or afternoon."""
    assert [day_words(day(2), language) for language in ("en", "zh")] == ["Wednesday 4 March", "3月4日 星期三"]
    assert [dated_words(day(2), language) for language in ("en", "zh")] == ["4 March 2026", "2026年3月4日"]
    assert [lunar_words(day(2), language) for language in ("en", "zh")] == ["lunar month 1, day 16", "农历正月十六"]
    leap = date(2025, 7, 25)
    assert [lunar_words(leap, language) for language in ("en", "zh")] == ["lunar leap month 6, day 1", "农历闰六月初一"]
    assert [lunar_words(date(2027, 1, 8), "zh"), lunar_words(date(2026, 12, 9), "zh")] == [
        "农历腊月初一",
        "农历冬月初一",
    ]
    spans = ((495, 660), (840, 1005), (600, 960), (630, 720), (690, 765))
    assert [hours_words(*span, "zh") for span in spans] == [
        "上午8:15–11:00",
        "下午2:00–4:45",
        "上午10:00–下午4:00",
        "上午10:30–12:00",
        "上午11:30–中午12:45",
    ]
    assert hours_words(495, 660, "en") == "08:15–11:00"

"""Each rule of a day or a team, kept by the search on the straight road; every plan here is judged by the checker."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from planner.model import UNREACHABLE, Base, Horizon, ObjectiveWeights, TravelMatrix
from planner.plan import Plan
from planner.rules import ServiceTime
from planner.values import DateRange, LunchBreak, MarketDays, Window
from tests.builders import day, plain_calendar, straight_road, team, tiny_problem, village, weekly
from tests.planner.solver.planning import NOON, days_of, plan_of, teams_of


def stops_by_day(plan: Plan) -> list[int]:
    """Return the number of stops of each route."""
    return [len(route.stops) for route in plan.routes()]


def test_four_villages_fit_one_day() -> None:
    """Out to d and home is 80 km; a second day would drive again. 80 minutes of road and 120 of service: 80 + 13.33."""
    plan = plan_of(tiny_problem())
    assert stops_by_day(plan) == [4]
    assert [route.metres for route in plan.routes()] == [80_000]


def test_windows_that_exclude_each_other_take_two_days() -> None:
    """Villages a and d are open 08:00-08:40 only: nobody can be at both."""
    morning = (Window(start_minute=480, end_minute=520),)
    sites = (village("a", windows=morning), village("d", weekly(service=ServiceTime()), windows=morning))
    plan = plan_of(tiny_problem(sites=sites))
    assert stops_by_day(plan) == [1, 1]
    assert {stop.start_minute for _, stop in plan.visits() if stop.site_id == "a"} == {490}


def test_short_shift_spreads_the_villages_over_days() -> None:
    """A shift of 110 minutes holds a+b (40 road + 60 service), never three villages (60 + 90)."""
    crew = team(shift=Window(start_minute=480, end_minute=590))
    plan = plan_of(tiny_problem(teams=(crew,), sites=tuple(village(name) for name in "abc")))
    assert max(stops_by_day(plan)) <= 2
    assert plan.unserved == ()


def test_lunch_is_taken_on_a_long_day() -> None:
    """Four visits of 100 minutes and 80 of road are 480 of 540 minutes: with the hour of lunch exactly the shift."""
    rule = weekly(service=ServiceTime(setup_minutes=100))
    crew = team(lunch=NOON, weekdays=frozenset({0}))
    plan = plan_of(tiny_problem(teams=(crew,), sites=tuple(village(name, rule) for name in "abcd")))
    assert plan.unserved == ()
    assert [(route.start_minute, route.end_minute, route.lunch is None) for route in plan.routes()] == [
        (480, 1020, False)
    ]


def test_lunch_leaves_no_room_for_a_day_without_it() -> None:
    """With a lunch of 61 minutes the same four visits are one minute too long for one day."""
    rule = weekly(service=ServiceTime(setup_minutes=100))
    crew = team(lunch=LunchBreak(earliest_minute=690, latest_minute=780, minutes=61), weekdays=frozenset({0}))
    plan = plan_of(tiny_problem(teams=(crew,), sites=tuple(village(name, rule) for name in "abcd")))
    assert [owed.reason for owed in plan.unserved] == ["no_time_left"]


def test_afternoon_team_needs_no_lunch() -> None:
    """A shift that begins after noon is never out over the whole span of the lunch."""
    crew = team(lunch=NOON, shift=Window(start_minute=780, end_minute=1020))
    plan = plan_of(tiny_problem(teams=(crew,)))
    assert plan.unserved == ()
    assert [route.lunch for route in plan.routes()] == [None]


def test_capacity_limits_each_day() -> None:
    """Loads of 40 each and a capacity of 90: two a day, two days."""
    sites = tuple(village(name, weekly(load=40)) for name in "abcd")
    plan = plan_of(tiny_problem(sites=sites, teams=(team(capacity_per_day=90),)))
    assert stops_by_day(plan) == [2, 2]


def test_max_stops_limits_each_day() -> None:
    """One stop a day: four days."""
    plan = plan_of(tiny_problem(teams=(team(max_stops_per_day=1),)))
    assert stops_by_day(plan) == [1, 1, 1, 1]


def test_skill_decides_the_team() -> None:
    """Only the team with the dentist comes to d."""
    sites = (village("a"), village("d", weekly(skills=frozenset({"dentist"}))))
    teams = (team("plain"), team("skilled", skills=frozenset({"dentist"})))
    assert teams_of(plan_of(tiny_problem(sites=sites, teams=teams)), "d") == {"skilled"}


def test_owner_comes_although_another_is_free() -> None:
    """The owner makes the visit; the other team may not be lent."""
    teams = (team("owner", owns=frozenset({"d"})), team("other"))
    assert teams_of(plan_of(tiny_problem(teams=teams)), "d") == {"owner"}


def test_lent_team_comes_only_where_the_owner_has_no_time() -> None:
    """The owner works on Mondays only and has time for one of two villages; the lent team takes the other."""
    rule = weekly(service=ServiceTime(setup_minutes=300))
    sites = (village("a", rule), village("b", rule))
    owner = team("owner", owns=frozenset("ab"), weekdays=frozenset({0}))
    lent = team("lent", may_be_lent=True)
    plan = plan_of(tiny_problem(sites=sites, teams=(owner, lent)))
    assert sorted(len(teams_of(plan, name) & {"lent"}) for name in "ab") == [0, 1]
    assert plan.unserved == ()
    kept = plan_of(tiny_problem(sites=sites, teams=(owner, replace(lent, may_be_lent=False))))
    assert [owed.reason for owed in kept.unserved] == ["no_time_left"]


def test_access_class_decides_the_team() -> None:
    """Only the jeep gets to c."""
    sites = (village("a"), village("c", access_classes=frozenset({"jeep"})))
    teams = (team("car"), team("jeep", access_class="jeep"))
    assert teams_of(plan_of(tiny_problem(sites=sites, teams=teams)), "c") == {"jeep"}


def test_joint_session_starts_together() -> None:
    """The doctor and the nurse leave other villages and start at d within a quarter of an hour."""
    joint = weekly(composition=frozenset({"doctor", "nurse"}))
    sites = (
        village("a", weekly(skills=frozenset({"doctor"}))),
        village("c", weekly(skills=frozenset({"nurse"}))),
        village("d", joint),
    )
    teams = (team("one", skills=frozenset({"doctor"})), team("two", skills=frozenset({"nurse"})))
    plan = plan_of(tiny_problem(sites=sites, teams=teams))
    starts = [(route.day, stop.start_minute) for route, stop in plan.visits() if stop.site_id == "d"]
    assert teams_of(plan, "d") == {"one", "two"}
    assert len({day for day, _ in starts}) == 1
    assert max(minute for _, minute in starts) - min(minute for _, minute in starts) <= 15


def test_one_team_with_all_classes_comes_alone() -> None:
    """A second team would only cost."""
    joint = weekly(composition=frozenset({"doctor", "nurse"}))
    both = team("both", skills=frozenset({"doctor", "nurse"}))
    plan = plan_of(tiny_problem(sites=(village("d", joint),), teams=(both, team("one", skills=frozenset({"doctor"})))))
    assert teams_of(plan, "d") == {"both"}


def test_team_that_adds_no_class_stays_away() -> None:
    """One team holds both classes, the other only one of them: a second team at the session would be booked twice."""
    joint = weekly(composition=frozenset({"doctor", "nurse"}))
    part, whole = team("part", skills=frozenset({"doctor"})), team("whole", skills=frozenset({"doctor", "nurse"}))
    plan = plan_of(tiny_problem(teams=(part, whole), sites=tuple(village(name, joint) for name in "abc")))
    assert {route.team_id for route, _ in plan.visits()} == {"whole"}
    assert plan.unserved == ()


def test_fixed_weekday_stays_over_four_weeks() -> None:
    """Two neighbours with a fixed day each keep one weekday for all four visits."""
    sites = tuple(village(name, weekly(same_weekday=True)) for name in "ab")
    plan = plan_of(tiny_problem(sites=sites, calendar=plain_calendar(28)))
    for name in "ab":
        assert len(days_of(plan, name)) == 4
        assert len({visited.weekday() for visited in days_of(plan, name)}) == 1


def test_same_team_makes_all_visits() -> None:
    """Each team works two weekdays; the four visits are by one of them."""
    sites = (village("a", weekly(same_team=True)),)
    teams = (team("one", weekdays=frozenset({0, 1})), team("two", weekdays=frozenset({2, 3})))
    plan = plan_of(tiny_problem(sites=sites, teams=teams, calendar=plain_calendar(28)))
    assert len(days_of(plan, "a")) == 4
    assert len(teams_of(plan, "a")) == 1


def test_gaps_are_kept_over_the_ends_of_weeks() -> None:
    """Twice a week, 3 to 4 days apart, for four weeks: Monday and Thursday, or Tuesday and Friday, without a slip."""
    rule = weekly(visits=2, min_gap_days=3, max_gap_days=4)
    found = days_of(plan_of(tiny_problem(sites=(village("a", rule),), calendar=plain_calendar(28))), "a")
    assert len(found) == 8
    assert {(later - sooner).days for sooner, later in pairwise(found)} == {3, 4}


def test_visit_is_due_within_the_largest_gap_of_the_last_one() -> None:
    """Last visited on the Thursday before, at most 5 days apart: Monday or Tuesday."""
    rule = weekly(last_visited=day(-4), max_gap_days=5)
    assert days_of(plan_of(tiny_problem(sites=(village("a", rule),))), "a")[0] <= day(1)


def test_weekday_sets_are_not_mixed() -> None:
    """The team does not work on Fridays, so only Monday and Thursday is a whole set."""
    rule = weekly(visits=2, weekday_sets=(frozenset({0, 3}), frozenset({1, 4})))
    crew = team(weekdays=frozenset({0, 1, 2, 3}))
    assert days_of(plan_of(tiny_problem(sites=(village("a", rule),), teams=(crew,))), "a") == [day(0), day(3)]


def test_closed_road_moves_the_visit_to_an_open_day() -> None:
    """The road to the villages is closed from Monday to Wednesday."""
    free = straight_road("a", "b")
    shut = free.minutes.copy(), free.metres.copy()
    for legs in shut:
        legs[0, 1:] = UNREACHABLE
    travel = (
        replace(free, minutes=shut[0], metres=shut[1], days=DateRange(first_day=day(0), last_day=day(2))),
        replace(free, days=DateRange(first_day=day(3), last_day=day(30))),
    )
    plan = plan_of(tiny_problem(sites=(village("a"), village("b")), travel=travel))
    assert days_of(plan, "a") + days_of(plan, "b") >= [day(3)]
    assert plan.unserved == ()


def test_villages_without_a_road_between_them_take_two_days() -> None:
    """There is no road from a to b nor from b to a: each is visited from the base on a day of its own."""
    free = straight_road("a", "b")
    minutes, metres = free.minutes.copy(), free.metres.copy()
    for legs in (minutes, metres):
        legs[1, 2] = legs[2, 1] = UNREACHABLE
    cut = TravelMatrix(
        place_ids=free.place_ids, minutes=minutes, metres=metres, estimated=np.zeros((3, 3), dtype=np.bool_)
    )
    assert stops_by_day(plan_of(tiny_problem(sites=(village("a"), village("b")), travel=(cut,)))) == [1, 1]


def test_holiday_is_worked_only_where_both_allow_it() -> None:
    """The visit is on the only workday of the week; a team and a site that allow holidays may choose."""
    calendar = plain_calendar()
    holidays = replace(calendar, kinds={d: "workday" if d == day(3) else "holiday" for d in calendar.kinds})
    assert days_of(plan_of(tiny_problem(calendar=holidays, sites=(village("a"),))), "a") == [day(3)]
    sites = (village("a", weekly(visits=2), is_holiday_allowed=True),)
    assert (
        len(days_of(plan_of(tiny_problem(calendar=holidays, sites=sites, teams=(team(works_holidays=True),))), "a"))
        == 2
    )


def test_market_day_is_chosen_when_it_costs_nothing() -> None:
    """The 3rd of the month (a Tuesday) is the only market day of the week."""
    sites = (village("a", market_days=MarketDays(digits=frozenset({3}), calendar="solar")),)
    assert days_of(plan_of(tiny_problem(sites=sites)), "a") == [day(1)]


def test_end_base_is_where_the_day_ends() -> None:
    """The day ends at a second base, 20 km past b: 40 km out in all, and nothing on days without a visit."""
    free = straight_road("a", "b", "c", "d")
    ends_at_d = replace(free, place_ids=("base", "a", "b", "c", "depot"))
    bases = tuple(Base(id=name, name=name, lon=110.0, lat=29.0) for name in ("base", "depot"))
    sites = tuple(village(name) for name in "abc")
    plan = plan_of(tiny_problem(sites=sites, bases=bases, teams=(team(end_base="depot"),), travel=(ends_at_d,)))
    assert [(route.start_base, route.end_base, route.metres) for route in plan.routes()] == [("base", "depot", 40_000)]


def test_impossible_visit_is_listed_and_empties_nothing() -> None:
    """The visit to d is longer than any shift; a, b and c are made all the same."""
    sites = (*(village(name) for name in "abc"), village("d", weekly(service=ServiceTime(setup_minutes=600))))
    plan = plan_of(tiny_problem(sites=sites))
    assert [(owed.site_id, owed.reason) for owed in plan.unserved] == [("d", "shift_too_short")]
    assert stops_by_day(plan) == [3]


def test_horizon_without_a_working_day_lists_everything() -> None:
    """A weekend: nobody works, every visit is owed."""
    calendar = plain_calendar(2, day(5))
    assert calendar.horizon == Horizon(start=day(5), days=2)
    rule = weekly(per="horizon")
    plan = plan_of(tiny_problem(calendar=calendar, sites=(village("a", rule),)))
    assert [owed.reason for owed in plan.unserved] == ["no_working_day"]


@pytest.mark.parametrize("priority", [1, 5])
def test_priority_decides_who_is_left_out(priority: int) -> None:
    """One Monday, time for one of two visits: the one that matters more is made."""
    long = ServiceTime(setup_minutes=300)
    sites = (village("a", weekly(service=long, priority=3)), village("b", weekly(service=long, priority=priority)))
    plan = plan_of(tiny_problem(sites=sites, teams=(team(weekdays=frozenset({0})),)))
    assert [owed.site_id for owed in plan.unserved] == ["a" if priority > 3 else "b"]


def test_preferred_team_comes_when_the_way_is_the_same() -> None:
    """Two teams alike; the preferred one makes all visits."""
    sites = tuple(village(name, weekly(preferred_team="two")) for name in "abcd")
    plan = plan_of(tiny_problem(sites=sites, teams=(team("one"), team("two"))))
    assert {route.team_id for route in plan.routes()} == {"two"}


def test_visits_of_several_weeks_fall_in_their_own_weeks() -> None:
    """Four weeks of one visit each: one in every week."""
    found = days_of(plan_of(tiny_problem(sites=(village("a"),), calendar=plain_calendar(28))), "a")
    assert [(visited - day(0)) // timedelta(days=7) for visited in found] == [0, 1, 2, 3]


def test_visits_keep_to_one_weekday_where_another_costs() -> None:
    """Market is on the 3rd, 13th, 18th and 23rd: Tuesday, Friday, Wednesday, Monday. Missing one costs 5.

    So the visits fall on four weekdays, but on one where each further weekday costs 10.
    """
    site = village("d", market_days=MarketDays(digits=frozenset({3, 8}), calendar="solar"))
    weights = ObjectiveWeights(per_missed_market_day=5)
    problem = tiny_problem(sites=(site,), calendar=plain_calendar(days=28), weights=weights)
    assert len({visit.weekday() for visit in days_of(plan_of(problem), "d")}) == 4
    kept = replace(problem, weights=replace(weights, per_extra_weekday=10))
    assert len({visit.weekday() for visit in days_of(plan_of(kept), "d")}) == 1


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_communities_are_visited_in_turn(shift: int) -> None:
    """One of four a week, each every fourth week, 26 to 30 days apart: whoever was seen longest ago is next.

    One stop a day and one working day a week leave room for one visit each week; 12 weeks are three turns.
    """
    turn = [*"abcd"[shift:], *"abcd"[:shift]]
    weeks_ago = {name: 4 - k for k, name in enumerate(turn)}
    sites = tuple(
        village(name, weekly(every=4, min_gap_days=26, max_gap_days=30, last_visited=day(-7 * weeks_ago[name])))
        for name in "abcd"
    )
    crew = team(weekdays=frozenset({0}), max_stops_per_day=1)
    plan = plan_of(tiny_problem(calendar=plain_calendar(84), sites=sites, teams=(crew,)))
    assert plan.unserved == ()
    visits = sorted((route.day, stop.site_id) for route, stop in plan.visits())
    assert len(visits) >= 11  # the blocks of four weeks are counted from a fixed Monday: the last one may ask for three
    assert [site for _, site in visits] == (turn * 3)[: len(visits)]

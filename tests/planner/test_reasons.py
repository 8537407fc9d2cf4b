"""Why a visit is owed: the reason is true, names what is in the way, and doing what it says helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from planner.errors import Where
from planner.language import say
from planner.lone import best_chance
from planner.model import Base, Opening, Problem, Site, Task, Team
from planner.plan import UnservedVisit
from planner.reason_words import NAMES, REASONS, describe
from planner.reasons import explain, true_reasons
from planner.rules import ServiceTime, VisitRule
from planner.values import Closure, DateRange, LunchBreak, Window
from tests.builders import MONDAY, day, plain_calendar, straight_road, team, tiny_problem, village, weekly

WEEK = (day(0), day(6))


def problem_of(site: Site, *teams: Team, **changes: object) -> Problem:
    """Return one village and some teams, one week."""
    return tiny_problem(sites=(site,), teams=teams or (team(),), **changes)


def why(problem: Problem, due: tuple[date, date] = WEEK, *, nth: int = 1) -> tuple[str, Mapping[str, str]]:
    """Return the reason of the only task, and its details."""
    code, details = explain(problem, problem.tasks[0], *due, nth=nth)
    return code, dict(details)


def window(start: int, end: int) -> tuple[Window]:
    """Return one window."""
    return (Window(start_minute=start, end_minute=end),)


def skills(*names: str) -> frozenset[str]:
    """Return some skills."""
    return frozenset(names)


LONG = ServiceTime(setup_minutes=500)
JOINT = weekly(composition=skills("medical", "public"))
MEDICAL, PUBLIC = team("m", skills=skills("medical")), team("p", skills=skills("public"))


def with_no_road(*ends: tuple[str, str]) -> tuple[object, ...]:
    """Return the roads of a and d without some legs."""
    road = straight_road("a", "d")
    minutes, metres = road.minutes.copy(), road.metres.copy()
    for origin, destination in ends:
        leg = road.index[origin], road.index[destination]
        minutes[leg] = metres[leg] = -1
    return (replace(road, minutes=minutes, metres=metres),)


WORKDAYS = DateRange(first_day=day(0), last_day=day(4))
CLOSED_VILLAGE = Closure(
    kind="village", id="a", days=WORKDAYS, reason="election", where=Where(file="closures.csv", row=7)
)
CLOSED_ROAD = Closure(
    kind="road",
    id="R12",
    name="Gorge road",
    days=DateRange(first_day=date(2026, 2, 20), last_day=day(13)),
    reason="landslide",
    where=Where(file="c.xlsx", sheet="closures", row=3),
)
OPENING = Opening(closures=(CLOSED_ROAD,), travel=(straight_road("d"),))
NEAR_ROAD = straight_road("d")
FAR_ROAD = replace(NEAR_ROAD, minutes=NEAR_ROAD.minutes * 15)

CASES: tuple[tuple[str, Problem, Problem, Mapping[str, str]], ...] = (
    # code, the problem, the problem with its remedy applied, some of the details
    (
        "no_working_day",
        problem_of(village("a"), team(days_off=frozenset(day(k) for k in range(5)))),
        problem_of(village("a"), team(days_off=frozenset(day(k) for k in range(4)))),
        {"asked": "1", "allowed": "7", "open": "7", "worked": "0"},
    ),
    (
        "village_closed",
        problem_of(village("a", closed=(WORKDAYS,)), site_closures=(CLOSED_VILLAGE,)),
        problem_of(village("a", closed=(DateRange(first_day=day(0), last_day=day(3)),))),
        {"closed_from": "2026-03-02", "closed_to": "2026-03-06", "closed_why": "election", "closed_row": "7"},
    ),
    (
        "road_closed",
        problem_of(village("d"), travel=with_no_road(("d", "base")), openings=(OPENING,)),
        problem_of(village("d")),
        {"closed": "Gorge road (R12)", "closed_from": "2026-02-20", "closed_row": "3", "closed_file": "c.xlsx"},
    ),
    (
        "gap_conflict",
        problem_of(village("a", weekly(visits=2, min_gap_days=5))),
        problem_of(village("a", weekly(visits=2, min_gap_days=4))),
        {"asked": "2", "low": "5", "high": "–"},
    ),
    (
        "no_team_skill",
        problem_of(village("a", weekly(skills=skills("xray", "lab"))), team("x", skills=skills("xray")), team("y")),
        problem_of(village("a", weekly(skills=skills("xray", "lab"))), team("x", skills=skills("xray", "lab"))),
        {"team": "x", "missing": "lab", "skills": "lab, xray"},
    ),
    (
        "no_team_access",
        problem_of(village("a", access_classes=skills("jeep", "mule"))),
        problem_of(village("a", access_classes=skills("jeep", "mule")), team(access_class="jeep")),
        {"allowed": "jeep, mule", "found": "car"},
    ),
    (
        "not_owned",
        problem_of(village("a", weekly(skills=skills("lab")), owner="x"), team("x"), team("y", skills=skills("lab"))),
        problem_of(
            village("a", weekly(skills=skills("lab")), owner="x"),
            team("x"),
            team("y", skills=skills("lab"), may_be_lent=True),
        ),
        {"owners": "x"},
    ),
    (
        "composition_missing",
        problem_of(village("a", JOINT), MEDICAL),
        problem_of(village("a", JOINT), MEDICAL, PUBLIC),
        {"classes": "medical, public", "missing": "public"},
    ),
    (
        "unreachable",
        problem_of(village("d"), travel=with_no_road(("d", "base"))),
        problem_of(village("d")),
        {"team": "one", "day": "2026-03-02"},
    ),
    (
        "window_too_short",
        problem_of(village("a", windows=window(480, 509))),
        problem_of(village("a", windows=window(480, 520))),
        {"service": "30", "longest": "29"},
    ),
    (
        "shift_too_short",
        problem_of(village("d", weekly(service=LONG))),  # 480 + 40 + 500 + 40 = 1060: 40 minutes past 17:00
        problem_of(village("d", weekly(service=LONG)), team(shift=Window(start_minute=480, end_minute=1060))),
        {"team": "one", "minutes": "40", "day": "2026-03-02"},
    ),
    (
        "too_far",
        problem_of(village("d"), travel=(FAR_ROAD,)),  # 480 + 600 + 30 + 600 = 1710: 690 minutes past 17:00
        problem_of(village("d")),
        {"team": "one", "minutes": "690", "day": "2026-03-02"},
    ),
    (
        "over_capacity",
        problem_of(village("a", weekly(load=80)), team("big", capacity_per_day=79), team("small", capacity_per_day=8)),
        problem_of(village("a", weekly(load=80)), team("big", capacity_per_day=80)),
        {"load": "80", "limit": "79", "team": "big"},
    ),
)


@pytest.mark.parametrize(("code", "problem", "remedied", "details"), CASES, ids=[case[0] for case in CASES])
def test_obstacle_is_named_and_its_remedy_helps(
    code: str, problem: Problem, remedied: Problem, details: Mapping[str, str]
) -> None:
    """The reason names what is in the way; with the remedy applied the visit is possible by itself."""
    found, values = why(problem)
    assert (found, {name: values[name] for name in details}) == (code, dict(details))
    assert why(remedied)[0] == "no_time_left"


def test_possible_visit_is_a_matter_of_time() -> None:
    """The detail is a team and a day on which the visit could be made if nothing else were."""
    code, values = why(problem_of(village("a"), team("a-off", days_off=frozenset({MONDAY})), team("b")))
    assert (code, values) == ("no_time_left", {"team": "b", "day": "2026-03-02"})


def test_every_reason_has_a_test() -> None:
    """The list of codes is closed."""
    assert (
        {case[0] for case in CASES} | {"no_time_left", "too_dear"} == set(REASONS) == set(NAMES)
    )  # these depend on the plan


@pytest.mark.parametrize("code", sorted(REASONS))
def test_reason_is_described_in_both_languages(code: str) -> None:
    """What is in the way, then what to do, without a value left out; a plan that gives no values shows dashes."""
    problem = next((case[1] for case in CASES if case[0] == code), problem_of(village("a")))
    task = problem.tasks[0]
    details = explain(problem, task, *WEEK)[1]
    owed = UnservedVisit(
        site_id="a", rule_id="weekly", first_day=WEEK[0], last_day=WEEK[1], reason=code, details=details
    )
    english, chinese = say(describe(owed), "en"), say(describe(owed), "zh")
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert "{" not in english + chinese
    assert [value for _, value in details if value not in english or value not in chinese] == []
    assert "–" in say(describe(replace(owed, details=())), "en")


def test_team_that_may_not_stop_anywhere_makes_no_visit() -> None:
    """Its maximum is 0 stops a day: there is nobody to come."""
    assert why(problem_of(village("a"), team(max_stops_per_day=0)))[0] == "no_working_day"


def test_sentence_of_a_short_shift_can_be_acted_on() -> None:
    """Team, day and minutes are in it."""
    owed = UnservedVisit(
        site_id="d",
        rule_id="weekly",
        first_day=WEEK[0],
        last_day=WEEK[1],
        reason="shift_too_short",
        details=(("day", "2026-03-02"), ("minutes", "40"), ("team", "one")),
    )
    assert say(describe(owed), "en") == (
        "Even with the whole day for this visit, team one, which comes nearest on 2026-03-02, is 40 minutes too late "
        "for the time window or the end of its shift. "
        "Lengthen the window or the shift of team one by 40 minutes, or shorten the visit."
    )


def sentence_of(problem: Problem, language: str) -> str:
    """Return why the only visit of the week is owed, and what to do."""
    task = problem.tasks[0]
    code, details = explain(problem, task, *WEEK)
    first, last = WEEK
    owed = UnservedVisit(
        site_id=task.site_id, rule_id=task.rule_id, first_day=first, last_day=last, reason=code, details=details
    )
    return say(describe(owed), language)


def test_closed_road_is_named_with_its_days_and_its_row() -> None:
    """Which road, from when to when, why, and where it stands, in both languages."""
    problem = next(case[1] for case in CASES if case[0] == "road_closed")
    assert sentence_of(problem, "en").startswith(
        "The way is closed: Gorge road (R12), from 2026-02-20 to 2026-03-15 "
        "(landslide; c.xlsx, sheet closures, row 3). If it were open, team one could come on 2026-03-02."
    )
    assert sentence_of(problem, "zh").startswith(
        "道路封闭：Gorge road (R12)，2026-02-20 至 2026-03-15（landslide；c.xlsx、工作表 closures、第 3 行）。"
        "如果开放，队伍 one 可在 2026-03-02 前往。"
    )


def test_roads_that_are_closed_together_are_all_named() -> None:
    """Neither road alone would do: both rows are told."""
    other = replace(CLOSED_ROAD, id="R13", name="", reason="", where=Where(file="c.xlsx", sheet="closures", row=4))
    both = Opening(closures=(CLOSED_ROAD, other), travel=OPENING.travel)
    problem = problem_of(village("d"), travel=with_no_road(("d", "base")), openings=(both,))
    assert "; R13, from 2026-02-20 to 2026-03-15 (c.xlsx, sheet closures, row 4). " in sentence_of(problem, "en")


def test_closed_village_is_told_with_its_days_even_when_no_row_is_known() -> None:
    """A problem that comes of no table has days and no row."""
    assert sentence_of(problem_of(village("a", closed=(WORKDAYS,))), "en").startswith(
        "The village is closed from 2026-03-02 to 2026-03-06. If it were open, team one could come on 2026-03-02."
    )


def test_closed_road_is_no_reason_where_the_visit_would_not_be_possible_either() -> None:
    """With the road open the shift is still too short: nothing is gained by saying that the road is closed."""
    problem = problem_of(village("d", weekly(service=LONG)), travel=with_no_road(("d", "base")), openings=(OPENING,))
    assert why(problem)[0] == "unreachable"


def test_unknown_reason_is_said_to_be_unknown() -> None:
    """A plan of another version is described without failing."""
    owed = UnservedVisit(site_id="a", rule_id="r", first_day=MONDAY, last_day=MONDAY, reason="mood")
    assert say(describe(owed), "en") == "The reason mood is not known. Plan again with this version."


def test_nearest_team_is_named() -> None:
    """Both are too late, the one with the longer shift by less."""
    early = team("early", shift=Window(start_minute=480, end_minute=900))
    late = team("late", shift=Window(start_minute=480, end_minute=1000))
    code, values = why(problem_of(village("d", weekly(service=LONG)), early, late))
    assert (code, values["team"], values["minutes"]) == ("shift_too_short", "late", "60")


def test_needed_lunch_makes_the_shift_too_short() -> None:
    """8 hours and the roads fit into the shift, an hour of lunch does not."""
    site = village("d", weekly(service=ServiceTime(setup_minutes=450)))
    assert why(problem_of(site))[0] == "no_time_left"
    noon = LunchBreak(earliest_minute=690, latest_minute=780, minutes=60)
    code, values = why(problem_of(site, team(lunch=noon)))
    assert code == "shift_too_short"
    assert int(values["minutes"]) > 60


def test_second_visit_has_room_but_no_time() -> None:
    """Two of three visits find a day: the first owed has no room, the second is a matter of time."""
    problem = problem_of(village("a", weekly(visits=3, min_gap_days=3)))
    assert [why(problem, nth=k)[0] for k in (1, 2)] == ["gap_conflict", "no_time_left"]
    assert true_reasons(problem, problem.tasks[0], *WEEK, 2) == {"gap_conflict", "no_time_left"}


def test_days_with_an_obstacle_leave_no_room_for_the_second_visit() -> None:
    """Only on Monday is the road open: the second visit of the week cannot be reached on any other day."""
    open_road, closed_road = straight_road("a"), None
    minutes, metres = open_road.minutes.copy(), open_road.metres.copy()
    minutes[0, 1] = metres[0, 1] = -1
    closed_road = replace(open_road, minutes=minutes, metres=metres, days=DateRange(first_day=day(1), last_day=day(6)))
    roads = (replace(open_road, days=DateRange(first_day=day(0), last_day=day(0))), closed_road)
    problem = problem_of(village("a", weekly(visits=2)), travel=roads)
    assert [why(problem, nth=k)[0] for k in (1, 2)] == ["unreachable", "no_time_left"]


def test_stretch_of_one_closed_week_is_judged_by_itself() -> None:
    """The second week is closed; the first is not."""
    site = village("a", closed=(DateRange(first_day=day(7), last_day=day(13)),))
    problem = problem_of(site, calendar=plain_calendar(14))
    assert why(problem, (day(0), day(6)))[0] == "no_time_left"
    assert why(problem, (day(7), day(13)))[0] == "village_closed"
    assert true_reasons(problem, problem.tasks[0], day(7), day(13), 1) == {"village_closed", "no_working_day"}


def test_fixed_weekday_on_a_holiday_is_no_working_day() -> None:
    """Only Mondays are allowed, and the Monday is a holiday: one day allowed, none open."""
    calendar = plain_calendar()
    calendar = replace(calendar, kinds={**calendar.kinds, MONDAY: "holiday"})
    code, values = why(problem_of(village("a", weekly(weekdays=frozenset({0}))), calendar=calendar))
    assert (code, values["allowed"], values["open"]) == ("no_working_day", "1", "0")


def test_joint_session_needs_a_common_hour() -> None:
    """One team works mornings, the other afternoons: each could come, but never together."""
    morning = replace(MEDICAL, shift=Window(start_minute=480, end_minute=720))
    evening = replace(PUBLIC, shift=Window(start_minute=780, end_minute=1020))
    code, values = why(problem_of(village("a", JOINT), morning, evening))
    assert (code, values["missing"]) == ("composition_missing", "medical, public")


def test_joint_session_waits_for_the_team_that_comes_from_afar() -> None:
    """One base is 40 minutes nearer: its team starts later, and they meet."""
    far = Base(id="far", name="far", lon=110.0, lat=29.0)
    road = straight_road("a", "d")
    road = replace(road, place_ids=("base", "a", "far"))
    crews = (MEDICAL, replace(PUBLIC, base="far"))
    bases = (Base(id="base", name="base", lon=109.9, lat=29.0), far)
    problem = problem_of(village("a", JOINT), *crews, bases=bases, travel=(road,))
    assert not best_chance(problem, Task("a", "weekly"), MONDAY, crews).obstacle


def test_joint_session_meets_the_obstacle_of_the_class_that_cannot_come() -> None:
    """The only public health team works until 08:30: it is too late, whoever else could come."""
    short = replace(PUBLIC, shift=Window(start_minute=480, end_minute=510))
    code, values = why(problem_of(village("a", JOINT), MEDICAL, short))
    assert (code, values["team"], values["minutes"]) == ("shift_too_short", "p", "20")


def test_night_out_brings_far_villages_within_reach() -> None:
    """d is 300 minutes away and the shift has 540: with a night at d the visit is only a matter of time.

    It is not where the team may not sleep out or never works two days in a row, nor for a joint session, to which
    teams come from home; and what the team cannot carry it cannot carry by two days either.
    """
    slow = straight_road("d")
    slow = replace(slow, minutes=slow.minutes * 300 // 40)
    crew = team(nights_away=1, lodgings=frozenset({"d"}), capacity_per_day=10, skills=skills("medical"))

    def reason(crew: Team, **changes: object) -> str:
        return why(problem_of(village("d", weekly(**changes)), crew, travel=(slow,)))[0]

    assert reason(crew) == "no_time_left"
    assert reason(crew, load=20) == "over_capacity"
    assert reason(replace(crew, nights_away=0)) == "shift_too_short"
    assert reason(replace(crew, weekdays=frozenset({0, 2, 4}))) == "shift_too_short"
    assert reason(crew, composition=skills("medical")) == "shift_too_short"


def test_rule_that_asks_nothing_is_not_explained_by_an_error() -> None:
    """A stretch that is no quota still gets an answer: hand-made plans may list anything."""
    rule = VisitRule(id="weekly", dates=(day(30),))
    assert why(problem_of(village("a", rule)))[0] == "no_working_day"

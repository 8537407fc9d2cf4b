"""Visits fixed beforehand: what a problem refuses, and what is told before any search."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import ModelError, Where
from planner.language import say
from planner.model import Calendar, Pin, Problem, Team
from planner.pins import contradictions
from planner.report import notices_of_pins
from planner.rules import FollowUp
from planner.values import DateRange, Window
from tests.builders import day, plain_calendar, team, tiny_problem, village, weekly


def pin(offset: int, team_id: str | None = None, **changes: str) -> Pin:
    """Return a fixed visit to village a."""
    return Pin(**{"site_id": "a", "rule_id": "weekly", "day": day(offset), "team_id": team_id, **changes})  # type: ignore[arg-type]


def holiday(name: str = "") -> Calendar:
    """Return a week whose Monday is a public holiday."""
    plain = plain_calendar()
    return replace(plain, kinds={**plain.kinds, day(0): "holiday"}, names={day(0): name} if name else {})


DOCTOR, NURSE = frozenset({"doctor"}), frozenset({"nurse"})


def joint_problem(*teams: Team) -> Problem:
    """Return one village where doctor and nurse are asked together, and team one fixed for Monday."""
    return tiny_problem(sites=(village("a", weekly(composition=DOCTOR | NURSE)),), teams=teams, pins=(pin(0, "one"),))


def told(problem: Problem) -> list[str]:
    """Return what contradicts the first fixed visit."""
    return [str(why) for why in contradictions(problem, problem.pins[0])]


@pytest.mark.parametrize(
    ("pins", "says"),
    [
        ((pin(0, site_id="nowhere"),), 'fixed for "nowhere" on 2026-03-02: there is no rule "weekly" there'),
        ((pin(0, rule_id="monthly"),), 'there is no rule "monthly"'),
        ((pin(0, "ghost"),), 'there is no team "ghost"'),
        ((pin(7),), "outside the planned days"),
        ((pin(-1),), "outside the planned days"),
        ((pin(0), pin(0)), "fixed twice"),
    ],
    ids=["village", "rule", "team", "day after", "day before", "twice"],
)
def test_fixed_visit_that_means_nothing_is_refused(pins: tuple[Pin, ...], says: str) -> None:
    """The problem checks its references once, when it is built."""
    with pytest.raises(ModelError, match=says):
        tiny_problem(pins=pins)


def test_fixed_visits_are_sorted() -> None:
    """The order of rows never reaches the search."""
    problem = tiny_problem(pins=(pin(1, "one"), pin(0)), teams=(team(),))
    assert [p.day for p in problem.pins] == [day(0), day(1)]


def test_fixed_visit_that_can_be_made_contradicts_nothing() -> None:
    """A Monday on which the village is open, the rule allows it and a team works."""
    assert told(tiny_problem(pins=(pin(0, "one"),))) == []


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (
            lambda: tiny_problem(
                sites=(village("a", closed=(DateRange(first_day=day(0), last_day=day(0)),)),), pins=(pin(0),)
            ),
            ["the village is closed that day"],
        ),
        (
            lambda: tiny_problem(calendar=holiday("Founding of the county"), pins=(pin(0),)),
            [
                "it is a public holiday (Founding of the county), on which the village may be visited only with yes in "
                "holiday_allowed"
            ],
        ),
        (
            lambda: tiny_problem(
                calendar=holiday(), sites=(village("a", is_holiday_allowed=True),), pins=(pin(0, "one"),)
            ),
            ["it is a public holiday (without a name), on which team one works only with yes in works_holidays"],
        ),
        (
            lambda: tiny_problem(sites=(village("a", weekly(weekdays=frozenset({1}))),), pins=(pin(0),)),
            ["its rule does not allow that day"],
        ),
        (
            lambda: tiny_problem(sites=(village("a", weekly(last_visited=day(0))),), pins=(pin(2),)),
            ["its rule asks for no visit then"],
        ),
        (
            lambda: tiny_problem(sites=(village("a", weekly(last_visited=day(-1), min_gap_days=5)),), pins=(pin(0),)),
            ["it is too soon after the visit on 2026-03-01"],
        ),
        (
            lambda: tiny_problem(sites=(village("a", weekly(skills=frozenset({"xray"}))),), pins=(pin(0, "one"),)),
            ["team one lacks the skills, the vehicle or the ownership"],
        ),
        (lambda: tiny_problem(pins=(pin(5, "one"),)), ["team one does not work that day"]),
        (lambda: tiny_problem(pins=(pin(5),)), ["no team that may come works that day"]),
        (
            lambda: tiny_problem(teams=(team("one"), team("two")), pins=(pin(0, "one"), pin(0, "two"))),
            ["two teams are fixed for one visit"],
        ),
        (
            lambda: tiny_problem(sites=(village("a", weekly(visits=2, min_gap_days=2)),), pins=(pin(0), pin(1))),
            ["it is too near the visit fixed for 2026-03-03"],
        ),
        (lambda: tiny_problem(pins=(pin(0), pin(3))), ["2 visits are fixed where 1 are asked"]),
        (
            lambda: tiny_problem(
                calendar=plain_calendar(14), sites=(village("a", weekly(same_weekday=True)),), pins=(pin(0), pin(8))
            ),
            ["its service day is fixed, but visits are fixed on several weekdays"],
        ),
        (
            lambda: joint_problem(team("one", skills=DOCTOR), team("both", skills=DOCTOR | NURSE)),
            ["team one would be to spare at the joint session: the others who must come hold its classes, too"],
        ),
        (
            lambda: joint_problem(
                team("one", skills=DOCTOR, shift=Window(start_minute=480, end_minute=600)),
                team("two", skills=NURSE, shift=Window(start_minute=700, end_minute=1020)),
            ),
            ["its teams cannot meet there that day, even with nothing else to do"],
        ),
        (
            lambda: tiny_problem(teams=(team(shift=Window(start_minute=480, end_minute=520)),), pins=(pin(0),)),
            ["no team that may come can make it that day, even with nothing else to do: look at road and hours"],
        ),
        (
            lambda: tiny_problem(teams=(team(max_stops_per_day=1),), pins=(pin(0, "one"), pin(0, "one", site_id="b"))),
            ["other visits fixed for that day use up all stops of the teams that may come"],
        ),
        (
            lambda: tiny_problem(teams=(team(max_stops_per_day=1),), pins=(pin(0), pin(0, "one", site_id="b"))),
            ["other visits fixed for that day use up all stops of the teams that may come"],
        ),
        (
            lambda: tiny_problem(
                sites=(
                    village(
                        "a",
                        weekly(per="horizon", follows=FollowUp(rule_id="weekly", site_id="b", min_days=3, max_days=9)),
                    ),
                    village("b"),
                ),
                pins=(pin(2),),
            ),
            ["it follows another visit, which cannot be made 3 to 9 days before"],
        ),
    ],
    ids=[
        *("closed", "holiday", "team on holiday", "weekday", "unasked", "last visit", "skills", "team off"),
        *("nobody", "two teams", "gap", "quota", "service day"),
        *("spare", "hours", "far", "stops", "stops of all", "follow-up"),
    ],
)
def test_fixed_visit_that_contradicts_its_rule_is_told(problem: object, says: list[str]) -> None:
    """Each contradiction has its own words, and no other is claimed."""
    assert told(problem()) == says  # type: ignore[operator]


def test_fixed_teams_that_can_be_needed_contradict_nothing() -> None:
    """A doctor fixed for a session for which a nurse is there; and both, though one who could come alone is near."""
    one, two = team("one", skills=DOCTOR), team("two", skills=NURSE)
    assert told(joint_problem(one, two)) == []
    problem = joint_problem(one, two, team("both", skills=DOCTOR | NURSE))
    assert told(replace(problem, pins=(pin(0, "one"), pin(0, "two")))) == []


def test_follow_up_of_a_visit_made_before_contradicts_nothing() -> None:
    """The leading visit was made on the Friday before, five days ahead of Wednesday."""
    follower = weekly(per="horizon", follows=FollowUp(rule_id="weekly", site_id="b", min_days=3, max_days=9))
    sites = (village("a", follower), village("b", weekly(last_visited=day(-3))))
    assert told(tiny_problem(sites=sites, pins=(pin(2),))) == []


def test_notice_names_row_village_day_and_reason() -> None:
    """The row of the sheet is where the reader should look; the notice is a warning in both languages."""
    problem = tiny_problem(pins=(pin(5),))
    (notice,) = notices_of_pins(problem, {problem.pins[0]: Where("county.xlsx", "pins", 2, "date")})
    assert notice.is_warning
    assert (notice.where.sheet, notice.where.row, notice.where.column) == ("pins", 2, "date")
    assert "The visit fixed for a (weekly) on 2026-03-07 cannot be made: no team" in notice.in_language("en")
    assert "当天没有可前往的队伍上班" in say(notice.problem, "zh")

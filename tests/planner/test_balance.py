"""The balance of work: its arithmetic, whose work is compared, what it costs and how it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.balance import Balance, Load, hours_outside, mean_hours
from planner.errors import ModelError
from planner.evaluation import evaluate, kpis
from planner.model import Problem, Team
from planner.plan import Plan
from planner.report import report_document
from planner.screen import verdict_lines
from planner.timing import timetable
from planner.workload import available_days, comparable_teams, loads_of
from tests.builders import MONDAY, day, team, tiny_problem, village, weekly
from tests.planner.good_plan import build, good_problem, plan_of


def load(hours: float, days: int = 5) -> Load:
    """Return a load by its figures."""
    return Load(name="x", hours=hours, days=days)


def crews(**changes: object) -> tuple[Team, Team]:
    """Return two teams, the second changed as asked."""
    return team("one"), team("two", **changes)


def judged(balance: Balance | None, teams: tuple[Team, ...]) -> tuple[Problem, Plan]:
    """Return a plan in which team one makes all four visits in one day: 200 minutes on duty."""
    problem = tiny_problem(teams=teams, balance=balance)
    return problem, plan_of(7, timetable(problem, problem.team_by_id["one"], MONDAY, list(problem.tasks)))


def test_mean_is_weighted_by_days() -> None:
    """40 + 20 + 12 hours on 5 + 5 + 2 days are 6 hours a day; the mean of 8, 4 and 6 would be no share of the work."""
    assert mean_hours([load(40), load(20), load(12, 2)]) == 6
    assert mean_hours([load(30, 5), load(0, 10)]) == 2


def test_hours_outside_are_those_beyond_the_band() -> None:
    """Mean 6, band 5.4 to 6.6: of 40 hours in 5 days 33 are inside, 20 hours lack 7, 12 in 2 days are the mean."""
    assert hours_outside([load(40), load(20), load(12, 2)], 0.10) == (7, 7, 0)


def test_load_on_the_edge_of_the_band_is_inside() -> None:
    """33 and 27 hours in 5 days are exactly 10 per cent from their mean; at 9 per cent 0.3 hours are outside."""
    assert hours_outside([load(33), load(27)], 0.10) == (0, 0)
    assert hours_outside([load(33), load(27)], 0.09) == (0.3, 0.3)


def test_equal_loads_are_even_to_the_last_digit() -> None:
    """Thirds of an hour add up to no false difference even when none is allowed."""
    assert hours_outside([load(1 / 3, 7), load(1 / 3, 7), load(1 / 3, 7)], 0.0) == (0, 0, 0)


def test_nobody_and_nothing_are_even() -> None:
    """No team, or no work yet: nothing is outside."""
    assert mean_hours([]) == 0
    assert hours_outside([], 0.1) == ()
    assert hours_outside([load(0), load(0)], 0.1) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"spread": 1.5}, "from 0 to 1, but is 1.5"),
        ({"spread": float("nan")}, "from 0 to 1"),
        ({"scope": "village"}, "teams or institutions"),
        ({"price_per_hour": -1}, "price_per_hour must be a number from 0"),
    ],
)
def test_balance_out_of_range_is_refused(changes: dict[str, object], says: str) -> None:
    """A band must be a band and a price a price."""
    with pytest.raises(ModelError, match=says):
        Balance(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"skills": frozenset()},
        {"max_stops_per_day": 0},
        {"capacity_per_day": 4},
        {"access_class": "van"},
        {"weekdays": frozenset({5})},
        {"days_off": frozenset({day(0), day(1)})},
    ],
    ids=["skill", "no stops", "doses", "vehicle", "weekdays", "days off"],
)
def test_team_that_can_make_no_visit_is_left_out(changes: dict[str, object]) -> None:
    """A visit on Monday or Tuesday with a skill, 5 doses, by car: a team that can never come is nobody's measure."""
    rule = weekly(skills=frozenset({"doctor"}), load=5, weekdays=frozenset({0, 1}))
    able = team("one", skills=frozenset({"doctor"}))
    other = replace(able, id="two", **changes)  # type: ignore[arg-type]
    site = village("a", rule, access_classes=frozenset({"car"}))
    assert [t.id for t in comparable_teams(tiny_problem(sites=(site,), teams=(able, other)))] == ["one"]


def test_team_that_may_not_be_lent_is_left_out() -> None:
    """The only village belongs to team one; team two counts once it may be lent."""
    site = village("a", owner="one")
    for is_lent, names in ((False, ["one"]), (True, ["one", "two"])):
        problem = tiny_problem(sites=(site,), teams=crews(may_be_lent=is_lent))
        assert [t.id for t in comparable_teams(problem)] == names


def test_available_days_leave_out_holidays_and_days_off() -> None:
    """Two weeks have 10 weekdays, one a holiday, and a make-up Saturday; team three is off on a Tuesday too."""
    problem = good_problem()
    assert available_days(problem, problem.team_by_id["one"]) == 10
    assert available_days(problem, problem.team_by_id["three"]) == 9


def test_work_of_an_institution_is_that_of_its_teams() -> None:
    """Two teams of one hospital are one load; a team without institution stands for itself."""
    teams = (team("one", institution="H"), team("two", institution="H", weekdays=frozenset({0, 1})), team("three"))
    problem = tiny_problem(teams=teams)
    hours = {"one": 4.0, "two": 1.0, "three": 2.0}
    found = loads_of(problem, Balance(scope="institution"), hours)
    assert [(x.name, x.hours, x.days) for x in found] == [("H", 5, 7), ("three", 2, 5)]
    assert [(x.name, x.hours, x.days) for x in loads_of(problem, Balance(), {"one": 4.0})] == [
        ("one", 4, 5),
        ("three", 0, 5),
        ("two", 0, 2),
    ]


def test_hours_outside_the_band_are_priced() -> None:
    """3.33 and 0 hours in 5 days: mean 0.33, band 0.3 to 0.37, so 1.5 hours too many and 1.5 too few, at 20 each."""
    terms = {t.name: t for t in evaluate(*judged(Balance(), crews())).terms}
    assert terms["imbalance_hours"].amount == pytest.approx(3.0)
    assert terms["imbalance_hours"].cost == pytest.approx(60.0)


def test_institution_that_shares_its_work_is_even() -> None:
    """Both teams are of one hospital: compared over institutions there is nothing to even out."""
    teams = tuple(replace(t, institution="H") for t in crews())
    terms = {t.name: t.amount for t in evaluate(*judged(Balance(scope="institution"), teams)).terms}
    assert terms["imbalance_hours"] == 0


def test_balance_costs_nothing_unless_it_is_asked() -> None:
    """Problems without it keep their cost."""
    terms = {t.name: t for t in evaluate(*judged(None, crews())).terms}
    assert (terms["imbalance_hours"].amount, terms["imbalance_hours"].cost) == (0, 0)
    assert kpis(good_problem(), build())["balance"] is None


def test_spread_reached_is_shown_on_screen_and_in_the_report() -> None:
    """0 to 0.7 hours a day around 0.3: -100 to +100 per cent where 25 are allowed; 2.5 hours are outside."""
    problem, plan = judged(Balance(spread=0.25), crews())
    verdict = evaluate(problem, plan)
    lines = verdict_lines(problem, plan, verdict, "en")
    assert (
        "Workload of teams: 0.0 to 0.7 hours per available day, mean 0.3 (-100 % to +100 %, allowed ±25 %); "
        "2.5 hours outside."
    ) in lines
    assert any("超出 2.5 小时" in line for line in verdict_lines(problem, plan, verdict, "zh"))
    report = report_document(problem, plan, verdict, (), "en")
    assert report["summary"]["balance"] == {  # type: ignore[index]
        "over": "team",
        "allowed_percent": 25.0,
        "mean_hours_per_day": 0.333,
        "least_hours_per_day": 0.0,
        "most_hours_per_day": 0.667,
        "least_percent": -100.0,
        "most_percent": 100.0,
        "hours_outside": 2.5,
    }


def test_word_of_the_scope_is_said_in_chinese() -> None:
    """The line names what is compared."""
    problem, plan = judged(Balance(scope="institution"), crews())
    (line,) = [x for x in verdict_lines(problem, plan, evaluate(problem, plan), "zh") if "工作量" in x]
    assert line.startswith("单位工作量")

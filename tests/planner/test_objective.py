"""The cost of a plan, its figures, and what differs between two plans."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planner.errors import ModelError
from planner.evaluation import ObjectiveTerm, diff_plans, evaluate, kpis
from planner.language import say
from planner.model import ObjectiveWeights, Task
from planner.plan import Plan
from planner.rules import VisitRule
from planner.timing import timetable
from planner.values import MarketDays
from tests.builders import MONDAY, day, plain_calendar, team, tiny_problem, village, weekly
from tests.planner.good_plan import D2, C, build, good_problem, later, plan_of, rescheduled


def test_cost_is_the_sum_of_its_terms() -> None:
    """80 km, 200 minutes at 4 an hour, nothing else: 80 + 13.33."""
    problem = tiny_problem()
    route = timetable(problem, problem.teams[0], MONDAY, list(problem.tasks))
    verdict = evaluate(problem, plan_of(7, route))
    assert {t.name: t.amount for t in verdict.terms if t.amount} == {"distance_km": 80, "duty_hours": 200 / 60}
    assert verdict.cost == pytest.approx(80 + 4 * 200 / 60)


def test_owed_visits_cost_their_priority() -> None:
    """Nothing is made: 4 visits of priority 3 at 1000 each, listed or not."""
    verdict = evaluate(tiny_problem(), plan_of(7))
    assert {t.name: t.cost for t in verdict.terms if t.amount} == {"unserved_visits": 12_000}


def test_soft_terms_count_lent_other_and_extra_teams() -> None:
    """Two teams come to c, one does not own it and is not the preferred one."""
    rule = weekly(visits=2, preferred_team="one")
    crews = (team("one"), team("two", may_be_lent=True))
    problem = tiny_problem(sites=(village("c", rule, owner="one"),), teams=crews)
    routes = [timetable(problem, crew, day(2 * k), [Task("c", "weekly")]) for k, crew in enumerate(crews)]
    terms = {t.name: t.amount for t in evaluate(problem, plan_of(7, *routes)).terms}
    assert (terms["lent_visits"], terms["other_team"], terms["extra_teams"]) == (1, 1, 1)


def test_joint_session_needs_no_extra_team() -> None:
    """Two teams that come together are not two teams too many; the good plan pays for none."""
    terms = {t.name: t.amount for t in evaluate(good_problem(), build()).terms}
    assert terms["extra_teams"] == 0


def test_market_days_are_counted() -> None:
    """The 2nd and 7th of March are market days (solar, twos and sevens); the visit on the 3rd is off the market."""
    site = village("a", weekly(visits=2), market_days=MarketDays(digits=frozenset({2, 7}), calendar="solar"))
    problem = tiny_problem(sites=(site,))
    routes = [timetable(problem, problem.teams[0], day(k), [Task("a", "weekly")]) for k in (0, 1)]
    plan = plan_of(7, *routes)
    figures = kpis(problem, plan)
    assert (figures["market_hits"], figures["market_visits"]) == (1, 2)
    terms = {t.name: t.amount for t in evaluate(problem, plan).terms}
    assert terms["missed_market_days"] == 1


def _two_weeks_of(rule: VisitRule, *offsets: int) -> dict[str, ObjectiveTerm]:
    """Return the terms of two weeks in which one team comes to one village on the days given."""
    weights = ObjectiveWeights(per_extra_weekday=7.0)
    problem = tiny_problem(calendar=plain_calendar(14), sites=(village("a", rule),), weights=weights)
    routes = [timetable(problem, problem.teams[0], day(k), [Task("a", "weekly")]) for k in offsets]
    return {term.name: term for term in evaluate(problem, plan_of(14, *routes)).terms}


@pytest.mark.parametrize(
    ("rule", "offsets", "extra"),
    [
        (weekly(), (0, 7), 0),
        (weekly(), (0, 8), 1),
        (weekly(visits=2), (0, 3, 7, 10), 0),
        (weekly(visits=2), (0, 3, 8, 11), 2),
        (weekly(dates=(day(0), day(1))), (0, 1), 0),
    ],
    ids=["Mon, Mon", "Mon, Tue", "Mon+Thu twice", "Mon+Thu, Tue+Fri", "named dates"],
)
def test_weekdays_beyond_the_fewest_are_counted_and_priced(
    rule: VisitRule, offsets: tuple[int, ...], extra: int
) -> None:
    """A weekly visit needs one weekday, two visits a week need two; each more costs its price, here 7."""
    term = _two_weeks_of(rule, *offsets)["extra_weekdays"]
    assert (term.amount, term.cost) == (extra, 7 * extra)


def test_weekdays_cost_nothing_unless_a_price_is_set() -> None:
    """The usual prices leave today's costs as they were."""
    assert ObjectiveWeights().per_extra_weekday == 0


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf"), "4", True])
def test_price_that_is_no_price_is_refused(price: object) -> None:
    """A negative price would make the search look for what it should avoid."""
    with pytest.raises(ModelError, match="per_km must be a number from 0"):
        ObjectiveWeights(per_km=price)  # type: ignore[arg-type]


def test_figures_add_up() -> None:
    """14 visits asked: 13 made (a joint session is one) and 1 owed; the teams' shares add up to the whole."""
    figures = kpis(good_problem(), build())
    assert (figures["asked_visits"], figures["planned_visits"], figures["owed_visits"]) == (14, 13, 1)
    assert figures["km"] == pytest.approx(sum(t["km"] for t in figures["teams"]))
    assert figures["hours"] == pytest.approx(sum(t["hours"] for t in figures["teams"]))
    assert [(t["id"], t["days"], t["visits"]) for t in figures["teams"]] == [
        ("one", 4, 8),
        ("three", 0, 0),
        ("two", 5, 6),
    ]


def test_plans_that_are_equal_do_not_differ() -> None:
    """Nothing changed, nothing listed."""
    assert diff_plans(build(), build()) == ()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (lambda: rescheduled({("one", 10): []}), "removed"),
        (lambda: rescheduled({("three", 9): [D2]}), "added"),
        (lambda: rescheduled({("one", 10): [], ("one", 11): [C]}), "moved day"),
        (lambda: rescheduled({("one", 10): [], ("three", 10): [C]}), "moved team"),
        (lambda: later("two", 8, 60), "moved time"),
    ],
    ids=["removed", "added", "day", "team", "time"],
)
def test_difference_is_named(changed: Callable[[], Plan], kind: str) -> None:
    """One visit differs: one change, and its sentence can be said in both languages."""
    (change,) = diff_plans(build(), changed())
    assert change.kind == kind
    assert say(change.sentence, "zh") != say(change.sentence, "en")


def test_difference_backwards_undoes() -> None:
    """What is added one way is removed the other."""
    other = rescheduled({("three", 9): [D2]})
    forward, backward = diff_plans(build(), other), diff_plans(other, build())
    assert [(c.kind, c.after) for c in forward] == [("added", backward[0].before)]
    assert backward[0].kind == "removed"

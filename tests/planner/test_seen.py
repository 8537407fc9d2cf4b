"""What came of visits decides what the next plan owes, and whether every village was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from planner.errors import ModelError
from planner.evaluation import debts, evaluate, villages_seen, worst_tenth
from planner.evaluation.coverage import WEIGHTS
from planner.history import Brief, PastVisit, as_document, brief, from_document, merged, with_history
from planner.model import Horizon
from planner.plan import Plan
from planner.recurrence import patterns, quotas, room
from planner.rules import FollowUp, VisitRule
from planner.seen_report import days_told, seen_answer, seen_document, worst_of
from planner.solver import SolveSettings, solve
from planner.values import DateRange
from tests.builders import MONDAY, day, plain_calendar, tiny_problem, village, weekly

FOUR_WEEKS = DateRange(first_day=day(0), last_day=day(27))


def past(site: str, offset: int, is_held: bool | None = True, rule: str = "weekly", **more: Any) -> PastVisit:
    """Return a visit of the past, by the days since the first Monday."""
    return PastVisit(site_id=site, rule_id=rule, day=day(offset), is_held=is_held, **more)


def after(rule: VisitRule, *visits: PastVisit, start: int = 7) -> VisitRule:
    """Return the rule of village a as the plan that begins on a day knows it."""
    site = with_history([village("a", rule)], brief(visits), day(start))[0]
    return site.rules[0]


def asked(rule: VisitRule, start: int = 7, days: int = 7) -> list[tuple[date, date, int]]:
    return [(q.first_day, q.last_day, q.visits) for q in quotas(rule, Horizon(start=day(start), days=days))]


def planned(rule: VisitRule, *, start: int = 7, days: int = 7) -> tuple[Any, Plan]:
    """Return a problem of village a alone, and its plan."""
    problem = tiny_problem(sites=(village("a", rule),), calendar=plain_calendar(days, day(start)))
    return problem, solve(problem, SolveSettings(seconds=None, rounds=3, seed=1)).plan


def visited(plan: Plan) -> list[date]:
    return sorted(route.day for route, _ in plan.visits())


def test_visit_missed_counts_for_nothing_and_the_one_before_is_the_last() -> None:
    """Held on 24 February, missed on 3 March: the next wait is counted from February."""
    rule = after(weekly(max_gap_days=13), past("a", -6), past("a", 1, False, why="road"))
    assert (rule.last_visited, rule.missed, rule.missed_since) == (day(-6), (day(1),), (day(1),))


def test_outcomes_after_the_first_day_of_a_plan_are_not_looked_at() -> None:
    """The plan begins on 9 March; what is told of the 10th belongs to another plan."""
    rule = after(weekly(), past("a", 1), past("a", 8), past("a", 9, False))
    assert (rule.last_visited, rule.held, rule.missed) == (day(1), (day(1),), ())


def test_day_the_tables_know_is_kept_when_it_is_later() -> None:
    """A visit that nobody told of as an outcome, written into the sheet villages."""
    rule = after(weekly(last_visited=day(4)), past("a", 1))
    assert (rule.last_visited, rule.held) == (day(4), (day(1),))


def test_missed_visit_returns_within_the_largest_gap() -> None:
    """Last held on Tuesday 24 February, missed on 3 March, 13 days allowed: by Monday the 9th, and it is."""
    rule = after(weekly(max_gap_days=13), past("a", -6), past("a", 1, False, why="road"))
    problem, plan = planned(rule)
    assert visited(plan) == [day(7)]
    assert not evaluate(problem, plan).violations
    found = debts(problem, plan)
    assert [(d.due, d.returns, d.state) for d in found] == [(day(7), day(7), "in_time")]


def test_missed_visit_that_finds_no_day_is_shown_as_owed() -> None:
    """The same, but the village may only be visited on Fridays: the gap cannot be kept, and the debt stays."""
    rule = after(weekly(max_gap_days=13, weekdays=frozenset({4})), past("a", -6), past("a", 1, False))
    problem, plan = planned(rule)
    assert visited(plan) == []
    assert [(visit.reason, visit.site_id) for visit in plan.unserved] == [("gap_conflict", "a")]
    assert not evaluate(problem, plan).hard
    assert [d.state for d in debts(problem, plan)] == ["owed"]


def test_gap_that_is_over_counts_from_the_missed_visit() -> None:
    """Last held 24 February with 10 days allowed: over on 6 March. Missed on the 3rd: by the 13th."""
    rule = after(weekly(max_gap_days=10), past("a", -6), past("a", 1, False))
    horizon = Horizon(start=day(7), days=14)
    found = patterns(rule, horizon, horizon.dates).patterns
    assert {pattern.days[0] for pattern in found} == {day(k) for k in range(7, 12)}
    late = patterns(replace(rule, missed=()), horizon, horizon.dates).patterns
    assert max(pattern.days[0] for pattern in late) == day(13)
    assert not room(rule, horizon, [day(11), day(14)])
    assert [s.reason for s in room(rule, horizon, [day(12), day(14)])] == ["gap_conflict"]


def test_first_of_several_missed_visits_that_leaves_days_is_the_one_that_counts() -> None:
    """Missed on 3 and 10 March with 10 days allowed, planned from the 16th: by the 20th."""
    rule = after(weekly(max_gap_days=10), past("a", -6), past("a", 1, False), past("a", 8, False), start=14)
    problem, plan = planned(rule, start=14)
    assert [d.due for d in debts(problem, plan)] == [day(18)]
    assert visited(plan)[0] <= day(18)


def test_checker_judges_the_wait_after_a_missed_visit() -> None:
    """The visit on Saturday 14 March is one day late after the miss of the 3rd; on Friday it is none."""
    rule = after(weekly(max_gap_days=10), past("a", -6), past("a", 1, False))
    problem, plan = planned(rule)
    on_friday, on_saturday = (_moved(plan, day(k)) for k in (11, 12))
    assert [v.is_hard for v in evaluate(problem, on_friday).violations if v.rule == "max_gap"] == [False]
    late = [v for v in evaluate(problem, on_saturday).violations if v.rule == "max_gap" and v.is_hard]
    assert [(v.amount, v.unit) for v in late] == [(1, "days")]
    assert "missed on 2026-03-03" in str(late[0].sentence)
    assert [d.state for d in debts(problem, on_saturday)] == ["late"]


def _moved(plan: Plan, to: date) -> Plan:
    circuit = plan.circuits[0]
    return replace(plan, circuits=(replace(circuit, routes=(replace(circuit.routes[0], day=to),)),))


def test_missed_visit_keeps_nobody_away() -> None:
    """Missed on Sunday 8 March, five days at least between visits held: it may return on Monday."""
    rule = after(weekly(min_gap_days=5, max_gap_days=6), past("a", -6), past("a", 6, False))
    problem, plan = planned(rule)
    assert evaluate(problem, plan).hard == ()
    assert {p.days[0] for p in patterns(rule, problem.horizon, problem.horizon.dates).patterns} == {
        day(k) for k in range(7, 13)
    }


def test_month_whose_visit_was_missed_asks_it_in_the_next_week() -> None:
    """A week is 7 of 31 days, which asks nothing of a monthly visit; missed, it is asked all the same."""
    monthly = weekly(per="month")
    assert asked(monthly) == []
    assert asked(after(monthly, past("a", 1, False))) == [(day(7), day(13), 1)]
    assert asked(after(monthly, past("a", 1))) == []


def test_block_catches_up_and_asks_no_more_than_it_is() -> None:
    """Four visits a month, one of two missed: 16 to 29 March asks the three that are left, not its share of two."""
    rule = weekly(per="month", visits=4)
    assert asked(after(rule, past("a", 1), past("a", 8, False), start=14), 14, 14) == [(day(14), day(27), 3)]
    assert asked(after(rule, past("a", 1), past("a", 8), start=14), 14, 14) == [(day(14), day(27), 2)]
    made = [past("a", k) for k in (0, 1, 8, 9)]
    assert asked(after(rule, *made, past("a", 10, False), start=14), 14, 14) == []


def test_held_and_missed_on_one_day_is_held() -> None:
    """Two plans told of the same day: somebody was there."""
    assert brief([past("a", 1, False), past("a", 1), past("a", 2, None)]) == (
        Brief(site_id="a", rule_id="weekly", held=(day(1),)),
    )


def test_old_visits_are_forgotten_but_for_the_last_one_held() -> None:
    """Of more than 200 days ago only the last visit held says anything about the next one."""
    visits = [past("a", -300), past("a", -290), past("a", -280, False), past("b", 0)]
    assert brief(visits)[0] == Brief(site_id="a", rule_id="weekly", held=(day(-290),))


def test_history_is_read_as_it_was_written() -> None:
    """On its way to the child and into the database."""
    known = brief([past("a", 1, False), past("a", 3), past("b", 2)])
    assert from_document(as_document(known)) == known == merged(known[:1], known[1:], known)


@pytest.mark.parametrize("wrong", [{"is_held": True, "why": "road"}, {"is_held": False, "people": 3}, {"people": -1},
                                   {"is_held": True, "people": 1, "referrals": 2}])  # fmt: skip
def test_visit_that_contradicts_itself_is_none(wrong: dict[str, Any]) -> None:
    """A reason for what was held, people where nobody was."""
    with pytest.raises(ModelError):
        PastVisit(site_id="a", rule_id="weekly", day=MONDAY, **wrong)


def test_seen_counts_what_was_demanded_held_and_missed() -> None:
    """Four weeks of a weekly visit: held, missed, held twice, untold. Two of four were kept; the wait was 13 days."""
    visits = [
        past("a", -4), past("a", 1, people=10, referrals=2), past("a", 8, False, why="road"),
        past("a", 14), past("a", 15, people=5), past("a", 22, None),
    ]  # fmt: skip
    found = villages_seen([village("a", weekly(max_gap_days=10))], visits, FOUR_WEEKS)[0]
    rule = found.rules[0]
    assert (rule.demanded, rule.kept, rule.planned, rule.held, rule.missed, rule.untold) == (4, 2, 5, 3, 1, 1)
    assert (rule.reasons, rule.people, rule.referrals) == ({"road": 1}, 15, 2)
    assert (rule.last_held, rule.days_since, rule.longest_gap_days, rule.is_gap_kept) == (day(15), 12, 13, False)
    assert (found.share, found.state) == (0.5, "some")


def test_wait_that_goes_on_is_a_wait() -> None:
    """Held on the first day only, 10 days allowed: nobody need be late for the gap to be broken after four weeks."""
    for limit, is_kept in ((26, False), (27, True), (None, None)):
        rule = weekly(per="month", max_gap_days=limit)
        found = villages_seen([village("a", rule)], [past("a", 0)], FOUR_WEEKS)[0].rules[0]
        assert (found.longest_gap_days, found.is_gap_kept) == (27, is_kept)


def test_follow_up_is_demanded_by_visits_that_were_held() -> None:
    """Two check-ups, one missed: one result to hand over, which was done."""
    follow = weekly(id="result", per="horizon", visits=9, follows=FollowUp(rule_id="weekly", min_days=5, max_days=12))
    visits = [past("a", 1), past("a", 8, False), past("a", 8, rule="result")]
    found = villages_seen([village("a", weekly(), follow)], visits, FOUR_WEEKS)[0].rules
    assert {rule.rule.id: (rule.demanded, rule.kept) for rule in found} == {"result": (1, 1), "weekly": (4, 1)}


def test_worst_tenth_is_the_village_that_nobody_saw() -> None:
    """Ten villages, nine seen each week and one never: the worst tenth has nothing, and is named."""
    sites = [replace(village("a"), id=f"v{k}", name=f"v{k}", population=100) for k in range(10)]
    visits = [past(f"v{k}", 7 * week) for k in range(9) for week in range(4)]
    found = villages_seen(sites, visits, FOUR_WEEKS)
    document = seen_document(found, FOUR_WEEKS)
    assert worst_tenth(found, WEIGHTS["people"]) == 0.0
    assert [v.site.id for v in worst_of(found)] == document["worst_villages"] == ["v9"]
    assert (document["demanded"], document["kept"], document["is_as_demanded"]) == (40, 36, False)
    assert document["weighted"]["villages"] == {"share": 0.9, "worst_tenth": 0.0}
    assert "9 of 10 villages" in str(seen_answer(found, FOUR_WEEKS))


def test_document_names_nobody() -> None:
    """Places go by their ids, homes too: their names are in none of it."""
    home = replace(village("a", weekly(is_announced=False)), id="h01", name="王秀英家")
    found = villages_seen([home], [past("h01", 1)], FOUR_WEEKS)
    assert "王" not in str(seen_document(found, FOUR_WEEKS))


def test_days_told_are_those_of_the_visits() -> None:
    """Their whole weeks, and no more days than a plan may have."""
    assert days_told([]) is None
    assert days_told([past("a", 3), past("a", 1, None)]) == DateRange(first_day=day(0), last_day=day(6))
    assert days_told([past("a", -900), past("a", 0)]) == DateRange(first_day=day(-393), last_day=day(6))

"""Coverage: which villages get what they are asked for, how long they wait, and whom it concerns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.evaluation import (
    WEIGHTS,
    VillageCoverage,
    kpis,
    minutes_to_visit,
    share_within,
    village_coverage,
    weighted_share,
    worst_tenth,
)
from planner.model import Problem
from planner.plan import Plan
from planner.report import coverage_document
from tests.builders import day
from tests.planner.good_plan import RULES, A, build, good_problem


def by_id(problem: Problem, plan: Plan) -> dict[str, VillageCoverage]:
    """Return the coverage of each village by its id."""
    return {village.site.id: village for village in village_coverage(problem, plan)}


def without(plan: Plan, team: str, after: int) -> Plan:
    """Return the plan without one day of a team."""
    circuits = (
        replace(c, routes=tuple(r for r in c.routes if (r.team_id, r.day) != (team, day(after)))) for c in plan.circuits
    )
    return replace(plan, circuits=tuple(circuits))


def test_coverage_of_the_good_plan_adds_up_to_its_figures() -> None:
    """8 villages; all but c2 get what they ask for, and asked, planned, owed are those of the plan."""
    problem, plan = good_problem(), build()
    villages = by_id(problem, plan)
    figures = kpis(problem, plan)
    assert list(villages) == [site.id for site in problem.sites]
    assert {key: village.state for key, village in villages.items()} == {
        key: "none" if key == "c2" else "all" for key in RULES
    }
    for name, total in (("asked", "asked_visits"), ("planned", "planned_visits"), ("owed", "owed_visits")):
        assert sum(getattr(village, name) for village in villages.values()) == figures[total]  # type: ignore[literal-required]


def test_gap_is_the_longest_between_visits() -> None:
    """a: Mondays 7 days apart. c: Mon, Thu, Mon, Thu: 3, 4, 3. d: a single visit has no gap."""
    villages = by_id(good_problem(), build())
    gaps = {key: [(rule.gap_days, rule.is_gap_open) for rule in villages[key].rules] for key in ("a", "c", "d")}
    assert gaps == {"a": [(7, False)], "c": [(4, False)], "d": [(None, False)]}


def test_gap_begins_with_the_last_visit_before_the_plan() -> None:
    """b2 was seen 10 days before the Monday; its first Friday comes 14 days later, the next after 7."""
    problem = good_problem()
    sites = tuple(
        replace(s, rules=tuple(replace(r, last_visited=day(-10)) for r in s.rules)) if s.id == "b2" else s
        for s in problem.sites
    )
    (rule,) = by_id(replace(problem, sites=sites), build())["b2"].rules
    assert (rule.gap_days, rule.is_gap_open, rule.last_planned) == (14, False, day(11))


def test_gap_of_an_owed_visit_goes_on() -> None:
    """c2 is never seen: at least the 13 days from the first to the last; a without its second Monday: 13 as well."""
    problem = good_problem()
    (xray,) = by_id(problem, build())["c2"].rules
    assert (xray.gap_days, xray.is_gap_open) == (13, True)
    village = by_id(problem, without(build(), "one", 7))["a"]
    (weekly,) = village.rules
    assert (weekly.asked, weekly.planned, weekly.owed) == (2, 1, 1)
    assert (weekly.gap_days, weekly.is_gap_open, weekly.is_gap_too_long) == (13, True, True)
    assert (village.state, village.share) == ("some", 0.5)


def test_village_that_is_asked_nothing_is_neither_good_nor_bad() -> None:
    """d2 without rules: nothing asked, and it counts in no share."""
    problem = good_problem()
    sites = tuple(replace(s, rules=()) if s.id == "d2" else s for s in problem.sites)
    village = by_id(replace(problem, sites=sites), without(build(), "one", 0))["d2"]
    assert (village.state, village.asked, village.share) == ("unasked", 0, 1.0)
    assert weighted_share([village], lambda _: 1) is None
    assert worst_tenth([village], lambda _: 1) is None


def people(village: VillageCoverage) -> int:
    return village.site.population


def test_shares_count_villages_and_people() -> None:
    """8 villages, one of them without its visit: 7/8 of the villages; c2 has 300 of 1,000 people: 7/10 of these."""
    problem = good_problem()
    sites = tuple(replace(s, population=300 if s.id == "c2" else 100) for s in problem.sites)
    villages = village_coverage(replace(problem, sites=sites), build())
    assert weighted_share(villages, lambda _: 1) == pytest.approx(7 / 8)
    assert weighted_share(villages, people) == pytest.approx(0.7)
    assert weighted_share(villages, lambda v: v.site.population_65) is None


def test_worst_tenth_ends_inside_a_village() -> None:
    """A tenth of 8 villages is 0.8: all of it c2, share 0. Of 1,000 people it is 100; with 50 in c2 half of it."""
    problem = good_problem()
    villages = village_coverage(problem, build())
    assert worst_tenth(villages, lambda _: 1) == 0.0
    sites = tuple(replace(s, population=50 if s.id == "c2" else 950 // 7) for s in problem.sites)
    some = village_coverage(replace(problem, sites=sites), build())
    tenth = 0.1 * (50 + 7 * (950 // 7))
    assert worst_tenth(some, people) == pytest.approx((tenth - 50) / tenth)


def test_people_are_as_far_from_a_visit_as_the_road_says() -> None:
    """Only a is visited: 0 minutes from a and a2, 10 from b and b2, 20 from c and c2, 30 from d and d2."""
    problem = good_problem()
    plan = build({("one", 0): [A]})
    minutes = minutes_to_visit(problem, plan)
    assert minutes == {key: 10 * "abcd".index(key[0]) for key in RULES}
    shares = [share_within(village_coverage(problem, plan), minutes, m, WEIGHTS["villages"]) for m in (0, 15, 30)]
    assert shares == [2 / 8, 4 / 8, 1.0]
    nobody = replace(plan, circuits=())
    assert set(minutes_to_visit(problem, nobody).values()) == {None}
    assert share_within(village_coverage(problem, nobody), minutes, 60, lambda _: 0) is None


def test_home_is_no_place_that_others_come_to() -> None:
    """The visits of d, the only ones at its end of the road, are not announced: d is not counted, d2 is as far as c."""
    problem = good_problem()
    sites = tuple(
        replace(s, rules=tuple(replace(r, is_announced=False) for r in s.rules)) if s.id == "d" else s
        for s in problem.sites
    )
    minutes = minutes_to_visit(replace(problem, sites=sites), build())
    assert "d" not in minutes
    assert minutes["d2"] == 0


def test_report_holds_the_coverage_of_every_village() -> None:
    """The shares are those of the functions, to four digits; people nobody counted have no share."""
    problem, plan = good_problem(), build()
    document = coverage_document(problem, plan)
    villages = {found["site"]: found for found in document["villages"]}  # type: ignore[index,attr-defined]
    assert document["weighted"]["villages"]["share"] == 0.875  # type: ignore[index]
    assert document["weighted"]["people"]["share"] is None  # type: ignore[index]
    assert villages["c2"]["state"] == "none"
    assert villages["a"]["rules"] == [
        {
            "rule": "weekly",
            "asked": 2,
            "planned": 2,
            "owed": 0,
            "longest_gap_days": 7,
            "is_gap_open": False,
            "last_planned": day(7).isoformat(),
        }
    ]

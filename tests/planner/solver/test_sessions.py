"""Joint sessions in the compiled search: who comes, when they start, and what it costs that they wait."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from planner.balance import Balance
from planner.evaluation import evaluate
from planner.model import SYNC_MINUTES, Pin, Problem, Task, Team
from planner.plan import Plan
from planner.rules import ServiceTime
from planner.service import open_county
from planner.solver.crews import MOST_CREWS, crews_of, number_parts
from planner.solver.engine import Chain
from planner.solver.search import Search
from planner.values import Window
from tests.builders import day, team, tiny_problem, village, weekly
from tests.planner.solver.compiled_counties import best_answers, plan_and_price
from tests.planner.solver.planning import plan_of, teams_of
from tests.planner.solver.session_counties import session_county

ROOT = Path(__file__).parents[3]
BLOCK = 25
COUNTIES = int(os.environ.get("XUNZHEN_MANY", "50"))
JOINT = weekly(composition=frozenset({"doctor", "nurse"}))


def doctor(name: str = "doctor", **changes: object):  # type: ignore[no-untyped-def]
    return team(name, skills=frozenset({"doctor"}), **changes)


def nurse(name: str = "nurse", **changes: object):  # type: ignore[no-untyped-def]
    return team(name, skills=frozenset({"nurse"}), **changes)


def starts_of(plan: Plan) -> dict[tuple[Task, date], dict[str, int]]:
    """Return when each team starts each visit."""
    found: dict[tuple[Task, date], dict[str, int]] = defaultdict(dict)
    for route, stop in plan.visits():
        found[stop.task, route.day][route.team_id] = stop.start_minute
    return found


@pytest.mark.parametrize(("home_by", "is_held"), [(700, True), (699, False)])
def test_teams_start_at_most_a_quarter_of_an_hour_apart(home_by: int, is_held: bool) -> None:
    """The nurse is at a at 11:15. Begun at 11:00 the doctor is home at 11:40; a minute less is too little.
    """  # fmt: skip
    crews = (
        doctor(shift=Window(start_minute=480, end_minute=home_by)),
        nurse(shift=Window(start_minute=665, end_minute=1020)),
    )
    plan = plan_of(tiny_problem(sites=(village("a", JOINT),), teams=crews))
    assert [tuple(sorted(minutes.items())) for minutes in starts_of(plan).values()] == (
        [(("doctor", 660), ("nurse", 675))] if is_held else []
    )
    assert len(plan.unserved) == (not is_held)


def test_waiting_for_the_other_team_is_counted() -> None:
    """The doctor is at b until 9:10 and waits at a for the nurse, there at 12:10: begun at 11:55, home at 12:35.

    Out 8:20 to 12:35 and 12:00 to 12:50, 305 minutes, and 40 and 20 km.
    """
    early = weekly(skills=frozenset({"doctor"}), windows=(Window(start_minute=480, end_minute=550),))
    monday = frozenset({0})
    late = nurse(shift=Window(start_minute=720, end_minute=1020), weekdays=monday)
    problem = tiny_problem(sites=(village("a", JOINT), village("b", early)), teams=(doctor(weekdays=monday), late))
    plan = plan_of(problem)
    (waiting,) = [route for route in plan.routes() if route.team_id == "doctor"]
    assert [(stop.site_id, stop.start_minute) for stop in waiting.stops] == [("b", 520), ("a", 715)]
    assert waiting.wait_minutes == 155
    assert evaluate(problem, plan).cost == pytest.approx(60 + 4 * 305 / 60)


def test_team_fixed_for_a_session_comes_to_it() -> None:
    """By itself the near nurse would come; the far one is fixed for Wednesday."""
    far = nurse("far", speed_factor=0.5)
    problem = tiny_problem(sites=(village("a", JOINT),), teams=(doctor(), nurse("near"), far))
    assert teams_of(plan_of(problem), "a") == {"doctor", "near"}
    pinned = replace(problem, pins=(Pin(site_id="a", rule_id="weekly", day=day(2), team_id="far"),))
    plan = plan_of(pinned)
    assert [(when, set(minutes)) for (_, when), minutes in starts_of(plan).items()] == [(day(2), {"doctor", "far"})]


@pytest.mark.parametrize("is_bound", [True, False])
def test_teams_of_a_session_stay_the_same_where_asked(is_bound: bool) -> None:
    """One nurse works on Monday, the other on Thursday, a third, slow, on both: she comes twice where one must."""
    rule = replace(JOINT, visits=2, same_team=is_bound, min_gap_days=3)
    crews = (
        doctor(),
        nurse("monday", weekdays=frozenset({0})),
        nurse("thursday", weekdays=frozenset({3})),
        nurse("slow", weekdays=frozenset({0, 3}), speed_factor=0.2),
    )
    plan = plan_of(tiny_problem(sites=(village("a", rule),), teams=crews))
    assert len(starts_of(plan)) == 2
    assert teams_of(plan, "a") == ({"doctor", "slow"} if is_bound else {"doctor", "monday", "thursday"})


def test_crews_hold_every_class_and_nobody_idle() -> None:
    """Who holds both classes comes alone; a session has as many parts as its largest crew has teams."""
    both = team("both", skills=frozenset({"doctor", "nurse"}))
    problem = tiny_problem(sites=(village("a", JOINT), village("b")), teams=(both, doctor(), nurse()))
    search = Search(problem, 1, lambda: 1e9)
    joint, plain = search.frames
    assert crews_of(problem, search.frames[joint]) == (("both",), ("doctor", "nurse"))
    parts = number_parts(problem, search.frames, (joint, plain))
    assert parts.tasks == (joint, joint, plain)
    assert (parts.part.tolist(), parts.others.tolist()) == ([0, 1, 0], [1, 0, 0])


def crowd(monday: str, tuesday: str) -> tuple[Team, ...]:
    """Return fifteen teams with one skill that work on Mondays, and fifteen with another that work on Tuesdays."""
    return tuple(
        team(f"{skill}{k:02}", skills=frozenset({skill}), weekdays=frozenset({weekday}))
        for weekday, skill in enumerate((monday, tuesday))
        for k in range(15)
    )


def test_crews_without_a_common_day_hide_no_other() -> None:
    """Of 15 near doctors on Mondays and 15 nurses on Tuesdays no two meet; the slow pair that works on Fridays does."""
    friday = frozenset({4})
    far = (doctor("x", weekdays=friday, speed_factor=0.2), nurse("y", weekdays=friday, speed_factor=0.2))
    problem = tiny_problem(sites=(village("a", JOINT),), teams=(*crowd("doctor", "nurse"), *far))
    (frame,) = Search(problem, 1, lambda: 1e9).frames.values()
    assert crews_of(problem, frame) == (("x", "y"),)
    assert teams_of(plan_of(problem), "a") == {"x", "y"}


def test_crews_whose_hours_never_meet_are_none() -> None:
    """A doctor until 12:00 and a nurse from 13:00 on: no crew, and nobody comes by himself."""
    morning, later = Window(start_minute=480, end_minute=720), Window(start_minute=780, end_minute=1020)
    problem = tiny_problem(sites=(village("a", JOINT),), teams=(doctor(shift=morning), nurse(shift=later)))
    search = Search(problem, 1, lambda: 1e9)
    assert [crews_of(problem, frame) for frame in search.frames.values()] == [()]
    assert [owed.reason for owed in plan_of(problem).unserved] == ["composition_missing"]


def test_team_fixed_for_a_session_is_in_a_crew_however_many_are_nearer() -> None:
    """225 pairs are nearer than any with the slow doctor, who is fixed for Wednesday; he comes."""
    near = [one(f"{kind}{k:02}") for kind, one in (("d", doctor), ("n", nurse)) for k in range(15)]
    problem = tiny_problem(sites=(village("a", JOINT),), teams=(*near, doctor("slow", speed_factor=0.1)))
    pinned = replace(problem, pins=(Pin(site_id="a", rule_id="weekly", day=day(2), team_id="slow"),))
    (frame,) = Search(pinned, 1, lambda: 1e9).frames.values()
    assert len(crews_of(pinned, frame)) == MOST_CREWS
    plan = plan_of(pinned)
    assert [when for _, when in starts_of(plan)] == [day(2)]
    assert "slow" in teams_of(plan, "a")


def test_every_day_keeps_its_nearest_crews() -> None:
    """225 near pairs work on Mondays, a slow one on each other day: crews that can come are left for every day."""
    pair, only = (("d", doctor), ("n", nurse)), frozenset({0})
    monday = [one(f"{kind}{k:02}", weekdays=only) for kind, one in pair for k in range(15)]
    others = [
        one(f"{kind}-{weekday}", weekdays=frozenset({weekday}), speed_factor=0.1)
        for kind, one in pair
        for weekday in range(1, 5)
    ]
    problem = tiny_problem(sites=(village("a", JOINT),), teams=(*monday, *others))
    (frame,) = Search(problem, 1, lambda: 1e9).frames.values()
    crews = crews_of(problem, frame)
    assert {(f"d-{weekday}", f"n-{weekday}") for weekday in range(1, 5)} <= set(crews)
    assert len(crews) == MOST_CREWS


def test_one_crew_for_all_visits_is_found_behind_those_of_single_days() -> None:
    """225 pairs work on Mondays, 225 on Thursdays; only the slow pair works on both, and one crew must come twice."""
    rule = replace(JOINT, visits=2, same_team=True, min_gap_days=3)
    near = [
        one(f"{kind}{weekday}{k:02}", weekdays=frozenset({weekday}))
        for kind, one in (("d", doctor), ("n", nurse))
        for weekday in (0, 3)
        for k in range(15)
    ]
    both = frozenset({0, 3})
    slow = (doctor("x", weekdays=both, speed_factor=0.1), nurse("y", weekdays=both, speed_factor=0.1))
    plan = plan_of(tiny_problem(sites=(village("a", rule),), teams=(*near, *slow)))
    assert teams_of(plan, "a") == {"x", "y"}
    assert len(starts_of(plan)) == 2


@pytest.mark.parametrize("first", range(0, COUNTIES, BLOCK))
def test_price_of_sessions_is_that_of_the_ledger_and_of_the_checker(first: int) -> None:
    """Price, lateness and loads of random counties full of sessions, as search, ledger and checker see them."""
    held = 0
    for seed in range(first, first + BLOCK):
        search = Search(session_county(seed), 1, lambda: 1e9)
        found = list(best_answers(search, rounds=1))
        for part in found:
            assert search.ledger.cost(part.group, part.state) == pytest.approx(part.answer.price, abs=1e-6), seed
            chain = Chain(part.numbered.instance, (9, 9))
            chain.restart(part.answer)
            head = chain.state.head[0]
            assert head["price"] == pytest.approx(part.answer.price, abs=1e-6), seed
            assert np.isclose(head["over_load"] + head["over_minutes"], 0.0), seed
            held += len(part.answer.openings)
        plan, price = plan_and_price(search, found)
        evaluation = evaluate(search.problem, plan)
        assert [(seed, str(violation.sentence)) for violation in evaluation.hard] == []
        assert evaluation.cost == pytest.approx(price, abs=1e-6), seed
    assert held >= BLOCK / 2  # parts of sessions


def test_sample_county_holds_every_session_with_both_classes() -> None:
    """All 65 sessions of yixing have a medical and a public-health team that start within a quarter of an hour."""
    problem: Problem = open_county(ROOT / "data/samples/yixing").problem
    plan = plan_of(problem)
    sessions = starts_of(plan)
    assert len(sessions) == 65
    for minutes in sessions.values():
        assert {one for name in minutes for one in problem.team_by_id[name].skills} == {"医疗", "公卫"}
        assert len(minutes) == 2
        assert max(minutes.values()) - min(minutes.values()) <= SYNC_MINUTES
    assert evaluate(problem, plan).cost < 3680


def test_days_are_chosen_where_sessions_share_roads() -> None:
    """Two sessions on one road cost one way out each, not two: both teams make them on one day, 40 km each."""
    rule = replace(JOINT, service=ServiceTime(setup_minutes=60))
    problem = tiny_problem(sites=(village("b", rule), village("a", rule)), teams=(doctor(), nurse()))
    plan = plan_of(problem)
    assert len({route.day for route in plan.routes()}) == 1
    assert sum(route.metres for route in plan.routes()) == 80_000
    assert evaluate(problem, plan).cost == pytest.approx(80 + 4 * 2 * (40 + 120) / 60)


def test_price_of_sessions_with_an_even_workload_is_that_of_the_ledger() -> None:
    """Where work is to be even as well, the price that steps add up is the ledger's, while others work at random."""
    weighed = held = 0
    for seed in range(40):
        problem = replace(session_county(seed), balance=Balance(spread=0.1, price_per_hour=20.0))
        search, dice = Search(problem, 1, lambda: 1e9), random.Random(seed)
        evenness = search.ledger.evenness
        evenness.minutes = {crew.id: dice.choice((0, 300, 2000)) for crew in problem.teams}
        for part in best_answers(search, rounds=1):
            assert search.ledger.cost(part.group, part.state) == pytest.approx(part.answer.price, abs=1e-6), seed
            weighed += evenness.is_asked and evenness.price(search.ledger.minutes(part.group, part.state)) > 0
            held += len(part.answer.openings)
    assert weighed >= 10
    assert held >= 10

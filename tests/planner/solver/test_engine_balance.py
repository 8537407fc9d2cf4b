"""An even workload in the search: its price is the checker's, it finds the optimum, and its price in km is told.

``XUNZHEN_MANY`` asks for more problems than the default.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from planner.balance import Balance
from planner.codec import dump_plan
from planner.evaluation import evaluate, kpis, price_of_balance
from planner.language import say
from planner.model import Problem
from planner.plan import Plan
from planner.report import report_document
from planner.screen import balance_lines
from planner.solver import SolveSettings, kernel, solve
from planner.solver.engine import Chain
from planner.solver.search import Search
from tests.builders import team, tiny_problem
from tests.planner.solver.brute_force import compare, even_county, tiny_counties
from tests.planner.solver.compiled_counties import best_answers, even_searches
from tests.planner.solver.planning import plan_from, plan_of, random_county
from tests.planner.solver.test_engine_reproducible import scattered
from tests.planner.solver.test_solve import children

BLOCK = 20
COUNTIES = int(os.environ.get("XUNZHEN_MANY", "40"))
PROBLEMS = int(os.environ.get("XUNZHEN_MANY", "50"))


def pair(price: float) -> Problem:
    """Return two teams at the base of the straight road, whose hours outside 10 per cent have a price."""
    return tiny_problem(
        teams=(team("one"), team("two")), balance=Balance(spread=0.1, price_per_hour=price) if price else None
    )


def km_and_hours_outside(problem: Problem, plan: Plan) -> tuple[float, float]:
    """Return kilometres and the hours outside the band."""
    terms = {term.name: term.amount for term in evaluate(problem, plan).terms}
    return terms["distance_km"], pytest.approx(terms["imbalance_hours"])


def test_price_decides_how_even_the_work_is() -> None:
    """Four villages in a row, 30 minutes each; 80 km and 200 minutes when one team takes all of them.

    At 20 an hour the near two and the far two are shared out: 40 + 80 km, 100 and 140 minutes. Their mean is 120, the
    band 108 to 132, so 8 + 8 minutes are outside, which is cheaper than 20 km more. At 100 an hour it is not: with
    140 km either team gets 120 or 140 minutes, inside 117 to 143.
    """  # fmt: skip
    found = {price: km_and_hours_outside(pair(price), plan_of(pair(price))) for price in (0, 20, 100)}
    assert found == {0: (80, 0), 20: (120, pytest.approx(16 / 60)), 100: (140, 0)}


def test_price_of_an_even_workload_is_the_difference_to_the_plan_without_it() -> None:
    """140 km and 260 minutes instead of 80 km and 200 minutes: 60 km and an hour on duty dearer, and even."""
    problem = pair(100)
    price = price_of_balance(problem, plan_of(problem), plan_of(pair(0)))
    assert price is not None
    assert (price.km, price.cost) == (60, pytest.approx(60 + problem.weights.per_duty_hour))
    assert (price.plan.balance["hours_outside"], price.without.balance["hours_outside"]) == (0, 3)
    (line,) = balance_lines(price)
    assert str(line) == (
        "The even workload costs +60.0 km of driving and +64.0 of the cost in kilometres: searched on from this plan "
        "without it, 80.0 km at a cost of 93.3, -100 % to +100 % from the mean, 3.0 hours outside the band; with it, "
        "140.0 km at a cost of 157.3, -8 % to +8 % from the mean, 0.0 hours outside the band."
    )
    assert say(line, "zh").startswith("均衡工作量的代价：行驶 +60.0 公里")
    itself = price_of_balance(problem, plan_of(pair(0)), plan_of(problem))
    assert itself is not None
    assert (itself.km, itself.cost, itself.without) == (0, 0, itself.plan)  # nothing cheaper was found
    assert "costs nothing" in str(balance_lines(itself)[0])
    report = report_document(
        problem, plan_of(problem), evaluate(problem, plan_of(problem)), (), "en", balance_price=price
    )
    assert report["balance_price"]["km"] == 60  # type: ignore[index]
    assert report["balance_price"]["without_balance"]["balance"]["hours_outside"] == 3  # type: ignore[index]


def test_search_finds_the_optimum_of_tiny_problems_with_a_balance_and_never_less() -> None:
    """In 98 of 100 problems the plan costs what the trial of everything finds, which the checker prices alike."""
    above, uneven, changed = [], 0, 0
    for found in compare(tiny_counties(0, PROBLEMS, even_county)):
        if found.is_above:
            above.append((found.seed, found.cost, found.best.cost))
        uneven += any(term.name == "imbalance_hours" and term.cost > 0 for term in found.optimum.terms)
        careless = plan_of(replace(found.problem, balance=None), rounds=2)
        changed += found.cost < evaluate(found.problem, careless).cost - 1e-6
    assert len(above) <= PROBLEMS // 50, above
    assert uneven > PROBLEMS / 10
    assert changed > PROBLEMS / 10  # the balance decides something


@pytest.mark.parametrize("first", range(0, COUNTIES, BLOCK))
def test_price_with_a_balance_is_that_of_the_ledger_beside_any_work_of_others(first: int) -> None:
    """The best price that the steps add up is the ledger's cost of its routes, while others work at random."""
    weighed = 0
    for seed, search in even_searches(first, BLOCK):
        dice = random.Random(seed)
        evenness = search.ledger.evenness
        evenness.minutes = {crew.id: dice.choice((0, 300, 2000)) for crew in search.problem.teams}
        for part in best_answers(search, rounds=1):
            assert search.ledger.cost(part.group, part.state) == pytest.approx(part.answer.price, abs=1e-6), seed
            weighed += evenness.price(search.ledger.minutes(part.group, part.state)) > 0
    assert weighed > BLOCK / 4


@pytest.mark.parametrize("first", range(0, COUNTIES, BLOCK))
def test_costs_of_the_groups_and_the_balance_are_the_cost_of_the_checker(first: int) -> None:
    """Groups are searched one by one, the balance is of all: their own costs and its price once are the checker's."""
    uneven = 0
    for seed, search in even_searches(first, BLOCK, groups=2):
        search.start()
        search.route()
        search.ask_days()
        search.improve(1, is_counted=True)
        price = search.ledger.evenness.price({})
        inside = {task for progress in search.progress for task in progress.group.tasks}
        others = sum(search.ledger.task_cost(task, {}) for task in search.frames if task not in inside)
        own = sum(progress.cost - price for progress in search.progress)
        evaluation = evaluate(search.problem, plan_from(search, search.state))
        assert [(seed, str(violation.sentence)) for violation in evaluation.hard] == []
        assert evaluation.cost == pytest.approx(own + price + others, abs=1e-6), seed
        uneven += price > 0
    assert uneven > BLOCK / 4


def test_steps_and_their_way_back_keep_the_sums() -> None:
    """After thousands of steps, most of them undone, price and minutes are those worked out afresh from the routes."""
    problem = replace(scattered(), balance=Balance(spread=0.05))
    (progress,) = Search(problem, 1, lambda: 1e9).progress
    search = Search(problem, 1, lambda: 1e9)
    (part,) = best_answers(search, rounds=1)
    chain = Chain(part.numbered.instance, (3, 3))
    chain.set_out(part.answer, search.ledger.evenness.others(frozenset(progress.group.teams)))
    chain._run(chain.leg, is_counted=True)
    state, head = chain.state, chain.state.head[0]
    price, uneven, minutes = float(head["price"]), float(head["uneven"]), state.duty["minutes"].copy()
    kernel.load(part.numbered.instance, state, state.links["after"].copy(), state.owed.copy())
    assert (head["price"], head["uneven"]) == (pytest.approx(price, abs=1e-6), pytest.approx(uneven, abs=1e-6))
    assert state.duty["minutes"] == pytest.approx(minutes, abs=1e-6)


def test_work_is_even_within_ten_per_cent_and_its_price_is_told() -> None:
    """Thirty villages of three equal teams: each works within 10 per cent of the mean, and the price is measured.

    The same seed and rounds give the same bytes and the same price.
    """
    problem = replace(scattered(), balance=Balance(spread=0.1))
    settings = SolveSettings(seconds=None, rounds=3, seed=2)
    result, again = solve(problem, settings), solve(problem, settings)
    figures = kpis(problem, result.plan)["balance"]
    assert figures is not None
    assert figures["hours_outside"] == 0
    assert -10.01 < figures["least_percent"] < figures["most_percent"] < 10.01
    assert result.balance_price is not None
    assert result.balance_price.cost > 0
    assert result.balance_price.without.balance["hours_outside"] > 0
    assert (dump_plan(again.plan), again.balance_price) == (dump_plan(result.plan), result.balance_price)


def test_search_too_short_for_two_has_no_price() -> None:
    """Of 8 seconds a quarter is too little for a second search: there is a plan, no price, and a word of it."""
    result = solve(pair(20), SolveSettings(seconds=8.0))
    assert result.plan.unserved == ()
    assert result.balance_price is None
    (line,) = balance_lines(result.balance_price)
    assert "12 or more are needed" in str(line)


def test_second_search_stopped_by_hand_has_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked to stop when the second process runs: the first plan stands, and what the balance costs is not known."""
    monkeypatch.setattr("planner.solver.supervision.CANCEL_SECONDS", 60.0)  # a busy machine may take long to start it
    seen: set[int] = set()

    def should_stop() -> bool:
        seen.update(children())
        return len(seen) > 1

    result = solve(pair(20), SolveSettings(seconds=None, rounds=1), should_stop=should_stop)
    assert (result.stopped, result.balance_price) == ("cancelled", None)
    assert result.plan.provenance.rounds == 1


@pytest.mark.parametrize("seed", range(8))
def test_joint_sessions_tours_and_follow_ups_with_a_balance_break_no_rule(seed: int) -> None:
    """What is not compiled is judged by the same cost, and a plan with all rules and a balance breaks no hard one."""
    problem = replace(random_county(seed), balance=Balance(spread=0.1))
    plain = plan_of(replace(problem, balance=None), rounds=1)
    assert evaluate(problem, plan_of(problem, rounds=1)).cost <= evaluate(problem, plain).cost + 1e-6

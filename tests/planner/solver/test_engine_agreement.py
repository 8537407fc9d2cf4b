"""The compiled search, the ledger and the checker agree on the price of every plan, to the minute.

``XUNZHEN_MANY`` asks for more counties than the default.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from planner.evaluation import evaluate
from planner.model import ObjectiveWeights, Task
from planner.solver.compiled import openings_of
from planner.solver.engine import Chain, answer_of, links_of
from planner.solver.search import Search
from tests.builders import day, team, tiny_problem, village, weekly
from tests.planner.solver.compiled_counties import best_answers, county_at_home, plan_and_price
from tests.planner.solver.planning import days_of, plan_of

BLOCK = 25
COUNTIES = int(os.environ.get("XUNZHEN_MANY", "150"))


@pytest.mark.parametrize("first", range(0, COUNTIES, BLOCK))
def test_price_of_the_search_is_the_cost_of_the_ledger_and_of_the_checker(first: int) -> None:
    """Group by group the price of the best answer is the ledger's cost of the routes it stands for; the sum, with what
    nobody can make, is the checker's cost of the plan, which breaks no hard rule.
    """  # fmt: skip
    visits = 0
    for seed in range(first, min(first + BLOCK, COUNTIES)):
        search = Search(county_at_home(seed), 1, lambda: 1e9)
        found = list(best_answers(search, rounds=1))
        for part in found:
            assert search.ledger.cost(part.group, part.state) == pytest.approx(part.answer.price, abs=1e-6), seed
        plan, price = plan_and_price(search, found)
        evaluation = evaluate(search.problem, plan)
        assert [(seed, str(violation.sentence)) for violation in evaluation.hard] == []
        assert evaluation.cost == pytest.approx(price, abs=1e-6), seed
        visits += sum(1 for _ in plan.visits())
    assert visits > BLOCK  # the counties are worth planning


@pytest.mark.parametrize("seed", range(12))
def test_answer_taken_over_is_the_same_answer(seed: int) -> None:
    """A plan goes to links and back, and to a state and back, without a change; a chain that takes it over prices it
    as its finder did.
    """  # fmt: skip
    search = Search(county_at_home(seed), 1, lambda: 1e9)
    for part in best_answers(search, rounds=1):
        openings = openings_of(search.clock, part.state)
        again = part.numbered.answer_of(part.state, openings, search.frames, part.answer.price)
        assert again.routes == part.answer.routes
        assert again.openings == part.answer.openings
        assert sorted(again.owed) == sorted(part.answer.owed)
        chain = Chain(part.numbered.instance, (9, 9))
        chain.restart(part.answer)
        after, owed = links_of(part.numbered.instance, part.answer)
        assert (chain.state.links["after"][: len(after)] == after)[after >= 0].all()
        assert chain.state.head[0]["price"] == pytest.approx(part.answer.price, abs=1e-6)
        chain.state.best_after[:], chain.state.best_owed[:] = after, owed
        assert answer_of(part.numbered.instance, chain.state).routes == part.answer.routes


def test_limits_hold_in_every_answer() -> None:
    """Nothing of a best answer is over a limit: taken over by a chain, its loads and minutes exceed nothing."""
    answers = 0
    for seed in range(40):
        search = Search(county_at_home(seed), 1, lambda: 1e9)
        for part in best_answers(search, rounds=1):
            chain = Chain(part.numbered.instance, (9, 9))
            chain.restart(part.answer)
            assert np.isclose(chain.state.head[0]["over_load"], 0.0)
            assert np.isclose(chain.state.head[0]["over_minutes"], 0.0)
            answers += bool(part.answer.routes)
    assert answers >= 20


def test_roads_that_cost_nothing_are_searched() -> None:
    """Neither kilometres nor hours have a price, so no leg has: each village is visited, at no cost."""
    weights = ObjectiveWeights(per_km=0.0, per_duty_hour=0.0)
    search = Search(tiny_problem(weights=weights), 1, lambda: 1e9)
    (found,) = best_answers(search, rounds=1)
    assert (found.answer.price, found.answer.owed) == (0.0, ())
    assert sorted(task for _, route in found.answer.routes for task in route) == [0, 1, 2, 3]


def test_day_on_which_only_a_lent_team_works_is_no_day_of_the_group() -> None:
    """The owner works on Monday only, another could be lent on Saturday: one of two visits is made, the other owed.

    The lent team comes once the search is over.
    """
    owner = team("one", weekdays=frozenset({0}), owns=frozenset({"a"}))
    other = team("two", weekdays=frozenset({5}), may_be_lent=True)
    problem = tiny_problem(sites=(village("a", weekly(visits=2)),), teams=(owner, other))
    (found,) = best_answers(Search(problem, 1, lambda: 1e9), rounds=1)
    assert found.state == {("one", day(0)): (Task("a", "weekly"),)}
    assert found.answer.owed == (0,)
    assert days_of(plan_of(problem), "a") == [day(0), day(5)]

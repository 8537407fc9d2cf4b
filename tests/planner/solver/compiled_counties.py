"""What the compiled search makes of a whole problem: each group by itself, without the routing model's word."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from planner.balance import Balance
from planner.model import ObjectiveWeights, Problem
from planner.plan import Plan
from planner.solver.compiled import is_compilable, take_over
from planner.solver.engine import HOT, Answer, Herd, cool_all
from planner.solver.frame import Group
from planner.solver.instance import MAY_BE
from planner.solver.numbers import Numbered, number_group
from planner.solver.search import Search
from planner.solver.state import State, visits_of
from tests.planner.solver.planning import plan_from, random_county


def county_at_home(seed: int) -> Problem:
    """Return a random county in which nobody sleeps out and everything has a price of its own."""
    problem, dice = random_county(seed), random.Random(f"{seed} prices")
    weights = ObjectiveWeights(
        per_km=dice.choice((0.0, 1.0, 1.7)),
        per_duty_hour=dice.choice((0.0, 4.0, 31.0)),
        per_unserved_visit=dice.choice((40.0, 1000.0)),
        per_lent_visit=dice.choice((0.0, 20.0)),
        per_visit_by_other_team=dice.choice((0.0, 10.0)),
        per_extra_team_at_site=dice.choice((0.0, 5.0, 60.0)),
        per_missed_market_day=dice.choice((0.0, 2.0, 30.0)),
    )
    teams = tuple(replace(team, nights_away=0, lodgings=frozenset()) for team in problem.teams)
    return replace(problem, teams=teams, weights=weights)


SKIP = 10  # numbers of counties for each that is taken: enough that no two blocks overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best answer of one group."""

    group: Group
    numbered: Numbered
    answer: Answer
    state: State  # its routes; the clock knows when its joint sessions open


def even_county_at_home(seed: int) -> Problem:
    """Return such a county in which work is to be even over teams or institutions."""
    dice = random.Random(f"{seed} balance")
    balance = Balance(
        spread=dice.choice((0.0, 0.1, 0.3)),
        scope=dice.choice(("team", "institution")),
        price_per_hour=dice.choice((3.0, 20.0, 100.0)),
    )
    return replace(county_at_home(seed), balance=balance)


def even_searches(first: int, count: int, *, groups: int = 1) -> Iterator[tuple[int, Search]]:
    """Yield a search of so many such counties of so many groups or more, with somebody to be compared with."""
    seeds = itertools.count(first * SKIP)
    searches = ((seed, Search(even_county_at_home(seed), 1, lambda: 1e9)) for seed in seeds)
    fitting = (
        (seed, search)
        for seed, search in searches
        if search.ledger.evenness.is_asked and len(search.progress) >= groups
    )
    return itertools.islice(fitting, count)


def best_answers(search: Search, *, rounds: int, seed: int = 1) -> Iterator[Found]:
    """Yield the best answer of each group that the compiled search takes, after so many rounds.

    Where work is to be even all other teams work as the ledger knows.
    """
    for group in (progress.group for progress in search.progress):
        if is_compilable(search.problem, group):
            numbered = number_group(search.problem, search.frames, group)
            herd = Herd(numbered.instance, seed)
            herd.start()
            if search.ledger.evenness.is_asked and herd.best.price < MAY_BE:
                herd.set_out(herd.best, search.ledger.evenness.others(frozenset(group.teams)))
            cool_all([herd], seconds=None, rounds=rounds, hot=HOT, may_go_on=lambda: True)
            state = take_over(search.clock, numbered, herd.best)
            yield Found(group=group, numbered=numbered, answer=herd.best, state=state)


def plan_and_price(search: Search, found: list[Found]) -> tuple[Plan, float]:
    """Return the plan of the groups found, all other tasks owed, and its cost by the prices of the search."""
    state = {slot: tasks for part in found for slot, tasks in part.state.items()}
    inside = {task for part in found for task in part.group.tasks}
    others = sum(search.ledger.soft_cost(task, visits_of(state)) for task in search.frames if task not in inside)
    return plan_from(search, state), sum(part.answer.price for part in found) + others

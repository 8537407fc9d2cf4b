"""Forty random small counties: whatever they ask, the plan breaks nothing and accounts for every visit."""

import pytest

from planner.evaluation import evaluate, kpis
from planner.recurrence import quotas
from planner.solver.clock import Clock
from planner.solver.dates import keeps_dates
from planner.solver.frame import build_frames
from planner.solver.insertion import Inserter
from planner.solver.proxy import Pricer
from planner.solver.search import Search
from planner.solver.state import Ledger, visits_of
from tests.planner.solver.planning import plan_from, plan_of, random_county


# 1236 and 1247 once sent a second team to a joint session for nothing.
@pytest.mark.parametrize("seed", [*range(40), 1236, 1247])
def test_plan_breaks_nothing_and_accounts_for_every_visit(seed: int) -> None:
    """No hard violation (``plan_of`` asserts it), and asked = made + listed, task by task."""
    problem = random_county(seed)
    plan = plan_of(problem)
    for task, rule in problem.rule_by_task.items():
        asked = sum(quota.visits for quota in quotas(rule, problem.horizon))
        made = len({route.day for route, stop in plan.visits() if stop.task == task})
        assert asked == made + sum(owed.task == task for owed in plan.unserved)


@pytest.mark.parametrize("seed", range(12))
def test_cost_of_the_search_is_the_cost_of_the_checker(seed: int) -> None:
    """The search adds up the groups and the tasks nobody can serve; the checker adds up the plan."""
    problem = random_county(seed)
    search = Search(problem, 1, lambda: 1e9)
    search.start()
    alone = [task for task in search.frames if not any(task in part.group.tasks for part in search.progress)]
    owed = sum(search.ledger.task_cost(task, {}) for task in alone)
    expected = sum(part.cost for part in search.progress) + owed
    assert evaluate(problem, plan_from(search, search.state)).cost == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(12))
def test_visit_by_visit_keeps_every_rule_of_dates(seed: int) -> None:
    """Placing visits one by one never leaves days that do not go together."""
    problem = random_county(seed)
    clock = Clock(problem)
    frames = build_frames(problem, clock)
    inserter = Inserter(frames, Ledger(problem, frames, clock), Pricer(problem), lambda: 1e9)
    for task, days in visits_of(inserter.serve_owed({}, frames, with_lent=True)).items():
        assert keeps_dates(frames[task], days)


def test_random_counties_are_worth_planning() -> None:
    """The counties are not so strange that nothing can be visited: in most of them visits are made and owed."""
    searches = [Search(problem, 1, lambda: 1e9) for problem in map(random_county, range(40))]
    for search in searches:
        search.start()
    figures = [kpis(search.problem, plan_from(search, search.state)) for search in searches]
    assert sum(figure["planned_visits"] > 0 for figure in figures) >= 30
    assert sum(figure["owed_visits"] > 0 for figure in figures) >= 20

"""Measures what an even workload costs: the search goes on from the plan as if nobody minded how work is shared out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planner.errors import SolverError
from planner.evaluation import price_of_balance
from planner.model import Problem
from planner.plan import Plan
from planner.solver.settings import SolveResult, SolveSettings
from planner.solver.supervision import OnImprovement, supervise

SHARE = 0.25  # of the seconds, for the search without the balance
LEAST_SECONDS = 3.0  # in which a search gets anywhere: its process must start first


def supervise_balanced(
    problem: Problem,
    settings: SolveSettings,
    on_improvement: OnImprovement | None,
    should_stop: Callable[[], bool] | None,
    dataset_sha256: str,
    *,
    start: Plan | None = None,
) -> SolveResult:
    """Search in three quarters of the seconds (or all rounds), then from that plan without the balance in the rest.

    Counted in rounds both searches have as many, so that the price depends on no clock. Where one of them was stopped,
    or there are too few seconds for both, nothing is compared: cut short, the second would call a dear balance cheap.

    Raises
    ------
    SolverError
        When there was no plan yet.
    """
    least = None if settings.seconds is None else SHARE * settings.seconds
    if least is not None and least < LEAST_SECONDS:
        return supervise(problem, settings, on_improvement, should_stop, dataset_sha256, start=start)
    own = settings if settings.seconds is None else replace(settings, seconds=(1 - SHARE) * settings.seconds)
    result = supervise(problem, own, on_improvement, should_stop, dataset_sha256, start=start)
    if result.stopped in {"cancelled", "crashed"}:
        return result
    rest = replace(settings, seconds=least)
    unbalanced = replace(problem, balance=None)
    try:
        other = supervise(unbalanced, rest, None, should_stop, dataset_sha256, start=result.plan)
    except SolverError:  # no time: the plan stands, its price is not known
        return result
    if other.stopped == "cancelled":
        return replace(result, stopped="cancelled")
    if other.stopped == "crashed":
        return result
    return replace(result, balance_price=price_of_balance(problem, result.plan, other.plan))

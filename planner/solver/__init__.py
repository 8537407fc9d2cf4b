"""The search, the only place that knows ortools: ``solve(problem, settings, on_improvement) -> SolveResult``.

Days, teams and order by a compiled search (``engine``, ``kernel``), joint sessions and tours by CP-SAT (``days``) and
re-placing, circuits by the routing model (``circuits``), all of it ordered by ``search`` in a process of its own
(``child``, ``supervision``).
"""

from __future__ import annotations

from collections.abc import Callable

from planner.model import Problem
from planner.plan import Plan
from planner.solver.settings import SearchLog, SearchStep, SolveResult, SolveSettings, Stopped

__all__ = ["SearchLog", "SearchStep", "SolveResult", "SolveSettings", "Stopped", "solve"]


def solve(
    problem: Problem,
    settings: SolveSettings,
    on_improvement: Callable[[Plan, float], None] | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
    on_compiling: Callable[[int, int], None] | None = None,
    dataset_sha256: str = "",
    start: Plan | None = None,
) -> SolveResult:
    """Search for a plan in a process of its own and return the best one found.

    ``on_improvement`` hears each better plan and its cost, the first complete one within seconds. ``should_stop``
    is asked about ten times a second; the best plan so far is the answer then. ``on_compiling`` hears
    how many functions of how many are compiled while the search must be compiled first, once on a machine; the
    seconds count from the end of that. Where a
    balance is asked, a part of the seconds measures what it costs. The search goes on from the plan ``start`` where
    that is better than the first one made.

    Raises
    ------
    SolverError
        When there was no plan yet: the process crashed, was stopped, or its time was too short.
    """
    from planner.solver.first_run import ensure_compiled  # noqa: PLC0415 - only who searches needs these
    from planner.solver.supervision import supervise  # noqa: PLC0415
    from planner.solver.without_balance import supervise_balanced  # noqa: PLC0415

    ensure_compiled(on_compiling, should_stop)
    search = supervise if problem.balance is None else supervise_balanced
    return search(problem, settings, on_improvement, should_stop, dataset_sha256, start=start)

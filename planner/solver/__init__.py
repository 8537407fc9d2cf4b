"""The search, the only place that knows ortools: ``solve(problem, settings, on_improvement) -> SolveResult``.

Days by CP-SAT (``days``), circuits by the routing model (``circuits``), the loop between them (``search``), in a
process of its own (``child``, ``supervision``). Another engine takes the place of ``search`` behind the same verb.
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
    dataset_sha256: str = "",
) -> SolveResult:
    """Search for a plan in a process of its own and return the best one found.

    ``on_improvement`` hears each better plan and its cost, the first complete one within seconds. ``should_stop``
    is asked about ten times a second; the best plan so far is the answer then.

    Raises
    ------
    SolverError
        When there was no plan yet: the process crashed, was stopped, or its time was too short.
    """
    from planner.solver.supervision import supervise  # noqa: PLC0415 - ortools takes seconds to load

    return supervise(problem, settings, on_improvement, should_stop, dataset_sha256)

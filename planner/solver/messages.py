"""What the two sides of a search say to each other, and the door of the solving process.

The parent imports this and nothing heavier: ortools and the compiled search are loaded in the child only.
"""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection

from planner.evaluation import Evaluation
from planner.model import Problem
from planner.plan import Plan
from planner.solver.settings import SearchStep, SolveSettings, Stopped

FIRST_PLAN_SECONDS = 60.0  # a plan late is better than none: so much longer is waited for the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the child is to do; ``deadline`` is a reading of ``time.monotonic``, None: no limit."""

    problem: Problem
    settings: SolveSettings
    deadline: float | None
    dataset_sha256: str
    parent: int
    start: Plan | None = None  # a plan to go on from, when it is better than the first one made


@dataclass(frozen=True, slots=True)
class Better:
    """Sent for each better plan."""

    plan: Plan
    evaluation: Evaluation
    step: SearchStep


@dataclass(frozen=True, slots=True)
class Done:
    """Sent last."""

    stopped: Stopped


def run_child(order: Order, pipe: Connection) -> None:
    """Search as ordered, in the process that was started for it."""
    from planner.solver.child import run  # noqa: PLC0415 - the parent imports this module too

    run(order, pipe)

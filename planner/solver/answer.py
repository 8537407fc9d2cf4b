"""From the state of the search to a plan: timed circuits, and each owed visit with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib import metadata

from planner.errors import SolverError
from planner.language import text
from planner.model import Problem, Task
from planner.plan import Plan, Provenance, UnservedVisit
from planner.reasons import explain
from planner.solver.dates import missing_visits
from planner.solver.frame import Frame
from planner.solver.led import led_frame
from planner.solver.state import Ledger, State, visits_of
from planner.timing import circuits_from_routes


class Reasons:
    """Why visits are owed, remembered: the reason depends on nothing of the plan but the visits to be followed."""

    def __init__(self, problem: Problem) -> None:
        self._explain = cache(
            lambda task, first, last, nth, leading: explain(problem, task, first, last, nth=nth, leading=leading)
        )

    def owed(self, frame: Frame, days: Iterable[date]) -> Iterator[UnservedVisit]:
        """Yield each asked visit of a task that the days leave out."""
        for quota, short in zip(frame.quotas, missing_visits(frame, days), strict=True):
            for nth in range(1, short + 1):
                reason, details = self._explain(frame.task, quota.first_day, quota.last_day, nth, frame.leading)
                yield UnservedVisit(
                    site_id=frame.task.site_id,
                    rule_id=frame.task.rule_id,
                    first_day=quota.first_day,
                    last_day=quota.last_day,
                    reason=reason,
                    details=details,
                )


def make_plan(
    frames: Mapping[Task, Frame], ledger: Ledger, state: State, reasons: Reasons, made_from: Provenance
) -> Plan:
    """Return the plan of a state whose every day is sound."""
    routes, horizon = ledger.routes(state), ledger.problem.horizon
    if routes is None:
        raise SolverError(text("The search kept a day that breaks a rule; please report this with the input."))
    made = visits_of(state)
    led = {task: led_frame(ledger.problem, frame, made) for task, frame in frames.items()}
    unserved = [owed for task, frame in led.items() for owed in reasons.owed(frame, made.get(task, {}))]
    return Plan(
        start=horizon.start,
        days=horizon.days,
        circuits=circuits_from_routes(routes),
        unserved=tuple(sorted(unserved, key=lambda owed: (owed.task, owed.first_day, owed.reason, owed.details))),
        provenance=made_from,
    )


def provenance(*, seed: int, rounds: int, dataset_sha256: str) -> Provenance:
    """Return what a plan of this search was made from."""
    try:
        version = metadata.version("xunzhen")
    except metadata.PackageNotFoundError:  # run from a checkout
        version = "0"
    return Provenance(version=version, seed=seed, rounds=rounds, dataset_sha256=dataset_sha256)

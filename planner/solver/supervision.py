"""The parent's side of a search: starts the solving process, listens, keeps the time, and ends it for certain."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from planner.errors import SolverError
from planner.language import Text, text
from planner.model import Problem
from planner.plan import Plan
from planner.solver.messages import FIRST_PLAN_SECONDS, Better, Done, Order, run_child
from planner.solver.settings import SearchLog, SolveResult, SolveSettings, Stopped

POLL_SECONDS = 0.1
LATE_SECONDS = 3.5  # how long the child may be late before it is ended
CANCEL_SECONDS = 1.5  # how long it has to hand in its last plan once asked to stop
OnImprovement = Callable[[Plan, float], None]


def supervise(
    problem: Problem,
    settings: SolveSettings,
    on_improvement: OnImprovement | None,
    should_stop: Callable[[], bool] | None,
    dataset_sha256: str,
    *,
    start: Plan | None = None,
) -> SolveResult:
    """Search in a child process, from a plan when one is given, and return the best plan it reported.

    Raises
    ------
    SolverError
        When the child ended, or its time did, before the first plan.
    """
    deadline = None if settings.seconds is None else time.monotonic() + settings.seconds
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    order = Order(
        problem=problem,
        settings=settings,
        deadline=deadline,
        dataset_sha256=dataset_sha256,
        parent=os.getpid(),
        start=start,
    )
    process = context.Process(target=run_child, args=(order, theirs), daemon=True, name="xunzhen-solver")
    process.start()
    theirs.close()
    try:
        return _Watch(process, ours, deadline, on_improvement, should_stop).result()
    finally:
        process.kill()
        process.join()
        ours.close()


class _Watch:
    """One child, watched."""

    def __init__(
        self,
        process: SpawnProcess,
        pipe: Connection,
        deadline: float | None,
        on_improvement: OnImprovement | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.process, self.pipe = process, pipe
        self.deadline = deadline
        self.last_moment = None if deadline is None else deadline + FIRST_PLAN_SECONDS + LATE_SECONDS
        self.on_improvement, self.should_stop = on_improvement, should_stop
        self.is_cancelled = False
        self.found: list[Better] = []

    def result(self) -> SolveResult:
        """Listen until the child is done, dead or out of time."""
        stopped: Stopped | None = None
        while stopped is None:
            self._ask_to_stop()
            if self.pipe.poll(POLL_SECONDS):
                stopped = self._hear()
            elif self.last_moment is not None and time.monotonic() > self.last_moment:
                stopped = "cancelled" if self.is_cancelled else "seconds"
        if not self.found:
            raise SolverError(self._why_nothing(stopped), stopped=stopped)
        best = self.found[-1]
        log = SearchLog(tuple(better.step for better in self.found))
        return SolveResult(plan=best.plan, evaluation=best.evaluation, log=log, stopped=stopped)

    def _hear(self) -> Stopped | None:
        try:
            heard = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return "crashed"
        if isinstance(heard, Done):
            return heard.stopped
        if self.deadline is not None and not self.found and not self.is_cancelled:
            self.last_moment = max(self.deadline, time.monotonic()) + LATE_SECONDS
        self.found.append(heard)
        if self.on_improvement is not None:
            self.on_improvement(heard.plan, heard.evaluation.cost)
        return None

    def _ask_to_stop(self) -> None:
        if self.is_cancelled or self.should_stop is None or not self.should_stop():
            return
        self.is_cancelled = True
        soon = time.monotonic() + CANCEL_SECONDS
        self.last_moment = soon if self.last_moment is None else min(self.last_moment, soon)
        with suppress(OSError):  # the child may be gone; the next word heard is then the end of its pipe
            self.pipe.send("stop")

    def _why_nothing(self, stopped: Stopped) -> Text:
        if stopped == "cancelled":
            return text("The search was stopped before it had a first plan.")
        if stopped == "seconds":
            return text("The time was too short for a first plan. Give the search more seconds.")
        self.process.join()
        return text(
            "The solving process ended without a plan (exit code {code}). This is a fault of the program or the "
            "machine, not of the input. Plan again, and report it if it returns.",
            code=self.process.exitcode,
        )

"""The solving process: searches, reports each better plan through a pipe, and dies with its parent.

It exists because ortools can end or stall a whole process; the parent (``supervision``) loses nothing by it.
"""

from __future__ import annotations

import signal
import time
from multiprocessing.connection import Connection

from planner.evaluation import evaluate
from planner.solver.answer import Reasons, make_plan, provenance
from planner.solver.messages import FIRST_PLAN_SECONDS, Better, Done, Order
from planner.solver.processes import die_with_parent
from planner.solver.search import Search
from planner.solver.settings import SearchStep, Stopped

POLL_SECONDS = 0.05
FOREVER = 1e9
ANSWER_SECONDS_PER_VISIT = 0.0005  # a first guess; the answers themselves tell soon
REPORT_SHARE = 15  # a report inside a round may take a fifteenth of the time


def run(order: Order, pipe: Connection) -> None:
    """Search as ordered and send ``Better`` and, at the end, ``Done``."""
    die_with_parent(order.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _Run(order, pipe).run()


class _Run:
    """One search with its clock and its pipe."""

    def __init__(self, order: Order, pipe: Connection) -> None:
        self.order, self.pipe = order, pipe
        self.started = time.monotonic()
        self.is_cancelled = False
        self.polled = self.reported = 0.0
        self.answer_seconds = 0.2  # how long the last answer took to make, kept free at the end
        self.rounds = 0
        self.best: tuple[bool, float] | None = None

    def run(self) -> None:
        settings = self.order.settings
        search = self.search = Search(self.order.problem, settings.seed, self.remaining, self._report_now_and_then)
        self.reasons = Reasons(self.order.problem)
        asked = sum(frame.asked for frame in search.frames.values())
        self.answer_seconds += ANSWER_SECONDS_PER_VISIT * asked
        is_counted = settings.rounds is not None
        for stage in (search.start, self._go_on_from_start, search.route, search.ask_days):
            stage()
            self.report()
        while self._is_asked_for_more():
            may_improve = search.improve(self.rounds + 1, is_counted=is_counted)
            self.rounds += 1
            self.report()
            if not may_improve:
                self.pipe.send(Done("converged"))
                return
        self.pipe.send(Done(self._why_stopped()))

    def _go_on_from_start(self) -> None:
        if self.order.start is not None:
            self.search.go_on_from(self.order.start)

    def _is_asked_for_more(self) -> bool:
        rounds = self.order.settings.rounds
        return (rounds is None or self.rounds < rounds) and self.remaining() > 0

    def _why_stopped(self) -> Stopped:
        if self.is_cancelled:
            return "cancelled"
        return "seconds" if self.remaining() <= 0 else "rounds"

    def remaining(self) -> float:
        """Return the seconds left, more before the first plan; 0 once the parent asks to stop or is gone."""
        now = time.monotonic()
        if not self.is_cancelled and now - self.polled > POLL_SECONDS:
            self.polled = now
            self.is_cancelled = self._is_told_to_stop()
        if self.is_cancelled:
            return 0.0
        if self.order.deadline is None:
            return FOREVER
        kept_free = self.answer_seconds if self.best is not None else -FIRST_PLAN_SECONDS
        return max(0.0, self.order.deadline - now - kept_free)

    def _is_told_to_stop(self) -> bool:
        return self.pipe.poll()  # anything said, or the pipe's end, means stop

    def _report_now_and_then(self) -> None:
        """Report inside a long round; never when rounds are counted, for then no clock may choose the plan."""
        pause = max(1.0, REPORT_SHARE * self.answer_seconds)
        if self.order.settings.rounds is None and time.monotonic() - self.reported > pause:
            self.report()

    def report(self) -> None:
        """Send the plan when the checker finds it better than all before."""
        began = time.monotonic()
        problem, settings, search = self.order.problem, self.order.settings, self.search
        if not search.has_plan:
            return
        made_from = provenance(seed=settings.seed, rounds=self.rounds, dataset_sha256=self.order.dataset_sha256)
        plan = make_plan(search.frames, search.ledger, search.answer(), self.reasons, made_from)
        evaluation = evaluate(problem, plan)
        worth = (bool(evaluation.hard), round(evaluation.cost, 6))
        now = self.reported = time.monotonic()
        self.answer_seconds = max(self.answer_seconds, 1.5 * (now - began))
        if self.best is None or worth < self.best:
            self.best = worth
            step = SearchStep(round(now - self.started, 2), self.rounds, evaluation.cost, len(plan.unserved))
            self.pipe.send(Better(plan, evaluation, step))

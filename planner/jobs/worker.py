"""The worker: claims a job, lets a child search, checks each plan it hears of, and keeps the best one safe.

It believes the child nothing: every plan is judged by ``evaluate`` before it is stored. A plan that is stored is never
given up for a worse one, whoever goes on with the job.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from planner.codec import load_plan
from planner.errors import InputError
from planner.evaluation import Evaluation, evaluate
from planner.jobs.children import Child, CrashedError, LateError, NoRoomError, remove_leftovers
from planner.jobs.messages import Message, UnknownNameError, unpack_problem
from planner.jobs.port import Jobs
from planner.language import SHIPPED
from planner.model import Problem
from planner.plan import Plan
from planner.report import report_document
from planner.store import StoreUnavailableError
from planner.store.leases import Lease
from planner.store.records import Checkpoint, Ending, Judged, LostLeaseError, Outcome

POLL_SECONDS = 0.2
LOOK_SECONDS = 1.0
OPEN_SECONDS = 600.0  # to read the tables and find the roads; on a busy machine a job waits, nobody hangs on a line
LATE_SECONDS = 180.0  # after the search: the first plan on a busy machine, and advice on what is owed
LEAST_SECONDS = 3.0  # that a search taken over gets, however little was left
MOST_CRASHES = 2
WARN_SECONDS = 30.0  # between two lines in the log about a database that is away
ROOM_SECONDS = 5.0  # between two looks for room, on a disk that is full
log = logging.getLogger("xunzhen.worker")


def work(jobs: Jobs, should_end: Callable[[], bool], *, pause: float = 0.5) -> None:
    """Run one job after the other until asked to end; a database that is away is waited for."""
    remove_leftovers()
    while not should_end():
        try:
            lease = jobs.claim()
        except StoreUnavailableError:
            lease = None
        if lease is None:
            time.sleep(pause)
            continue
        run = _Run(jobs, lease, should_end)
        try:
            run.run()
        except LostLeaseError:
            log.warning("job %s was taken over by another worker, or deleted", lease.job.id)
        except GivenBackError:
            log.info("job %s is left to the next worker", lease.job.id)
            with suppress(StoreUnavailableError, LostLeaseError):  # then the next one waits for the lease to end
                jobs.give_back(lease, run.searched_ms)


class GivenBackError(Exception):
    """The worker is asked to end: the job goes on elsewhere, from its checkpoint."""


class _Run:
    """One claimed job."""

    def __init__(self, jobs: Jobs, lease: Lease, should_end: Callable[[], bool]) -> None:
        self.jobs, self.lease, self.should_end = jobs, lease, should_end
        self.order = lease.job.order
        self.best: Checkpoint | None = None
        self.problem: Problem | None = None
        self.notices: list[dict[str, Any]] = []
        self.searched_before = lease.job.searched_ms / 1000
        self.search_began: float | None = None
        self.beaten = self.looked = time.monotonic()
        self.is_cancelled = lease.job.is_cancelled
        self.warned = -WARN_SECONDS

    def run(self) -> None:
        """Search until the end, once more after a crash, and store what was found."""
        job_id = self.lease.job.id
        self.best = self._surely(lambda: self.jobs.checkpoint(job_id))
        crashes, ending = self.lease.job.crashes, None
        while ending is None and crashes < MOST_CRASHES:
            try:
                ending = self._try()
            except NoRoomError:
                log.warning("job %s: there is no room for a child", job_id)
                self._wait(ROOM_SECONDS)
            except (CrashedError, UnknownNameError) as fault:
                crashes = self._surely(lambda: self.jobs.crashed(self.lease))
                self.searched_before, self.search_began = self.searched, None
                log.warning("job %s: %s, time %d", job_id, _told(fault), crashes)
        found = ending or self._ending("solver_fault", "crashed")
        self._surely(lambda: self.jobs.finish(self.lease, found))
        log.info("job %s ended: %s", job_id, found.outcome)

    def _try(self) -> Ending:
        """Start a child and return how the job ends."""
        kind, content = self._surely(lambda: self.jobs.dataset(self.lease.job.dataset_id))
        with Child() as child:
            start = None if self.order.start is None else self.order.start.isoformat()
            child.open(kind=kind, content=content, start=start, weeks=self.order.weeks, past=self.order.past)
            opened = self._listen(child, OPEN_SECONDS)
            if opened.verb == "refused":
                return Ending(outcome="input_fault", stopped="refused", searched_ms=0)
            self.problem, self.notices = unpack_problem(opened.payload), opened.values["notices"]
            return self._search(child)

    def _search(self, child: Child) -> Ending:
        left = seconds_left(self.order.seconds, self.searched_before, has_plan=self.best is not None)
        payload = self.best.plan if self.best is not None else b""
        self.search_began = time.monotonic()
        child.ask("solve", payload, seconds=left, rounds=self.order.rounds, seed=self.order.seed)
        heard = self._listen(child, left + LATE_SECONDS)
        stopped = str(heard.values["stopped"])
        if stopped == "crashed":
            self._take(heard)
            raise CrashedError
        if heard.verb == "nothing":
            return self._ending("nothing_found", stopped)
        self._take(heard)
        return self._ending(None, stopped)

    def _listen(self, child: Child, seconds: float) -> Message:
        """Return what the child ends with; meanwhile store better plans, show life, and pass on a wish to stop."""
        deadline, is_told = time.monotonic() + seconds, False
        while time.monotonic() < deadline:
            heard = child.hear(POLL_SECONDS)
            if heard is not None and heard.verb == "better":
                self._take(heard)
            elif heard is not None:
                return heard
            self._look_after_the_job()
            if self.is_cancelled and not is_told and self.search_began is not None:
                child.ask("stop")
                is_told = True
            if self.should_end():
                raise GivenBackError
        raise LateError

    def _wait(self, seconds: float) -> None:
        """Keep the job for so long without doing anything for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.should_end():
                raise GivenBackError
            self._look_after_the_job()
            time.sleep(POLL_SECONDS)

    def _look_after_the_job(self) -> None:
        """Show life in time, and ask in between whether to stop: asking costs the disk nothing."""
        now = time.monotonic()
        if now - self.beaten >= self.jobs.beat_seconds:
            self._note(lambda: self.jobs.beat(self.lease, self.searched_ms))
        elif now - self.looked >= LOOK_SECONDS:
            self.looked = now
            with suppress(StoreUnavailableError):
                self.is_cancelled = self.jobs.is_cancelled(self.lease.job.id)

    def _take(self, heard: Message) -> None:
        """Judge a plan of the child, and store it when it is better than the best one."""
        found = self._judged(heard.payload)
        if found is not None and (self.best is None or found.worth <= self.best.worth):
            is_better = self.best is None or found.worth < self.best.worth
            self.best = found
            if is_better:
                self._note(lambda: self.jobs.save(self.lease, found, self.searched_ms))
                self._tell_the_wait(heard)

    def _tell_the_wait(self, heard: Message) -> None:
        """Say how much search a kill just before would have lost: the clock of the child is the one of this machine."""
        if "found" in heard.values:
            log.debug(
                "job %s: stored %.3f s after it was found", self.lease.job.id, time.monotonic() - heard.values["found"]
            )

    def _judged(self, content: bytes) -> Checkpoint | None:
        """Return the plan with what the checker says of it; None for what is no plan."""
        if self.problem is None or not content:
            return None
        try:
            plan = load_plan(content, file="plan.json")
        except InputError:
            return None
        evaluation = evaluate(self.problem, plan)
        return Checkpoint(plan=content, is_sound=not evaluation.hard, cost=evaluation.cost, owed=len(plan.unserved))

    def _note(self, say: Callable[[], bool]) -> None:
        """Tell the store once; when it does not answer now, the next time will do."""
        try:
            self.is_cancelled = say()
            self.beaten = time.monotonic()
        except StoreUnavailableError:
            if time.monotonic() - self.warned > WARN_SECONDS:
                self.warned = time.monotonic()
                log.warning("job %s: the database does not answer", self.lease.job.id)

    def _surely(self, say: Callable[[], Any]) -> Any:
        """Tell the store until it answers."""
        while True:
            try:
                return say()
            except StoreUnavailableError:
                if self.should_end():
                    raise GivenBackError from None
                time.sleep(1.0)

    def _ending(self, outcome: Outcome | None, stopped: str) -> Ending:
        """Return the end of the job with the best plan there is; its outcome, unless given, follows from the plan."""
        made = None
        if self.best is not None and self.problem is not None:
            plan = load_plan(self.best.plan, file="plan.json")
            evaluation = evaluate(self.problem, plan)
            made = judged(self.problem, plan, evaluation, self.best.plan, self.notices)
            if outcome != "solver_fault":
                outcome = outcome_of(plan, evaluation)
        return Ending(outcome=outcome or "nothing_found", stopped=stopped, searched_ms=self.searched_ms, made=made)

    @property
    def searched(self) -> float:
        """Seconds searched by all who had the job."""
        began = self.search_began
        return self.searched_before + (0.0 if began is None else time.monotonic() - began)

    @property
    def searched_ms(self) -> int:
        """The same as stored."""
        return round(1000 * self.searched)


def _told(fault: Exception) -> str:
    if isinstance(fault, LateError):
        return "the child gave no answer in time"
    if isinstance(fault, UnknownNameError):
        return f"a message of the child cannot be read ({fault})"
    return "the child ended by itself"


def seconds_left(asked: float, searched: float, *, has_plan: bool) -> float:
    """Return how long to search for a job that others have searched for before.

    What was searched without a plan to show for it is gone with the worker, and does not count: of a job whose workers
    die young it would leave too little for a first plan.
    """
    return max(LEAST_SECONDS, asked - searched) if has_plan else asked


def outcome_of(plan: Plan, evaluation: Evaluation) -> Outcome:
    """Return what the scheduler is told of a plan."""
    if evaluation.hard:
        return "rules_broken"
    return "some_unserved" if plan.unserved else "complete"


def judged(
    problem: Problem, plan: Plan, evaluation: Evaluation, content: bytes, notices: list[dict[str, Any]]
) -> Judged:
    """Return the plan with its report in every language, as it is stored."""
    reports = {
        language: {
            **report_document(problem, plan, evaluation, (), language),
            "notices": [notice[language] for notice in notices],
        }
        for language in SHIPPED
    }
    return Judged(plan=content, report=json.dumps(reports, ensure_ascii=False, allow_nan=False).encode())

"""What a child does with the county that it has opened: search for a plan, or make one file of a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection

from planner.codec import dump_plan, load_plan
from planner.errors import SolverError
from planner.jobs.messages import Message, send
from planner.jobs.pages import PAGES
from planner.opening import County
from planner.plan import Plan
from planner.service import make_plan
from planner.solver import SolveSettings

PAUSE_SECONDS = 1.0  # between two plans that are told


class _Teller:
    """Tells of better plans, at most once a second, and hears when to stop."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe, self.told, self.found = pipe, 0.0, 0.0
        self.waiting: Plan | None = None

    def improved(self, plan: Plan, _cost: float) -> None:
        """Keep a better plan, and tell of it when it is time."""
        if self.waiting is None:
            self.found = time.monotonic()
        self.waiting = plan
        self._tell_in_time()

    def should_stop(self) -> bool:
        """Return whether anything was said, or there is nobody any more."""
        self._tell_in_time()
        return self.pipe.poll()

    def _tell_in_time(self) -> None:
        now = time.monotonic()
        if self.waiting is not None and now - self.told >= PAUSE_SECONDS:
            send(self.pipe, "better", dump_plan(self.waiting), found=self.found)
            self.waiting, self.told = None, now


def _solve(pipe: Connection, county: County, asked: Message) -> None:
    """Search as asked, from a plan when one is given; answer with better plans and the best one."""
    values, teller = asked.values, _Teller(pipe)
    settings = SolveSettings(seconds=values["seconds"], rounds=values["rounds"], seed=values["seed"])
    start = load_plan(asked.payload, file="checkpoint") if asked.payload else None
    try:
        result = make_plan(
            county, settings, on_improvement=teller.improved, should_stop=teller.should_stop, start=start
        )
    except SolverError as fault:
        send(pipe, "nothing", stopped=fault.stopped)
        return
    send(pipe, "done", dump_plan(result.plan), stopped=result.stopped)


def _page(pipe: Connection, county: County, asked: Message) -> None:
    """Answer with one file made of a plan; empty when the plan has none of that name."""
    plan, values = load_plan(asked.payload, file="plan.json"), dict(asked.values)
    send(pipe, "page", PAGES[values.pop("page")](county, plan, **values))


DEEDS: Mapping[str, Callable[[Connection, County, Message], None]] = {"solve": _solve, "page": _page}

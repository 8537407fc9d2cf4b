"""What a child does with the county that it has opened: search for a plan, or make one file of a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from planner.codec import dump_plan, load_plan
from planner.errors import SolverError
from planner.exporting import map_file, team_file
from planner.jobs.messages import Message, send
from planner.opening import County
from planner.plan import Plan
from planner.service import check_plan, crew_page, draw_scene, make_plan, plan_page
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
    plan, values = load_plan(asked.payload, file="plan.json"), asked.values
    language, now = values["language"], datetime.now(UTC)
    made: str | bytes | None = None
    if values["page"] == "index":
        made = plan_page(county, plan, check_plan(county, plan), language, scene=draw_scene(county))
    elif values["page"] == "crew":
        circuit = next(
            (c for c in plan.circuits if (c.team_id, c.week.isoformat()) == (values["team"], values["week"])), None
        )
        if circuit is not None:
            scene = draw_scene(county)
            made = crew_page(county, plan, circuit, language, scene=scene, meetings=plan.meetings())
    elif values["page"] == "calendar":
        made = team_file(county, plan, values["team"], language, now=now)
    elif values["page"] == "map":
        made = map_file(county, plan, values["layer"], language, now=now)
    send(pipe, "page", made.encode("utf-8", "replace") if isinstance(made, str) else made or b"")


DEEDS: Mapping[str, Callable[[Connection, County, Message], None]] = {"solve": _solve, "page": _page}

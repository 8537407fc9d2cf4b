"""The child: reads an upload, and then searches, or does what else needs the county; it may crash, and nobody minds.

Started as a process of its own for each job (``children``), without the address of the database. It opens one county
and answers one question after the other; a search is ended by whatever is said meanwhile.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from planner.codec import dump_plan, load_plan
from planner.errors import InputError, SolverError
from planner.exporting import map_file, team_file
from planner.history import from_document
from planner.jobs.limits import limit_this_process
from planner.jobs.messages import Message, pack_problem, receive, send
from planner.language import SHIPPED
from planner.plan import Plan
from planner.service import County, check_plan, crew_page, draw_scene, make_plan, open_county, plan_page
from planner.solver import SolveSettings
from planner.solver.processes import die_with_parent
from planner.tables.archive import unpack_tables
from planner.tables.dataset import Dataset

PAUSE_SECONDS = 1.0  # between two plans that are told
MOST_ISSUES = 500


def main() -> None:
    """Answer the parent until it says no more."""
    limit_this_process()
    die_with_parent(int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    pipe = Connection(int(sys.argv[1]))
    county: County | None = None
    try:
        while True:
            asked = receive(pipe)
            if asked.verb == "open":
                county = _open(pipe, asked)
            elif county is not None and asked.verb in DEEDS:
                DEEDS[asked.verb](pipe, county, asked)
    except (EOFError, OSError):
        sys.exit(0)


class _TooLargeError(Exception):
    """The tables have more villages or teams than the parent takes."""


def _open(pipe: Connection, asked: Message) -> County | None:
    """Read the upload for the days asked; answer with the problem, or with every fault of every file."""
    most = asked.values.get("most")

    def check(dataset: Dataset) -> None:
        if most is not None and (len(dataset.sites) > most[0] or len(dataset.teams) > most[1]):
            raise _TooLargeError

    try:
        source = _put_down(Path(asked.values["folder"]), asked)
    except OSError:  # a full disk is no crash, and no fault of the tables
        send(pipe, "no_room")
        return None
    except InputError as fault:
        send(pipe, "refused", issues=[_said(issue) for issue in fault.issues[:MOST_ISSUES]])
        return None
    try:
        start = asked.values.get("start")
        first = date.fromisoformat(start) if start else None
        past = from_document(asked.values.get("past") or ())
        county = open_county(source, start=first, weeks=asked.values["weeks"], check=check, past=past)
    except _TooLargeError:
        send(pipe, "too_large")
        return None
    except InputError as fault:
        send(pipe, "refused", issues=[_said(issue) for issue in fault.issues[:MOST_ISSUES]])
        return None
    problem = county.problem
    counted = {
        "sites": len(problem.sites),
        "teams": len(problem.teams),
        "bases": len(problem.bases),
        "start": problem.horizon.start.isoformat(),
        "days": problem.horizon.days,
    }
    notices = [_said(issue) for issue in county.notices[:MOST_ISSUES]]
    send(pipe, "opened", pack_problem(problem), counted=counted, notices=notices)
    return county


def _put_down(folder: Path, asked: Message) -> Path:
    """Write the upload where it can be read: one workbook, or the tables of an archive."""
    if asked.values["kind"] == "xlsx":
        (folder / "upload.xlsx").write_bytes(asked.payload)
        return folder / "upload.xlsx"
    (folder / "upload").mkdir()
    unpack_tables(asked.payload, folder / "upload")
    return folder / "upload"


def _said(issue: Any) -> dict[str, Any]:
    """Return a fault in every language, with its place."""
    where = issue.where
    place = {"file": where.file, "sheet": where.sheet, "row": where.row, "column": where.column}
    return {**place, "is_warning": issue.is_warning, **{lang: issue.in_language(lang) for lang in SHIPPED}}


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


if __name__ == "__main__":
    main()

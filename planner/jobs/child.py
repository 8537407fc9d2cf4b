"""The child: reads an upload, and then searches, or does what else needs the county; it may crash, and nobody minds.

Started as a process of its own for each job (``children``), without the address of the database. It opens one county
and answers one question after the other; a search is ended by whatever is said meanwhile.
"""

from __future__ import annotations

import errno
import signal
import sys
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.history import from_document
from planner.jobs.limits import limit_this_process
from planner.jobs.messages import Message, pack_problem, receive, send
from planner.language import SHIPPED
from planner.opening import County, open_county
from planner.solver.processes import die_with_parent
from planner.tables.archive import unpack_tables
from planner.tables.dataset import Dataset

MOST_ISSUES = 500
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE}  # no crash, and no fault of the tables


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
            elif county is not None:
                do(pipe, county, asked)
    except (EOFError, OSError):
        sys.exit(0)


def do(pipe: Connection, county: County, asked: Message) -> None:
    """Do what is asked about an open county."""
    from planner.jobs.deeds import DEEDS  # noqa: PLC0415 - search and pages load for seconds: reading needs neither

    if asked.verb in DEEDS:
        DEEDS[asked.verb](pipe, county, asked)


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
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
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
    packed = pack_problem(problem) if asked.values["is_problem_wanted"] else b""
    send(pipe, "opened", packed, counted=counted, notices=notices)
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
    place = {"file": where.file, "sheet": str(where.sheet), "row": where.row, "column": str(where.column)}
    return {**place, "is_warning": issue.is_warning, **{lang: issue.in_language(lang) for lang in SHIPPED}}


if __name__ == "__main__":
    main()

"""What the API has done by a child: uploads are read, and pages made, in a process that may crash."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, NamedTuple

from planner.api.problems import ProblemError
from planner.api.room import Room
from planner.history import Brief
from planner.jobs.children import Child, CrashedError, LateError, NoRoomError
from planner.jobs.messages import UnknownNameError, unpack_problem
from planner.language import say, text
from planner.model import Problem

READ_SECONDS = 120.0
PAGE_SECONDS = 120.0
WAIT_SECONDS = 60.0  # for one of the children to be free
MOST_SITES, MOST_TEAMS = 1000, 100
log = logging.getLogger("xunzhen.api")
_free = BoundedSemaphore(2)  # children at a time: each takes a processor and 300 MB
_queue = Room(most=10, of_one=4, full="busy")  # that have or await one: the other threads answer what takes no child


class Tables(NamedTuple):
    """An upload, and whose it is."""

    county_id: str
    kind: str
    content: bytes


@contextmanager
def _child(tables: Tables, **asked: Any) -> Iterator[Child]:
    """Yield a child that is asked to open tables; raises ProblemError and CrashedError."""
    with _queue.place(tables.county_id):
        if not _free.acquire(timeout=WAIT_SECONDS):
            raise ProblemError("busy")
        try:
            with Child() as child:
                child.open(kind=tables.kind, content=tables.content, **asked)
                yield child
        except (LateError, NoRoomError) as fault:
            log.warning("a child that reads or draws is not done: %s", type(fault).__name__)
            raise ProblemError("busy") from None
        except CrashedError:
            log.warning("a child that reads or draws ended by itself")
            raise
        finally:
            _free.release()


def read_upload(tables: Tables, language: str) -> dict[str, Any]:
    """Return what is in the tables; raises ProblemError with every fault of every file."""
    try:
        most = (MOST_SITES, MOST_TEAMS)
        with _child(tables, start=None, weeks=None, most=most, is_problem_wanted=False) as child:
            heard = child.answer(READ_SECONDS)
    except CrashedError:
        raise ProblemError("dataset_refused", issues=unreadable(language)) from None
    if heard.verb == "refused":
        raise ProblemError("dataset_refused", issues=issues_in(heard.values["issues"], language))
    if heard.verb == "too_large":
        raise ProblemError("dataset_too_large")
    return {**heard.values["counted"], "notices": heard.values["notices"]}


def open_problem(
    tables: Tables, days: tuple[str, int], past: Sequence[Brief] | None
) -> tuple[Problem, list[dict[str, Any]]] | None:
    """Return the problem of tables for these days, and what was noticed; None when they cannot be read any more."""
    try:
        with _child(tables, start=days[0], weeks=-(-days[1] // 7), past=past) as child:
            heard = child.answer(READ_SECONDS)
            return None if heard.verb == "refused" else (unpack_problem(heard.payload), heard.values["notices"])
    except (CrashedError, UnknownNameError):
        return None


def read_issues(tables: Tables, start: str | None, weeks: int | None, language: str) -> list[dict[str, Any]]:
    """Return what is wrong with tables, or what was noticed, when these days are planned; raises ProblemError."""
    try:
        with _child(tables, start=start, weeks=weeks, is_problem_wanted=False) as child:
            heard = child.answer(READ_SECONDS)
    except CrashedError:
        raise ProblemError("dataset_refused", issues=unreadable(language)) from None
    return issues_in(heard.values["issues" if heard.verb == "refused" else "notices"], language)


def unreadable(language: str) -> list[dict[str, Any]]:
    """Return the one fault of tables at which the child that read them ended by itself: too large, or our fault."""
    said = text(
        "Reading these tables ended without an answer. Send less where they are large; report it where they are not."
    )
    return [{"file": "", "sheet": "", "row": None, "column": "", "is_warning": False, "sentence": say(said, language)}]


def issues_in(issues: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return faults with their places, said in one language; only who sent the tables hears them."""
    shown = ("file", "sheet", "row", "column", "is_warning")
    return [
        {**{name: issue[name] for name in shown}, "sentence": _whole(issue.get(language, issue["en"]))}
        for issue in issues
    ]


def _whole(said: str) -> str:
    return said.encode("utf-8", "replace").decode()


def make_page(
    tables: Tables,
    plan: bytes,
    days: tuple[str, int],
    past: Sequence[Brief] | None,
    **page: object,
) -> bytes:
    """Return a file made of a plan, and nothing when the plan has none of that name; raises ProblemError."""
    try:
        weeks = -(-days[1] // 7)
        with _child(tables, start=days[0], weeks=weeks, past=past, is_problem_wanted=False) as child:
            if child.answer(READ_SECONDS).verb == "refused":
                raise ProblemError("dataset_refused", issues=[])
            child.ask("page", plan, **page)
            return child.answer(PAGE_SECONDS).payload
    except CrashedError:
        raise ProblemError("internal") from None

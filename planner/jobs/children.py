"""Starts children and talks to them: each has a folder of its own, which goes with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from types import TracebackType
from typing import Self

from planner.history import Brief, as_document
from planner.jobs.limits import surroundings
from planner.jobs.messages import Message, receive, send

FOLDER = re.compile(r"xunzhen-child-(\d+)-")


class CrashedError(Exception):
    """The child ended without an answer, or gave none in time."""


class LateError(CrashedError):
    """The child gave no answer in time: the machine is busy, or the tables are out of all proportion."""


class NoRoomError(CrashedError):
    """The disk is full, or no process can be started: nobody's fault, and over when there is room again."""


class Child:
    """A running child; leaving the block ends it and removes what it had written.

    On Linux it ends with the *thread* that started it: start it in one that lives as long as it is needed.
    Raises NoRoomError when it cannot be started.
    """

    def __init__(self) -> None:
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=f"xunzhen-child-{os.getpid()}-"))
            self._start()
        except OSError:
            raise NoRoomError from None

    def _start(self) -> None:
        self.pipe, theirs = Pipe()
        command = [sys.executable, "-I", "-m", "planner.jobs.child", str(theirs.fileno()), str(os.getpid())]
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env=surroundings(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a traceback quotes what was read
        )
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, at once."""
        self.process.kill()
        self.process.wait()
        self.pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, verb: str, payload: bytes = b"", **values: object) -> None:
        """Say something to the child. Raises CrashedError."""
        try:
            send(self.pipe, verb, payload, **values)
        except OSError as gone:
            raise CrashedError from gone

    def hear(self, seconds: float) -> Message | None:
        """Return what the child says next; None when it says nothing for so long. Raises CrashedError."""
        try:
            heard = receive(self.pipe) if self.pipe.poll(seconds) else None
        except (EOFError, OSError, ValueError, KeyError) as gone:
            raise CrashedError from gone
        if heard is not None and heard.verb == "no_room":
            raise NoRoomError
        return heard

    def answer(self, seconds: float) -> Message:
        """Return what the child says next; raises LateError when that takes longer, CrashedError when it is gone."""
        heard = self.hear(seconds)
        if heard is None:
            raise LateError
        return heard

    def open(
        self,
        *,
        kind: str,
        content: bytes,
        start: str | None,
        weeks: int | None,
        most: tuple[int, int] | None = None,
        past: Sequence[Brief] | None = None,
        is_problem_wanted: bool = True,
    ) -> None:
        """Ask the child to read an upload for these days; ``most`` villages and teams, or it is too large.

        ``past`` is what came of earlier plans. The problem, of which a large one has 20 MB, comes with the answer only
        when it is wanted.
        """
        asked = {"kind": kind, "start": start, "weeks": weeks, "most": most, "is_problem_wanted": is_problem_wanted}
        self.ask("open", content, folder=str(self.folder), past=as_document(past or ()), **asked)


def remove_leftovers() -> None:
    """Remove the folders of children whose parents were killed: there may be names in them."""
    for folder in Path(tempfile.gettempdir()).glob("xunzhen-child-*"):
        found = FOLDER.match(folder.name)
        if found and not _is_alive(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

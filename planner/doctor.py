"""What an office machine needs to plan well: facts, each with what to do where it is not so."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from planner.errors import InputError, XunzhenError
from planner.language import Text, say, text
from planner.pdf import find_browser
from planner.solver.machine_code import choose_cache, count_compiled, count_functions, is_compiled
from planner.store import Database, connect
from planner.store.database import DamagedError, file_of, now_ms
from planner.store.health import Signs, is_there, look_for_damage, schema_of, signs_of_life, waiting_since, write_to

FREE_BYTES = 10**9  # for a database that grows, and for its copy
LONG_WAIT_SECONDS = 600
State = Literal["ok", "hint", "fault"]  # a hint: something is missing that not everybody needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was looked at, and what to do when it is not as it should be."""

    name: str
    state: State
    said: Text
    remedy: Text | None = None

    def document(self, language: str) -> dict[str, str | None]:
        """Return it for JSON."""
        remedy = None if self.remedy is None else say(self.remedy, language)
        return {"name": self.name, "state": self.state, "said": say(self.said, language), "remedy": remedy}


def examine(place: str, *, watch_seconds: float, sleep: Callable[[float], None] = time.sleep) -> tuple[Fact, ...]:
    """Return every fact, in the order to read them; heartbeats of running jobs are watched for some seconds."""
    return (
        _program(),
        *_store(place, watch_seconds, sleep),
        _disk(place),
        _compiled(),
        _browser(),
        _fonts(),
    )


def _ok(name: str, said: Text) -> Fact:
    return Fact(name=name, state="ok", said=said)


def _fault(name: str, said: Text, remedy: Text) -> Fact:
    return Fact(name=name, state="fault", said=said, remedy=remedy)


def _program() -> Fact:
    said = text(
        "xunzhen {version}, Python {python}.", version=metadata.version("xunzhen"), python=platform.python_version()
    )
    return _ok("program", said)


def _store(place: str, watch_seconds: float, sleep: Callable[[float], None]) -> Iterator[Fact]:
    """Yield what is known of the database; what hangs on a fault is not looked at."""
    try:
        if not is_there(place):
            yield _ok("database", text("There is none yet; xunzhen serve makes it: {path}", path=file_of(place)))
            return
        database = connect(place)
    except InputError as fault:
        issue = fault.issues[0]
        yield _fault("database", issue.problem, issue.remedy)
        return
    try:
        yield from _open_store(database, watch_seconds, sleep)
    except DamagedError as fault:
        remedy = text("End the server, keep the file, and restore a backup: xunzhen restore.")
        yield _fault("database", fault.problem, remedy)
    except XunzhenError as fault:
        remedy = text("Look whether its server runs, its disk has room and the file may be written.")
        yield _fault("database", getattr(fault, "problem", text("The server failed.")), remedy)
    finally:
        database.close()


def _open_store(database: Database, watch_seconds: float, sleep: Callable[[float], None]) -> Iterator[Fact]:
    schema = schema_of(database)
    if schema.is_newer:
        problem = text("The database was written by a newer version of this program.")
        yield _fault("database", problem, text("Install the newer version."))
        return
    look_for_damage(database)
    if schema.found != schema.newest:
        yield _ok("database", text("Whole; its schema is brought up to date when the server starts."))
        return
    yield _ok("database", text("Whole, schema {schema}.", schema=schema.found))
    began = time.monotonic()
    write_to(database)
    yield _ok("writing", text("A transaction takes {count} ms.", count=round(1000 * (time.monotonic() - began))))
    yield _workers(database, watch_seconds, sleep)
    yield _queue(database)


def _workers(database: Database, watch_seconds: float, sleep: Callable[[float], None]) -> Fact:
    """Say whether the workers of running jobs show life while they are watched; no clock of theirs is asked."""
    before = signs_of_life(database)
    if not before:
        return _ok("workers", text("No job runs, so no worker can be seen."))
    sleep(watch_seconds)
    silent = _silent(before, signs_of_life(database))
    alive = len(before) - len(silent)
    if not silent:
        return _ok("workers", text("{count} job(s) run, and the worker of each is alive.", count=alive))
    said = text(
        "No life in {seconds} s from the worker of {count} job(s): {jobs}.",
        seconds=round(watch_seconds), count=len(silent), jobs=", ".join(silent),
    )  # fmt: skip
    return _fault("workers", said, text("A worker that runs takes them over: xunzhen worker. Look again in a minute."))


def _silent(before: Signs, after: Signs) -> list[str]:
    """Return the jobs that still run and have shown nothing."""
    return [job for job, shown in before.items() if after.get(job) == shown]


def _queue(database: Database) -> Fact:
    count, since = waiting_since(database)
    if since is None:
        return _ok("queue", text("No job waits."))
    seconds = max(0, now_ms() - since) // 1000
    said = text("{count} job(s) wait, the oldest for {seconds} s.", count=count, seconds=seconds)
    if seconds > LONG_WAIT_SECONDS and not signs_of_life(database):
        return _fault("queue", said, text("No worker takes them: start one with xunzhen worker."))
    return _ok("queue", said)


def _disk(place: str) -> Fact:
    """Say how much room there is where the database lies, and whether a file can be written there."""
    with suppress(InputError):
        path = file_of(place)
        folder = Path(tempfile.gettempdir()) if path is None else _ground(path.absolute().parent)
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"x" * 4096)
                file.flush()
        except OSError:
            problem = text("Nothing can be written to {path}.", path=folder)
            return _fault("disk", problem, text("Make room there, or let this user write there."))
        size = path.stat().st_size if path is not None and path.exists() else 0
        free = shutil.disk_usage(folder).free
        said = text("{free} MB free in {path}.", free=free // 10**6, path=folder)
        if free < FREE_BYTES + 2 * size:
            return _fault("disk", said, text("Make room: the database grows, and its backup needs as much again."))
        return _ok("disk", said)
    return _fault("disk", text("Not looked at."), text("Give the place of one."))


def _ground(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _compiled() -> Fact:
    folder = choose_cache()
    if is_compiled(folder):
        return _ok("search", text("The search is compiled."))
    said = text(
        "{done} of {all} functions of the search are compiled.", done=count_compiled(folder), all=count_functions()
    )
    remedy = text("The first search does it, in some minutes; or now: python -m planner.solver.first_run")
    return Fact(name="search", state="hint", said=said, remedy=remedy)


def _browser() -> Fact:
    found = find_browser()
    if found is not None:
        return _ok("browser", text("For --pdf: {path}", path=found))
    said = text("there is no Chromium, Chrome or Edge on this machine.")
    return Fact(
        name="browser", state="hint", said=said, remedy=text("Only --pdf needs one (Debian: apt-get install chromium).")
    )


def _fonts() -> Fact:
    """Say whether there is a Chinese font, where the system can be asked for it."""
    asked = shutil.which("fc-list")
    if asked is None:
        return _ok("fonts", text("Not looked at: this system has no fc-list."))
    done = subprocess.run([asked, ":lang=zh", "family"], capture_output=True, text=True, check=False, timeout=60)
    names = sorted({line.split(",")[0].strip() for line in done.stdout.splitlines() if line.strip()})
    if names:
        return _ok("fonts", text("Chinese: {name}", name=names[0]))
    remedy = text("Pages printed here would show boxes (Debian: apt-get install fonts-noto-cjk).")
    return Fact(name="fonts", state="hint", said=text("There is no Chinese font."), remedy=remedy)

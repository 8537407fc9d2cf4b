"""Whole copies of a database in a file: made while a server writes, and put back where none runs.

Both ways go through SQLite's own copying of pages, which sees one state: of a file in WAL mode ``cp`` takes whatever
half of it is there. A copy is a single file (no log beside it), which is also how it is told from a database in use.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from planner.errors import InputError, Issue, Where
from planner.files import file_beside, remove_leftovers
from planner.language import Text, text
from planner.store.database import BUSY_SECONDS, StoreUnavailableError, address_of, connect, file_of, refuse_absent
from planner.store.schema import refuse_newer, upgrade

MAGIC = b"SQLite format 3\0"
LOGGED = 2  # the 19th byte of a database whose newest part is in a log beside it


def back_up(place: str, target: Path) -> None:
    """Write a copy of the database to a file, whole or not at all; servers and workers go on meanwhile.

    The copy holds at least all that was acknowledged before it began. It is checked before it takes its name, and an
    older copy of that name is there until then. Raises InputError and StoreUnavailableError.
    """
    source = _file_at(place, text("pg_dump --format=custom --file={file} {url}", file=target, url=_shown(place)))
    refuse_absent(place)
    _refuse_to_destroy(target)
    with (
        _aside(target) as copy,
        _said_plainly(),
        closing(_open(source, "rw")) as reading,
        closing(sqlite3.connect(copy)) as writing,
    ):
        reading.backup(writing)  # all pages in one step: writers add to the log meanwhile and change none of them
        writing.execute("PRAGMA journal_mode=DELETE").close()
        _check(writing, "--database")


def restore(source: Path, place: str, *, is_to_replace: bool) -> None:
    """Put a copy back as the database: all of it or nothing, and brought to the schema of this program.

    Raises
    ------
    InputError
        When the file is no whole copy, when anything has the database open, or when there is something in it that was
        not said to be replaced. A damaged database is kept beside the new one.
    """
    target = _file_at(
        place,
        text(
            "pg_restore --clean --if-exists --single-transaction --dbname={url} {file}", file=source, url=_shown(place)
        ),
    )
    if not source.exists():
        raise _refused("FILE", text("there is no such file or folder."), text("Check the path."))
    if not source.is_file() or not _head(source).startswith(MAGIC):
        raise _no_backup()
    if target.exists() and target.samefile(source):
        raise _refused("FILE", text("The file is the database itself."), text("Give the file of a backup."))
    with _said_plainly(), closing(_open(source, "ro")) as reading:
        _check(reading, "FILE")
        if target.exists() and _is_damaged(target):
            _set_aside(target, is_allowed=is_to_replace)
        with _alone(target) as writing:
            if not is_to_replace and _counties(writing):
                problem = text("The database is not empty: {path}", path=target)
                raise _refused(
                    "--database", problem, text("Say --replace to lose what is in it, or give another place.")
                )
            reading.backup(writing)
    database = connect(place)
    try:
        upgrade(database)
    finally:
        database.close()


def integrity_of(connection: sqlite3.Connection) -> str:
    """Return "ok", or what SQLite finds damaged first."""
    found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found == "ok" and connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        return "foreign key"
    return found


def _is_damaged(target: Path) -> bool:
    try:
        with closing(_open(target, "rw")) as connection:
            return integrity_of(connection) != "ok"
    except sqlite3.DatabaseError as fault:
        if isinstance(fault, sqlite3.OperationalError):  # in use, or away: no damage
            raise
        return True


def _set_aside(target: Path, *, is_allowed: bool) -> None:
    """Give a damaged database another name, with what lies beside it: somebody may still save something of it."""
    if not is_allowed:
        problem = text("The database is damaged: {path}", path=target)
        remedy = text("Say --replace to put the backup in its place; what is damaged is kept beside it.")
        raise _refused("--database", problem, remedy)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for beside in ("", "-wal", "-shm", "-journal"):
        part = target.with_name(target.name + beside)
        if part.exists():
            part.rename(target.with_name(f"{target.name}.damaged-{moment}{beside}"))


def altered_in(connection: sqlite3.Connection) -> str:
    """Return which kept bytes are not those whose SHA-256 was noted with them; nothing when all are."""
    for content, sha256 in connection.execute("SELECT content, sha256 FROM datasets"):
        if hashlib.sha256(content).hexdigest() != sha256:
            return "dataset"
    for plan, sha256 in connection.execute("SELECT plan, sha256 FROM revisions"):
        try:
            is_same = hashlib.sha256(zlib.decompress(plan)).hexdigest() == sha256
        except zlib.error:
            is_same = False
        if not is_same:
            return "plan"
    return ""


def _open(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(20)


def _refuse_to_destroy(target: Path) -> None:
    """Refuse a name that is taken by anything but an older copy."""
    if not target.parent.is_dir():
        raise _refused("FILE", text("There is no folder {path}.", path=target.parent), text("Give another name."))
    if not os.path.lexists(target):
        return
    is_copy = target.is_file() and _head(target).startswith(MAGIC) and _head(target)[18] != LOGGED
    if not is_copy:
        raise _refused(
            "FILE", text("There is something else of this name than an older backup."), text("Give another name.")
        )


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Yield a new file beside the target, for its owner only; it takes the name of the target when the block ends."""
    remove_leftovers(target.parent)
    with file_beside(target, ".db") as copy:
        yield copy
        _flush(copy)
        copy.replace(target)
        with suppress(OSError):  # not every system opens folders
            _flush(target.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(target: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that nobody else can open the database beside; refuse when somebody has it open.

    Whoever has a database in WAL mode open holds a lock on it, also when idle: only who is alone can leave that mode.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(target, timeout=1.0, isolation_level=None)) as connection:
        try:
            for command in ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=DELETE", "BEGIN EXCLUSIVE", "COMMIT"):
                connection.execute(command).close()
        except sqlite3.OperationalError:
            problem = text("The database is in use: {path}", path=target)
            raise _refused("--database", problem, text("End the server and every worker first.")) from None
        yield connection


def _counties(connection: sqlite3.Connection) -> int:
    """Return how many counties there are; one that holds other tables than ours counts as one."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "counties" not in tables:
        return len(tables)
    return int(connection.execute("SELECT count(*) FROM counties").fetchone()[0])


def _check(connection: sqlite3.Connection, place: str) -> None:
    """Raise InputError unless it is a database of ours without damage."""
    try:
        schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        found = integrity_of(connection)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone():
            found = "not of our making"
        if found == "ok" and schema is not None and (altered := altered_in(connection)):
            found = altered
    except sqlite3.DatabaseError as fault:
        if isinstance(fault, sqlite3.OperationalError) and "no such table" not in str(fault):
            raise
        raise _no_backup(place) from None
    if schema is None or found != "ok":
        raise _no_backup(place)
    refuse_newer(schema[0], place)


def _no_backup(place: str = "FILE") -> InputError:
    remedy = text("Give the file of a backup.") if place == "FILE" else text("See: xunzhen doctor.")
    return _refused(place, text("This is no whole database of xunzhen."), remedy)


def _refused(place: str, problem: Text, remedy: Text) -> InputError:
    return InputError([Issue(Where(column=place), problem, remedy)])


def _file_at(place: str, command: Text) -> Path:
    """Return the file of the database; for a PostgreSQL, tell the command that does the same there."""
    path = file_of(place)
    if path is None:
        problem = text("PostgreSQL has tools of its own for this, which see one state too.")
        raise _refused("--database", problem, text("Run: {command}", command=command))
    return path


def _shown(place: str) -> str:
    """Return the address of a PostgreSQL as its tools take it, without the password."""
    return address_of(place)._replace(drivername="postgresql", password=None).render_as_string()


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn a fault of SQLite (a full disk, a file that is away) into one error with its name and no more."""
    try:
        yield
    except sqlite3.Error as fault:
        raise StoreUnavailableError(getattr(fault, "sqlite_errorname", type(fault).__name__)) from None

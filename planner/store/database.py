"""One database, SQLite or PostgreSQL, by the same code: transactions that read, and transactions that write.

SQLite begins a writing transaction with ``BEGIN IMMEDIATE``: one that reads first and writes later fails when another
wrote in between, however long it would wait. PostgreSQL locks rows (``FOR UPDATE``), which SQLite needs not.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, literal, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from planner.errors import InputError, Issue, Where, XunzhenError
from planner.language import text

BUSY_SECONDS = 10
CONNECT_SECONDS = 5
WRITES = {"xunzhen_writes": True}
ALONE = {"xunzhen_alone": True}


class StoreUnavailableError(XunzhenError):
    """The database does not answer now: restarting, locked or full. What was acknowledged is safe; try again."""

    def __init__(self, cause: str) -> None:
        self.problem = text("The database does not answer ({cause}). Try again in a moment.", cause=cause)
        super().__init__(str(self.problem))


class DamagedError(XunzhenError):
    """The file is no database, or no whole one: trying again does not help, a backup does."""

    def __init__(self, found: str) -> None:
        self.problem = text("The database is damaged ({found}).", found=found)
        super().__init__(str(self.problem))


class Database:
    """An open database. Every access is one transaction, in ``reading`` or ``writing``."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn: AbstractContextManager[None] = _turn_of(engine) if self.is_sqlite else nullcontext()
        self._file = _File(Path(str(engine.url.database))) if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection whose statements see one state and change nothing."""
        with _said_plainly(self._file), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose changes all happen at the end, or none."""
        with (
            _said_plainly(self._file),
            self._turn,
            self.engine.connect().execution_options(**WRITES) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Yield a connection without a transaction, for what cannot be done in one; no thread of ours writes then."""
        options = ALONE if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with _said_plainly(self._file), self._turn, self.engine.connect().execution_options(**options) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class _File:
    """A file that is to stay where it is: what is written to one that was deleted or replaced meanwhile is lost."""

    def __init__(self, path: Path) -> None:
        self.path, self.known = path, path.stat().st_ino

    def refuse_another(self) -> None:
        """Raise StoreUnavailableError when another file, or none, has the name now."""
        try:
            is_there = self.path.stat().st_ino == self.known
        except OSError:
            is_there = False
        if not is_there:
            raise StoreUnavailableError("its file was deleted or replaced")


class _Turn:
    """Lets the threads of this process write one after the other.

    SQLite asks again and again whether the file is free, ever more seldom, and nobody keeps the order: of many threads
    some would wait for minutes. Other processes are few, and are waited for by SQLite itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise StoreUnavailableError("busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_TURNS: dict[str, _Turn] = {}


def _turn_of(engine: Engine) -> _Turn:
    return _TURNS.setdefault(str(engine.url.database), _Turn())


@contextmanager
def _said_plainly(file: _File | None) -> Iterator[None]:
    """Turn a database that is away or damaged into one error of ours each.

    Its own words may hold values of rows, so they are not passed on.
    """
    if file is not None:
        file.refuse_another()
    try:
        yield
    except DBAPIError as fault:
        if fault.connection_invalidated or type(fault).__name__ in {"OperationalError", "InterfaceError"}:
            raise StoreUnavailableError(type(fault.orig).__name__) from None
        if type(fault).__name__ == "DatabaseError":  # none of its kinds: what is read is no database
            raise DamagedError(getattr(fault.orig, "sqlite_errorname", type(fault.orig).__name__)) from None
        raise


def address_of(place: str) -> URL:
    """Return the address of a database: a URL (``sqlite:///file``, ``postgresql://...``), or the path of a file.

    Raises
    ------
    InputError
        When the URL is none that is understood. It may hold a password and is not repeated.
    """
    if "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        address = make_url(place)
    except ArgumentError:
        raise _not_understood() from None
    kind = address.get_backend_name()
    if kind == "postgresql" or (kind == "sqlite" and address.database):
        return address
    raise _not_understood()


def file_of(place: str) -> Path | None:
    """Return the file of a database, None for one that is a server's; raises InputError."""
    address = address_of(place)
    return Path(str(address.database)) if address.get_backend_name() == "sqlite" else None


def refuse_absent(place: str) -> None:
    """Raise InputError when the file of the database is not there: a slip of the pen makes no new one."""
    path = file_of(place)
    if path is not None and not path.exists():
        problem = text("There is no database: {path}", path=path)
        raise InputError([Issue(Where(column="--database"), problem, text("Give the place of one."))])


def connect(place: str) -> Database:
    """Return the database at an address, made when it is a file that is not there; raises InputError."""
    address = address_of(place)
    if address.get_backend_name() == "postgresql":
        return Database(_postgresql_engine(address.set(drivername="postgresql+psycopg")))
    Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database(_sqlite_engine(address))


def _not_understood() -> InputError:
    remedy = text("Give the path of a file, or postgresql://user@host/name; the password belongs in PGPASSWORD.")
    return InputError([Issue(Where(column="--database"), text("This is no address of a database."), remedy)])


def _sqlite_engine(address: URL) -> Engine:
    engine = create_engine(
        address, connect_args={"timeout": BUSY_SECONDS}, pool_size=20, max_overflow=40, hide_parameters=True
    )
    Path(str(address.database)).touch(mode=0o600)  # it holds names and telephone numbers

    @event.listens_for(engine, "connect")
    def _open(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        told = connection.get_execution_options()
        if "xunzhen_alone" not in told:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if "xunzhen_writes" in told else "BEGIN")

    return engine


def _postgresql_engine(address: URL) -> Engine:
    try:
        return create_engine(
            address,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "xunzhen"},
            pool_pre_ping=True,  # a restarted server has closed what the pool holds
            pool_size=10,
            max_overflow=30,
            hide_parameters=True,  # what is stored is in no log and in no error, at no level
        )
    except ModuleNotFoundError:
        problem = text("PostgreSQL needs a driver that is not installed.")
        remedy = text('Install xunzhen with it: pip install "xunzhen[postgres]".')
        raise InputError([Issue(Where(column="--database"), problem, remedy)]) from None


def insert_unless_there(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row and return True; False when one with its key is there (also one that another is just writing)."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(literal(1))).first() is not None


def new_id() -> str:
    """Return 96 random bits as text."""
    return secrets.token_hex(12)


def now_ms() -> int:
    """Return the time as stored."""
    return time.time_ns() // 1_000_000


def default_place() -> str:
    """Return where the database lies when nobody says: ``XUNZHEN_DATABASE``, else a file of the user's own."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return os.environ.get("XUNZHEN_DATABASE") or str(Path(home) / "xunzhen" / "xunzhen.db")

"""A database for each test: a new file, or a new database of one PostgreSQL that the tests start for themselves.

The server listens on a socket in a folder of its own and on no port. Where there is no PostgreSQL on the machine, or
nobody whom it would run for, its tests are skipped and say so.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from planner.store import Database, open_store

NUMBERS = count(1)
IS_LONG = bool(os.environ.get("XUNZHEN_LONG"))  # the same tests with the numbers of the acceptance: many minutes


def postgres_tools() -> Path | None:
    """Return the folder of initdb and pg_ctl: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "pg_ctl").exists()), None)


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL of the tests."""

    folder: Path
    tools: Path

    def url(self, name: str) -> str:
        """Return the address of one of its schemas, which is a database to whoever knows no other."""
        return f"postgresql://xunzhen@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def run(self, *command: str) -> None:
        """Run one of its tools, as somebody who is not root."""
        subprocess.run([*as_nobody_special(), *command], check=True, capture_output=True, cwd=self.folder)

    def new_database(self) -> str:
        """Make an empty schema, which takes no time, and return its address."""
        name = f"t{next(NUMBERS)}"
        say = ("-h", str(self.folder), "-U", "xunzhen", "-d", "postgres", "-c", f"CREATE SCHEMA {name}")
        self.run(str(self.tools / "psql"), *say)
        return self.url(name)

    def control(self, *what: str) -> None:
        """Start, stop or restart the server."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        log = str(self.folder / "log")
        self.run(str(self.tools / "pg_ctl"), "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, *what)


def as_nobody_special() -> list[str]:
    """Return what lets a command run as the user postgres, for root only: the server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def why_no_postgres() -> str:
    """Return why there is no PostgreSQL for the tests, or nothing when there is."""
    if postgres_tools() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a PostgreSQL in a folder of its own; stop it and remove the folder at the end."""
    tools = postgres_tools()
    assert tools is not None
    folder = Path(tempfile.mkdtemp(prefix="xunzhen-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder, tools)
    try:
        server.run(str(tools / "initdb"), "-D", str(folder / "data"), "-U", "xunzhen", "-A", "trust", "--no-sync")
        server.control("start")
        yield server
        server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One PostgreSQL for all tests of the session."""
    if reason := why_no_postgres():
        pytest.skip(reason)
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database, of either kind."""
    if request.param == "sqlite":
        return str(tmp_path / "xunzhen.db")
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """A new database of either kind, ready to be used."""
    opened = open_store(place)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A new database in a file, for what is the same on both."""
    opened = open_store(str(tmp_path / "xunzhen.db"))
    yield opened
    opened.close()

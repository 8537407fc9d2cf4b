"""Whether a database is well, asked from outside: nothing is made, changed or brought up to date."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from planner.store.database import DamagedError, Database, file_of
from planner.store.schema import known_schemas, schema_in
from planner.store.tables import jobs

MOST_SAID = 100  # characters of what is found
Signs = dict[str, tuple[int, int]]  # id of a running job -> its fencing number and heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The schema of a database, and that of this program."""

    found: str | None
    newest: str

    @property
    def is_newer(self) -> bool:
        """Whether a newer program has written it."""
        return self.found is not None and self.found not in known_schemas()


def schema_of(database: Database) -> Schema:
    """Return the schema of a database."""
    with database.reading() as connection:
        return Schema(found=schema_in(connection), newest=known_schemas()[0])


def look_for_damage(database: Database) -> None:
    """Raise DamagedError with what SQLite finds damaged first; a PostgreSQL looks after itself."""
    if not database.is_sqlite:
        return
    with database.reading() as connection:
        found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        if found == "ok" and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            found = "foreign key"
    if found != "ok":
        raise DamagedError(found[:MOST_SAID])


def write_to(database: Database) -> None:
    """Write what is there already, as a transaction that is flushed like any other; raises StoreUnavailableError."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def signs_of_life(database: Database) -> Signs:
    """Return what each running job shows of its worker: looked at twice, it says who lives."""
    with database.reading() as connection:
        rows = connection.execute(select(jobs.c.id, jobs.c.fence, jobs.c.beat).where(jobs.c.state == "running"))
        return {row.id: (row.fence, row.beat) for row in rows}


def waiting_since(database: Database) -> tuple[int, int | None]:
    """Return how many jobs wait, and since when the oldest does (milliseconds since 1970)."""
    with database.reading() as connection:
        asked = select(jobs.c.created_ms).where(jobs.c.state == "queued").order_by(jobs.c.created_ms)
        moments = connection.execute(asked).scalars().all()
    return len(moments), moments[0] if moments else None


def is_there(place: str) -> bool:
    """Return whether there is a database at an address, as far as can be told without asking a server."""
    path = file_of(place)
    return path is None or path.exists()

"""Brings a database to the schema of this program, by the migrations that come with it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from planner.errors import InputError, Issue, Where
from planner.language import text
from planner.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x78756E  # any number that nobody else takes: "xun"


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema, in one transaction; two processes do it one after the other.

    Raises
    ------
    InputError
        When a newer program has written it.
    """
    with database.writing() as connection:
        _keep_others_out(connection)
        found = schema_in(connection)
        if found == known_schemas()[0]:
            return
        refuse_newer(found, "--database")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_in(connection: Connection) -> str | None:
    """Return the schema of a database, None for one that is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def known_schemas() -> tuple[str, ...]:
    """Return the schemas that this program knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def refuse_newer(found: str | None, place: str) -> None:
    """Raise InputError for a schema that is not known: an old program would forget what it does not know."""
    if found is not None and found not in known_schemas():
        problem = text("The database was written by a newer version of this program.")
        raise InputError([Issue(Where(column=place), problem, text("Install the newer version."))])


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _keep_others_out(connection: Connection) -> None:
    """Hold a lock until the transaction ends; SQLite has locked the file already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))

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
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = ScriptDirectory.from_config(config)
    with database.writing() as connection:
        _keep_others_out(connection)
        found = MigrationContext.configure(connection).get_current_revision()
        if found == known.get_current_head():
            return
        if found is not None and found not in {script.revision for script in known.walk_revisions()}:
            problem = text("The database was written by a newer version of this program.")
            raise InputError([Issue(Where(column="--database"), problem, text("Install the newer version."))])
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _keep_others_out(connection: Connection) -> None:
    """Hold a lock until the transaction ends; SQLite has locked the file already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))

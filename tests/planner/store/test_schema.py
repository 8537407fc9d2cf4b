"""A database is brought to the schema of the program, on SQLite and on PostgreSQL."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from planner.errors import InputError
from planner.store import Database, StoreUnavailableError, connect, open_store
from planner.store.outcomes import keep_outcome
from planner.store.pages import keep_page, read_page
from planner.store.plans import publish_plan
from planner.store.records import Told
from planner.store.schema import MIGRATIONS, upgrade
from planner.store.tables import METADATA
from planner.store.webhooks import add_webhook, list_deliveries
from tests.planner.store.test_plans import planned

SINCE_0002 = {"webhooks", "deliveries", "batches", "batch_jobs", "pages"}


def test_migrations_make_the_tables_of_the_program(database: Database) -> None:
    """What the migrations leave and what ``tables`` says are the same, to the last column."""
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_four_processes_may_upgrade_at_once(place: str) -> None:
    """API and workers start together on a new database: one makes the tables, the others wait."""
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(open_store, [place] * 4))
    for database in opened:
        with database.reading() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0005"
        database.close()


@pytest.mark.parametrize(("schema", "younger"), [("0001", {"outcomes", *SINCE_0002}), ("0002", SINCE_0002)])
def test_database_of_an_older_schema_keeps_all_it_has(
    place: str, sqlite: Database, schema: str, younger: set[str]
) -> None:
    """Filled as each schema left it, it opens as the newest with every row as it was, and takes what is new."""
    plan_id = planned(sqlite)
    old = [table for table in METADATA.sorted_tables if table.name not in younger]
    with sqlite.reading() as connection:
        rows = [[dict(row._mapping) for row in connection.execute(table.select())] for table in old]
    database = connect(str(Path(place).with_name("old.db")) if "://" not in place else place)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        for table, found in zip(old, rows, strict=True):
            if found:
                connection.execute(table.insert(), found)
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == schema
        before = [connection.execute(table.select()).all() for table in old]
    upgrade(database)
    with database.reading() as connection:
        assert [connection.execute(table.select()).all() for table in old] == before
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert sum(map(len, before)) >= 7
    webhook, _ = add_webhook(database, county_id="sangzhi", url="https://app.example/", kinds=["plan.published"])
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    assert len(list_deliveries(database, county_id="sangzhi", webhook_id=webhook.id, limit=9)) == 1
    told = Told(held=True, people=4)
    keep_outcome(database, county_id="sangzhi", plan_id=plan_id, revision=1, visit_id="a" * 24, told=told)
    about = {"county_id": "sangzhi", "plan_id": plan_id, "number": 1, "name": "x"}
    keep_page(database, **about, content=b"page")
    assert read_page(database, **about) == b"page"
    about = {"county_id": "sangzhi", "plan_id": plan_id, "number": 1, "name": "x"}
    keep_page(database, **about, content=b"page")
    assert read_page(database, **about) == b"page"
    database.close()


def test_database_of_a_newer_program_is_refused(database: Database, place: str) -> None:
    """It is not touched: an old program would forget what it does not know."""
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="newer version"):
        open_store(place)


def test_file_of_the_database_is_for_its_owner_only(tmp_path: Path) -> None:
    """It holds names and telephone numbers."""
    open_store(str(tmp_path / "deep" / "xunzhen.db")).close()
    assert stat.S_IMODE((tmp_path / "deep" / "xunzhen.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700


def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """A write-ahead log, flushed at each commit, foreign keys, and deleted rows overwritten."""
    database = open_store(str(tmp_path / "xunzhen.db"))
    with database.reading() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    database.close()
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000,
    }  # fmt: skip


def test_writers_wait_for_each_other(database: Database) -> None:
    """8 threads read a number and write the next one, 25 times each: 200, and nobody meets a lock."""
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE counted (n INTEGER)"))
        connection.execute(text("INSERT INTO counted VALUES (0)"))

    def count(_: int) -> None:
        for _ in range(25):
            with database.writing() as connection:
                lock = "" if database.is_sqlite else " FOR UPDATE"
                before = connection.execute(text("SELECT n FROM counted" + lock)).scalar_one()
                connection.execute(text("UPDATE counted SET n = :n"), {"n": before + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    with database.reading() as connection:
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 200


@pytest.mark.parametrize("url", ["mysql://root:secret@host/x", "://", "sqlite://", "ftp://secret"])
def test_address_that_is_not_understood_is_not_repeated(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(InputError, match="no address of a database") as refused:
        connect(url)
    assert "secret" not in str(refused.value)


def test_server_that_is_away_is_said_without_its_password() -> None:
    """One sentence; the driver's words, which hold the address, are kept back."""
    database = connect("postgresql://xunzhen:hidden@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailableError, match="does not answer") as refused, database.reading():
        pass
    database.close()
    assert "hidden" not in str(refused.value)


def test_migrations_travel_with_the_package() -> None:
    """The wheel takes whole folders; the files that alembic reads lie beside the code."""
    folder = Path(__file__).parents[3] / "planner" / "store" / "migrations"
    assert (folder / "env.py").exists()
    assert [path.name for path in sorted((folder / "versions").glob("0*.py"))] == [
        "0001_first.py",
        "0002_outcomes.py",
        "0003_webhooks.py",
        "0004_batches.py",
        "0005_pages.py",
    ]

"""The doctor says of each thing whether it is well, and what to do where not; it makes and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text, update

from planner.doctor import Fact, examine
from planner.language import say
from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.leases import Claimer, beat
from planner.store.tables import jobs
from tests.planner.store.stocked import stock, submitted


def told(place: str, **watched: object) -> dict[str, Fact]:
    return {fact.name: fact for fact in examine(place, watch_seconds=0.0, **watched)}  # type: ignore[arg-type]


def test_healthy_machine_has_no_faults(database: Database, place: str) -> None:
    """Nine facts; of the database that it is whole, written to, and idle."""
    facts = told(place)
    assert list(facts) == [
        "program", "database", "writing", "workers", "queue", "disk", "search", "browser", "fonts",
    ]  # fmt: skip
    assert [name for name, fact in facts.items() if fact.state == "fault"] == []
    assert say(facts["workers"].said, "zh") == "没有正在运行的任务，看不到工作进程。"
    assert all((fact.remedy is None) == (fact.state == "ok") for fact in facts.values())


def test_missing_database_is_not_made(tmp_path: Path) -> None:
    """A machine that only plans has none, which is no fault; where it would be is said."""
    facts = told(str(tmp_path / "deep" / "xunzhen.db"))
    assert (facts["database"].state, "deep" in str(facts["database"].said)) == ("ok", True)
    assert list(tmp_path.iterdir()) == []


def test_worker_is_alive_while_its_heartbeats_count(sqlite: Database) -> None:
    """One heartbeat during the watch: alive; none: a fault with the id of the job."""
    place = str(sqlite.engine.url.database)
    submitted(sqlite, "sangzhi", stock(sqlite, "sangzhi")["sangzhi"])
    lease = Claimer(sqlite).claim()
    assert lease is not None
    assert told(place, sleep=lambda _: beat(sqlite, lease, searched_ms=1))["workers"].state == "ok"
    silent = told(place)["workers"]
    assert (silent.state, lease.job.id in str(silent.said)) == ("fault", True)


def test_jobs_that_nobody_takes_are_told(sqlite: Database) -> None:
    """One that was ordered now waits its turn; one of an hour ago that no worker took is a fault."""
    place = str(sqlite.engine.url.database)
    submitted(sqlite, "sangzhi", stock(sqlite, "sangzhi")["sangzhi"])
    assert told(place)["queue"].state == "ok"
    with sqlite.writing() as connection:
        connection.execute(update(jobs).values(created_ms=jobs.c.created_ms - 3_600_000))
    assert told(place)["queue"].state == "fault"


def test_newer_and_older_schemas_are_told_and_left_alone(sqlite: Database) -> None:
    """A newer one is a fault; one without tables yet will be brought up to date by the server."""
    place = str(sqlite.engine.url.database)
    for version, state in (("9999", "fault"), ("0001", "ok")):
        with sqlite.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        assert told(place)["database"].state == state
        with sqlite.reading() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == version


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + b"\xff" * 4080])
def test_file_that_is_no_database_is_a_fault(tmp_path: Path, content: bytes) -> None:
    """Told in a sentence, and the file is left as it is."""
    (tmp_path / "xunzhen.db").write_bytes(content)
    assert told(str(tmp_path / "xunzhen.db"))["database"].state == "fault"
    assert (tmp_path / "xunzhen.db").read_bytes() == content


def test_damaged_database_is_a_fault(sqlite: Database) -> None:
    """Pages in its middle are overwritten: the check of SQLite finds it."""
    stock(sqlite, "sangzhi")
    for number in range(20):
        keep_dataset(sqlite, county_id="sangzhi", kind="zip", content=bytes([number]) * 9000, summary={})
    sqlite.close()
    place = Path(str(sqlite.engine.url.database))
    whole = place.read_bytes()
    place.write_bytes(whole[:8192] + b"\xff" * 4096 * 8 + whole[8192 + 4096 * 8 :])
    fact = told(str(place))["database"]
    assert (fact.state, "restore" in str(fact.remedy)) == ("fault", True)


@pytest.mark.parametrize("damage", ["no database", "header", "schema", "middle"])
def test_damage_anywhere_is_told_and_the_rest_is_looked_at(sqlite: Database, damage: str) -> None:
    """A file of something else, a broken head, a broken first page, a broken page: one fault, never a traceback."""
    stock(sqlite, "sangzhi")
    sqlite.close()
    place = Path(str(sqlite.engine.url.database))
    whole = place.read_bytes()
    spoilt = {
        "no database": b"a letter to the county " * 400,
        "header": b"SQLite format 3\0" + b"\xff" * 84 + whole[100:],
        "schema": whole[:100] + b"\xff" * 3996 + whole[4096:],
        "middle": whole[: len(whole) // 2] + b"\xff" * 4096 + whole[len(whole) // 2 + 4096 :],
    }
    place.write_bytes(spoilt[damage])
    facts = told(str(place))
    assert facts["database"].state == "fault"
    assert {"disk", "search", "fonts"} <= set(facts)


def test_server_that_is_away_is_a_fault_without_its_password() -> None:
    """And the rest is looked at all the same."""
    facts = told("postgresql://office:secret@127.0.0.1:1/none")
    assert facts["database"].state == "fault"
    assert "secret" not in str(facts)
    assert {"disk", "search", "fonts"} <= set(facts)

"""Trouble around the program: a full disk, a database that restarts. It waits, and goes on unaided; nothing is lost."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import event

from planner.store import Database, StoreUnavailableError, open_store
from planner.store.datasets import keep_dataset
from planner.store.jobs import events_after, find_job
from planner.store.plans import list_plans
from tests.databases import Server
from tests.planner.jobs.test_worker import await_plan, run
from tests.planner.jobs.uploads import ordered, sample


def test_full_disk_is_waited_for(sqlite: Database) -> None:
    """An upload is refused with one error and leaves nothing behind; once there is room it is taken."""

    def keep() -> bool:
        content = bytes(range(256)) * 40_000
        return keep_dataset(sqlite, county_id="napkin", kind="zip", content=content, summary={})[1]

    ordered(sqlite, b"any bytes")
    pages = sqlite.engine.raw_connection().cursor().execute("PRAGMA page_count").fetchone()[0]
    sqlite.close()

    def fill(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 20}")  # type: ignore[attr-defined]

    event.listen(sqlite.engine, "connect", fill)
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        keep()
    event.remove(sqlite.engine, "connect", fill)
    sqlite.close()
    assert keep()
    assert not keep()


@pytest.mark.xdist_group("postgresql")
def test_job_outlives_a_restart_of_the_database(postgres: Server) -> None:
    """PostgreSQL is shot and started again while a search runs: the job ends with one plan."""
    database = open_store(postgres.new_database())
    job = ordered(database, sample("yixing"), seconds=6.0, rounds=None)
    shot: list[float] = []

    def shoot() -> None:
        await_plan(database, job)
        postgres.control("restart", "-m", "immediate")
        shot.append(time.monotonic())

    thread = threading.Thread(target=shoot)
    thread.start()
    ended = run(database, job)
    thread.join()
    assert shot
    assert ended.outcome in {"complete", "some_unserved"}
    assert len(list_plans(database, county_id="napkin", limit=9)) == 1
    assert [told.kind for told in events_after(database, job.id, 0)].count("ended") == 1
    assert find_job(database, county_id="napkin", job_id=job.id) == ended
    database.close()

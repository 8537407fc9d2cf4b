"""kill -9 of the API, the worker or both, at random: nothing that was acknowledged is lost, nothing is made twice."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from planner.store import Database, open_store
from planner.store.jobs import events_after, find_job
from planner.store.keys import create_key
from planner.store.records import Role
from planner.store.tables import jobs, plans, revisions
from tests.databases import IS_LONG
from tests.end_to_end.serving import App, Processes
from tests.planner.jobs.uploads import packed

KILLS = int(os.environ.get("XUNZHEN_KILLS", "50" if IS_LONG else "25"))  # on each of the two databases
PAUSES = (0.3, 3.3)  # seconds from one kill to the next: a job takes some three, a start one
STUCK_SECONDS = 120  # without a sign of life of any job
MOST_SECONDS = 900  # for what waits after the last kill, on a machine that has other work to do
ORDERS_AHEAD = 3  # jobs that wait or run at a time


class Orders(threading.Thread):
    """Orders jobs one after the other while processes die, and remembers what was acknowledged."""

    def __init__(self, app: App, dataset: str) -> None:
        super().__init__(daemon=True)
        self.app, self.dataset = app, dataset
        self.acknowledged: list[str] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        """Order until told to stop."""
        number = 0
        while not self.is_over.is_set():
            waiting = [job for job in self.acknowledged[-ORDERS_AHEAD:] if not self._has_ended(job)]
            if len(waiting) == ORDERS_AHEAD:
                time.sleep(0.5)
                continue
            number += 1
            order = {
                "dataset_id": self.dataset,
                "start": "2026-03-02",
                "weeks": 1,
                "seconds": 300,
                "rounds": 1,
                "seed": number,
            }
            status, answer = self.app.surely(
                "POST", "/v1/jobs", json.dumps(order).encode(),
                Content_Type="application/json", Idempotency_Key=f"order {number}",
            )  # fmt: skip
            assert status == 202, answer
            self.acknowledged.append(answer["id"])

    def _has_ended(self, job: str) -> bool:
        return bool(self.app.surely("GET", f"/v1/jobs/{job}")[1].get("state") == "ended")


def test_kills_lose_nothing_and_double_nothing(place: str, tmp_path: Path) -> None:
    """50 kills in the usual run, 100 with XUNZHEN_LONG: each order acknowledged is a job, which ends with one plan."""
    database = open_store(place)
    _, secret = create_key(database, county_id="napkin", role=Role.SCHEDULER, days=1)
    processes, chance = Processes(place), random.Random(KILLS)
    app = App(processes.port, secret)
    try:
        for which in ("api", "worker"):
            processes.start(which)
        status, dataset = app.surely("POST", "/v1/datasets", packed(tmp_path / "in"), Content_Type="application/zip")
        assert status in {200, 201}, dataset
        orders = Orders(app, dataset["id"])
        orders.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(*PAUSES))
            processes.revive()
            processes.kill(*chance.choice([("api",), ("worker",), ("api", "worker")]))
        orders.is_over.set()
        processes.revive()
        orders.join(300)
        assert not orders.is_alive()
        await_end(database)
    finally:
        processes.end()
    assert unfinished(database) == 0
    check(database, orders.acknowledged)
    database.close()


def await_end(database: Database) -> None:
    """Wait until all jobs have ended, or none has shown life for two minutes."""
    began = changed = time.monotonic()
    seen: tuple[object, ...] = ()
    while unfinished(database) and time.monotonic() - changed < STUCK_SECONDS and changed - began < MOST_SECONDS:
        with database.reading() as connection:
            life = select(func.sum(jobs.c.fence), func.sum(jobs.c.beat), func.sum(jobs.c.last_event))
            found = tuple(connection.execute(life).one())
        if found != seen:
            seen, changed = found, time.monotonic()
        time.sleep(0.5)


def unfinished(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).where(jobs.c.state != "ended")).scalar_one())


def check(database: Database, acknowledged: list[str]) -> None:
    """Every acknowledged job has ended with one plan of one revision, and its events tell it without a gap."""
    assert acknowledged
    assert len(set(acknowledged)) == len(acknowledged)
    with database.reading() as connection:
        made = Counter(connection.execute(select(plans.c.job_id)).scalars())
        kept = connection.execute(select(func.count()).select_from(revisions)).scalar_one()
        ordered = set(connection.execute(select(jobs.c.id)).scalars())
    assert set(acknowledged) <= ordered
    assert len(ordered) <= len(acknowledged) + 1, "an order sent again made another job"
    assert made == dict.fromkeys(ordered, 1)
    assert kept == len(ordered)
    for job_id in acknowledged:
        job = find_job(database, county_id="napkin", job_id=job_id)
        assert (job.outcome, job.crashes) == ("complete", 0), job
        told = events_after(database, job_id, 0)
        assert [event.number for event in told] == list(range(1, len(told) + 1))
        assert [event.kind for event in told].count("ended") == 1

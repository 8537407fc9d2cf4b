"""A county is deleted while workers run its jobs and schedulers change its plans: nothing of it comes back."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest

from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.jobs import cancel_job, submit_job
from planner.store.leases import Claimer, beat, finish, give_back, note_crash, save_checkpoint
from planner.store.outcomes import keep_outcome
from planner.store.pages import keep_page
from planner.store.plans import add_revision, publish_plan
from planner.store.purging import purge_county, purge_dataset
from planner.store.records import (
    Checkpoint,
    Ending,
    Judged,
    LostLeaseError,
    MissingError,
    Order,
    StaleError,
    Told,
    TooManyError,
    UnpublishedError,
    UnseenError,
)
from tests.databases import IS_LONG
from tests.planner.jobs.test_worker import FOREVER, await_plan, children_of
from tests.planner.jobs.uploads import ordered, sample
from tests.planner.store.stocked import stock
from tests.planner.store.test_purging import planted, rows

ROUNDS = 100 if IS_LONG else 12
MADE = Judged(plan=b"{}", report=b"{}")
PLAN = Checkpoint(plan=b"{}", is_sound=True, cost=1.0, owed=0)
EXPECTED = (LostLeaseError, MissingError, StaleError, UnpublishedError, UnseenError, TooManyError)
Deed = Callable[[], object]


def deeds(database: Database, dataset: str, plan: str) -> list[Deed]:
    """Return what workers and schedulers do to a county, each once."""
    number, claimer = count(2), Claimer(database)

    def run_a_job() -> None:
        lease = claimer.claim()
        if lease is None:
            return
        beat(database, lease, searched_ms=1)
        save_checkpoint(database, lease, PLAN, searched_ms=2)
        which = next(number) % 4
        if which == 0:
            note_crash(database, lease)
            give_back(database, lease, searched_ms=3)
        else:
            finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=3, made=MADE))

    def order() -> None:
        job, _ = submit_job(
            database, county_id="sangzhi", dataset_id=dataset, order=Order(), once=(os.urandom(8).hex(), "b")
        )
        if next(number) % 5 == 0:
            cancel_job(database, county_id="sangzhi", job_id=job.id)

    def change() -> None:
        expected = add_revision(database, county_id="sangzhi", plan_id=plan, expected=1, made=MADE, made_by="move").head
        publish_plan(database, county_id="sangzhi", plan_id=plan, expected=expected)

    def tell() -> None:
        told = Told(held=True, people=next(number))
        keep_outcome(database, county_id="sangzhi", plan_id=plan, revision=1, visit_id=os.urandom(12).hex(), told=told)

    def read() -> None:
        name = os.urandom(8).hex()
        keep_page(
            database, county_id="sangzhi", plan_id=plan, number=1, name=name, content=os.urandom(900), most_bytes=3000
        )

    def upload() -> None:
        keep_dataset(database, county_id="sangzhi", kind="zip", content=os.urandom(900), summary={})

    return [run_a_job, run_a_job, order, order, change, tell, read, read, upload]


def again_and_again(deed: Deed, is_over: threading.Event, faults: list[BaseException]) -> None:
    """Do it until it is over; only what the store says on purpose may come of it."""
    while not is_over.is_set():
        try:
            with suppress(*EXPECTED):
                deed()
            time.sleep(0.003)  # of a file only one has the turn, and nobody keeps the order
        except BaseException as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)
            return


def race(database: Database, purge: Deed, dataset: str, plan: str) -> list[BaseException]:
    """Delete while everybody is busy; return what went wrong."""
    is_over, faults = threading.Event(), list[BaseException]()
    threads = [
        threading.Thread(target=again_and_again, args=(deed, is_over, faults))
        for deed in deeds(database, dataset, plan)
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.15)
        purge()
        time.sleep(0.15)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return faults


@pytest.mark.parametrize("what", ["county", "dataset"])
def test_purge_among_workers_and_schedulers_is_final(database: Database, what: str) -> None:
    """Jobs run, end, are ordered; plans change, pages are kept; in the middle it goes, and no row comes back.

    Nobody meets a fault of the database either: the locks are taken in one order.
    """
    for _ in range(ROUNDS):
        dataset, plan = planted(database, "sangzhi", words=["a"])

        def purge(dataset: str = dataset) -> None:
            if what == "county":
                purge_county(database, "sangzhi", and_running=True)
            else:
                purge_dataset(database, county_id="sangzhi", dataset_id=dataset, and_running=True)

        assert race(database, purge, dataset, plan) == []
        left = {name: n for name, n in rows(database).items() if n}
        if what == "dataset":
            assert set(left) <= {"counties", "keys", "datasets"}  # uploads of other bytes
            purge_county(database, "sangzhi")
        else:
            assert left == {}


@pytest.fixture
def neighbours(database: Database) -> Iterator[dict[str, int]]:
    """The rows of another county, which must be there at the end as they were."""
    stock(database, "yixing")
    before = rows(database)
    yield before
    assert rows(database) == before


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
def test_county_purged_under_a_real_search_leaves_nothing(database: Database, neighbours: dict[str, int]) -> None:
    """A worker with its child searches, and has stored a plan; the county goes: the worker drops the job and its child.

    It had more plans to store, and a heartbeat to show: none of it is in any table afterwards.
    """
    job = ordered(database, sample("sangzhi"), county="sangzhi", **FOREVER)
    others = set(children_of(os.getpid()))  # of tests before: servers, trackers of shared memory
    is_over = threading.Event()
    jobs = LeasedJobs(database, beat_seconds=0.5)
    worker = threading.Thread(target=work, args=(jobs, is_over.is_set), kwargs={"pause": 0.1})
    worker.start()
    try:
        await_plan(database, job)
        searching = set(children_of(os.getpid())) - others
        assert searching
        purge_county(database, "sangzhi", and_running=True)
        deadline = time.monotonic() + 60
        while searching & set(children_of(os.getpid())) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not searching & set(children_of(os.getpid())), "the child still searches"
        time.sleep(2)
    finally:
        is_over.set()
        worker.join()
    assert rows(database) == neighbours

"""A batch is ordered whole or not at all, once for a key, cancelled as one, and gone with the last of its jobs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.store import Database
from planner.store.batches import cancel_batch, find_batch, list_batches, submit_batch
from planner.store.datasets import keep_dataset
from planner.store.jobs import MOST_WAITING, list_jobs
from planner.store.leases import Claimer
from planner.store.purging import purge_county, purge_dataset
from planner.store.records import MissingError, Order, ReusedKeyError, TooManyError
from planner.store.webhooks import add_webhook, list_deliveries
from tests.planner.store.stocked import stock, submitted


def datasets(database: Database, count: int, county: str = "sangzhi") -> list[str]:
    stock(database, county)
    return [
        keep_dataset(database, county_id=county, kind="zip", content=b"%d" % number, summary={})[0].id
        for number in range(count)
    ]


def submit(database: Database, ids: list[str], once: tuple[str, str] | None = None) -> str:
    return submit_batch(database, county_id="sangzhi", dataset_ids=ids, order=Order(), once=once)[0].id


def test_each_dataset_is_a_job_in_its_order(database: Database) -> None:
    """Jobs of the queue like any other, claimed one after the other."""
    ids = datasets(database, 3)[::-1]
    _, jobs = find_batch(database, county_id="sangzhi", batch_id=submit(database, ids))
    assert [job.dataset_id for job in jobs] == ids
    assert {job.state for job in jobs} == {"queued"}
    claimer = Claimer(database)
    claimed = [claimer.claim() for _ in range(4)]
    assert {lease.job.id for lease in claimed if lease is not None} == {job.id for job in jobs}
    assert claimed[3] is None


def test_batch_with_a_dataset_of_another_county_is_not_ordered(database: Database) -> None:
    """Nor one that is not there; no job is left behind, and the other county's is not found by its id."""
    ids, other = datasets(database, 2), datasets(database, 1, "yixing")
    for wrong in (other[0], "f" * 24):
        with pytest.raises(MissingError):
            submit(database, [*ids, wrong], once=("key", "body"))
    assert list_jobs(database, county_id="sangzhi", limit=9) == ()
    assert list_batches(database, county_id="sangzhi", limit=9) == ()
    batch = submit(database, ids, once=("key", "body"))
    with pytest.raises(MissingError):
        find_batch(database, county_id="yixing", batch_id=batch)
    with pytest.raises(MissingError):
        cancel_batch(database, county_id="yixing", batch_id=batch)


def test_batch_that_would_be_too_many_is_not_ordered(database: Database) -> None:
    """99 wait: two more are one too many, and none of them is ordered; one fits."""
    ids = datasets(database, 2)
    for _ in range(MOST_WAITING - 1):
        submitted(database, "sangzhi", ids[0])
    with pytest.raises(TooManyError):
        submit(database, ids)
    assert len(list_jobs(database, county_id="sangzhi", limit=200)) == MOST_WAITING - 1
    submit(database, ids[:1])


def test_one_key_is_one_batch(database: Database) -> None:
    """20 orders at once with one key: one batch of two jobs; another body is refused; without a key a new one."""
    ids = datasets(database, 2)
    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(lambda _: submit(database, ids, ("key", "body")), range(20)))
    assert len(found) == 1
    assert len(list_jobs(database, county_id="sangzhi", limit=100)) == 2
    with pytest.raises(ReusedKeyError):
        submit(database, ids, ("key", "other"))
    assert len({submit(database, ids), submit(database, ids), *found}) == 3


def test_batch_is_cancelled_as_one(database: Database) -> None:
    """One runs and is asked to end, two wait and have ended; each end is told to webhooks; again it changes nothing."""
    ids = datasets(database, 3)
    webhook, _ = add_webhook(database, county_id="sangzhi", url="https://app.example/", kinds=["job.ended"])
    batch = submit(database, ids)
    lease = Claimer(database).claim()
    assert lease is not None
    for _ in range(2):
        _, jobs = cancel_batch(database, county_id="sangzhi", batch_id=batch)
        assert sorted((job.state, job.is_cancelled) for job in jobs) == [
            ("ended", True), ("ended", True), ("running", True),
        ]  # fmt: skip
    told = list_deliveries(database, county_id="sangzhi", webhook_id=webhook.id, limit=9)
    assert {each.job_id for each in told} == {job.id for job in jobs if job.id != lease.job.id}


def test_batch_goes_with_the_last_of_its_jobs(database: Database) -> None:
    """Of two datasets one is deleted: the batch has one job; with the other it is gone, and its key is free again."""
    ids = datasets(database, 2)
    batch = submit(database, ids, ("key", "body"))
    purge_dataset(database, county_id="sangzhi", dataset_id=ids[0])
    _, jobs = find_batch(database, county_id="sangzhi", batch_id=batch)
    assert [job.dataset_id for job in jobs] == ids[1:]
    purge_dataset(database, county_id="sangzhi", dataset_id=ids[1])
    with pytest.raises(MissingError):
        find_batch(database, county_id="sangzhi", batch_id=batch)
    again = datasets(database, 1)
    assert submit(database, again, ("key", "other")) != batch
    purge_county(database, "sangzhi")
    assert list_batches(database, county_id="sangzhi", limit=9) == ()

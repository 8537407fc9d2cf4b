"""Batches: many datasets of a county ordered as jobs in one transaction, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from planner.store.database import Database, insert_unless_there, new_id, now_ms
from planner.store.jobs import cancel_in, hold_origin, insert_job, job_of, refuse_too_many
from planner.store.lists import newest_first
from planner.store.records import Batch, Job, MissingError, Order, ReusedKeyError
from planner.store.tables import batch_jobs, batches, jobs


def submit_batch(
    database: Database,
    *,
    county_id: str,
    dataset_ids: Sequence[str],
    order: Order,
    once: tuple[str, str] | None = None,
) -> tuple[Batch, bool]:
    """Keep a job for each dataset, in their order; return the batch, and whether it is new.

    ``once`` are the hashes of the idempotency key and of the body: a key that came before gives the batch of then.

    Raises
    ------
    MissingError
        When the county has not all of the datasets.
    ReusedKeyError
        When the key came with another body.
    TooManyError
        When more jobs of the county would wait than may.
    """
    key, body = once or (None, None)
    batch_id, now = new_id(), now_ms()
    with database.writing() as connection:
        for dataset_id in sorted(set(dataset_ids)):  # always in one order
            hold_origin(connection, county_id, dataset_id)
        values = {"id": batch_id, "county_id": county_id, "key_sha256": key, "body_sha256": body, "created_ms": now}
        if not insert_unless_there(connection, batches, values):
            return _earlier(connection, county_id, key, body), False
        refuse_too_many(connection, county_id, len(dataset_ids))
        for number, dataset_id in enumerate(dataset_ids, 1):
            job_id = insert_job(connection, county_id=county_id, dataset_id=dataset_id, order=order, now=now)
            connection.execute(batch_jobs.insert().values(batch_id=batch_id, number=number, job_id=job_id))
        return Batch(id=batch_id, county_id=county_id, created_ms=now), True


def _earlier(connection: Connection, county_id: str, key: str | None, body: str | None) -> Batch:
    own = (batches.c.county_id == county_id, batches.c.key_sha256 == key)
    noted = connection.execute(select(batches).where(*own)).one()
    if noted.body_sha256 != body:
        raise ReusedKeyError
    return _batch(noted)


def find_batch(database: Database, *, county_id: str, batch_id: str) -> tuple[Batch, tuple[Job, ...]]:
    """Return a batch of the county with its jobs as they are now, in their order; raises MissingError."""
    with database.reading() as connection:
        batch = _batch_in(connection, county_id, batch_id)
        return batch, _jobs_in(connection, batch_id)


def list_batches(database: Database, *, county_id: str, limit: int, after: str | None = None) -> tuple[Batch, ...]:
    """Return batches of the county, the newest first; see ``lists``."""
    own = (batches.c.county_id == county_id,)
    with database.reading() as connection:
        rows = newest_first(connection, select(batches), batches, own, limit=limit, after=after)
        return tuple(_batch(row) for row in rows)


def cancel_batch(database: Database, *, county_id: str, batch_id: str) -> tuple[Batch, tuple[Job, ...]]:
    """Ask every job of a batch to end, each as ``cancel_job`` does; raises MissingError."""
    with database.writing() as connection:
        batch = _batch_in(connection, county_id, batch_id)
        members = select(batch_jobs.c.job_id).where(batch_jobs.c.batch_id == batch_id)
        for job_id in connection.execute(members.order_by(batch_jobs.c.job_id)).scalars().all():
            cancel_in(connection, county_id, job_id)
        return batch, _jobs_in(connection, batch_id)


def _batch_in(connection: Connection, county_id: str, batch_id: str) -> Batch:
    own = (batches.c.county_id == county_id, batches.c.id == batch_id)
    row = connection.execute(select(batches).where(*own)).one_or_none()
    if row is None:
        raise MissingError
    return _batch(row)


def _jobs_in(connection: Connection, batch_id: str) -> tuple[Job, ...]:
    members = select(jobs).join(batch_jobs, batch_jobs.c.job_id == jobs.c.id).where(batch_jobs.c.batch_id == batch_id)
    return tuple(job_of(row) for row in connection.execute(members.order_by(batch_jobs.c.number)))


def _batch(row: Row[tuple[object, ...]]) -> Batch:
    return Batch(id=row.id, county_id=row.county_id, created_ms=row.created_ms)

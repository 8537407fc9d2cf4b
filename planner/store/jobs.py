"""Jobs as those who order them see them: submit, look, follow, cancel. Who runs them is in ``leases``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from planner.history import as_document, from_document
from planner.store.database import Database, insert_unless_there, new_id, now_ms
from planner.store.lists import newest_first
from planner.store.records import Event, EventKind, Job, MissingError, Order, ReusedKeyError, State, TooManyError
from planner.store.tables import checkpoints, counties, datasets, events, idempotency, jobs
from planner.store.webhooks import add_deliveries

MOST_WAITING = 100  # of one county
NEXT_EVENT = jobs.c.last_event + 1


def submit_job(
    database: Database, *, county_id: str, dataset_id: str, order: Order, once: tuple[str, str] | None = None
) -> tuple[Job, bool]:
    """Keep a job to be run; return it, and whether it is new.

    ``once`` are the hashes of the idempotency key and of the body: a key that came before gives the job of then.

    Raises
    ------
    MissingError
        When the county has no such dataset.
    ReusedKeyError
        When the key came with another body.
    TooManyError
        When too many jobs of the county wait already.
    """
    job_id, now = new_id(), now_ms()
    with database.writing() as connection:
        hold_origin(connection, county_id, dataset_id)
        if once is not None:
            known = _earlier(connection, county_id, job_id, once, now)
            if known is not None:
                return known, False
        refuse_too_many(connection, county_id, 1)
        insert_job(connection, county_id=county_id, dataset_id=dataset_id, order=order, now=now, job_id=job_id)
        return job_in(connection, job_id), True


def refuse_too_many(connection: Connection, county_id: str, more: int) -> None:
    """Raise TooManyError when so many jobs more would be too many that wait."""
    waiting = select(func.count()).where(jobs.c.county_id == county_id, jobs.c.state != "ended")
    if connection.execute(waiting).scalar_one() + more > MOST_WAITING:
        raise TooManyError


def insert_job(
    connection: Connection, *, county_id: str, dataset_id: str, order: Order, now: int, job_id: str | None = None
) -> str:
    """Write a job to be run, in a transaction that holds its dataset; return its id."""
    job_id = job_id or new_id()
    connection.execute(
        jobs.insert().values(
            id=job_id,
            county_id=county_id,
            dataset_id=dataset_id,
            order=_dump_order(order),
            state="queued",
            is_cancelled=False,
            crashes=0,
            fence=0,
            beat=0,
            searched_ms=0,
            last_event=1,
            created_ms=now,
        )
    )
    insert_event(connection, job_id, 1, "queued", {})
    return job_id


def hold_origin(connection: Connection, county_id: str, dataset_id: str) -> None:
    """Keep a county and its dataset from being deleted until the transaction ends; raises MissingError.

    Whoever inserts something that hangs on them asks for this first. PostgreSQL would ask for the same locks with the
    insert; but then whoever deletes would hold the county and wait for the job, and the other one the reverse. Locks
    are taken in one order: county, dataset, job, plan.
    """
    home = select(counties.c.id).where(counties.c.id == county_id)
    own = select(datasets.c.id).where(datasets.c.county_id == county_id, datasets.c.id == dataset_id)
    for asked in (home, own):
        if connection.execute(asked.with_for_update(read=True, key_share=True)).one_or_none() is None:
            raise MissingError


def _earlier(connection: Connection, county_id: str, job_id: str, once: tuple[str, str], now: int) -> Job | None:
    """Note the key for the job; return the earlier job when the key was noted before."""
    key, body = once
    values = {"county_id": county_id, "key_sha256": key, "body_sha256": body, "job_id": job_id, "created_ms": now}
    if insert_unless_there(connection, idempotency, values):
        return None
    own = (idempotency.c.county_id == county_id, idempotency.c.key_sha256 == key)
    noted = connection.execute(select(idempotency).where(*own)).one()
    if noted.body_sha256 != body:
        raise ReusedKeyError
    return job_in(connection, noted.job_id)


def find_job(database: Database, *, county_id: str, job_id: str) -> Job:
    """Return a job of the county; raises MissingError."""
    with database.reading() as connection:
        row = connection.execute(select(jobs).where(jobs.c.county_id == county_id, jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise MissingError
    return job_of(row)


def list_jobs(
    database: Database, *, county_id: str, limit: int, after: str | None = None, state: State | None = None
) -> tuple[Job, ...]:
    """Return jobs of the county, all or those of a state, the newest first; see ``lists``."""
    asked = select(jobs) if state is None else select(jobs).where(jobs.c.state == state)
    own = (jobs.c.county_id == county_id,)
    with database.reading() as connection:
        rows = newest_first(connection, asked, jobs, own, limit=limit, after=after)
        return tuple(job_of(row) for row in rows)


def events_after(database: Database, job_id: str, number: int) -> tuple[Event, ...]:
    """Return what happened to a job after the event of that number."""
    with database.reading() as connection:
        asked = select(events).where(events.c.job_id == job_id, events.c.number > number).order_by(events.c.number)
        return tuple(
            Event(number=row.number, kind=row.kind, data=json.loads(row.data), at_ms=row.at_ms)
            for row in connection.execute(asked)
        )


def cancel_job(database: Database, *, county_id: str, job_id: str) -> Job:
    """Ask for a job to end; it keeps its best plan, and one that has ended stays as it is.

    One that waits and has no plan yet ends at once; with a plan, the next worker ends it.
    Raises MissingError.
    """
    with database.writing() as connection:
        return cancel_in(connection, county_id, job_id)


def cancel_in(connection: Connection, county_id: str, job_id: str) -> Job:
    """Ask for a job to end, in a transaction; raises MissingError."""
    own = (jobs.c.county_id == county_id, jobs.c.id == job_id)
    row = connection.execute(select(jobs).where(*own).with_for_update()).one_or_none()
    if row is None:
        raise MissingError
    has_plan = connection.execute(select(checkpoints.c.job_id).where(checkpoints.c.job_id == job_id)).first()
    if row.state == "running" or (row.state == "queued" and has_plan):
        connection.execute(update(jobs).where(*own).values(is_cancelled=True))
    elif row.state == "queued":
        ended = {"state": "ended", "outcome": "nothing_found", "stopped": "cancelled", "ended_ms": now_ms()}
        connection.execute(update(jobs).where(*own).values(is_cancelled=True, last_event=NEXT_EVENT, **ended))
        said = {"outcome": "nothing_found", "stopped": "cancelled"}
        insert_event(connection, job_id, row.last_event + 1, "ended", said)
        add_deliveries(connection, county_id, "job.ended", job_id=job_id, plan_id=None, outcome="nothing_found")
    return job_in(connection, job_id)


def insert_event(connection: Connection, job_id: str, number: int, kind: EventKind, data: dict[str, Any]) -> None:
    """Append an event to a job, in the transaction that makes it true and has counted it.

    It is counted (``NEXT_EVENT``) by the same statement that changes the job: of a row that is changed twice in one
    transaction PostgreSQL asks for county and dataset again, and then waits, with the job, for whoever deletes them.
    """
    said = json.dumps(data, ensure_ascii=False, allow_nan=False)
    connection.execute(events.insert().values(job_id=job_id, number=number, kind=kind, data=said, at_ms=now_ms()))


def job_in(connection: Connection, job_id: str) -> Job:
    """Return a job as it is in this transaction."""
    return job_of(connection.execute(select(jobs).where(jobs.c.id == job_id)).one())


def job_of(row: Row[tuple[object, ...]]) -> Job:
    """Return the job of a row."""
    return Job(
        id=row.id,
        county_id=row.county_id,
        dataset_id=row.dataset_id,
        order=_load_order(row._mapping["order"]),
        state=row.state,
        outcome=row.outcome,
        stopped=row.stopped,
        is_cancelled=row.is_cancelled,
        crashes=row.crashes,
        searched_ms=row.searched_ms,
        last_event=row.last_event,
        plan_id=row.plan_id,
        created_ms=row.created_ms,
        ended_ms=row.ended_ms,
    )


def best_so_far(database: Database, job_id: str) -> tuple[float, int] | None:
    """Return the cost and the owed visits of the best plan of a running job, when it has one."""
    with database.reading() as connection:
        asked = select(checkpoints.c.cost, checkpoints.c.owed).where(checkpoints.c.job_id == job_id)
        row = connection.execute(asked).one_or_none()
    return None if row is None else (row.cost, row.owed)


def _dump_order(order: Order) -> str:
    written = {**asdict(order), "start": order.start and order.start.isoformat()}
    written["past"] = None if order.past is None else as_document(order.past)
    return json.dumps(written, allow_nan=False)


def _load_order(written: str) -> Order:
    values = json.loads(written)
    past = values.pop("past", None)  # an earlier program wrote none
    values["start"] = values["start"] and date.fromisoformat(values["start"])
    return Order(**values, past=None if past is None else from_document(past))

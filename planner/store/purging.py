"""Deletes for good: rows with all that hangs on them, and then their bytes in the files of the database.

A plan hangs on the job that made it, a job on the dataset it was made from, a dataset on its county; what webhooks are
told hangs on the job. A worker whose job is gone finds that out like one that was replaced: by its next write, which
changes nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, func, select

from planner.errors import XunzhenError
from planner.language import text
from planner.store.database import Database
from planner.store.records import MissingError
from planner.store.tables import (
    METADATA,
    batch_jobs,
    batches,
    checkpoints,
    counties,
    datasets,
    deliveries,
    events,
    idempotency,
    jobs,
    keys,
    outcomes,
    pages,
    plans,
    revisions,
    webhooks,
)

AT_ONCE = 500  # ids of one statement
LOOK_SECONDS = 0.2


class JobsRunningError(XunzhenError):
    """A job of what is to be deleted runs, and was not cancelled."""

    def __init__(self, job_ids: Sequence[str]) -> None:
        self.job_ids = tuple(job_ids)
        self.problem = text("{count} job(s) of it run: {jobs}.", count=len(job_ids), jobs=", ".join(job_ids))
        super().__init__(str(self.problem))


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many things were deleted."""

    datasets: int = 0
    jobs: int = 0
    plans: int = 0
    revisions: int = 0
    keys: int = 0


def purge_county(database: Database, county_id: str, *, and_running: bool = False) -> Purged:
    """Delete a county with everything it has, its keys too. Raises MissingError and JobsRunningError."""
    with database.writing() as connection:
        own = select(counties.c.id).where(counties.c.id == county_id).with_for_update()
        if connection.execute(own).one_or_none() is None:
            raise MissingError
        purged = _delete(connection, jobs.c.county_id == county_id, datasets.c.county_id == county_id, and_running)
        connection.execute(delete(idempotency).where(idempotency.c.county_id == county_id))
        called = _locked(connection, webhooks, webhooks.c.county_id == county_id)
        _drop(connection, deliveries.c.webhook_id, called)
        _drop(connection, webhooks.c.id, called)
        gone = connection.execute(delete(keys).where(keys.c.county_id == county_id)).rowcount
        connection.execute(delete(counties).where(counties.c.id == county_id))
    return replace(purged, keys=gone)


def purge_before(database: Database, county_id: str, moment_ms: int) -> Purged:
    """Delete what a county has not touched since: ended jobs with their plans, and datasets that none is left of.

    A plan stays when its newest revision, or anything it hangs on, is younger. Raises MissingError.
    """
    newest = (
        select(func.max(revisions.c.created_ms))
        .join(plans, plans.c.id == revisions.c.plan_id)
        .where(plans.c.job_id == jobs.c.id)
        .scalar_subquery()
    )
    old_jobs = (jobs.c.county_id == county_id) & (jobs.c.state == "ended") & (jobs.c.ended_ms < moment_ms)
    old = (datasets.c.county_id == county_id) & (datasets.c.created_ms < moment_ms)
    with database.writing() as connection:
        if connection.execute(select(counties.c.id).where(counties.c.id == county_id)).one_or_none() is None:
            raise MissingError
        return _delete(
            connection,
            old_jobs & (func.coalesce(newest, 0) < moment_ms),
            old & ~select(jobs.c.id).where(jobs.c.dataset_id == datasets.c.id).exists(),
        )


def purge_dataset(database: Database, *, county_id: str, dataset_id: str, and_running: bool = False) -> Purged:
    """Delete a dataset with every job and plan made from it. Raises MissingError and JobsRunningError."""
    own = (datasets.c.county_id == county_id) & (datasets.c.id == dataset_id)
    with database.writing() as connection:
        purged = _delete(
            connection, (jobs.c.dataset_id == dataset_id) & (jobs.c.county_id == county_id), own, and_running
        )
        if not purged.datasets:
            raise MissingError
        return purged


def purge_plan(database: Database, *, county_id: str, plan_id: str) -> Purged:
    """Delete a plan with its revisions and the job that made it; the dataset stays. Raises MissingError."""
    own = (plans.c.county_id == county_id) & (plans.c.id == plan_id)
    with database.writing() as connection:
        purged = _delete(connection, jobs.c.id == select(plans.c.job_id).where(own).scalar_subquery(), None)
        if not purged.plans:
            raise MissingError
        return purged


def _delete(
    connection: Connection,
    of_jobs: ColumnElement[bool],
    of_datasets: ColumnElement[bool] | None,
    and_running: bool = False,
) -> Purged:
    """Delete the jobs and then the datasets, with all that hangs on them; locks in the order of ``hold_origin``."""
    if of_datasets is not None:
        _locked(connection, datasets, of_datasets)  # from here on no job is made from them, and none ends
    doomed = _locked(connection, jobs, of_jobs)
    running = select(jobs.c.id).where(of_jobs, jobs.c.state == "running", jobs.c.is_cancelled.is_(False))
    if not and_running and (found := connection.execute(running).scalars().all()):
        raise JobsRunningError(found)
    planned = _locked(connection, plans, plans.c.job_id.in_(select(jobs.c.id).where(of_jobs)))
    for table in (idempotency, events, checkpoints, deliveries, batch_jobs):
        _drop(connection, table.c.job_id, doomed)
    connection.execute(
        delete(batches).where(~select(batch_jobs.c.job_id).where(batch_jobs.c.batch_id == batches.c.id).exists())
    )
    for column in (outcomes.c.plan_id, pages.c.plan_id):
        _drop(connection, column, planned)
    return Purged(
        revisions=_drop(connection, revisions.c.plan_id, planned),
        plans=_drop(connection, plans.c.id, planned),
        jobs=_drop(connection, jobs.c.id, doomed),
        datasets=0 if of_datasets is None else _drop_datasets(connection, of_datasets),
    )


def _drop_datasets(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete datasets, but none of which a job was made while its lock was waited for."""
    locked = set(_locked(connection, datasets, which))
    still = connection.execute(select(datasets.c.id).where(which).order_by(datasets.c.id)).scalars()
    return _drop(connection, datasets.c.id, [found for found in still if found in locked])


def _locked(connection: Connection, table: Table, which: ColumnElement[bool]) -> list[str]:
    return list(connection.execute(select(table.c.id).where(which).order_by(table.c.id).with_for_update()).scalars())


def _drop(connection: Connection, column: Column[str], values: Sequence[str]) -> int:
    return sum(connection.execute(delete(column.table).where(column.in_(part))).rowcount for part in _parts(values))


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def scrub(database: Database, *, is_thorough: bool, seconds: float) -> bool:
    """Leave no byte of deleted rows in the files of the database; return False when readers were in the way.

    Rows are overwritten when they are deleted (``secure_delete``); their old pages stand in the log until it is
    emptied, which waits for those who read an older state. ``is_thorough`` writes the whole database anew before, and
    nobody else writes meanwhile; of a PostgreSQL this is all that can be done.
    """
    if is_thorough:
        _write_anew(database)
    return not database.is_sqlite or _empty_log(database, seconds)


def _write_anew(database: Database) -> None:
    whole = ["VACUUM"] if database.is_sqlite else [f'VACUUM (FULL) "{table}"' for table in METADATA.tables]
    with database.alone() as connection:
        for command in whole:
            connection.exec_driver_sql(command)


def _empty_log(database: Database, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    with closing(sqlite3.connect(str(database.engine.url.database), timeout=LOOK_SECONDS)) as connection:
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_SECONDS)
    return True

"""Plans and their revisions: a change is a new revision, made by somebody who has read the newest one."""

from __future__ import annotations

import hashlib
import zlib

from sqlalchemy import Connection, Row, select, update

from planner.store.database import Database, now_ms
from planner.store.lists import newest_first
from planner.store.records import Judged, MadeBy, MissingError, Revision, StaleError, StoredPlan
from planner.store.tables import plans, revisions
from planner.store.webhooks import add_deliveries


def list_plans(database: Database, *, county_id: str, limit: int, after: str | None = None) -> tuple[StoredPlan, ...]:
    """Return plans of the county, the newest first; see ``lists``."""
    own = (plans.c.county_id == county_id,)
    with database.reading() as connection:
        rows = newest_first(connection, select(plans), plans, own, limit=limit, after=after)
        return tuple(plan_of(row) for row in rows)


def find_plan(database: Database, *, county_id: str, plan_id: str) -> StoredPlan:
    """Return a plan of the county; raises MissingError."""
    with database.reading() as connection:
        return plan_in(connection, county_id, plan_id)


def read_revision(
    database: Database, *, county_id: str, plan_id: str, number: int | None = None
) -> tuple[StoredPlan, Revision]:
    """Return a plan and one revision of it, the newest when no number is given; raises MissingError."""
    with database.reading() as connection:
        plan = plan_in(connection, county_id, plan_id)
        own = (revisions.c.plan_id == plan_id, revisions.c.number == (plan.head if number is None else number))
        row = connection.execute(select(revisions).where(*own)).one_or_none()
    if row is None:
        raise MissingError
    return plan, _revision(row)


def add_revision(
    database: Database, *, county_id: str, plan_id: str, expected: int, made: Judged, made_by: MadeBy
) -> StoredPlan:
    """Make the next revision of a plan whose newest one is as expected.

    Raises
    ------
    MissingError
        When the county has no such plan.
    StaleError
        When there is a newer revision.
    """
    with database.writing() as connection:
        plan = plan_in(connection, county_id, plan_id, is_to_change=True)
        if plan.head != expected:
            raise StaleError(plan.head)
        insert_revision(connection, plan_id, expected + 1, made, made_by=made_by)
        connection.execute(update(plans).where(plans.c.id == plan_id).values(head=expected + 1))
        return plan_in(connection, county_id, plan_id)


def insert_revision(connection: Connection, plan_id: str, number: int, made: Judged, *, made_by: MadeBy) -> None:
    """Write a revision, in the transaction that makes it the newest."""
    connection.execute(
        revisions.insert().values(
            plan_id=plan_id,
            number=number,
            plan=zlib.compress(made.plan),
            report=zlib.compress(made.report),
            sha256=hashlib.sha256(made.plan).hexdigest(),
            made_by=made_by,
            created_ms=now_ms(),
        )
    )


def publish_plan(database: Database, *, county_id: str, plan_id: str, expected: int) -> StoredPlan:
    """Say that the teams drive by the newest revision, which is as expected; raises as ``add_revision``.

    Webhooks are told of it, unless it was the published one already.
    """
    with database.writing() as connection:
        plan = plan_in(connection, county_id, plan_id, is_to_change=True)
        if plan.head != expected:
            raise StaleError(plan.head)
        connection.execute(update(plans).where(plans.c.id == plan_id).values(published=expected))
        if plan.published != expected:
            add_deliveries(
                connection, county_id, "plan.published", job_id=plan.job_id, plan_id=plan_id, number=expected
            )
        return plan_in(connection, county_id, plan_id)


def plan_in(
    connection: Connection, county_id: str, plan_id: str, *, is_to_change: bool = False, is_to_keep: bool = False
) -> StoredPlan:
    """Return a plan of the county in this transaction, locked when it is to be changed; raises MissingError.

    One that is to be kept may be changed by others meanwhile, but not deleted.
    """
    asked = select(plans).where(plans.c.county_id == county_id, plans.c.id == plan_id)
    if is_to_change:
        asked = asked.with_for_update()
    elif is_to_keep:
        asked = asked.with_for_update(read=True, key_share=True)
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise MissingError
    return plan_of(row)


def plan_of(row: Row[tuple[object, ...]]) -> StoredPlan:
    """Return the plan of a row."""
    return StoredPlan(
        id=row.id,
        county_id=row.county_id,
        dataset_id=row.dataset_id,
        job_id=row.job_id,
        head=row.head,
        published=row.published,
        created_ms=row.created_ms,
    )


def _revision(row: Row[tuple[object, ...]]) -> Revision:
    return Revision(
        plan_id=row.plan_id,
        number=row.number,
        made=Judged(plan=zlib.decompress(row.plan), report=zlib.decompress(row.report)),
        sha256=row.sha256,
        made_by=row.made_by,
        created_ms=row.created_ms,
    )

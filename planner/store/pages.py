"""Pages made of a revision, kept so that the second reader need not wait: they can all be made again.

A page belongs to a revision, which is never changed, and goes with its plan. A county has room for so many bytes of
them, and its oldest pages go first, so that no county makes another one wait.
"""

from __future__ import annotations

import zlib

from sqlalchemy import ColumnElement, Connection, delete, func, select

from planner.store.database import Database, insert_unless_there, now_ms
from planner.store.plans import plan_in
from planner.store.records import MissingError
from planner.store.tables import pages, plans, revisions

MOST_BYTES = 32 * 2**20  # of a county, as stored


def read_page(database: Database, *, county_id: str, plan_id: str, number: int, name: str) -> bytes | None:
    """Return a page of a revision that the county has, None when it is not kept."""
    own = (plans.c.county_id == county_id, *_is(plan_id, number, name))
    with database.reading() as connection:
        asked = select(pages.c.content).join(plans, plans.c.id == pages.c.plan_id).where(*own)
        content = connection.execute(asked).scalar_one_or_none()
    return None if content is None else zlib.decompress(content)


def keep_page(
    database: Database,
    *,
    county_id: str,
    plan_id: str,
    number: int,
    name: str,
    content: bytes,
    most_bytes: int = MOST_BYTES,
) -> None:
    """Keep a page, and let the oldest ones of the county go when there is no room.

    Raises MissingError when the county has no such revision any more: the plan was deleted while the page was made.
    """
    packed = zlib.compress(content)
    values = {"plan_id": plan_id, "number": number, "name": name, "content": packed, "size": len(packed)}
    with database.writing() as connection:
        plan_in(connection, county_id, plan_id, is_to_keep=True)  # nobody deletes it now
        own = (revisions.c.plan_id == plan_id, revisions.c.number == number)
        if connection.execute(select(revisions.c.number).where(*own)).one_or_none() is None:
            raise MissingError
        if len(packed) <= most_bytes:
            insert_unless_there(connection, pages, {**values, "made_ms": now_ms()})
            _make_room(connection, county_id, most_bytes)


def _make_room(connection: Connection, county_id: str, most_bytes: int) -> None:
    """Delete the oldest pages of a county until the others have room; those that another is deleting are left to it."""
    of_county = pages.c.plan_id.in_(select(plans.c.id).where(plans.c.county_id == county_id))
    left = int(connection.execute(select(func.coalesce(func.sum(pages.c.size), 0)).where(of_county)).scalar_one())
    if left <= most_bytes:
        return
    asked = select(pages.c.plan_id, pages.c.number, pages.c.name, pages.c.size).where(of_county)
    oldest = asked.order_by(pages.c.made_ms, pages.c.name).with_for_update(skip_locked=True)
    for plan_id, number, name, size in connection.execute(oldest).all():
        if left <= most_bytes:
            return
        connection.execute(delete(pages).where(*_is(plan_id, number, name)))
        left -= size


def _is(plan_id: str, number: int, name: str) -> tuple[ColumnElement[bool], ...]:
    return pages.c.plan_id == plan_id, pages.c.number == number, pages.c.name == name

"""Webhooks of a county, and the deliveries to them: written with what they tell of, in one transaction.

A delivery waits for ``pause_ms`` since ``set_ms``. A moment in the future means that the clock of a machine was set
back since; then nobody waits for it. What is told are ids and kinds: no names, no places.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select, update

from planner.store.database import Database, new_id, now_ms
from planner.store.lists import newest_first
from planner.store.records import Claimed, DeliveryKind, MissingError, StoredDelivery, TooManyWebhooksError, Webhook
from planner.store.tables import counties, deliveries, webhooks

MOST_WEBHOOKS = 10  # of one county
MOST_TRIES = 8
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 10_000, 6 * 3_600_000
MOST_AGE_MS = 2 * 86_400_000  # after which a delivery is given up, however often it was tried
KEPT_MS = 30 * 86_400_000  # for which deliveries that are done with can be looked at
SKEW_MS = 60_000  # by which the clocks of two machines may differ without anybody's having been set back


def add_webhook(database: Database, *, county_id: str, url: str, kinds: Sequence[DeliveryKind]) -> tuple[Webhook, str]:
    """Keep a webhook; return it and its secret, which is told this once.

    Raises MissingError when the county was deleted meanwhile, and TooManyWebhooksError.
    """
    webhook_id, secret = new_id(), "xw_" + secrets.token_urlsafe(32)
    home = select(counties.c.id).where(counties.c.id == county_id).with_for_update(key_share=True)
    with database.writing() as connection:
        if connection.execute(home).one_or_none() is None:
            raise MissingError
        count = select(func.count()).where(webhooks.c.county_id == county_id)
        if connection.execute(count).scalar_one() >= MOST_WEBHOOKS:
            raise TooManyWebhooksError
        said = json.dumps(list(kinds))
        values = {"id": webhook_id, "county_id": county_id, "url": url, "kinds": said, "created_ms": now_ms()}
        connection.execute(webhooks.insert().values(secret=secret, **values))
        return _webhook(connection.execute(select(webhooks).where(webhooks.c.id == webhook_id)).one()), secret


def list_webhooks(database: Database, *, county_id: str, limit: int, after: str | None = None) -> tuple[Webhook, ...]:
    """Return webhooks of the county, the newest first; see ``lists``."""
    own = (webhooks.c.county_id == county_id,)
    with database.reading() as connection:
        rows = newest_first(connection, select(webhooks), webhooks, own, limit=limit, after=after)
        return tuple(_webhook(row) for row in rows)


def delete_webhook(database: Database, *, county_id: str, webhook_id: str) -> Webhook:
    """Delete a webhook with its deliveries, also those that wait; return what it was. Raises MissingError."""
    own = (webhooks.c.county_id == county_id, webhooks.c.id == webhook_id)
    with database.writing() as connection:
        row = connection.execute(select(webhooks).where(*own).with_for_update()).one_or_none()
        if row is None:
            raise MissingError
        connection.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))
        connection.execute(delete(webhooks).where(*own))
    return _webhook(row)


def list_deliveries(
    database: Database, *, county_id: str, webhook_id: str, limit: int, after: str | None = None
) -> tuple[StoredDelivery, ...]:
    """Return deliveries of a webhook, the newest first; see ``lists``. Raises MissingError."""
    own = (webhooks.c.county_id == county_id, webhooks.c.id == webhook_id)
    with database.reading() as connection:
        if connection.execute(select(webhooks.c.id).where(*own)).one_or_none() is None:
            raise MissingError
        its = (deliveries.c.webhook_id == webhook_id,)
        rows = newest_first(connection, select(deliveries), deliveries, its, limit=limit, after=after)
        return tuple(_delivery(row) for row in rows)


def add_deliveries(
    connection: Connection, county_id: str, kind: DeliveryKind, *, job_id: str, plan_id: str | None, **more: object
) -> None:
    """Write what every webhook of the county that wants it is to be told, in the transaction that makes it true."""
    own = select(webhooks.c.id, webhooks.c.kinds).where(webhooks.c.county_id == county_id).order_by(webhooks.c.id)
    wanting = [
        row.id
        for row in connection.execute(own.with_for_update(read=True, key_share=True))  # nobody deletes them now
        if kind in json.loads(row.kinds)
    ]
    now = now_ms()
    for webhook_id in wanting:
        old = (
            deliveries.c.webhook_id == webhook_id,
            deliveries.c.state != "waiting",
            deliveries.c.ended_ms < now - KEPT_MS,
        )
        connection.execute(delete(deliveries).where(*old))
        delivery_id = new_id()
        told = {"id": delivery_id, "kind": kind, "at": _written(now), "job_id": job_id, "plan_id": plan_id, **more}
        connection.execute(
            deliveries.insert().values(
                id=delivery_id,
                webhook_id=webhook_id,
                kind=kind,
                job_id=job_id,
                plan_id=plan_id,
                body=json.dumps(told, allow_nan=False),
                state="waiting",
                tries=0,
                set_ms=now,
                pause_ms=0,
                created_ms=now,
            )
        )


def _written(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")


def claim_delivery(database: Database, *, hold_ms: int) -> Claimed | None:
    """Return a delivery that is due and now ours for so long, None when there is none; those tried least go first."""
    with database.reading() as connection:
        if connection.execute(select(deliveries.c.id).where(_is_due(now_ms())).limit(1)).first() is None:
            return None
    now = now_ms()
    with database.writing() as connection:
        due = select(deliveries).where(_is_due(now)).order_by(deliveries.c.tries, deliveries.c.set_ms, deliveries.c.id)
        row = connection.execute(due.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        if row.tries >= MOST_TRIES:  # whoever had the last try was killed in it
            _give_up(connection, row.id, now)
            return None
        values = {"tries": row.tries + 1, "set_ms": now, "pause_ms": hold_ms}
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
        home = connection.execute(select(webhooks).where(webhooks.c.id == row.webhook_id)).one()
        return Claimed(
            id=row.id,
            kind=row.kind,
            body=row.body,
            tries=row.tries + 1,
            webhook_id=row.webhook_id,
            url=home.url,
            secret=home.secret,
        )


def _give_up(connection: Connection, delivery_id: str, now: int) -> None:
    ended = {"state": "given_up", "fault": "interrupted", "status": None, "ended_ms": now}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**ended))


def _is_due(now: int) -> ColumnElement[bool]:
    is_time = or_(deliveries.c.set_ms + deliveries.c.pause_ms <= now, deliveries.c.set_ms > now + SKEW_MS)
    return (deliveries.c.state == "waiting") & is_time


def end_delivery(database: Database, claimed: Claimed, *, status: int | None, fault: str | None) -> None:
    """Note what came of a try: delivered, to be tried again after a pause, or given up; nothing if no more ours.

    After a failure the other deliveries of the webhook wait too: a receiver that is away takes no time of others.
    """
    now = now_ms()
    ours = (deliveries.c.id == claimed.id, deliveries.c.tries == claimed.tries, deliveries.c.state == "waiting")
    with database.writing() as connection:
        row = connection.execute(select(deliveries).where(*ours).with_for_update()).one_or_none()
        if row is None:
            return
        said: Mapping[str, object] = {"status": status, "fault": fault}
        if fault is None:
            values = {**said, "state": "delivered", "ended_ms": now}
        elif claimed.tries >= MOST_TRIES or now - row.created_ms > MOST_AGE_MS:
            values = {**said, "state": "given_up", "ended_ms": now}
        else:
            values = {**said, "set_ms": now, "pause_ms": pause_after(claimed.tries)}
        connection.execute(update(deliveries).where(deliveries.c.id == claimed.id).values(**values))
        if fault is not None:
            _let_others_wait(connection, claimed, now)


def _let_others_wait(connection: Connection, claimed: Claimed, now: int) -> None:
    until = now + pause_after(claimed.tries)
    others = (
        deliveries.c.webhook_id == claimed.webhook_id,
        deliveries.c.id != claimed.id,
        deliveries.c.state == "waiting",
        deliveries.c.set_ms + deliveries.c.pause_ms < until,
    )
    ids = connection.execute(
        select(deliveries.c.id).where(*others).order_by(deliveries.c.id).with_for_update(skip_locked=True)
    ).scalars()
    for delivery_id in ids.all():
        values = {"set_ms": now, "pause_ms": until - now}
        connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def pause_after(tries: int) -> int:
    """Return how long to wait after so many tries, in milliseconds: four times as long each time."""
    return int(min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (tries - 1)))


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    return Webhook(
        id=row.id,
        county_id=row.county_id,
        url=row.url,
        kinds=tuple(json.loads(row.kinds)),
        created_ms=row.created_ms,
    )


def _delivery(row: Row[tuple[object, ...]]) -> StoredDelivery:
    return StoredDelivery(
        id=row.id,
        webhook_id=row.webhook_id,
        kind=row.kind,
        job_id=row.job_id,
        plan_id=row.plan_id,
        state=row.state,
        tries=row.tries,
        status=row.status,
        fault=row.fault,
        created_ms=row.created_ms,
        ended_ms=row.ended_ms,
    )

"""Webhooks of a county: addresses of apps that are told when a job has ended or a plan was published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, JsonValue

from planner.api.access import Admin
from planner.api.datasets import After, Limit, Store
from planner.api.problems import ProblemError
from planner.api.schemas import Answer, Sent, moment
from planner.api.strict import StrictRoute
from planner.jobs.hosts import LONGEST_URL, Host, target_of
from planner.store.records import DeliveryKind, DeliveryState, StoredDelivery, Webhook
from planner.store.webhooks import add_webhook, delete_webhook, list_deliveries, list_webhooks

router = APIRouter(tags=["webhooks"], route_class=StrictRoute)
# How an address is written; which hosts may be called is said to whoever asks for another one (webhook_refused).
WRITTEN_URL: dict[str, JsonValue] = {"pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[!-\[\]-~]+$"}


class WebhookOrder(Sent):
    """Where to send, over HTTPS to a host that this server may call, and of what; without ``kinds`` of everything."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, json_schema_extra=WRITTEN_URL)]
    kinds: Annotated[tuple[DeliveryKind, ...], Field(min_length=1, max_length=2)] = ("plan.published", "job.ended")


class WebhookAnswer(Answer):
    """A webhook."""

    id: str
    url: str
    kinds: list[DeliveryKind]
    created_at: datetime


class NewWebhookAnswer(WebhookAnswer):
    """A webhook that was just made: the secret that deliveries are signed with is told this once."""

    secret: str


class WebhookPage(Answer):
    """Webhooks, and the id after which the next page begins."""

    items: list[WebhookAnswer]
    next: str | None


class DeliveryAnswer(Answer):
    """What a webhook is told, and how far that is; ``status`` and ``fault`` are those of the last try."""

    id: str
    kind: DeliveryKind
    job_id: str
    plan_id: str | None
    state: DeliveryState
    tries: int
    status: int | None
    fault: str | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryPage(Answer):
    """Deliveries, and the id after which the next page begins."""

    items: list[DeliveryAnswer]
    next: str | None


async def hosts_of(request: Request) -> Sequence[Host]:
    """Return the hosts that the server was started with."""
    hosts: Sequence[Host] = request.app.state.webhook_hosts
    return hosts


Hosts = Annotated[Sequence[Host], Depends(hosts_of)]


@router.post("/v1/webhooks", status_code=201)
def send_webhook(order: WebhookOrder, key: Admin, store: Store, hosts: Hosts, response: Response) -> NewWebhookAnswer:
    """Have an app told when a job has ended or a plan was published, at an address of a host on the server's list.

    The answer holds the secret of the webhook, this once. What is told are ids and kinds, signed with the secret.
    """
    if target_of(order.url, hosts) is None:
        raise ProblemError("webhook_refused")
    kinds = sorted(set(order.kinds))
    webhook, secret = add_webhook(store, county_id=key.county_id, url=order.url, kinds=kinds)
    response.headers["Cache-Control"] = "no-store"
    return NewWebhookAnswer(**_answer(webhook).model_dump(), secret=secret)


@router.get("/v1/webhooks")
def get_webhooks(key: Admin, store: Store, limit: Limit = 50, after: After = None) -> WebhookPage:
    """List the webhooks of the county, without their secrets, a page at a time."""
    found = list_webhooks(store, county_id=key.county_id, limit=limit, after=after)
    return WebhookPage(items=[_answer(each) for each in found], next=found[-1].id if len(found) == limit else None)


@router.delete("/v1/webhooks/{webhook_id}")
def remove_webhook(webhook_id: str, key: Admin, store: Store) -> WebhookAnswer:
    """Delete a webhook for good, with what it was told and what still waits to be told; answer with what it was."""
    return _answer(delete_webhook(store, county_id=key.county_id, webhook_id=webhook_id))


@router.get("/v1/webhooks/{webhook_id}/deliveries")
def get_deliveries(webhook_id: str, key: Admin, store: Store, limit: Limit = 50, after: After = None) -> DeliveryPage:
    """List what a webhook was told in the last 30 days and what waits, each with its last try, a page at a time."""
    found = list_deliveries(store, county_id=key.county_id, webhook_id=webhook_id, limit=limit, after=after)
    items = [_delivery(each) for each in found]
    return DeliveryPage(items=items, next=found[-1].id if len(found) == limit else None)


def _answer(webhook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id, url=webhook.url, kinds=list(webhook.kinds), created_at=moment(webhook.created_ms)
    )


def _delivery(delivery: StoredDelivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=delivery.id,
        kind=delivery.kind,
        job_id=delivery.job_id,
        plan_id=delivery.plan_id,
        state=delivery.state,
        tries=delivery.tries,
        status=delivery.status,
        fault=delivery.fault,
        created_at=moment(delivery.created_ms),
        ended_at=None if delivery.ended_ms is None else moment(delivery.ended_ms),
    )

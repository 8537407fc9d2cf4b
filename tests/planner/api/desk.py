"""An API over a new store, with two counties: ``sangzhi`` has one of everything, ``yixing`` has nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.testclient import TestClient

from planner.api.app import make_app
from planner.codec import dump_plan
from planner.jobs.hosts import Host
from planner.store import Database
from planner.store.batches import cancel_batch, submit_batch
from planner.store.jobs import submit_job
from planner.store.keys import create_key, revoke_key
from planner.store.leases import Claimer, finish
from planner.store.records import Ending, Judged, Order, Role
from planner.store.webhooks import add_webhook
from tests.planner.store.stocked import stock
from tests.planner.test_codec import a_plan

APP = "app.example.org"  # the one host that webhooks may go to
HOLDERS = ("admin", "scheduler", "read-only", "other county", "revoked", "expired", "unknown", "no key")


@dataclass(frozen=True, slots=True)
class Desk:
    """The API and what is in it."""

    client: TestClient
    database: Database
    ids: dict[str, str]
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def path(self, template: str) -> str:
        """Return the path of an operation with the ids of what ``sangzhi`` has."""
        return template.format(**self.ids)


@contextmanager
def desk_over(database: Database) -> Iterator[Desk]:
    """Yield a stocked API; answers of 500 are answers, not errors of the test."""
    dataset = stock(database, "sangzhi", "yixing")["sangzhi"]
    planned = _planned(database, dataset)
    waiting, _ = submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order())
    webhook, _ = add_webhook(database, county_id="sangzhi", url=f"https://{APP}/", kinds=["job.ended"])
    batch, _ = submit_batch(database, county_id="sangzhi", dataset_ids=[dataset], order=Order())
    cancel_batch(database, county_id="sangzhi", batch_id=batch.id)  # one job waits, of which tests know the id
    ids = {
        "dataset_id": dataset, "plan_id": planned, "job_id": waiting.id, "number": "1", "team_id": "one",
        "week": "2026-03-02", "layer": "planned_stops", "visit_id": "a" * 24,
        "webhook_id": webhook.id, "batch_id": batch.id,
    }  # fmt: skip
    with TestClient(make_app(database, [Host(name=APP)]), raise_server_exceptions=False) as client:
        yield Desk(client, database, ids, _headers(database))


def _planned(database: Database, dataset: str) -> str:
    submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order())
    lease = Claimer(database).claim()
    assert lease is not None
    report = {language: {"cost": 1.0, "violations": [], "unserved": []} for language in ("en", "zh")}
    made = Judged(plan=dump_plan(a_plan()), report=json.dumps(report).encode())
    job = finish(database, lease, Ending(outcome="some_unserved", stopped="seconds", searched_ms=5000, made=made))
    return str(job.plan_id)


def _headers(database: Database) -> dict[str, dict[str, str]]:
    def secret(county: str, role: Role, days: int = 1) -> tuple[str, str]:
        key, shown = create_key(database, county_id=county, role=role, days=days)
        return key.id, shown

    revoked_id, revoked = secret("sangzhi", Role.ADMIN)
    revoke_key(database, revoked_id)
    shown = {
        "admin": secret("sangzhi", Role.ADMIN)[1],
        "scheduler": secret("sangzhi", Role.SCHEDULER)[1],
        "read-only": secret("sangzhi", Role.READER)[1],
        "other county": secret("yixing", Role.ADMIN)[1],
        "revoked": revoked,
        "expired": secret("sangzhi", Role.ADMIN, days=0)[1],
        "unknown": "xz_" + "a" * 43,
    }
    return {"no key": {}, **{who: {"Authorization": f"Bearer {key}"} for who, key in shown.items()}}

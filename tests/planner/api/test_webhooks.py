"""Webhooks over the API: only to hosts on the list, the secret once, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from planner.api.app import make_app
from planner.jobs.couriers import deliver_one
from planner.store import Database
from planner.store.jobs import cancel_job, submit_job
from planner.store.records import Order
from tests.planner.api.desk import APP, Desk, desk_over
from tests.planner.jobs.receiver import receiving

URL = f"https://{APP}/xunzhen?app=1"


@pytest.fixture
def open_desk(sqlite: Database) -> Iterator[Desk]:
    """An API that a test may fill."""
    with desk_over(sqlite) as desk:
        yield desk


def send(desk: Desk, who: str = "admin", **order: object) -> Any:
    return desk.client.post("/v1/webhooks", json={"url": URL, **order}, headers=desk.headers[who])


def test_secret_is_shown_once(open_desk: Desk) -> None:
    """In the answer to who made it, which nobody may keep; in no list."""
    made = send(open_desk, kinds=["plan.published"])
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert made.json()["kinds"] == ["plan.published"]
    listed = open_desk.client.get("/v1/webhooks", headers=open_desk.headers["admin"])
    assert made.json()["id"] in {each["id"] for each in listed.json()["items"]}
    assert made.json()["secret"] not in listed.text
    assert "secret" not in listed.text


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", f"http://{APP}/", f"https://{APP}:8443/", f"https://x@{APP}/", "https://127.0.0.1/"],
)
def test_address_that_is_not_on_the_list_is_refused(open_desk: Desk, url: str) -> None:
    """Without repeating it: it may hold a password."""
    refused = send(open_desk, url=url)
    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_refused")
    assert url not in refused.text


def test_no_webhook_where_no_host_is_named(sqlite: Database) -> None:
    """The default of a server is to call nobody."""
    with desk_over(sqlite) as desk, TestClient(make_app(sqlite)) as client:
        refused = client.post("/v1/webhooks", json={"url": URL}, headers=desk.headers["admin"])
        assert refused.json()["code"] == "webhook_refused"


@pytest.mark.parametrize("kinds", [[], ["job.started"], ["job.ended"] * 3, "job.ended", None, [None]])
def test_kinds_are_of_the_list(open_desk: Desk, kinds: object) -> None:
    """One or both, each a kind that there is."""
    assert send(open_desk, kinds=kinds).json()["code"] == "invalid_request"


def test_eleventh_webhook_is_refused(open_desk: Desk) -> None:
    """One was there; nine more are made."""
    codes = [send(open_desk).status_code for _ in range(10)]
    assert codes == [201] * 9 + [409]
    assert send(open_desk).json()["code"] == "too_many_webhooks"


def test_deliveries_say_what_became_of_them(sqlite: Database) -> None:
    """Waiting with the fault of the last try, delivered with its status; ids of the job and nothing of the county."""
    with receiving() as receiver, desk_over(sqlite) as desk:
        app = make_app(sqlite, [receiver.host])
        with TestClient(app, headers=desk.headers["admin"]) as client:
            webhook = client.post("/v1/webhooks", json={"url": receiver.url}).json()["id"]
            jobs = [ended_job(sqlite, desk), ended_job(sqlite, desk)]
            while deliver_one(sqlite, [receiver.host]):
                pass
            path = f"/v1/webhooks/{webhook}/deliveries"
            found = client.get(path).json()["items"]
            assert {each["job_id"] for each in found} == set(jobs)
            assert {(each["state"], each["status"], each["tries"]) for each in found} == {("delivered", 204, 1)}
            first = client.get(path, params={"limit": 1}).json()
            second = client.get(path, params={"limit": 1, "after": first["next"]}).json()
            assert [first["items"][0], second["items"][0]] == found
            assert client.get(path, headers=desk.headers["other county"]).status_code == 404
            assert client.delete(f"/v1/webhooks/{webhook}").json()["id"] == webhook
            assert client.get(path).status_code == 404


def ended_job(database: Database, desk: Desk) -> str:
    job, _ = submit_job(database, county_id="sangzhi", dataset_id=desk.ids["dataset_id"], order=Order())
    return cancel_job(database, county_id="sangzhi", job_id=job.id).id

"""A publish that was acknowledged is told to the app, whoever is killed right after it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from planner.jobs.hosts import ENVIRONMENT
from planner.store import open_store
from planner.store.keys import create_key
from planner.store.records import Role
from planner.store.webhooks import list_deliveries
from tests.end_to_end.serving import App, Processes
from tests.end_to_end.small_county import xunzhen
from tests.planner.jobs.receiver import receiving
from tests.planner.store.test_plans import planned


def test_publish_is_told_though_the_server_is_killed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 of the API after its 200; a worker that starts later delivers; the other host was refused."""
    place = str(tmp_path / "xunzhen.db")
    database = open_store(place)
    plan_id = planned(database)
    _, secret = create_key(database, county_id="sangzhi", role=Role.ADMIN, days=1)
    with receiving() as receiver:
        monkeypatch.setenv(ENVIRONMENT, f"localhost:{receiver.port}=127.0.0.0/8")
        processes = Processes(place)
        app, kind = App(processes.port, secret), {"Content_Type": "application/json"}
        try:
            processes.start("api")
            urls = ["https://localhost:1/", receiver.url]
            made = [app.surely("POST", "/v1/webhooks", json.dumps({"url": url}).encode(), **kind) for url in urls]
            assert [status for status, _ in made] == [422, 201]
            assert app.surely("POST", f"/v1/plans/{plan_id}:publish", b"", If_Match='"r1"')[0] == 200
            processes.end()
            assert receiver.heard == []
            processes.start("worker")
            deadline = time.monotonic() + 120
            while not receiver.heard and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            processes.end()
    (heard,) = receiver.heard
    said = json.loads(heard.body)
    assert (said["kind"], said["plan_id"], said["number"]) == ("plan.published", plan_id, 1)
    webhook = made[1][1]["id"]
    (told,) = list_deliveries(database, county_id="sangzhi", webhook_id=webhook, limit=9)
    assert told.id == heard.headers["Xunzhen-Delivery"]
    database.close()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_host_that_is_none_is_told_before_anything_starts(command: str, tmp_path: Path) -> None:
    """With the option, code 4, and no database made."""
    place = tmp_path / "xunzhen.db"
    done = xunzhen(command, "--database", place, "--webhook-host", "https://app.example.org")
    assert done.returncode == 4
    assert "--webhook-host: This is no host" in done.stderr
    assert not place.exists()

"""Every operation, asked by everybody: made from the description, so that a new operation is asked too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planner.store.jobs import list_jobs
from tests.planner.api.desk import HOLDERS, Desk
from tests.planner.api.test_openapi import operations

# Made by a child; here the upload is none, and nothing is published.
SLOW = {
    "get_index", "get_summary", "get_circuits", "get_notices", "get_sheet", "get_track", "get_calendar", "get_map",
    "get_issues", "get_coverage",
}  # fmt: skip

LISTS = {"/v1/datasets", "/v1/jobs", "/v1/plans", "/v1/batches", "/v1/webhooks"}


def ask(desk: Desk, path: str, method: str, told: dict[str, Any], who: str) -> Any:
    """Ask an operation about what ``sangzhi`` has."""
    content: dict[str, Any] = {}
    if told["operationId"] == "send_job":
        content["json"] = {"dataset_id": desk.ids["dataset_id"]}
    elif told["operationId"] == "send_move":
        content["json"] = {"site_id": "a", "rule_id": "weekly", "to_day": "2026-03-03", "to_team": "one"}
    elif told["operationId"] == "send_wish":
        content["json"] = {"site_id": "a", "rule_id": "weekly"}
    elif told["operationId"] == "send_batch":
        content["json"] = {"dataset_ids": [desk.ids["dataset_id"]]}
    elif told["operationId"] == "send_webhook":
        content["json"] = {"url": "https://app.example.org/"}
    elif told["operationId"] == "put_outcome":
        content["json"] = {"held": True}
    elif told["operationId"] == "send_dataset":
        content = {"content": b"PK", "headers": {"Content-Type": "application/zip"}}
    elif told["operationId"] == "get_diff":
        content["params"] = {"from": 1, "to": 1}
    headers = {**desk.headers[who], **content.pop("headers", {})}
    return desk.client.request(method, desk.path(path), headers=headers, **content)


def scoped(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    document = desk.client.get("/openapi.json").json()
    return [operation for operation in operations(document) if operation[2]["x-scope"] != "none"]


@pytest.mark.parametrize("who", ["no key", "unknown", "revoked", "expired"])
def test_nobody_without_a_valid_key_gets_anything(desk: Desk, who: str) -> None:
    """401 from every operation, before anything is read, with no word of what is there."""
    before = len(list_jobs(desk.database, county_id="sangzhi", limit=100))
    for path, method, told in scoped(desk):
        answer = ask(desk, path, method, told, who)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), (method, path)
        assert not any(known in answer.text for known in desk.ids.values() if len(known) == 24)
    assert len(list_jobs(desk.database, county_id="sangzhi", limit=100)) == before


def test_other_county_finds_nothing(desk: Desk) -> None:
    """An admin of yixing: 404 for everything that sangzhi has, and lists without it."""
    for path, method, told in scoped(desk):
        if told["operationId"] in {"send_dataset", "send_webhook"}:
            continue  # they are theirs
        answer = ask(desk, path, method, told, "other county")
        if path in LISTS and method == "get":
            assert answer.status_code == 200
            assert all(
                desk.ids[name] not in answer.text
                for name in ("dataset_id", "job_id", "plan_id", "webhook_id", "batch_id")
            )
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)


def test_read_only_key_changes_nothing(desk: Desk) -> None:
    """403 from every operation that wants more, and an answer from the others."""
    before = list_jobs(desk.database, county_id="sangzhi", limit=100)
    asked = 0
    for path, method, told in scoped(desk):
        if told["operationId"] in SLOW | {"get_events"}:
            continue  # their role is the same as that of their neighbours; a waiting job's events do not end
        answer = ask(desk, path, method, told, "read-only")
        assert answer.status_code == (200 if told["x-scope"] == "read-only" else 403), (method, path)
        asked += 1
    assert asked >= 10
    assert list_jobs(desk.database, county_id="sangzhi", limit=100) == before


def test_scheduler_deletes_nothing(desk: Desk) -> None:
    """403 from every operation that wants an admin: neither what cannot be undone nor whom to tell is an app's."""
    asked = [operation for operation in scoped(desk) if operation[2]["x-scope"] == "admin"]
    assert {told["operationId"] for _, _, told in asked} == {
        "delete_dataset", "delete_plan", "send_webhook", "get_webhooks", "remove_webhook", "get_deliveries",
    }  # fmt: skip
    for path, method, told in asked:
        assert ask(desk, path, method, told, "scheduler").status_code == 403
    assert desk.client.get(desk.path("/v1/plans/{plan_id}"), headers=desk.headers["admin"]).status_code == 200


def test_every_holder_is_asked_for() -> None:
    """The matrix of the acceptance is complete."""
    assert set(HOLDERS) == {
        "admin",
        "scheduler",
        "read-only",
        "other county",
        "revoked",
        "expired",
        "unknown",
        "no key",
    }


def test_key_in_the_address_is_no_key(desk: Desk) -> None:
    """Addresses end up in logs."""
    secret = desk.headers["scheduler"]["Authorization"].removeprefix("Bearer ")
    assert desk.client.get("/v1/jobs", params={"key": secret, "access_token": secret}).status_code == 401


def test_health_needs_no_key_and_tells_nothing(desk: Desk) -> None:
    """That it lives, and which version it is."""
    assert set(desk.client.get("/health").json()) == {"status", "version"}


def test_problem_is_said_in_chinese_where_chinese_is_read(desk: Desk) -> None:
    """The code is the same."""
    said = [desk.client.get("/v1/jobs", headers={"Accept-Language": language}).json() for language in ("zh-CN", "fr")]
    assert [answer["title"] for answer in said] == [
        "没有密钥，或密钥已失效。",
        "There is no key, or it is not valid any more.",
    ]
    assert {answer["code"] for answer in said} == {"unauthorized"}
    assert "WWW-Authenticate" in desk.client.get("/v1/jobs").headers
    assert json.dumps(said)

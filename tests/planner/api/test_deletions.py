"""An admin deletes over the API, and what is gone is gone for every other operation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.store import open_store
from planner.store.leases import Claimer
from tests.planner.api.desk import Desk, desk_over


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """An API of one's own, to delete from."""
    database = open_store(str(tmp_path / "xunzhen.db"))
    with desk_over(database) as desk:
        yield desk
    database.close()


def test_deleted_plan_is_found_by_nobody(own_desk: Desk) -> None:
    """Its revisions and its job are gone with it, its bytes are erased, its dataset stays."""
    path = own_desk.path("/v1/plans/{plan_id}")
    answer = own_desk.client.delete(path, headers=own_desk.headers["admin"])
    assert (answer.status_code, answer.json()) == (
        200, {"datasets": 0, "jobs": 1, "plans": 1, "revisions": 1, "is_erased": True},
    )  # fmt: skip
    for gone in (path, f"{path}/revisions/1"):
        assert own_desk.client.get(gone, headers=own_desk.headers["admin"]).status_code == 404
    assert own_desk.client.delete(path, headers=own_desk.headers["admin"]).status_code == 404
    kept = own_desk.client.get(own_desk.path("/v1/datasets/{dataset_id}"), headers=own_desk.headers["admin"])
    assert kept.status_code == 200


def test_dataset_is_not_deleted_under_a_running_job(own_desk: Desk) -> None:
    """409 until the job is cancelled; then it goes with its jobs and its plan, and orders of it find none."""
    path = own_desk.path("/v1/datasets/{dataset_id}")
    assert Claimer(own_desk.database).claim() is not None
    refused = own_desk.client.delete(path, headers=own_desk.headers["admin"])
    assert (refused.status_code, refused.json()["code"]) == (409, "jobs_running")
    own_desk.client.post(own_desk.path("/v1/jobs/{job_id}:cancel"), headers=own_desk.headers["admin"])
    answer = own_desk.client.delete(path, headers=own_desk.headers["admin"]).json()
    assert (answer["datasets"], answer["jobs"], answer["plans"]) == (1, 3, 1)
    order = {"dataset_id": own_desk.ids["dataset_id"]}
    assert own_desk.client.post("/v1/jobs", json=order, headers=own_desk.headers["admin"]).status_code == 404
    assert own_desk.client.get("/v1/jobs", headers=own_desk.headers["admin"]).json()["items"] == []

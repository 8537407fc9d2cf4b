"""Batches over the API: ordered once, followed job by job, summed up at the end, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.jobs import list_jobs
from tests.end_to_end.small_county import tables
from tests.planner.api.desk import Desk, desk_over
from tests.planner.jobs.uploads import packed

DAYS = {"start": "2026-03-02", "weeks": 1, "seconds": 300, "rounds": 1}


@pytest.fixture
def open_desk(sqlite: Database) -> Iterator[Desk]:
    """An API that a test may fill; the job that waits in every desk is cancelled."""
    with desk_over(sqlite) as desk:
        desk.client.post(desk.path("/v1/jobs/{job_id}:cancel"), headers=desk.headers["scheduler"])
        yield desk


def send(desk: Desk, ids: list[str], who: str = "scheduler", **headers: str) -> Any:
    shown = {**desk.headers[who], **headers}
    return desk.client.post("/v1/batches", json={"dataset_ids": ids, **DAYS}, headers=shown)


def kept(database: Database, content: bytes) -> str:
    return keep_dataset(database, county_id="sangzhi", kind="zip", content=content, summary={})[0].id


def test_batch_is_planned_and_summed_up(sqlite: Database, open_desk: Desk, tmp_path: Path) -> None:
    """Two counties on a napkin: 5 visits each; figures only when both have ended, and then the sum of both."""
    other = tables()
    other["villages"][0]["name"] = "another"
    ids = [kept(sqlite, packed(tmp_path / "one")), kept(sqlite, packed(tmp_path / "two", other))]
    sent = send(open_desk, ids)
    assert sent.status_code == 202
    path = sent.headers["Location"]
    assert (sent.json()["state"], sent.json()["queued"], sent.json()["summary"]) == ("running", 2, None)
    work(LeasedJobs(sqlite), until_ended(open_desk, path), pause=0.1)
    done = open_desk.client.get(path, headers={**open_desk.headers["read-only"], "Accept-Language": "zh"})
    found = done.json()
    assert "Retry-After" not in done.headers
    assert (found["state"], found["ended"]) == ("ended", 2)
    assert [(job["dataset_id"], job["outcome"], job["asked_visits"]) for job in found["jobs"]] == [
        (ids[0], "complete", 5),
        (ids[1], "complete", 5),
    ]
    assert found["summary"]["outcomes"] == {"complete": 2}
    assert (found["summary"]["asked_visits"], found["summary"]["owed_visits"]) == (10, 0)
    assert found["summary"]["km"] == pytest.approx(sum(job["km"] for job in found["jobs"]))
    assert found["summary"]["sentence"].startswith("应巡诊 10 次，已安排 10 次")
    plan = open_desk.client.get(f"/v1/plans/{found['jobs'][1]['plan_id']}", headers=open_desk.headers["read-only"])
    assert plan.json()["dataset_id"] == ids[1]


def until_ended(desk: Desk, path: str) -> Any:
    looks = []

    def is_over() -> bool:
        looks.append(desk.client.get(path, headers=desk.headers["read-only"]).json()["state"])
        return looks[-1] == "ended" or len(looks) > 2_000

    return is_over


def test_same_key_is_the_same_batch(sqlite: Database, open_desk: Desk) -> None:
    """Sent again: the same address and no new job; another body is refused; the key of a job is another one."""
    ids = [kept(sqlite, b"%d" % number) for number in range(2)]
    key = {"Idempotency-Key": "march"}
    job = {"dataset_id": ids[0], **DAYS}
    assert (
        open_desk.client.post("/v1/jobs", json=job, headers={**open_desk.headers["scheduler"], **key}).status_code
        == 202
    )
    before = len(list_jobs(sqlite, county_id="sangzhi", limit=100))
    first, second = send(open_desk, ids, **key), send(open_desk, ids, **key)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(list_jobs(sqlite, county_id="sangzhi", limit=100)) == before + 2
    assert send(open_desk, ids[:1], **key).json()["code"] == "idempotency_key_reused"


def test_batch_is_cancelled(sqlite: Database, open_desk: Desk) -> None:
    """Both jobs wait: both have ended, and the summary says that nothing was found."""
    path = send(open_desk, [kept(sqlite, b"1"), kept(sqlite, b"2")]).headers["Location"]
    found = open_desk.client.post(f"{path}:cancel", headers=open_desk.headers["scheduler"])
    assert (found.status_code, found.json()["state"]) == (202, "ended")
    assert found.json()["summary"]["outcomes"] == {"nothing_found": 2}
    assert open_desk.client.get(path, headers=open_desk.headers["other county"]).status_code == 404
    listed = open_desk.client.get("/v1/batches", headers=open_desk.headers["read-only"]).json()
    assert path in {f"/v1/batches/{each['id']}" for each in listed["items"]}


def test_batch_that_cannot_be_ordered_orders_nothing(sqlite: Database, open_desk: Desk) -> None:
    """A dataset of nobody, one twice, none, 101: refused whole."""
    known = kept(sqlite, b"1")
    before = list_jobs(sqlite, county_id="sangzhi", limit=100)
    many = [f"{number:024x}" for number in range(101)]
    codes = [send(open_desk, ids).json()["code"] for ids in ([known, "f" * 24], [known, known], [], many)]
    assert codes == ["not_found", "invalid_request", "invalid_request", "invalid_request"]
    assert list_jobs(sqlite, county_id="sangzhi", limit=100) == before


def test_batch_of_100_fits_and_one_job_more_does_not(sqlite: Database, open_desk: Desk) -> None:
    """As many as may wait."""
    ids = [kept(sqlite, b"%d" % number) for number in range(100)]
    assert send(open_desk, ids).json()["queued"] == 100
    assert send(open_desk, ids[:1]).json()["code"] == "too_many_jobs"

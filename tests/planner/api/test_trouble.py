"""Trouble around the API: a disk that is full, a database that restarts under load. 503, and then on as before."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from planner.api import reading
from planner.jobs.children import Child, CrashedError
from planner.jobs.messages import Message
from planner.store import open_store
from planner.store.jobs import list_jobs
from tests.databases import Server
from tests.planner.api.desk import Desk, desk_over
from tests.planner.jobs.uploads import packed

USERS, RESTARTS = 8, 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB (the log of SQLite takes 4), where it may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if mounted.returncode:
        pytest.skip("no disk can be mounted here: only root may, and not in every container")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


def order(desk: Desk, key: str) -> Any:
    headers = {**desk.headers["scheduler"], "Idempotency-Key": key}
    return desk.client.post("/v1/jobs", json={"dataset_id": desk.ids["dataset_id"]}, headers=headers)


def test_full_disk_is_told_and_waited_for(small_disk: Path) -> None:
    """The disk fills up under a running API: 503 for orders, reading goes on, no answer of 500; then there is room."""
    database = open_store(str(small_disk / "xunzhen.db"))
    with desk_over(database) as desk:
        filler = small_disk / "filler"
        _fill(filler)
        statuses = [order(desk, f"full {number}").status_code for number in range(20)]
        assert set(statuses) <= {202, 503}
        assert statuses[-1] == 503
        assert desk.client.get("/v1/jobs", headers=desk.headers["read-only"]).status_code in {200, 503}
        filler.unlink()
        again = [order(desk, f"full {number}") for number in range(20)]
        assert {answer.status_code for answer in again} == {202}
        assert len(list_jobs(database, county_id="sangzhi", limit=100)) == 23
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
@pytest.mark.parametrize("is_replaced", [False, True])
def test_database_that_was_deleted_acknowledges_nothing(tmp_path: Path, is_replaced: bool) -> None:
    """What would be written to a file without a name is lost: 503 for reading and writing, health included."""
    place = tmp_path / "xunzhen.db"
    database = open_store(str(place))
    with desk_over(database) as desk:
        assert order(desk, "before").status_code == 202
        kept = place.rename(tmp_path / "aside.db")
        if is_replaced:
            open_store(str(place)).close()
        assert (order(desk, "after").status_code, desk.client.get("/health").status_code) == (503, 503)
        if not is_replaced:  # another one has taken its log away
            kept.rename(place)
            assert order(desk, "after").status_code == 202
    database.close()


def _fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def test_child_that_is_late_is_no_fault_of_the_tables(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """503 and to try again, in the log too; tables at which the child dies are refused in a sentence."""
    content, headers = packed(tmp_path / "county"), {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    monkeypatch.setattr(reading, "READ_SECONDS", 0.0)
    late = desk.client.post("/v1/datasets", content=content, headers=headers)
    assert (late.status_code, late.json()["code"]) == (503, "busy")
    assert "LateError" in caplog.text

    def dies(child: Child, seconds: float) -> Message:
        raise CrashedError

    monkeypatch.setattr(Child, "answer", dies)
    dead = desk.client.post("/v1/datasets", content=content, headers={**headers, "Accept-Language": "zh"})
    assert (dead.status_code, dead.json()["code"]) == (422, "dataset_refused")
    assert [issue["sentence"][:6] for issue in dead.json()["issues"]] == ["读取这些表格"]
    assert "ended by itself" in caplog.text


def test_no_room_for_a_child_is_told_and_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written, an upload is answered 503, and is no fault of the tables."""
    headers = {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    answer = desk.client.post("/v1/datasets", content=b"PK", headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "2")
    monkeypatch.undo()
    assert desk.client.post("/v1/datasets", content=b"PK", headers=headers).json()["code"] == "dataset_refused"


@pytest.mark.xdist_group("postgresql")
def test_restart_of_the_database_under_load_loses_nothing(postgres: Server) -> None:
    """8 users order and look while PostgreSQL is shot twice: 202 or 503, and each acknowledged order is there once."""
    database, acknowledged, statuses = open_store(postgres.new_database()), list[str](), list[int]()
    is_over = threading.Event()

    def use(user: int) -> None:
        number = 0
        while not is_over.is_set() and number < 10:
            answer = order(desk, f"{user} {number}")
            statuses.append(answer.status_code)
            statuses.append(desk.client.get("/v1/jobs", headers=desk.headers["read-only"]).status_code)
            if answer.status_code == 202:
                acknowledged.append(answer.json()["id"])
                number += 1
            time.sleep(0.05)

    with desk_over(database) as desk, ThreadPoolExecutor(USERS) as pool:
        users = [pool.submit(use, user) for user in range(USERS)]
        for _ in range(RESTARTS):
            time.sleep(0.5)
            postgres.control("restart", "-m", "immediate")
        deadline = time.monotonic() + 120
        while not all(user.done() for user in users) and time.monotonic() < deadline:
            time.sleep(0.1)
        is_over.set()
        for user in users:
            user.result()
        assert set(statuses) <= {200, 202, 503}
        assert len(acknowledged) == len(set(acknowledged)) == 10 * USERS
        kept = {job.id for job in list_jobs(database, county_id="sangzhi", limit=200)}
        assert set(acknowledged) <= kept
        assert len(kept) == 10 * USERS + 3
    database.close()

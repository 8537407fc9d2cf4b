"""20 planted personal words: in no log at its most talkative, no problem, no row of a job, no address, no process."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from planner.api.app import make_app
from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.store import Database, open_store
from planner.store.jobs import find_job
from planner.store.keys import create_key
from planner.store.records import Role
from planner.store.tables import METADATA, counties
from tests.end_to_end.small_county import Rows, tables
from tests.planner.jobs.test_worker import children_of
from tests.planner.jobs.uploads import packed

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
    pytest.mark.xdist_group("personal"),  # one use of the county is heard by all
]
WORDS = (
    "王秀英家", "张桂芳户", "李国栋屋场", "赵家垭口村", "钱塘湾村",  # villages and households
    "村医周德明", "村医吴翠兰", "卫生员郑玉珍", "138-0013-8001", "138-0013-8002", "138-0013-8003",
    "三组老槐树下孙宅", "五组水井旁何宅", "村部二楼朱会计处",
    "队长冯建军", "队长陈小红", "湘G-58231", "胰岛素随访", "结核复诊", "高秀梅的名册",
)  # fmt: skip
FILE_NAME = WORDS[19]


def planted() -> dict[str, Rows]:
    """Return the napkin county with 19 of the words in it; the last is the name of the file."""
    sheets = tables()
    for number, row in enumerate(sheets["villages"]):
        row.update(
            name=WORDS[number], contact=WORDS[5 + number % 3], phone=WORDS[8 + number % 3], place=WORDS[11 + number % 3]
        )
    for number, row in enumerate(sheets["teams"]):
        row.update(leader=WORDS[14 + number], phone="138-0013-8001", vehicle=WORDS[16])
    sheets["rules"][0].update(name=WORDS[17], services=WORDS[17], bring=WORDS[18])
    return sheets


@dataclass(slots=True)
class Heard:
    """All that was said while a county was sent, refused, planned and asked for."""

    database: Database
    logs: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    processes: list[bytes] = field(default_factory=list)


class _Log(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("httpx"):  # the app's own log
            self.kept.append(logging.Formatter().format(record))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    """An upload with faults, one without, odd requests with the words in them, and a job that a worker runs."""
    folder = tmp_path_factory.mktemp("personal")
    root, logs = logging.getLogger(), list[str]()
    handler, level = _Log(logs), root.level
    root.addHandler(handler)
    statements = logging.getLogger("sqlalchemy")
    usual = statements.level
    for talker in (root, statements):  # before the store is opened, which asks once how much is to be told
        talker.setLevel(logging.DEBUG)
    found = Heard(open_store(str(folder / "xunzhen.db")), logs)
    is_over = threading.Event()
    watch = threading.Thread(target=_watch, args=(found, is_over))
    watch.start()
    try:
        _use(found, folder)
    finally:
        is_over.set()
        watch.join()
        root.removeHandler(handler)
        root.setLevel(level)
        statements.setLevel(usual)
    yield found
    found.database.close()


def _watch(found: Heard, is_over: threading.Event) -> None:
    """Note what anybody on the machine can see of the children."""
    while not is_over.wait(0.02):
        for child in children_of(os.getpid()):
            for part in ("environ", "cmdline"):
                with suppress(OSError):
                    found.processes.append(Path(f"/proc/{child}/{part}").read_bytes())


def _use(found: Heard, folder: Path) -> None:
    _, secret = create_key(found.database, county_id="napkin", role=Role.SCHEDULER, days=1)
    app: FastAPI = make_app(found.database)
    named = f"attachment; filename*=UTF-8''{FILE_NAME}.zip".encode()
    with TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {secret}"}) as client:
        sheets, zipped = planted(), {"Content-Type": "application/zip"}
        broken = planted()
        broken["villages"][1]["lon"] = "east"
        refused = client.post(
            "/v1/datasets",
            content=packed(folder / "bad", broken),
            headers={**zipped, "Content-Disposition": named},  # type: ignore[dict-item]
        )
        assert refused.json()["code"] == "dataset_refused"
        sent = client.post("/v1/datasets", content=packed(folder / "in", sheets), headers=zipped)
        order = {"dataset_id": sent.json()["id"], "start": "2026-03-02", "weeks": 1, "seconds": 60, "rounds": 1}
        job = client.post("/v1/jobs", json=order, headers={"Idempotency-Key": WORDS[8]})
        assert (sent.status_code, job.status_code) == (201, 202), sent.text
        found.addresses += [answer.headers["Location"] for answer in (sent, job)]
        found.problems += [refused.text, *_odd(client, job.json()["id"])]
        job_id, deadline = job.json()["id"], time.monotonic() + 300

        def is_over() -> bool:
            state = find_job(found.database, county_id="napkin", job_id=job_id).state
            return state == "ended" or time.monotonic() > deadline

        work(LeasedJobs(found.database), is_over, pause=0.1)
        ended = client.get(f"/v1/jobs/{job_id}").json()
        assert ended["outcome"] == "complete"
        found.problems += [client.get(f"/v1/jobs/{job_id}/events").text, str(ended)]
        with pytest.raises(IntegrityError, match="NOT NULL") as failed, found.database.writing() as connection:
            connection.execute(counties.insert().values(id=WORDS[0]))
        found.logs.append(str(failed.value))  # as a traceback would tell it


def _odd(client: TestClient, job_id: str) -> list[str]:
    """Return what is answered to requests that have the words where they do not belong."""
    said = []
    for word in WORDS:
        said.append(client.post("/v1/jobs", json={word: word, "dataset_id": word}).text)
        said.append(
            client.post("/v1/jobs", content=f'{{"{word}'.encode(), headers={"Content-Type": "application/json"}).text
        )
        said += [
            client.get(path).text
            for path in (f"/v1/plans/{word}", f"/v1/jobs?after={word}", f"/{word}", f"/v1/jobs/{job_id}/{word}")
        ]
        said.append(client.get("/v1/jobs", headers={"Authorization": b"Bearer " + word.encode()}).text)  # type: ignore[dict-item]
    return said


def words_of(said: list[str]) -> set[str]:
    whole = "\n".join(said)
    return {word for word in WORDS if word in whole or word.encode("unicode_escape").decode() in whole}


def test_20_words_are_planted() -> None:
    """All different, and all but the name of the file in the tables."""
    assert len(set(WORDS)) == 20
    assert set(WORDS[:-1]) <= {word for word in WORDS if word in str(planted())}


def test_logs_at_their_most_talkative_name_nobody(heard: Heard) -> None:
    """API, store and worker at the level of debugging; the statements are told, what is stored is not."""
    assert any("INSERT INTO jobs" in line for line in heard.logs)
    assert any("stored" in line for line in heard.logs)
    assert words_of(heard.logs) == set()


def test_problems_events_and_addresses_name_nobody(heard: Heard) -> None:
    """140 odd requests, the refusal of tables with a fault in another cell, the job and its events."""
    assert len(heard.problems) == 143
    assert words_of(heard.problems) == set()
    assert words_of(heard.addresses) == set()


def test_rows_of_jobs_name_nobody(heard: Heard) -> None:
    """Jobs, events, checkpoints, keys: every table but those that keep the county itself."""
    with heard.database.reading() as connection:
        rows = [
            str(row)
            for table in METADATA.sorted_tables
            if table.name not in {"datasets", "revisions"}
            for row in connection.execute(table.select())
        ]
    assert len(rows) >= 6
    assert words_of(rows) == set()


def test_processes_name_nobody(heard: Heard) -> None:
    """What ps shows of the children, and their environment."""
    assert any(b"planner.jobs.child" in seen for seen in heard.processes)
    assert words_of([seen.decode("utf-8", "replace") for seen in heard.processes]) == set()

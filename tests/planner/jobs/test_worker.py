"""A worker runs a job in a child, checks what it hears, and loses nothing when the child or the worker dies."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.codec import load_plan
from planner.jobs.limits import FILES, MEMORY_BYTES
from planner.jobs.port import LeasedJobs
from planner.jobs.worker import seconds_left, work
from planner.store import Database, StoreUnavailableError, open_store
from planner.store.jobs import cancel_job, events_after, find_job
from planner.store.leases import Claimer
from planner.store.plans import read_revision
from planner.store.records import Job
from tests.databases import IS_LONG
from tests.end_to_end.small_county import tables
from tests.planner.jobs.uploads import ordered, packed, sample

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
LOOKED_AT_TOGETHER = pytest.mark.xdist_group("finished job")
FOREVER = {"seconds": 280.0, "rounds": None}


def run(database: Database, job: Job, *, patience: float = 400, **lease: float) -> Job:
    """Let a worker of this process work until the job has ended; return it."""
    deadline = time.monotonic() + patience

    def is_over() -> bool:
        try:
            return now(database, job).state == "ended" or time.monotonic() > deadline
        except StoreUnavailableError:  # which the worker waits for, and so does this
            return False

    work(LeasedJobs(database, **lease), is_over, pause=0.1)
    return now(database, job)


def now(database: Database, job: Job) -> Job:
    return find_job(database, county_id=job.county_id, job_id=job.id)


def await_plan(database: Database, job: Job) -> None:
    """Wait until a plan of the job is stored."""
    deadline = time.monotonic() + 300
    while not any(event.kind == "better" for event in events_after(database, job.id, 0)):
        assert time.monotonic() < deadline, "no plan in 300 s"
        time.sleep(0.1)


@contextmanager
def meanwhile(deed: Callable[[], None]) -> Iterator[None]:
    """Do something in a thread while the block runs."""
    thread = threading.Thread(target=deed)
    thread.start()
    yield
    thread.join()


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started, as a system of Linux tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def solving_children(parent: int) -> list[int]:
    return [
        child for child in children_of(parent) if b"planner.jobs.child" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@dataclass(frozen=True, slots=True)
class Finished:
    """A job that a worker has run, and what was seen of its child meanwhile."""

    database: Database
    job: Job
    surroundings: bytes
    limits: str


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """The napkin county with a village that nobody can serve, run by a worker that knows a password."""
    folder = tmp_path_factory.mktemp("finished")
    sheets = tables()
    sheets["villages"][0]["skills"] = "surgery"
    database, seen = open_store(str(folder / "xunzhen.db")), list[tuple[bytes, str]]()
    job = ordered(database, packed(folder / "in", sheets))

    def look() -> None:
        while not seen:
            for child in solving_children(os.getpid()):
                limits = Path(f"/proc/{child}/limits").read_text()
                if str(MEMORY_BYTES) in limits:  # it has begun
                    seen.append((Path(f"/proc/{child}/environ").read_bytes(), limits))
            time.sleep(0.02)

    with pytest.MonkeyPatch.context() as patch, meanwhile(look):
        patch.setenv("XUNZHEN_DATABASE", "postgresql://secret")
        patch.setenv("PGPASSWORD", "secret")
        ended = run(database, job)
    yield Finished(database, ended, *seen[0])
    database.close()


@LOOKED_AT_TOGETHER
def test_job_ends_with_a_checked_plan_and_its_report(finished: Finished) -> None:
    """Five villages of which one is owed: four visits, revision 1, a report in both languages, the folder gone."""
    job = finished.job
    assert (job.state, job.outcome, job.stopped) == ("ended", "some_unserved", "rounds")
    _, revision = read_revision(finished.database, county_id="napkin", plan_id=str(job.plan_id))
    reports = json.loads(revision.made.report)
    assert {language: len(report["violations"]) for language, report in reports.items()} == {"en": 0, "zh": 0}
    assert reports["zh"]["unserved"][0]["site"] == "east1"
    assert len([*load_plan(revision.made.plan, file="plan.json").visits()]) == 4
    assert list(Path(tempfile.gettempdir()).glob(f"xunzhen-child-{os.getpid()}-*")) == []


@LOOKED_AT_TOGETHER
def test_events_tell_a_job_from_its_order_to_its_plan(finished: Finished) -> None:
    """Queued, started, better at least once, ended with the id of the plan."""
    told = events_after(finished.database, finished.job.id, 0)
    assert list(dict.fromkeys(event.kind for event in told)) == ["queued", "started", "better", "ended"]
    assert told[-1].data == {"outcome": "some_unserved", "stopped": "rounds", "plan": finished.job.plan_id}


@LOOKED_AT_TOGETHER
def test_child_knows_no_database_and_is_bounded(finished: Finished) -> None:
    """Its environment has no address and no password; its memory, files and core dumps are limited."""
    assert b"secret" not in finished.surroundings
    assert b"XUNZHEN" not in finished.surroundings
    limits = {line[:26].strip(): line[26:46].strip() for line in finished.limits.splitlines()}
    assert (limits["Max core file size"], limits["Max address space"]) == ("0", str(MEMORY_BYTES))
    assert limits["Max open files"] == str(FILES)


def test_tables_that_cannot_be_planned_are_the_inputs_fault(tmp_path: Path, sqlite: Database) -> None:
    """No plan, no search, one sentence for the app; what was found in the tables is in no row of the job."""
    sheets = tables()
    sheets["villages"][0]["lon"] = "call Wang 138-0000-0000"
    job = run(sqlite, ordered(sqlite, packed(tmp_path / "in", sheets)))
    assert (job.outcome, job.plan_id) == ("input_fault", None)
    assert "138" not in str([job, *events_after(sqlite, job.id, 0)])


def test_cancelled_job_keeps_its_best_plan(sqlite: Database) -> None:
    """Cancelled once a plan is stored, of a search of nearly five minutes: over in seconds, and the plan is there."""
    job = ordered(sqlite, sample("yixing"), **FOREVER)
    told: list[float] = []

    def cancel() -> None:
        await_plan(sqlite, job)
        told.append(time.monotonic())
        cancel_job(sqlite, county_id="napkin", job_id=job.id)

    with meanwhile(cancel):
        ended = run(sqlite, job)
    assert ended.stopped == "cancelled"
    assert ended.plan_id is not None
    assert time.monotonic() - told[0] < 120  # and in 3 s where nothing else runs


def test_two_crashes_end_the_job_and_keep_the_best_plan(sqlite: Database) -> None:
    """The child is killed with a plan stored, and so is the next one: solver fault, never a third try."""
    job = ordered(sqlite, sample("yixing"), **FOREVER)
    killed: list[int] = []

    def kill_twice() -> None:
        while len(killed) < 2 and now(sqlite, job).state != "ended":
            if not killed:
                await_plan(sqlite, job)
            for child in solving_children(os.getpid()):
                if child not in killed:
                    os.kill(child, signal.SIGKILL)
                    killed.append(child)
            time.sleep(0.1)

    with meanwhile(kill_twice):
        ended = run(sqlite, job)
    assert (ended.outcome, ended.crashes, len(killed)) == ("solver_fault", 2, 2)
    _, revision = read_revision(sqlite, county_id="napkin", plan_id=str(ended.plan_id))
    assert json.loads(revision.made.plan)["plan"]["circuits"]


def test_plan_is_stored_soon_after_it_is_found(sqlite: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A kill loses what was found since the last plan stored: at most 2 s (asked with XUNZHEN_LONG, else told only)."""
    caplog.set_level(logging.DEBUG, "xunzhen.worker")
    job = ordered(sqlite, sample("sangzhi"), weeks=2, **FOREVER)

    def cancel() -> None:
        await_plan(sqlite, job)
        time.sleep(20 if IS_LONG else 3)  # in which it finds better ones
        cancel_job(sqlite, county_id="napkin", job_id=job.id)

    with meanwhile(cancel):
        run(sqlite, job)
    waits = [float(found[1]) for found in re.finditer(r"stored (\d+\.\d+) s after it was found", caplog.text)]
    print(f"{len(waits)} plans stored, the slowest {max(waits):.2f} s after it was found")  # noqa: T201 - the figures
    assert not IS_LONG or max(waits) <= 2.0


@pytest.mark.parametrize("name", ["bishan", "daoxian"])
def test_county_with_closed_villages_and_homes_is_planned(sqlite: Database, name: str) -> None:
    """A problem is more than villages and roads: all of it comes from the child to the worker, and a plan is stored."""
    job = ordered(sqlite, sample(name), weeks=1, rounds=1, seconds=120)
    run(sqlite, job)
    ended = find_job(sqlite, county_id="napkin", job_id=job.id)
    assert (ended.outcome, ended.crashes) in {("complete", 0), ("some_unserved", 0)}
    assert ended.plan_id


@pytest.mark.parametrize(
    ("searched", "has_plan", "left"), [(0, False, 60), (50, True, 10), (59, True, 3), (50, False, 60), (900, False, 60)]
)
def test_time_without_a_plan_to_show_is_not_counted(searched: float, has_plan: bool, left: float) -> None:
    """Of 60 s asked; workers that died before a first plan take nothing away from the next one."""
    assert seconds_left(60, searched, has_plan=has_plan) == left


def test_disk_without_room_for_a_child_is_waited_for(
    tmp_path: Path, sqlite: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing can be written for a while: that is no crash; once there is room the job ends with its plan."""
    job = ordered(sqlite, packed(tmp_path / "in"))
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")

    def make_room() -> None:
        while "no room" not in caplog.text:
            time.sleep(0.1)
        monkeypatch.setattr(tempfile, "tempdir", None)

    with meanwhile(make_room):
        ended = run(sqlite, job)
    assert (ended.outcome, ended.crashes) == ("complete", 0)


def test_job_of_a_killed_worker_goes_on_from_its_checkpoint(database: Database, place: str) -> None:
    """kill -9 of a worker that has stored a plan; its child dies with it; the next one ends with nothing worse."""
    job = ordered(database, sample("yixing"), seconds=5.0, rounds=None)
    command = [sys.executable, "-m", "xunzhen", "worker", "--database", place]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as worker:
        try:
            await_plan(database, job)
            child = solving_children(worker.pid)
        finally:
            worker.kill()  # which has no end by itself, and is waited for
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{process}").exists() for process in child):
        assert time.monotonic() < deadline, "the child outlived its worker"
        time.sleep(0.05)
    ended = run(database, job, lease_seconds=1.0, beat_seconds=0.3)
    costs = [event.data["cost"] for event in events_after(database, job.id, 0) if event.kind == "better"]
    assert ended.outcome in {"complete", "some_unserved"}
    assert costs == sorted(costs, reverse=True)
    _, revision = read_revision(database, county_id="napkin", plan_id=str(ended.plan_id))
    assert json.loads(revision.made.report)["en"]["cost"] <= costs[0]


def test_worker_told_to_end_gives_its_job_back(sqlite: Database) -> None:
    """The next worker has it at once, without waiting for a lease to end."""
    job = ordered(sqlite, sample("yixing"), **FOREVER)
    deadline = time.monotonic() + 3
    work(LeasedJobs(sqlite), lambda: time.monotonic() > deadline, pause=0.1)
    assert now(sqlite, job).state == "queued"
    lease = Claimer(sqlite).claim()
    assert lease is not None
    assert lease.fence == 2

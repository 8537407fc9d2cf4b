"""The clock of the machine is set an hour forth or back while jobs wait and run: nothing is lost or run twice."""

from __future__ import annotations

import time

import pytest

from planner.store import Database
from planner.store.jobs import events_after, find_job, submit_job
from planner.store.keys import create_key, holder_of
from planner.store.leases import Claimer, beat, finish
from planner.store.records import Ending, Order, Role
from tests.planner.store.stocked import stock

HOUR_NS = 3_600_000_000_000


def set_clock(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Set the clock that the store reads; the steady clock goes on as it does on a real machine."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + hours * HOUR_NS)


@pytest.mark.parametrize("hours", [1, -1])
def test_running_job_stays_with_its_worker(database: Database, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A living worker is not taken for dead, and one that dies after the step is replaced as ever."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order())
    steady = [0.0]
    one, other = Claimer(database), Claimer(database, clock=lambda: steady[0])
    lease = one.claim()
    assert lease is not None
    assert other.claim() is None
    set_clock(monkeypatch, hours)
    steady[0] = 29.0
    beat(database, lease, searched_ms=1)
    assert other.claim() is None
    steady[0] = 58.0
    assert other.claim() is None
    steady[0] = 90.0
    taken = other.claim()
    assert taken is not None
    assert taken.fence == lease.fence + 1


@pytest.mark.parametrize("hours", [1, -1])
def test_each_job_runs_once_across_a_step(database: Database, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three ordered before and three after: six claims, six ends, events without a gap, the key still opens."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    _, secret = create_key(database, county_id="sangzhi", role=Role.SCHEDULER, days=1)

    def order() -> str:
        return submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order())[0].id

    ordered, claimer, run = [order() for _ in range(3)], Claimer(database), list[str]()
    first = claimer.claim()
    set_clock(monkeypatch, hours)
    ordered += [order() for _ in range(3)]
    lease = first
    while lease is not None:
        finish(database, lease, Ending(outcome="nothing_found", stopped="seconds", searched_ms=1))
        run.append(lease.job.id)
        lease = claimer.claim()
    assert sorted(run) == sorted(ordered)
    for job_id in ordered:
        assert find_job(database, county_id="sangzhi", job_id=job_id).state == "ended"
        assert [event.number for event in events_after(database, job_id, 0)] == [1, 2, 3]
    assert holder_of(database, secret) is not None

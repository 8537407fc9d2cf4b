"""Jobs are kept, claimed by one worker at a time, taken over from dead ones, and finished once, on both databases."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from planner.store import Database, open_store
from planner.store.jobs import cancel_job, events_after, find_job, list_jobs, submit_job
from planner.store.leases import Claimer, beat, finish, give_back, note_crash, read_checkpoint, save_checkpoint
from planner.store.plans import list_plans, read_revision
from planner.store.records import (
    Checkpoint,
    Ending,
    Judged,
    LostLeaseError,
    MissingError,
    Order,
    ReusedKeyError,
    TooManyError,
)
from planner.store.tables import jobs, plans
from tests.databases import IS_LONG
from tests.planner.store.stocked import stock, submitted

PLAN = b'{"format": "xunzhen-plan"}'
MADE = Judged(plan=PLAN, report=b"{}")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def checkpoint(cost: float, *, owed: int = 0) -> Checkpoint:
    return Checkpoint(plan=PLAN, is_sound=True, cost=cost, owed=owed)


def ending() -> Ending:
    return Ending(outcome="complete", stopped="seconds", searched_ms=30_000, made=MADE)


def test_job_waits_until_it_is_claimed(database: Database) -> None:
    """Queued, then running, with an event for each; nobody else gets it."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    job = submitted(database, "sangzhi", dataset)
    lease = Claimer(database).claim()
    assert lease is not None
    assert (lease.job.id, lease.job.state, lease.fence) == (job.id, "running", 1)
    assert Claimer(database).claim() is None
    assert [event.kind for event in events_after(database, job.id, 0)] == ["queued", "started"]


def test_oldest_job_is_claimed_first(database: Database) -> None:
    """The queue is a queue."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    claimer, asked = Claimer(database), []
    for _ in range(3):
        asked.append(submitted(database, "sangzhi", dataset).id)
        while len({job.created_ms for job in list_jobs(database, county_id="sangzhi", limit=9)}) < len(asked):
            cancel_job(database, county_id="sangzhi", job_id=asked.pop())
            asked.append(submitted(database, "sangzhi", dataset).id)
    assert [lease.job.id for _ in asked if (lease := claimer.claim())] == asked


def test_order_is_kept_as_given(database: Database) -> None:
    """Seed, rounds and days come back as they were."""
    from datetime import date

    dataset = stock(database, "sangzhi")["sangzhi"]
    order = Order(start=date(2026, 3, 2), weeks=4, seconds=12.5, rounds=7, seed=3)
    job, _ = submit_job(database, county_id="sangzhi", dataset_id=dataset, order=order)
    assert find_job(database, county_id="sangzhi", job_id=job.id).order == order


def test_same_key_and_body_give_the_same_job(database: Database) -> None:
    """An app that heard no answer asks again, and gets the job it has."""
    dataset = stock(database, "sangzhi")["sangzhi"]

    def submit(key: str, body: str) -> tuple[str, bool]:
        job, is_new = submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order(), once=(key, body))
        return job.id, is_new

    first, is_new = submit("key", "body")
    assert is_new
    assert submit("key", "body") == (first, False)
    assert submit("other key", "body")[1]
    with pytest.raises(ReusedKeyError):
        submit("key", "other body")


def test_50_orders_at_once_with_one_key_make_1_job(database: Database) -> None:
    """Whoever comes first makes it; the others are given it."""
    dataset = stock(database, "sangzhi")["sangzhi"]

    def submit(_: int) -> str:
        job, _ = submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order(), once=("key", "body"))
        return job.id

    with ThreadPoolExecutor(50) as pool:
        assert len(set(pool.map(submit, range(50)))) == 1
    assert len(list_jobs(database, county_id="sangzhi", limit=100)) == 1


def test_county_may_have_100_jobs_waiting(database: Database) -> None:
    """The 101st is refused; another county's is not."""
    datasets = stock(database, "sangzhi", "yixing")
    first = submitted(database, "sangzhi", datasets["sangzhi"])
    with database.writing() as connection:
        row = connection.execute(select(jobs).where(jobs.c.id == first.id)).one()._mapping
        connection.execute(jobs.insert(), [{**row, "id": f"copy{n}"} for n in range(99)])
    with pytest.raises(TooManyError):
        submitted(database, "sangzhi", datasets["sangzhi"])
    assert submitted(database, "yixing", datasets["yixing"]).state == "queued"


def test_other_counties_see_nothing(database: Database) -> None:
    """A job, its dataset and its plan are as if they were not there."""
    datasets = stock(database, "sangzhi", "yixing")
    job = submitted(database, "sangzhi", datasets["sangzhi"])
    lease = Claimer(database).claim()
    assert lease is not None
    plan_id = finish(database, lease, ending()).plan_id
    for sight in (
        lambda: find_job(database, county_id="yixing", job_id=job.id),
        lambda: cancel_job(database, county_id="yixing", job_id=job.id),
        lambda: submitted(database, "yixing", datasets["sangzhi"]),
        lambda: read_revision(database, county_id="yixing", plan_id=str(plan_id)),
    ):
        with pytest.raises(MissingError):
            sight()
    assert list_plans(database, county_id="yixing", limit=9) == ()
    assert list_jobs(database, county_id="yixing", limit=9) == ()


def test_job_of_a_dead_worker_is_taken_over_after_a_lease(database: Database) -> None:
    """Nothing moved for 30 s by the claimer's own clock: a heartbeat in between starts the count anew."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    first, clock = Claimer(database).claim(), Clock()
    assert first is not None
    second = Claimer(database, clock=clock)
    assert second.claim() is None
    clock.now += 29
    beat(database, first, searched_ms=1000)
    assert second.claim() is None
    clock.now += 29
    assert second.claim() is None
    clock.now += 1
    taken = second.claim()
    assert taken is not None
    assert (taken.fence, taken.job.id, taken.job.searched_ms) == (2, first.job.id, 1000)


def test_counties_take_turns(database: Database) -> None:
    """Five jobs of one county wait, then one of another: it is the second to be searched, not the sixth; then in turn.

    A second worker takes a county of which nothing runs.
    """
    datasets = stock(database, "sangzhi", "yixing")
    for _ in range(5):
        submitted(database, "sangzhi", datasets["sangzhi"])
    for _ in range(2):
        submitted(database, "yixing", datasets["yixing"])
    taken = []
    for _ in range(7):
        lease = Claimer(database).claim()
        assert lease is not None
        taken.append(lease.job.county_id)
        finish(database, lease, ending())
        time.sleep(0.002)  # the end is noted in milliseconds
    assert taken == ["sangzhi", "yixing", "sangzhi", "yixing", "sangzhi", "sangzhi", "sangzhi"]
    for county in ("sangzhi", "sangzhi", "yixing"):
        submitted(database, county, datasets[county])
    both = [Claimer(database).claim() for _ in range(2)]
    assert {lease.job.county_id for lease in both if lease is not None} == {"sangzhi", "yixing"}


def test_worker_that_was_replaced_changes_nothing(database: Database) -> None:
    """It was slow, not dead: its heartbeat, its checkpoint, its crash and its end are all refused."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    slow, quick = Claimer(database).claim(), Claimer(database, lease_seconds=0).claim()
    assert slow is not None
    assert quick is not None
    for deed in (
        lambda: beat(database, slow, searched_ms=1),
        lambda: save_checkpoint(database, slow, checkpoint(1.0), searched_ms=1),
        lambda: note_crash(database, slow),
        lambda: finish(database, slow, ending()),
    ):
        with pytest.raises(LostLeaseError):
            deed()
    assert read_checkpoint(database, slow.job.id) is None
    assert finish(database, quick, ending()).outcome == "complete"


def test_end_of_a_job_is_its_plan(database: Database) -> None:
    """The job is closed and revision 1 is there; the checkpoint is not needed any more."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    lease = Claimer(database).claim()
    assert lease is not None
    save_checkpoint(database, lease, checkpoint(12.0, owed=2), searched_ms=2000)
    assert read_checkpoint(database, lease.job.id) == checkpoint(12.0, owed=2)
    job = finish(database, lease, ending())
    plan, revision = read_revision(database, county_id="sangzhi", plan_id=str(job.plan_id))
    assert (plan.head, revision.number, revision.made, plan.job_id) == (1, 1, MADE, job.id)
    assert read_checkpoint(database, job.id) is None
    said = events_after(database, job.id, 2)
    assert [(event.kind, event.data.get("owed")) for event in said] == [("better", 2), ("ended", None)]
    assert said[-1].data["plan"] == job.plan_id


def test_end_told_twice_makes_one_plan(database: Database) -> None:
    """The answer to the first was lost: the second finds it done."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    lease = Claimer(database).claim()
    assert lease is not None
    assert finish(database, lease, ending()) == finish(database, lease, ending())
    assert len(list_plans(database, county_id="sangzhi", limit=9)) == 1


def test_waiting_job_is_cancelled_at_once_and_a_running_one_is_told(database: Database) -> None:
    """The worker hears it with its next heartbeat; what has ended stays as it is."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    running, waiting = (submitted(database, "sangzhi", dataset) for _ in range(2))
    lease = Claimer(database).claim()
    assert lease is not None
    running, waiting = (running, waiting) if lease.job.id == running.id else (waiting, running)
    assert not beat(database, lease, searched_ms=0)
    ended = cancel_job(database, county_id="sangzhi", job_id=waiting.id)
    assert (ended.state, ended.outcome, ended.stopped) == ("ended", "nothing_found", "cancelled")
    assert cancel_job(database, county_id="sangzhi", job_id=running.id).state == "running"
    assert beat(database, lease, searched_ms=0)
    assert finish(database, lease, ending()) == cancel_job(database, county_id="sangzhi", job_id=running.id)


def test_waiting_job_with_a_plan_is_left_to_a_worker_to_end(database: Database) -> None:
    """It was given back with a checkpoint: cancelled, it still waits, so that the plan is kept."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    job = submitted(database, "sangzhi", dataset)
    first = Claimer(database).claim()
    assert first is not None
    save_checkpoint(database, first, checkpoint(12.0), searched_ms=2000)
    give_back(database, first, searched_ms=2000)
    cancelled = cancel_job(database, county_id="sangzhi", job_id=job.id)
    assert (cancelled.state, cancelled.is_cancelled) == ("queued", True)
    second = Claimer(database).claim()
    assert second is not None
    assert (second.fence, second.job.is_cancelled, second.job.searched_ms) == (2, True, 2000)


def test_crashes_are_counted_over_workers(database: Database) -> None:
    """The second one is known as the second, whoever met the first."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    first = Claimer(database).claim()
    assert first is not None
    assert note_crash(database, first) == 1
    second = Claimer(database, lease_seconds=0).claim()
    assert second is not None
    assert (second.job.crashes, note_crash(database, second)) == (1, 2)


def test_16_claimers_run_each_job_once(database: Database, place: str) -> None:
    """Each with connections of its own; none of 500 (50 in the usual run) is run twice or left; each has one plan."""
    datasets = stock(database, "sangzhi", "yixing", "bishan", "daoxian", "qinyuan")
    count = 100 if IS_LONG else 10
    for county, dataset in datasets.items():
        for _ in range(count):
            submitted(database, county, dataset)

    def work(_: int) -> list[str]:
        own, done = open_store(place), []
        claimer = Claimer(own)
        while (lease := claimer.claim()) is not None:
            done.append(lease.job.id)
            finish(own, lease, ending())
        own.close()
        return done

    with ThreadPoolExecutor(16) as pool:
        times = Counter(job for done in pool.map(work, range(16)) for job in done)
    assert (len(times), set(times.values())) == (5 * count, {1})
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(plans)).scalar_one() == 5 * count


def test_jobs_are_listed_newest_first(database: Database) -> None:
    """Page by page, each once, also those of one moment; of a state only those; after a job of nobody is an error."""
    dataset = stock(database, "sangzhi", "yixing")["sangzhi"]
    ordered = [submitted(database, "sangzhi", dataset).id for _ in range(3)]
    with database.writing() as connection:
        for number, job_id in enumerate(ordered):
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(created_ms=1000 + number // 2))
    wanted = [ordered[2], *sorted(ordered[:2], reverse=True)]
    found, after = list[str](), None
    while page := list_jobs(database, county_id="sangzhi", limit=1, after=after):
        found.append(page[0].id)
        after = page[0].id
    assert found == wanted
    assert Claimer(database).claim() is not None
    states = {state: list_jobs(database, county_id="sangzhi", limit=9, state=state) for state in ("queued", "running")}
    assert [len(states["queued"]), len(states["running"])] == [2, 1]
    assert [job.id for job in states["queued"]] == [job for job in wanted if job != states["running"][0].id]
    for county, marker in (("sangzhi", "f" * 24), ("yixing", ordered[0])):
        with pytest.raises(MissingError):
            list_jobs(database, county_id=county, limit=9, after=marker)

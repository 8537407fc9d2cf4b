"""Who runs a job: a worker claims it, shows that it lives by heartbeats, and finishes it; a dead one is replaced.

No clock of any machine is compared with another's. A claimer watches the heartbeats by its own steady clock, and takes
a job over when the count has not moved for the length of a lease. The fencing number rises with each claim, and every
write of a claimer asks for it: one that was only slow, and was replaced, can change nothing any more.
(Gray and Cheriton, "Leases", 1989; the number is Kleppmann's fencing token.)
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from planner.store.database import Database, new_id, now_ms
from planner.store.jobs import NEXT_EVENT, hold_origin, insert_event, job_in
from planner.store.plans import insert_revision
from planner.store.records import Checkpoint, Ending, Job, Judged, LostLeaseError, MissingError
from planner.store.tables import checkpoints, jobs, plans
from planner.store.webhooks import add_deliveries

LEASE_SECONDS = 30.0
BEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A job that is ours to run, until somebody else has a higher number."""

    job: Job
    fence: int


class Claimer:
    """Claims jobs for one worker; remembers the heartbeats of others as it has seen them."""

    def __init__(
        self,
        database: Database,
        *,
        lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database, self.lease_seconds, self.clock = database, lease_seconds, clock
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}  # job id -> (fence, beat), and when first seen

    def claim(self) -> Lease | None:
        """Return a job whose worker is dead, else the one whose turn it is; None when there is nothing to do.

        Counties take turns: first those with the fewest jobs running, of these the one whose last job ended longest
        ago. Of a county it is the job that waits longest.
        """
        with self.database.reading() as connection:
            asked = select(jobs.c.id, jobs.c.fence, jobs.c.beat, jobs.c.state).where(jobs.c.state != "ended")
            rows = connection.execute(asked).all()
        stale = self._stale([row for row in rows if row.state == "running"])
        if not stale and all(row.state == "running" for row in rows):
            return None
        with self.database.writing() as connection:
            for job_id, (fence, beat) in stale:
                silent = (jobs.c.id == job_id, jobs.c.state == "running", jobs.c.fence == fence, jobs.c.beat == beat)
                if connection.execute(select(jobs.c.id).where(*silent).with_for_update()).one_or_none():
                    return _take(connection, job_id)
            for county_id in _in_turn(connection):
                own = (jobs.c.county_id == county_id, jobs.c.state == "queued")
                waiting = select(jobs.c.id).where(*own).order_by(jobs.c.created_ms, jobs.c.id).limit(1)
                found = connection.execute(waiting.with_for_update(skip_locked=True)).scalar_one_or_none()
                if found is not None:
                    return _take(connection, found)
            return None

    def _stale(self, rows: list[Any]) -> list[tuple[str, tuple[int, int]]]:
        """Return the running jobs that have shown no life for as long as a lease lasts."""
        now, before = self.clock(), self._seen
        self._seen = {}
        for row in rows:
            shown = (row.fence, row.beat)
            known = before.get(row.id)
            self._seen[row.id] = known if known is not None and known[0] == shown else (shown, now)
        return [(job, shown) for job, (shown, since) in self._seen.items() if now - since >= self.lease_seconds]


def _in_turn(connection: Connection) -> list[str]:
    """Return the counties whose jobs wait, the one whose turn it is first."""
    waiting = select(jobs.c.county_id, func.min(jobs.c.created_ms)).where(jobs.c.state == "queued")
    since = {row[0]: row[1] for row in connection.execute(waiting.group_by(jobs.c.county_id))}
    if len(since) < 2:
        return list(since)
    running = select(jobs.c.county_id, func.count()).where(jobs.c.state == "running").group_by(jobs.c.county_id)
    ended = select(jobs.c.county_id, func.max(jobs.c.ended_ms)).where(jobs.c.county_id.in_(since))
    busy = {row[0]: row[1] for row in connection.execute(running)}
    last = {row[0]: row[1] or 0 for row in connection.execute(ended.group_by(jobs.c.county_id))}
    return sorted(since, key=lambda county: (busy.get(county, 0), last.get(county, 0), since[county], county))


def _take(connection: Connection, job_id: str) -> Lease:
    """Make the job ours, in a transaction that holds its row."""
    values = {"state": "running", "fence": jobs.c.fence + 1, "beat": 0, "last_event": NEXT_EVENT}
    taken = update(jobs).where(jobs.c.id == job_id).values(**values)
    fence, number = connection.execute(taken.returning(jobs.c.fence, jobs.c.last_event)).one()
    insert_event(connection, job_id, number, "started", {"attempt": fence})
    return Lease(job=job_in(connection, job_id), fence=fence)


def beat(database: Database, lease: Lease, *, searched_ms: int) -> bool:
    """Show that the job is being worked on; return whether it is to be stopped. Raises LostLeaseError."""
    with database.writing() as connection:
        return bool(_hold(connection, lease, searched_ms=searched_ms, beat=jobs.c.beat + 1).is_cancelled)


def is_cancelled(database: Database, job_id: str) -> bool:
    """Return whether a job is to stop; one that was deleted is."""
    with database.reading() as connection:
        found = connection.execute(select(jobs.c.is_cancelled).where(jobs.c.id == job_id)).scalar_one_or_none()
    return found is None or bool(found)


def give_back(database: Database, lease: Lease, *, searched_ms: int) -> None:
    """Let the next worker go on with the job, without waiting for the lease to end. Raises LostLeaseError."""
    with database.writing() as connection:
        _hold(connection, lease, state="queued", searched_ms=searched_ms)


def note_crash(database: Database, lease: Lease) -> int:
    """Count a native crash and return how many there were. Raises LostLeaseError."""
    with database.writing() as connection:
        return int(_hold(connection, lease, crashes=jobs.c.crashes + 1).crashes)


def read_checkpoint(database: Database, job_id: str) -> Checkpoint | None:
    """Return the best plan that an earlier claimer or this one has stored."""
    with database.reading() as connection:
        row = connection.execute(select(checkpoints).where(checkpoints.c.job_id == job_id)).one_or_none()
    if row is None:
        return None
    return Checkpoint(plan=zlib.decompress(row.plan), is_sound=row.is_sound, cost=row.cost, owed=row.owed)


def save_checkpoint(database: Database, lease: Lease, checkpoint: Checkpoint, *, searched_ms: int) -> bool:
    """Store the best plan so far and tell those who follow; return whether to stop. Raises LostLeaseError."""
    with database.writing() as connection:
        held = _hold(connection, lease, searched_ms=searched_ms, beat=jobs.c.beat + 1, last_event=NEXT_EVENT)
        job_id = lease.job.id
        connection.execute(delete(checkpoints).where(checkpoints.c.job_id == job_id))
        connection.execute(
            checkpoints.insert().values(
                job_id=job_id,
                plan=zlib.compress(checkpoint.plan),
                is_sound=checkpoint.is_sound,
                cost=checkpoint.cost,
                owed=checkpoint.owed,
            )
        )
        found = {"cost": round(checkpoint.cost, 3), "owed": checkpoint.owed, "seconds": round(searched_ms / 1000, 1)}
        insert_event(connection, job_id, held.last_event, "better", found)
        return bool(held.is_cancelled)


def finish(database: Database, lease: Lease, ending: Ending) -> Job:
    """End the job and keep its plan, all in one transaction; the same again changes nothing. Raises LostLeaseError."""
    job, plan_id = lease.job, new_id() if ending.made is not None else None
    with database.writing() as connection:
        if _is_finished(connection, lease):  # a commit whose answer was lost
            return job_in(connection, job.id)
        _hold_origin(connection, job)
        held = _hold(
            connection,
            lease,
            last_event=NEXT_EVENT,
            state="ended",
            outcome=ending.outcome,
            stopped=ending.stopped,
            searched_ms=ending.searched_ms,
            plan_id=plan_id,
            ended_ms=now_ms(),
        )
        if ending.made is not None:
            _insert_plan(connection, job, str(plan_id), ending.made)
        connection.execute(delete(checkpoints).where(checkpoints.c.job_id == job.id))
        said = {"outcome": ending.outcome, "stopped": ending.stopped, "plan": plan_id}
        insert_event(connection, job.id, held.last_event, "ended", said)
        add_deliveries(connection, job.county_id, "job.ended", job_id=job.id, plan_id=plan_id, outcome=ending.outcome)
        return job_in(connection, job.id)


def _hold(connection: Connection, lease: Lease, **values: object) -> Any:
    """Change the job's row, which locks it, if it is still ours."""
    ours = (jobs.c.id == lease.job.id, jobs.c.fence == lease.fence, jobs.c.state == "running")
    held = update(jobs).where(*ours).values(**values).returning(jobs.c.is_cancelled, jobs.c.crashes, jobs.c.last_event)
    row = connection.execute(held).one_or_none()
    if row is None:
        raise LostLeaseError
    return row


def _hold_origin(connection: Connection, job: Job) -> None:
    """Keep what the plan will hang on; who has no county or dataset any more has no job either."""
    try:
        hold_origin(connection, job.county_id, job.dataset_id)
    except MissingError:
        raise LostLeaseError from None


def _is_finished(connection: Connection, lease: Lease) -> bool:
    asked = select(jobs.c.state, jobs.c.fence).where(jobs.c.id == lease.job.id)
    found = connection.execute(asked).one_or_none()
    return found is not None and tuple(found) == ("ended", lease.fence)


def _insert_plan(connection: Connection, job: Job, plan_id: str, made: Judged) -> None:
    now = now_ms()
    connection.execute(
        plans.insert().values(
            id=plan_id, county_id=job.county_id, dataset_id=job.dataset_id, job_id=job.id, head=1, created_ms=now
        )
    )
    insert_revision(connection, plan_id, 1, made, made_by="search")

"""What a worker asks of a queue. Behind it is the lease table of the store; ``docs/server.md`` says why."""

from __future__ import annotations

from typing import Protocol

from planner.store import Database
from planner.store import leases as store
from planner.store.datasets import read_content
from planner.store.leases import BEAT_SECONDS, LEASE_SECONDS, Claimer, Lease
from planner.store.records import Checkpoint, DatasetKind, Ending, LostLeaseError, MissingError


class Jobs(Protocol):
    """Jobs to be run. All but ``claim`` raise LostLeaseError once somebody else has the job, or it was deleted."""

    beat_seconds: float

    def claim(self) -> Lease | None:
        """Return a job that is now ours, or None when there is none."""

    def dataset(self, dataset_id: str) -> tuple[DatasetKind, bytes]:
        """Return what a job is made from."""

    def checkpoint(self, job_id: str) -> Checkpoint | None:
        """Return the best plan that was stored, by whomever."""

    def is_cancelled(self, job_id: str) -> bool:
        """Return whether the job is to stop."""

    def beat(self, lease: Lease, searched_ms: int) -> bool:
        """Show that we live; return whether to stop."""

    def give_back(self, lease: Lease, searched_ms: int) -> None:
        """Let the next worker have the job at once."""

    def save(self, lease: Lease, checkpoint: Checkpoint, searched_ms: int) -> bool:
        """Store a better plan; return whether to stop."""

    def crashed(self, lease: Lease) -> int:
        """Count a native crash; return how many there were."""

    def finish(self, lease: Lease, ending: Ending) -> object:
        """End the job and keep its plan, in one transaction."""


class LeasedJobs:
    """The jobs of a store, for one worker."""

    def __init__(
        self, database: Database, *, lease_seconds: float = LEASE_SECONDS, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self.database, self.beat_seconds = database, beat_seconds
        self._claimer = Claimer(database, lease_seconds=lease_seconds)

    def claim(self) -> Lease | None:
        """Return a job whose worker is dead, else one that waits."""
        return self._claimer.claim()

    def dataset(self, dataset_id: str) -> tuple[DatasetKind, bytes]:
        """Return the bytes that were uploaded."""
        try:
            return read_content(self.database, dataset_id)
        except MissingError:
            raise LostLeaseError from None

    def checkpoint(self, job_id: str) -> Checkpoint | None:
        """Return the best plan that was stored."""
        return store.read_checkpoint(self.database, job_id)

    def is_cancelled(self, job_id: str) -> bool:
        """Return whether the job is to stop."""
        return store.is_cancelled(self.database, job_id)

    def give_back(self, lease: Lease, searched_ms: int) -> None:
        """Let the next worker have the job at once."""
        store.give_back(self.database, lease, searched_ms=searched_ms)

    def beat(self, lease: Lease, searched_ms: int) -> bool:
        """Show that we live; return whether to stop."""
        return store.beat(self.database, lease, searched_ms=searched_ms)

    def save(self, lease: Lease, checkpoint: Checkpoint, searched_ms: int) -> bool:
        """Store a better plan; return whether to stop."""
        return store.save_checkpoint(self.database, lease, checkpoint, searched_ms=searched_ms)

    def crashed(self, lease: Lease) -> int:
        """Count a native crash."""
        return store.note_crash(self.database, lease)

    def finish(self, lease: Lease, ending: Ending) -> object:
        """End the job and keep its plan."""
        return store.finish(self.database, lease, ending)

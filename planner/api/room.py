"""How much of something is held at a time, by all and by one county: what has no bound, one key could take from all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from planner.api.problems import Code, ProblemError


@dataclass(slots=True, kw_only=True)
class Room:
    """Places for so many at a time, of which one county has so many."""

    most: int
    of_one: int
    full: Code  # what is answered to a county that has all of its places
    taken: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def place(self, county_id: str) -> Iterator[None]:
        """Hold a place. Raises ProblemError when there is none."""
        with self.lock:
            if self.taken[county_id] >= self.of_one:
                raise ProblemError(self.full)
            if self.taken.total() >= self.most:
                raise ProblemError("busy")
            self.taken[county_id] += 1
        try:
            yield
        finally:
            with self.lock:
                self.taken[county_id] -= 1
                if not self.taken[county_id]:
                    del self.taken[county_id]

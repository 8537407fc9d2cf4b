"""What the store holds, as plain data. No record holds a secret, and none names a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from planner.errors import XunzhenError
from planner.history import Brief, Why


class Role(StrEnum):
    """What the holder of a key may do; each role may do what the ones before it may."""

    READER = "read-only"
    SCHEDULER = "scheduler"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Return whether the role is the one needed, or above it."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


DatasetKind = Literal["xlsx", "zip"]
State = Literal["queued", "running", "ended"]
Outcome = Literal["complete", "some_unserved", "rules_broken", "nothing_found", "solver_fault", "input_fault"]
EventKind = Literal["queued", "started", "better", "ended"]
MadeBy = Literal["search", "move"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, by all but its secret. Moments are milliseconds since 1970."""

    id: str
    county_id: str
    role: Role
    created_ms: int
    expires_ms: int
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDataset:
    """What is known of an upload without reading it again. ``summary`` counts what is in it."""

    id: str
    county_id: str
    sha256: str
    kind: DatasetKind
    size: int
    summary: Mapping[str, Any]
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a job is to do. ``rounds`` instead of seconds: the same plan each time; seconds then only bound it."""

    start: date | None = None
    weeks: int | None = None
    seconds: float = 30.0
    rounds: int | None = None
    seed: int = 1
    past: tuple[Brief, ...] | None = None  # outcomes that were told before the order; None: not to be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One search, from the order to its end. ``outcome`` and ``stopped`` are known at the end."""

    id: str
    county_id: str
    dataset_id: str
    order: Order
    state: State
    outcome: Outcome | None
    stopped: str | None
    is_cancelled: bool
    crashes: int
    searched_ms: int
    last_event: int
    plan_id: str | None
    created_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Jobs that were ordered together."""

    id: str
    county_id: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a job; numbers count from 1 without a gap."""

    number: int
    kind: EventKind
    data: Mapping[str, Any]
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The best plan of a running search, as JSON, and what it is worth."""

    plan: bytes
    is_sound: bool
    cost: float
    owed: int

    @property
    def worth(self) -> tuple[bool, float]:
        """Less is better: no hard rule broken first, then the cost."""
        return not self.is_sound, round(self.cost, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A plan as JSON, and as JSON what the checker says of it, in every language."""

    plan: bytes
    report: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job ended; with the plan to keep, when there is one."""

    outcome: Outcome
    stopped: str
    searched_ms: int
    made: Judged | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan by its revisions: ``head`` is the newest, ``published`` the one the teams drive by."""

    id: str
    county_id: str
    dataset_id: str
    job_id: str
    head: int
    published: int | None
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of a plan, never changed again."""

    plan_id: str
    number: int
    made: Judged
    sha256: str
    made_by: MadeBy
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a team tells of a visit: held, or missed and why. The note is theirs, and goes nowhere but to readers."""

    held: bool
    why: Why | None = None
    note: str | None = None
    people: int | None = None
    referrals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcome:
    """What came of a visit of a published revision; ``number`` rises with each change of it."""

    plan_id: str
    visit_id: str
    revision: int
    number: int
    told: Told
    updated_ms: int


DeliveryKind = Literal["plan.published", "job.ended"]
DeliveryState = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address of an app that wants to be told; its secret is not in here."""

    id: str
    county_id: str
    url: str
    kinds: tuple[DeliveryKind, ...]
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """A delivery and how far it has come; ``status`` and ``fault`` are those of the last try."""

    id: str
    webhook_id: str
    kind: DeliveryKind
    job_id: str
    plan_id: str | None
    state: DeliveryState
    tries: int
    status: int | None
    fault: str | None
    created_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours to deliver, until it is claimed again (``tries`` is then higher)."""

    id: str
    kind: DeliveryKind
    body: str
    tries: int
    webhook_id: str
    url: str
    secret: str


class MissingError(XunzhenError):
    """There is no such thing in this county; whether another county has one is not told."""


class ReusedKeyError(XunzhenError):
    """The idempotency key came before, with another body."""


class StaleError(XunzhenError):
    """The plan has been changed since the revision that was read."""

    def __init__(self, head: int) -> None:
        self.head = head
        super().__init__(f"the newest revision is {head}")


class TooManyError(XunzhenError):
    """The county has as many jobs waiting as it may."""


class TooManyDatasetsError(XunzhenError):
    """The county keeps as many bytes of tables as it may."""


class TooManyWebhooksError(XunzhenError):
    """The county has as many webhooks as it may."""


class LostLeaseError(XunzhenError):
    """Another worker has taken the job over: nothing that this one still says counts."""


class UnpublishedError(XunzhenError):
    """The teams do not drive by this revision."""


class UnseenError(XunzhenError):
    """There is another outcome already, which has not been read."""

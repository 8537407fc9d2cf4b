"""What is sent and answered about the visits of a plan."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from planner.api.schemas import Answer, Sent, moment
from planner.api.strict import AS_WHOLE, MeaningError
from planner.evaluation import ChangeKind
from planner.history import Why
from planner.language import text
from planner.store.records import Told, VisitOutcome

MOST = 100_000
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # bidirectional controls


def _plain(said: str) -> str:
    """Refuse control characters, which not every database keeps, breaks of lines, and what turns lines around."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in TURNING for character in said):
        raise MeaningError(text("There are control characters in it."))
    return said


Count = Annotated[int, Field(ge=0, le=MOST, strict=True), AS_WHOLE] | None
Note = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]


class OutcomeOrder(Sent):
    """Held, or missed and why. ``referrals`` are some of ``people``. A note names nobody; no log has it."""

    held: Annotated[bool, Field(strict=True)]
    why: Why | None = None
    note: Note | None = None
    people: Count = None
    referrals: Count = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Refuse what contradicts itself."""
        if self.held != (self.why is None):
            raise MeaningError(text("A missed visit needs a reason (why), and one that was held has none."))
        if not self.held and (self.people or self.referrals):
            raise MeaningError(text("Nobody is seen at a visit that was missed: leave people and referrals out."))
        if (self.referrals or 0) > (MOST if self.people is None else self.people):
            raise MeaningError(text("There cannot be more referrals than people."))
        return self

    def told(self) -> Told:
        """Return it as the store keeps it."""
        return Told(**self.model_dump())


class VisitAnswer(Answer):
    """A visit of a revision; ``start_minute`` counts from midnight."""

    id: str
    day: date
    team_id: str
    site_id: str
    rule_id: str
    start_minute: int


class VisitsAnswer(Answer):
    """Every visit of a revision."""

    items: list[VisitAnswer]


class AppointmentAnswer(Answer):
    """When a team makes a visit."""

    day: date
    team_id: str
    start_minute: int


class ChangeAnswer(Answer):
    """One visit that differs; ``before`` is none for one that was added, ``after`` for one that was removed."""

    kind: ChangeKind
    site_id: str
    rule_id: str
    before: AppointmentAnswer | None
    after: AppointmentAnswer | None
    sentence: str


class DiffAnswer(Answer):
    """What changes from one revision to another."""

    plan_id: str
    from_number: int
    to_number: int
    changes: list[ChangeAnswer]


class OutcomeAnswer(Answer):
    """What came of a visit; ``etag`` is for a change of it."""

    plan_id: str
    visit_id: str
    revision: int
    etag: str
    held: bool
    why: Why | None
    note: str | None
    people: int | None
    referrals: int | None
    updated_at: datetime


class OutcomePage(Answer):
    """Outcomes, and the id of the visit after which the next page begins."""

    items: list[OutcomeAnswer]
    next: str | None


def outcome_answer(outcome: VisitOutcome) -> OutcomeAnswer:
    """Return an outcome as it is answered."""
    told = outcome.told
    return OutcomeAnswer(
        plan_id=outcome.plan_id,
        visit_id=outcome.visit_id,
        revision=outcome.revision,
        etag=f'"o{outcome.number}"',
        held=told.held,
        why=told.why,
        note=told.note,
        people=told.people,
        referrals=told.referrals,
        updated_at=moment(outcome.updated_ms),
    )

"""What is sent and answered. Unknown fields, numbers that are not finite and values of another type are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from planner.api.strict import AS_WHOLE, Day
from planner.history import Brief
from planner.moving import Move
from planner.recommending import MOST_ASKED, Wish
from planner.store.records import (
    DatasetKind,
    EventKind,
    Job,
    MadeBy,
    Order,
    Outcome,
    Revision,
    State,
    StoredDataset,
    StoredPlan,
)

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
MAX_WEEKS = 53


class Sent(BaseModel):
    """Something sent to the API."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SearchOrder(Sent):
    """The days to plan and how to search. Without ``start`` and ``weeks`` the days are those of the tables."""

    start: Annotated[Day | None, Field(description="First day to plan; a Monday is best.")] = None
    weeks: Annotated[int, Field(ge=1, le=MAX_WEEKS, strict=True), AS_WHOLE] | None = None
    seconds: Annotated[float, Field(ge=5, le=300, strict=True, description="Time to search.")] = 30.0
    rounds: Annotated[
        Annotated[int, Field(ge=1, le=1_000_000, strict=True), AS_WHOLE] | None,
        Field(description="Rounds of search after which it ends: the same plan again."),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True), AS_WHOLE] = 1
    with_outcomes: Annotated[
        bool,
        Field(strict=True, description="Count from what was held, and repay what was missed, of the published plans."),
    ] = False

    def order(self, past: tuple[Brief, ...] | None) -> Order:
        """Return the order as the store keeps it, with the outcomes that are to be counted."""
        return Order(
            start=self.start, weeks=self.weeks, seconds=self.seconds, rounds=self.rounds, seed=self.seed, past=past
        )


class JobOrder(SearchOrder):
    """What to plan. Without ``start`` and ``weeks`` the days are those of the tables."""

    dataset_id: Id


class MoveOrder(Sent):
    """A visit and where it goes: an owed one without ``from_day`` and ``from_team``.

    ``position`` counts from 0; a number past the last stop of the day is its end.
    """

    site_id: Annotated[str, Field(min_length=1, max_length=200)]
    rule_id: Annotated[str, Field(min_length=1, max_length=200)]
    from_day: Day | None = None
    from_team: Annotated[str | None, Field(max_length=200)] = None
    to_day: Day
    to_team: Annotated[str, Field(min_length=1, max_length=200)]
    position: Annotated[int, Field(ge=0, le=1000, strict=True), AS_WHOLE] | None = None
    accept_broken_rules: Annotated[bool, Field(strict=True)] = False

    def move(self) -> Move:
        """Return the move as the planner makes it."""
        return Move(**self.model_dump(exclude={"accept_broken_rules"}))


class RecommendOrder(Sent):
    """A visit that wants a place: an owed one without ``from_day`` and ``from_team``, as in a move."""

    site_id: Annotated[str, Field(min_length=1, max_length=200)]
    rule_id: Annotated[str, Field(min_length=1, max_length=200)]
    from_day: Day | None = None
    from_team: Annotated[str | None, Field(max_length=200)] = None
    limit: Annotated[
        int, Field(ge=1, le=MOST_ASKED, strict=True, description="How many places, at most."), AS_WHOLE
    ] = 5

    def wish(self) -> Wish:
        """Return the visit as the planner knows it."""
        return Wish(**self.model_dump(exclude={"limit"}))


class Answer(BaseModel):
    """Something the API answers."""

    model_config = ConfigDict(frozen=True)


class DatasetAnswer(Answer):
    """Tables that were sent, and read without a fault."""

    id: str
    sha256: str
    kind: DatasetKind
    bytes: int
    sites: int
    teams: int
    bases: int
    notices: list[str]
    created_at: datetime


class IssueAnswer(Answer):
    """A fault of the tables, or a warning: where it is, and a sentence that says what to do."""

    file: str
    sheet: str
    row: int | None
    column: str
    is_warning: bool
    sentence: str


class IssuesAnswer(Answer):
    """Everything that was found in tables for some days; ``is_plannable`` when nothing of it is a fault."""

    is_plannable: bool
    issues: list[IssueAnswer]


class JobAnswer(Answer):
    """A search: ``state`` says where it is, ``outcome`` how it ended, ``best`` what it has so far.

    ``outcomes`` are the past visits it counts, as they were known when it was ordered; none: it does not look at any.
    """

    id: str
    dataset_id: str
    state: State
    outcome: Outcome | None
    stopped: str | None
    is_cancelled: bool
    start: date | None
    weeks: int | None
    seconds: float
    rounds: int | None
    seed: int
    outcomes: int | None
    searched_seconds: float
    best_cost: float | None
    best_owed: int | None
    plan_id: str | None
    created_at: datetime
    ended_at: datetime | None


class EventAnswer(Answer):
    """The data of one event of a job."""

    kind: EventKind
    at: datetime
    data: Mapping[str, Any]


class PlanAnswer(Answer):
    """A plan by its revisions: ``head`` is the newest, ``published`` the one the teams drive by."""

    id: str
    dataset_id: str
    job_id: str
    head: int
    published: int | None
    created_at: datetime


class RevisionAnswer(Answer):
    """One state of a plan: circuits with their stops, visits owed with reasons, and what the checker says of it."""

    plan_id: str
    number: int
    sha256: str
    made_by: MadeBy
    created_at: datetime
    dataset_id: str
    dataset_sha256: str
    plan: Mapping[str, Any]
    report: Mapping[str, Any]


class MoveAnswer(Answer):
    """What a move does: its price, by terms of the cost too, the rules it breaks and mends, and each change."""

    plan_id: str
    head: int
    is_applied: bool
    cost: float
    cost_change: float
    term_changes: Mapping[str, float]
    broken: list[dict[str, Any]]
    mended: list[dict[str, Any]]
    changes: list[str]
    owed: int


class SlotAnswer(Answer):
    """A place for a visit, in the words of a move; what it changes over the whole plan, and the rules it breaks.

    ``is_sound``: no hard rule is broken that was kept before.
    """

    to_day: date
    to_team: str
    position: int
    start_minute: int
    cost_change: float
    km_change: float
    minutes_change: int
    is_sound: bool
    broken: list[dict[str, Any]]


class SlotsAnswer(Answer):
    """Places for a visit, the best first; ``tried`` days of teams were looked at minute by minute."""

    plan_id: str
    number: int
    slots: list[SlotAnswer]
    tried: int


class DatasetPage(Answer):
    """Datasets, and the id after which the next page begins; none: this is the last one."""

    items: list[DatasetAnswer]
    next: str | None


class JobPage(Answer):
    """Jobs, and the id after which the next page begins."""

    items: list[JobAnswer]
    next: str | None


class PlanPage(Answer):
    """Plans, and the id after which the next page begins."""

    items: list[PlanAnswer]
    next: str | None


class Health(Answer):
    """The server answers, and its database too."""

    status: str
    version: str


class ProblemAnswer(Answer):
    """What went wrong (RFC 9457): ``code`` is of a closed list, ``title`` and ``detail`` are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    places: list[Mapping[str, Any]] | None = None
    issues: list[Mapping[str, Any]] | None = None
    broken: list[Mapping[str, Any]] | None = None
    reason: str | None = None
    head: int | None = None


def moment(milliseconds: int) -> datetime:
    """Return a moment of the store with its zone."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def dataset_answer(dataset: StoredDataset, language: str) -> DatasetAnswer:
    """Return a dataset as it is answered."""
    summary = dataset.summary
    return DatasetAnswer(
        id=dataset.id,
        sha256=dataset.sha256,
        kind=dataset.kind,
        bytes=dataset.size,
        sites=summary.get("sites", 0),
        teams=summary.get("teams", 0),
        bases=summary.get("bases", 0),
        notices=[notice.get(language, notice["en"]) for notice in summary.get("notices", ())],
        created_at=moment(dataset.created_ms),
    )


def job_answer(job: Job, best: tuple[float, int] | None) -> JobAnswer:
    """Return a job as it is answered."""
    order = job.order
    return JobAnswer(
        id=job.id,
        dataset_id=job.dataset_id,
        state=job.state,
        outcome=job.outcome,
        stopped=job.stopped,
        is_cancelled=job.is_cancelled,
        start=order.start,
        weeks=order.weeks,
        seconds=order.seconds,
        rounds=order.rounds,
        seed=order.seed,
        outcomes=None if order.past is None else sum(len(one.held) + len(one.missed) for one in order.past),
        searched_seconds=round(job.searched_ms / 1000, 1),
        best_cost=None if best is None else round(best[0], 3),
        best_owed=None if best is None else best[1],
        plan_id=job.plan_id,
        created_at=moment(job.created_ms),
        ended_at=None if job.ended_ms is None else moment(job.ended_ms),
    )


def plan_answer(plan: StoredPlan) -> PlanAnswer:
    """Return a plan as it is answered."""
    return PlanAnswer(
        id=plan.id,
        dataset_id=plan.dataset_id,
        job_id=plan.job_id,
        head=plan.head,
        published=plan.published,
        created_at=moment(plan.created_ms),
    )


def revision_answer(
    plan: StoredPlan, revision: Revision, dataset: StoredDataset, document: Mapping[str, Any], report: Mapping[str, Any]
) -> RevisionAnswer:
    """Return a revision as it is answered."""
    return RevisionAnswer(
        plan_id=plan.id,
        number=revision.number,
        sha256=revision.sha256,
        made_by=revision.made_by,
        created_at=moment(revision.created_ms),
        dataset_id=plan.dataset_id,
        dataset_sha256=dataset.sha256,
        plan=document,
        report=report,
    )

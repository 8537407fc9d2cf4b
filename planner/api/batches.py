"""Batches: many datasets of a county planned as jobs of the same queue, looked at and cancelled as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field

from planner.api.access import Reader, Scheduler
from planner.api.datasets import After, Language, Limit, Store
from planner.api.jobs import RETRY_SECONDS, IdempotencyKey, once_of, past_of
from planner.api.schemas import Answer, Id, SearchOrder, moment
from planner.api.strict import MeaningError, StrictRoute
from planner.language import say, text
from planner.store import Database
from planner.store.batches import cancel_batch, find_batch, list_batches, submit_batch
from planner.store.jobs import MOST_WAITING
from planner.store.records import Batch, Job, Outcome, State
from planner.tally import FIGURES, Line, Member, count_states, lines_of, progress_of, totals_of

router = APIRouter(tags=["batches"], route_class=StrictRoute)


def _each_once(ids: Sequence[str]) -> Sequence[str]:
    if len(set(ids)) < len(ids):
        raise MeaningError(text("A dataset is named twice."))
    return ids


class BatchOrder(SearchOrder):
    """What to plan: each dataset once, all with the same days and the same search."""

    dataset_ids: Annotated[
        list[Id],
        Field(min_length=1, max_length=MOST_WAITING, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ]


class BatchLine(Answer):
    """A job of a batch. The figures of its plan are told when the batch has ended."""

    dataset_id: str
    job_id: str
    state: State
    outcome: Outcome | None
    plan_id: str | None
    asked_visits: int | None
    planned_visits: int | None
    owed_visits: int | None
    km: float | None
    hours: float | None


class SummaryAnswer(Answer):
    """What came of all jobs: how many of each outcome, and the sums over the plans as they were made."""

    outcomes: Mapping[Outcome, int]
    asked_visits: int
    planned_visits: int
    owed_visits: int
    km: float
    hours: float
    searched_seconds: float
    sentence: str


class BatchAnswer(Answer):
    """A batch: how many of its jobs wait, run and have ended; with the summary once all have."""

    id: str
    state: Literal["running", "ended"]
    queued: int
    running: int
    ended: int
    progress: str
    jobs: list[BatchLine]
    summary: SummaryAnswer | None
    created_at: datetime


class BatchItem(Answer):
    """A batch in a list."""

    id: str
    created_at: datetime


class BatchPage(Answer):
    """Batches, and the id after which the next page begins."""

    items: list[BatchItem]
    next: str | None


@router.post("/v1/batches", status_code=202)
def send_batch(
    order: BatchOrder,
    key: Scheduler,
    store: Store,
    language: Language,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> BatchAnswer:
    """Order a plan of each dataset: all become jobs of the queue, or none when one is missing or too many would wait.

    With an ``Idempotency-Key`` the same request sent again gives the same batch.
    """
    once = once_of(order, idempotency_key)
    kept = order.order(past_of(order, store, key))
    batch, _ = submit_batch(store, county_id=key.county_id, dataset_ids=order.dataset_ids, order=kept, once=once)
    response.headers.update({"Location": f"/v1/batches/{batch.id}", "Retry-After": RETRY_SECONDS})
    return _answer(store, *find_batch(store, county_id=key.county_id, batch_id=batch.id), language)


@router.get("/v1/batches")
def get_batches(key: Reader, store: Store, limit: Limit = 50, after: After = None) -> BatchPage:
    """List the batches of the county, the newest first, a page at a time."""
    found = list_batches(store, county_id=key.county_id, limit=limit, after=after)
    items = [BatchItem(id=batch.id, created_at=moment(batch.created_ms)) for batch in found]
    return BatchPage(items=items, next=found[-1].id if len(found) == limit else None)


@router.get("/v1/batches/{batch_id}")
def get_batch(batch_id: str, key: Reader, store: Store, language: Language, response: Response) -> BatchAnswer:
    """Tell how far a batch is, job by job, and what came of it once all have ended."""
    batch, jobs = find_batch(store, county_id=key.county_id, batch_id=batch_id)
    if any(job.state != "ended" for job in jobs):
        response.headers["Retry-After"] = RETRY_SECONDS
    return _answer(store, batch, jobs, language)


@router.post("/v1/batches/{batch_id}:cancel", status_code=202)
def post_batch_cancel(batch_id: str, key: Scheduler, store: Store, language: Language) -> BatchAnswer:
    """Ask every job of a batch to end; each keeps the best plan it has, and those that have ended stay as they are."""
    return _answer(store, *cancel_batch(store, county_id=key.county_id, batch_id=batch_id), language)


def _answer(store: Database, batch: Batch, jobs: Sequence[Job], language: str) -> BatchAnswer:
    members = [Member(name=job.dataset_id, county_id=job.county_id, job=job) for job in jobs]
    states, has_ended = count_states(members), all(job.state == "ended" for job in jobs)
    lines = [line for line, _ in lines_of(store, members)] if has_ended else [None] * len(jobs)
    return BatchAnswer(
        id=batch.id,
        state="ended" if has_ended else "running",
        queued=states["queued"],
        running=states["running"],
        ended=states["ended"],
        progress=say(progress_of(members), language),
        jobs=[_line(job, line) for job, line in zip(jobs, lines, strict=True)],
        summary=_summary([line for line in lines if line is not None], language) if has_ended else None,
        created_at=moment(batch.created_ms),
    )


def _line(job: Job, line: Line | None) -> BatchLine:
    return BatchLine(
        dataset_id=job.dataset_id,
        job_id=job.id,
        state=job.state,
        outcome=job.outcome,
        plan_id=job.plan_id,
        **{name: getattr(line, name, None) for name in FIGURES},
    )


def _summary(lines: Sequence[Line], language: str) -> SummaryAnswer:
    totals = totals_of(lines)
    return SummaryAnswer(
        outcomes={line.outcome: totals.outcomes[line.outcome] for line in lines},  # type: ignore[misc]
        asked_visits=totals.asked_visits,
        planned_visits=totals.planned_visits,
        owed_visits=totals.owed_visits,
        km=round(totals.km, 3),
        hours=round(totals.hours, 3),
        searched_seconds=round(totals.searched_seconds, 1),
        sentence=say(totals.sentence, language),
    )

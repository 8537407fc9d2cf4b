"""Searches: ordered, watched, cancelled."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from planner.api.access import Reader, Scheduler
from planner.api.datasets import After, Limit, Store
from planner.api.schemas import EventAnswer, JobAnswer, JobOrder, JobPage, SearchOrder, job_answer, moment
from planner.api.strict import StrictRoute
from planner.history import Brief, brief
from planner.store import Database, StoreUnavailableError
from planner.store.jobs import best_so_far, cancel_job, events_after, find_job, list_jobs, submit_job
from planner.store.keys import is_valid
from planner.store.records import Event, EventKind, Job, Key, MissingError, State
from planner.store.seen import published_past

POLL_SECONDS = 0.5
KEY_SECONDS = 5.0  # between two looks at the key of a stream
SILENCE_SECONDS = 15.0  # after which a comment shows that the line is alive
RETRY_SECONDS = "2"
router = APIRouter(tags=["jobs"], route_class=StrictRoute)
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200)]


async def streaming(request: Request, key: Reader) -> AsyncIterator[None]:
    """Hold a place for a stream of events until it ends."""
    with request.app.state.streams.place(key.county_id):
        yield


Place = Annotated[None, Depends(streaming)]
LastEventId = Annotated[int, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)]
WRITTEN_EVENT = {  # OpenAPI 3.2 has a place for what each piece of a stream is, and tools for 3.1 read it
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {"type": "string", "enum": list(get_args(EventKind))},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/EventAnswer"},
        },
    },
    "required": ["id", "event", "data"],
}
STREAM = {
    "content": {"text/event-stream": {"itemSchema": WRITTEN_EVENT}},
    "description": "Events, one after the other.",
}


@router.post("/v1/jobs", status_code=202)
def send_job(
    order: JobOrder, key: Scheduler, store: Store, response: Response, idempotency_key: IdempotencyKey = None
) -> JobAnswer:
    """Order a plan: it is searched for beside the API; look at the address in ``Location``, or follow its events.

    With an ``Idempotency-Key`` the same request sent again gives the same job. ``with_outcomes`` counts what came of
    the county's published plans, as it is known now.
    """
    once = once_of(order, idempotency_key)
    kept = order.order(past_of(order, store, key))
    job, _ = submit_job(store, county_id=key.county_id, dataset_id=order.dataset_id, order=kept, once=once)
    response.headers.update({"Location": f"/v1/jobs/{job.id}", "Retry-After": RETRY_SECONDS})
    return _answer(store, job)


def once_of(order: SearchOrder, idempotency_key: str | None) -> tuple[str, str] | None:
    """Return the hashes by which the same request is known again; None when that is not asked."""
    if idempotency_key is None:
        return None
    later = set[str]() if order.with_outcomes else {"with_outcomes"}  # the hash of an order that never heard of it
    return _hash(idempotency_key), _hash(order.model_dump_json(exclude=later))


@router.get("/v1/jobs")
def get_jobs(key: Reader, store: Store, limit: Limit = 50, after: After = None, state: State | None = None) -> JobPage:
    """List the jobs of the county, or those of a state, the newest first, a page at a time."""
    found = list_jobs(store, county_id=key.county_id, limit=limit, after=after, state=state)
    return JobPage(items=[job_answer(job, None) for job in found], next=found[-1].id if len(found) == limit else None)


@router.get("/v1/jobs/{job_id}")
def get_job(job_id: str, key: Reader, store: Store, response: Response) -> JobAnswer:
    """Tell where a job is: waiting, searching with the best plan so far, or ended."""
    job = find_job(store, county_id=key.county_id, job_id=job_id)
    if job.state != "ended":
        response.headers["Retry-After"] = RETRY_SECONDS
    return _answer(store, job)


@router.post("/v1/jobs/{job_id}:cancel", status_code=202)
def post_cancel(job_id: str, key: Scheduler, store: Store) -> JobAnswer:
    """Ask a job to end; the best plan it has is kept. One that has ended stays as it is."""
    return _answer(store, cancel_job(store, county_id=key.county_id, job_id=job_id))


@router.get("/v1/jobs/{job_id}/events", response_class=StreamingResponse, responses={200: STREAM})
async def get_events(
    job_id: str, key: Reader, store: Store, _: Place, last_event_id: LastEventId = 0
) -> StreamingResponse:
    """Follow a job (server-sent events): queued, started, better, ended. ``Last-Event-ID`` goes on after a number."""
    await run_in_threadpool(find_job, store, county_id=key.county_id, job_id=job_id)  # or there is none
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(store, key, job_id, last_event_id), media_type="text/event-stream", headers=headers
    )


async def _events(store: Database, key: Key, job_id: str, number: int) -> AsyncIterator[bytes]:
    """Yield what happens to a job until it has ended, or the key is not valid any more."""
    silent = checked = 0.0
    while True:
        try:
            if checked >= KEY_SECONDS:
                checked = 0.0
                if not await run_in_threadpool(is_valid, store, key.id):
                    return
            job = await run_in_threadpool(find_job, store, county_id=key.county_id, job_id=job_id)
            found = await run_in_threadpool(events_after, store, job_id, number)
        except StoreUnavailableError:
            job, found = None, ()
        except MissingError:  # deleted while it was followed
            return
        for event in found:
            number, silent = event.number, 0.0
            yield _written(event)
        if job is not None and job.state == "ended" and number >= job.last_event:
            return
        if silent >= SILENCE_SECONDS:
            silent = 0.0
            yield b": still there\n\n"
        await asyncio.sleep(POLL_SECONDS)
        silent, checked = silent + POLL_SECONDS, checked + POLL_SECONDS


def _written(event: Event) -> bytes:
    answer = EventAnswer(kind=event.kind, at=moment(event.at_ms), data=event.data)
    data = json.dumps(answer.model_dump(mode="json"), ensure_ascii=False)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode()


def past_of(order: SearchOrder, store: Database, key: Key) -> tuple[Brief, ...] | None:
    """Return the outcomes known now, when the order counts them.

    What is told later belongs to another order, so that this one gives the same plan again.
    """
    if not order.with_outcomes:
        return None
    past = published_past(store, county_id=key.county_id)
    return () if past is None else brief(past.visits)


def _answer(store: Database, job: Job) -> JobAnswer:
    return job_answer(job, best_so_far(store, job.id) if job.state == "running" else None)


def _hash(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()

"""Tables in: read, and refused with every fault at once, or kept byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from planner.api.access import Reader, Scheduler
from planner.api.problems import ProblemError, language_of
from planner.api.reading import Tables, read_issues, read_upload
from planner.api.schemas import MAX_WEEKS, DatasetAnswer, DatasetPage, IssueAnswer, IssuesAnswer, dataset_answer
from planner.api.strict import Day, StrictRoute
from planner.store import Database
from planner.store.datasets import find_dataset, keep_dataset, list_datasets, read_content
from planner.store.records import DatasetKind

LARGEST_UPLOAD = 10 * 2**20
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: dict[str, DatasetKind] = {WORKBOOK: "xlsx", "application/zip": "zip"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
router = APIRouter(tags=["datasets"], route_class=StrictRoute)
Limit = Annotated[int, Query(ge=1, le=100)]
After = Annotated[str | None, Query(pattern=r"^[0-9a-f]{24}$")]


async def store_of(request: Request) -> Database:
    """Return the database the API was opened with."""
    database: Database = request.app.state.database
    return database


async def asked_language(request: Request) -> str:
    """Return the language that is asked for first, of those spoken here."""
    return language_of(request)


Store = Annotated[Database, Depends(store_of)]
Language = Annotated[str, Depends(asked_language)]


async def uploaded(request: Request, key: Scheduler) -> AsyncIterator[tuple[DatasetKind, bytes]]:
    """Yield what kind of file is sent, and its bytes; how many there may be was checked while they came."""
    kind = KINDS.get(request.headers.get("content-type", "").split(";")[0].strip().lower())
    if kind is None:
        raise ProblemError("unsupported_media_type")
    with request.app.state.uploads.place(key.county_id):
        yield kind, await request.body()


Upload = Annotated[tuple[DatasetKind, bytes], Depends(uploaded)]
TAKES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the workbook or of the .zip.",
        "content": {kind: dict(BINARY) for kind in KINDS},
    }
}


@router.post(
    "/v1/datasets",
    status_code=201,
    openapi_extra=TAKES,
    max_body_size=LARGEST_UPLOAD,
    responses={200: {"model": DatasetAnswer, "description": "They were sent before."}},
)
def send_dataset(key: Scheduler, store: Store, upload: Upload, language: Language, response: Response) -> DatasetAnswer:
    """Send the tables of a county: a workbook, or a .zip of CSV, GeoJSON and GeoPackage files.

    They are kept as they are when they can be read without a fault, and refused with every fault of every table
    otherwise. The same bytes again are the same dataset (200).
    """
    kind, content = upload
    summary = read_upload(Tables(key.county_id, kind, content), language)
    dataset, is_new = keep_dataset(store, county_id=key.county_id, kind=kind, content=content, summary=summary)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/datasets/{dataset.id}"
    return dataset_answer(dataset, language)


@router.get("/v1/datasets")
def get_datasets(key: Reader, store: Store, language: Language, limit: Limit = 50, after: After = None) -> DatasetPage:
    """List the datasets of the county, the newest first, a page at a time."""
    found = list_datasets(store, county_id=key.county_id, limit=limit, after=after)
    items = [dataset_answer(dataset, language) for dataset in found]
    return DatasetPage(items=items, next=found[-1].id if len(found) == limit else None)


@router.get("/v1/datasets/{dataset_id}")
def get_dataset(dataset_id: str, key: Reader, store: Store, language: Language) -> DatasetAnswer:
    """Tell what is known of a dataset: how much is in it, and what was noticed while reading."""
    return dataset_answer(find_dataset(store, county_id=key.county_id, dataset_id=dataset_id), language)


@router.get("/v1/datasets/{dataset_id}/issues")
def get_issues(
    dataset_id: str,
    key: Reader,
    store: Store,
    language: Language,
    start: Day | None = None,
    weeks: Annotated[int | None, Query(ge=1, le=MAX_WEEKS)] = None,
) -> IssuesAnswer:
    """Read the tables again for the days of a plan: why a job ended as ``input_fault``, or what was noticed."""
    find_dataset(store, county_id=key.county_id, dataset_id=dataset_id)
    tables = Tables(key.county_id, *read_content(store, dataset_id))
    issues = read_issues(tables, None if start is None else start.isoformat(), weeks, language)
    found = [IssueAnswer.model_validate(issue) for issue in issues]
    return IssuesAnswer(is_plannable=all(issue.is_warning for issue in found), issues=found)

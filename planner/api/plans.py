"""Plans and their revisions, and the pages made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response

from planner.api.access import Reader
from planner.api.datasets import After, Language, Limit, Store
from planner.api.kept_pages import page_of
from planner.api.problems import ProblemError
from planner.api.schemas import PlanAnswer, PlanPage, RevisionAnswer, plan_answer, revision_answer
from planner.api.strict import Day
from planner.store import Database
from planner.store.datasets import find_dataset
from planner.store.plans import find_plan, list_plans, read_revision
from planner.store.records import Key

router = APIRouter(tags=["plans"])
Number = Annotated[int, Path(ge=1, le=10**6)]
Layer = Literal["planned_routes", "planned_stops", "villages", "bases"]
FOREVER = "private, max-age=31536000, immutable"  # a revision is never changed
# Names stand in the pages: nothing in them may reach another host, and nobody may frame them.
PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "frame-ancestors 'none'"
)
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": PAGE_POLICY}


FEATURES = {
    "type": "object",
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
    "required": ["type", "features"],
}


def _file(media_type: str, schema: Mapping[str, Any] | None = None) -> dict[int | str, dict[str, Any]]:
    described = {"type": "string"} if schema is None else dict(schema)
    return {200: {"content": {media_type: {"schema": described}}, "description": "The file."}}


@router.get("/v1/plans")
def get_plans(key: Reader, store: Store, limit: Limit = 50, after: After = None) -> PlanPage:
    """List the plans of the county, a page at a time."""
    found = list_plans(store, county_id=key.county_id, limit=limit, after=after)
    return PlanPage(items=[plan_answer(plan) for plan in found], next=found[-1].id if len(found) == limit else None)


@router.get("/v1/plans/{plan_id}")
def get_plan(plan_id: str, key: Reader, store: Store, response: Response) -> PlanAnswer:
    """Tell which revision of a plan is the newest, and which is published; ``ETag`` is for a change of it."""
    plan = find_plan(store, county_id=key.county_id, plan_id=plan_id)
    response.headers["ETag"] = etag(plan.head)
    return plan_answer(plan)


@router.get("/v1/plans/{plan_id}/revisions/{number}")
def get_revision(
    plan_id: str, number: Number, key: Reader, store: Store, language: Language, response: Response
) -> RevisionAnswer:
    """Read one revision: circuits, visits owed with reasons, violations, cost terms, and what it was made from."""
    plan, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    dataset = find_dataset(store, county_id=key.county_id, dataset_id=plan.dataset_id)
    response.headers.update({"ETag": etag(number), "Cache-Control": FOREVER, "Vary": "Accept-Language"})
    reports = json.loads(revision.made.report)
    report = reports.get(language, reports["en"])  # a language may have been added since
    return revision_answer(plan, revision, dataset, json.loads(revision.made.plan)["plan"], report)


@router.get("/v1/plans/{plan_id}/revisions/{number}/index.html", response_class=Response, responses=_file("text/html"))
def get_index(plan_id: str, number: Number, key: Reader, store: Store, language: Language) -> Response:
    """Read the page with the interactive map, complete in one file."""
    return _made(store, key, plan_id, number, "text/html; charset=utf-8", page="index", language=language)


@router.get(
    "/v1/plans/{plan_id}/revisions/{number}/teams/{team_id:path}/weeks/{week}/sheet.html",
    response_class=Response,
    responses=_file("text/html"),
)
def get_sheet(
    plan_id: str, number: Number, team_id: str, week: Day, key: Reader, store: Store, language: Language
) -> Response:
    """Read the crew sheet of a team for the week that begins on a Monday, ready to be printed."""
    asked = {"page": "crew", "team": team_id, "week": week.isoformat(), "language": language}
    return _made(store, key, plan_id, number, "text/html; charset=utf-8", **asked)


@router.get(
    "/v1/plans/{plan_id}/revisions/{number}/teams/{team_id:path}/calendar.ics",
    response_class=Response,
    responses=_file("text/calendar"),
)
def get_calendar(plan_id: str, number: Number, team_id: str, key: Reader, store: Store, language: Language) -> Response:
    """Read the visits of a team as a calendar for phones; it names nobody."""
    asked = {"page": "calendar", "team": team_id, "language": language}
    return _made(store, key, plan_id, number, "text/calendar; charset=utf-8", **asked)


@router.get(
    "/v1/plans/{plan_id}/revisions/{number}/maps/{layer}.geojson",
    response_class=Response,
    responses=_file("application/geo+json", FEATURES),
)
def get_map(plan_id: str, number: Number, layer: Layer, key: Reader, store: Store, language: Language) -> Response:
    """Read a layer of the map (RFC 7946): routes, stops, villages or bases; it names nobody."""
    asked = {"page": "map", "layer": layer, "language": language}
    return _made(store, key, plan_id, number, "application/geo+json", **asked)


def etag(number: int) -> str:
    """Return the tag of a revision."""
    return f'"r{number}"'


def _made(store: Database, key: Key, plan_id: str, number: int, media_type: str, **asked: str) -> Response:
    """Return a file made of a revision."""
    plan, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    content = page_of(store, plan, revision, asked)
    if not content:
        raise ProblemError("not_found")
    headers = {**SAFE, "ETag": etag(number), "Cache-Control": FOREVER, "Vary": "Accept-Language"}
    return Response(content, media_type=media_type, headers=headers)

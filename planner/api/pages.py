"""What is printed, looked at or put on a phone: files made of a revision, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Response

from planner.api.access import Reader
from planner.api.datasets import BINARY, WORKBOOK, Language, Store
from planner.api.kept_pages import page_of
from planner.api.plans import FOREVER, Number, etag
from planner.api.problems import ProblemError
from planner.api.strict import Day, StrictRoute
from planner.store import Database
from planner.store.plans import read_revision
from planner.store.records import Key

router = APIRouter(tags=["pages"], route_class=StrictRoute)
Layer = Literal["planned_routes", "planned_stops", "villages", "bases"]
REVISION = "/v1/plans/{plan_id}/revisions/{number}"
TEAM = REVISION + "/teams/{team_id:path}"  # an id may have a slash
HTML, GPX, ZIP = "text/html; charset=utf-8", "application/gpx+xml", "application/zip"
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


@router.get(REVISION + "/index.html", response_class=Response, responses=_file("text/html"))
def get_index(plan_id: str, number: Number, key: Reader, store: Store, language: Language) -> Response:
    """Read the page with the interactive map, complete in one file."""
    return _made(store, key, plan_id, number, HTML, page="index", language=language)


@router.get(REVISION + "/summary.html", response_class=Response, responses=_file("text/html"))
def get_summary(plan_id: str, number: Number, key: Reader, store: Store, language: Language) -> Response:
    """Read the supervisor summary: what is planned and owed by township and village, workload, kilometres; to print."""
    return _made(store, key, plan_id, number, HTML, page="summary", language=language)


@router.get(REVISION + "/circuits.xlsx", response_class=Response, responses=_file(WORKBOOK, BINARY["schema"]))
def get_circuits(plan_id: str, number: Number, key: Reader, store: Store, language: Language) -> Response:
    """Read the circuits as a workbook: what is owed, a sheet for each team and week, and one to tell outcomes in."""
    return _made(store, key, plan_id, number, WORKBOOK, page="workbook", language=language)


@router.get(REVISION + "/notices.zip", response_class=Response, responses=_file(ZIP, BINARY["schema"]))
def get_notices(plan_id: str, number: Number, key: Reader, store: Store, language: Language) -> Response:
    """Read the village notices, all and by township, and the text messages (``sms.csv``), packed; they name nobody."""
    return _made(store, key, plan_id, number, ZIP, page="notices", language=language)


@router.get(TEAM + "/weeks/{week}/sheet.html", response_class=Response, responses=_file("text/html"))
def get_sheet(
    plan_id: str, number: Number, team_id: str, week: Day, key: Reader, store: Store, language: Language
) -> Response:
    """Read the crew sheet of a team for the week that begins on a Monday, ready to be printed."""
    asked = {"page": "crew", "team": team_id, "week": week.isoformat(), "language": language}
    return _made(store, key, plan_id, number, HTML, **asked)


@router.get(TEAM + "/weeks/{week}/track.gpx", response_class=Response, responses=_file(GPX))
def get_track(
    plan_id: str, number: Number, team_id: str, week: Day, key: Reader, store: Store, language: Language
) -> Response:
    """Read the way of a team in the week as GPX for phones; it names nobody."""
    asked = {"page": "track", "team": team_id, "week": week.isoformat(), "language": language}
    return _made(store, key, plan_id, number, GPX, **asked)


@router.get(TEAM + "/calendar.ics", response_class=Response, responses=_file("text/calendar"))
def get_calendar(plan_id: str, number: Number, team_id: str, key: Reader, store: Store, language: Language) -> Response:
    """Read the visits of a team as a calendar for phones; it names nobody."""
    asked = {"page": "calendar", "team": team_id, "language": language}
    return _made(store, key, plan_id, number, "text/calendar; charset=utf-8", **asked)


@router.get(
    REVISION + "/maps/{layer}.geojson", response_class=Response, responses=_file("application/geo+json", FEATURES)
)
def get_map(plan_id: str, number: Number, layer: Layer, key: Reader, store: Store, language: Language) -> Response:
    """Read a layer of the map (RFC 7946): routes, stops, villages or bases; it names nobody."""
    asked = {"page": "map", "layer": layer, "language": language}
    return _made(store, key, plan_id, number, "application/geo+json", **asked)


def _made(store: Database, key: Key, plan_id: str, number: int, media_type: str, **asked: str) -> Response:
    """Return a file made of a revision."""
    plan, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    content = page_of(store, plan, revision, asked)
    if not content:
        raise ProblemError("not_found")
    headers = {**SAFE, "ETag": etag(number), "Cache-Control": FOREVER, "Vary": "Accept-Language"}
    return Response(content, media_type=media_type, headers=headers)

"""Was every village of the county seen as its rules demand? Told by the outcomes of what was published."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from planner.api.access import Reader
from planner.api.counties import problem_of
from planner.api.coverage_schemas import CoverageAnswer
from planner.api.datasets import Store
from planner.api.problems import ProblemError
from planner.api.strict import Day, StrictRoute
from planner.evaluation import villages_seen
from planner.seen_report import MOST_DAYS, days_told, seen_document
from planner.store.records import MissingError
from planner.store.seen import PublishedPast, published_past
from planner.values import DateRange

router = APIRouter(tags=["coverage"], route_class=StrictRoute)
FirstDay = Annotated[Day | None, Query(description="First day; else the Monday of the first visit published.")]
LastDay = Annotated[
    Day | None, Query(description="Last day, from which days are counted back; else the Sunday of the last visit.")
]


@router.get("/v1/coverage")
def get_coverage(key: Reader, store: Store, first_day: FirstDay = None, last_day: LastDay = None) -> CoverageAnswer:
    """Tell for every village and rule what was demanded, planned, held and missed, and how long people waited.

    Villages and rules are those of the plan that was published last. Places go by their ids; nobody is named.
    """
    past = published_past(store, county_id=key.county_id)
    if past is None:
        raise MissingError
    days = _days(past, first_day, last_day)
    problem, _ = problem_of(store, past.newest, {"start": past.start.isoformat(), "days": past.days})
    return CoverageAnswer.model_validate(seen_document(villages_seen(problem.sites, past.visits, days), days))


def _days(past: PublishedPast, first_day: date | None, last_day: date | None) -> DateRange:
    """Return the days asked for; raises ProblemError when they are none, or too many."""
    told = days_told(past.visits) or DateRange(first_day=past.start, last_day=past.start)
    first, last = first_day or told.first_day, last_day or told.last_day
    if not 0 <= (last - first).days < MOST_DAYS:
        place = "query.last_day" if last_day is not None else "query.first_day"
        raise ProblemError("invalid_request", places=[{"where": place, "fault": "days_out_of_range"}])
    return DateRange(first_day=first, last_day=last)

"""Plans and their revisions."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from planner.api.access import Reader
from planner.api.datasets import After, Language, Limit, Store
from planner.api.schemas import PlanAnswer, PlanPage, RevisionAnswer, plan_answer, revision_answer
from planner.api.strict import StrictRoute
from planner.store.datasets import find_dataset
from planner.store.plans import find_plan, list_plans, read_revision

router = APIRouter(tags=["plans"], route_class=StrictRoute)
Number = Annotated[int, Path(ge=1, le=10**6)]
FOREVER = "private, max-age=31536000, immutable"  # a revision is never changed


@router.get("/v1/plans")
def get_plans(key: Reader, store: Store, limit: Limit = 50, after: After = None) -> PlanPage:
    """List the plans of the county, the newest first, a page at a time."""
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


def etag(number: int) -> str:
    """Return the tag of a revision."""
    return f'"r{number}"'

"""The visits of a revision, each with an id, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from planner.api.access import Reader, Scheduler
from planner.api.datasets import After, Limit, Store
from planner.api.plans import Number
from planner.api.problems import ProblemError
from planner.api.strict import StrictRoute
from planner.api.visit_schemas import OutcomeAnswer, OutcomeOrder, OutcomePage, VisitAnswer, VisitsAnswer
from planner.api.visit_schemas import outcome_answer as answered
from planner.history import visit_id as id_of_visit
from planner.store.outcomes import keep_outcome, list_outcomes
from planner.store.plans import read_revision

router = APIRouter(tags=["visits"], route_class=StrictRoute)
VisitId = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")]
IfMatch = Annotated[str | None, Header(max_length=100)]


@router.get("/v1/plans/{plan_id}/revisions/{number}/visits")
def get_visits(plan_id: str, number: Number, key: Reader, store: Store) -> VisitsAnswer:
    """List the visits of a revision in the order they are driven. The same visit has the same id in every revision."""
    _, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    return VisitsAnswer(items=list(visits_of(json.loads(revision.made.plan)["plan"])))


@router.put("/v1/plans/{plan_id}/revisions/{number}/visits/{visit_id}/outcome")
def put_outcome(
    plan_id: str,
    number: Number,
    visit_id: VisitId,
    order: OutcomeOrder,
    key: Scheduler,
    store: Store,
    response: Response,
    if_match: IfMatch = None,
) -> OutcomeAnswer:
    """Tell what came of a visit of the published revision. The same again is the same outcome.

    Another outcome of a visit that has one wants ``If-Match`` with the ETag of what was read.
    """
    _, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    if all(visit.id != visit_id for visit in visits_of(json.loads(revision.made.plan)["plan"])):
        raise ProblemError("not_found")
    outcome, _ = keep_outcome(
        store,
        county_id=key.county_id,
        plan_id=plan_id,
        revision=number,
        visit_id=visit_id,
        told=order.told(),
        expected=None if if_match is None else _expected(if_match),
    )
    response.headers["ETag"] = f'"o{outcome.number}"'
    return answered(outcome)


@router.get("/v1/plans/{plan_id}/outcomes")
def get_outcomes(plan_id: str, key: Reader, store: Store, limit: Limit = 50, after: After = None) -> OutcomePage:
    """List what came of the visits of a plan, over all revisions that were published, a page at a time."""
    found = list_outcomes(store, county_id=key.county_id, plan_id=plan_id, limit=limit, after=after)
    return OutcomePage(
        items=[answered(outcome) for outcome in found], next=found[-1].visit_id if len(found) == limit else None
    )


def visits_of(plan: dict[str, Any]) -> Iterator[VisitAnswer]:
    """Yield every visit of a plan's document."""
    for circuit in plan["circuits"]:
        for route in circuit["routes"]:
            for stop in route["stops"]:
                named = {
                    "day": route["day"], "team_id": route["team_id"],
                    "site_id": stop["site_id"], "rule_id": stop["rule_id"],
                }  # fmt: skip
                yield VisitAnswer(id=id_of_visit(**named), start_minute=stop["start_minute"], **named)


def _expected(if_match: str) -> int:
    written = if_match.strip().removeprefix('"o').removesuffix('"')
    if if_match.strip() != f'"o{written}"' or not (written.isascii() and written.isdigit() and len(written) < 10):
        raise ProblemError("precondition_failed")
    return int(written)

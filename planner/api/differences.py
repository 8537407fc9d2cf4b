"""What differs between two revisions of a plan, visit by visit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from planner.api.access import Reader
from planner.api.datasets import Language, Store
from planner.api.strict import StrictRoute
from planner.api.visit_schemas import AppointmentAnswer, ChangeAnswer, DiffAnswer
from planner.codec import load_plan
from planner.evaluation import Appointment, Change, diff_plans
from planner.language import say
from planner.store.plans import read_revision

router = APIRouter(tags=["plans"], route_class=StrictRoute)
From = Annotated[int, Query(alias="from", ge=1, le=10**6)]
To = Annotated[int, Query(ge=1, le=10**6)]


@router.get("/v1/plans/{plan_id}/diff")
def get_diff(plan_id: str, from_number: From, to: To, key: Reader, store: Store, language: Language) -> DiffAnswer:
    """Tell what changes from one revision to another: visits added, removed, on another day, by another team."""
    plans = [
        load_plan(revision.made.plan, file="plan.json")
        for number in (from_number, to)
        for _, revision in [read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)]
    ]
    changes = [_change(change, language) for change in diff_plans(plans[0], plans[1])]
    return DiffAnswer(plan_id=plan_id, from_number=from_number, to_number=to, changes=changes)


def _change(change: Change, language: str) -> ChangeAnswer:
    return ChangeAnswer(
        kind=change.kind,
        site_id=change.task.site_id,
        rule_id=change.task.rule_id,
        before=_appointment(change.before),
        after=_appointment(change.after),
        sentence=say(change.sentence, language),
    )


def _appointment(at: Appointment | None) -> AppointmentAnswer | None:
    return None if at is None else AppointmentAnswer(day=at.day, team_id=at.team_id, start_minute=at.start_minute)

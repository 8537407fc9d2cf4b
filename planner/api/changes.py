"""Changes of a plan: places recommended, moves tried or made, publishing. A change wants what was read (If-Match)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from planner.api.access import Scheduler
from planner.api.counties import problem_of
from planner.api.datasets import Language, Store
from planner.api.plans import Number, etag
from planner.api.problems import ProblemError
from planner.api.schemas import (
    MoveAnswer,
    MoveOrder,
    PlanAnswer,
    RecommendOrder,
    SlotAnswer,
    SlotsAnswer,
    plan_answer,
)
from planner.api.strict import StrictRoute
from planner.codec import dump_plan, load_plan
from planner.errors import ModelError
from planner.evaluation import Evaluation, Violation
from planner.jobs.worker import judged
from planner.language import say
from planner.moving import Moved, move_visit
from planner.recommending import Slot, recommend
from planner.store.plans import add_revision, find_plan, publish_plan, read_revision
from planner.store.records import StaleError

router = APIRouter(tags=["changes"], route_class=StrictRoute)
REVISION_TAG = re.compile(r'"r([1-9][0-9]{0,8})"')
IfMatch = Annotated[str | None, Header(max_length=100)]
DryRun = Annotated[bool, Query(description="Only tell what the move would do.")]


def expected_revision(if_match: str | None) -> int:
    """Return the number of the revision that a change is made to; raises ProblemError."""
    if if_match is None:
        raise ProblemError("precondition_required")
    written = REVISION_TAG.fullmatch(if_match.strip())
    if written is None:
        raise ProblemError("precondition_failed")
    return int(written[1])


@router.post("/v1/plans/{plan_id}/moves")
def send_move(
    plan_id: str,
    order: MoveOrder,
    key: Scheduler,
    store: Store,
    language: Language,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> MoveAnswer:
    """Move one visit, or put in an owed one: a new revision, and nothing else is changed.

    With ``dry_run=true`` it is only told what the move costs and breaks. A move that breaks hard rules is refused
    unless they are accepted.
    """
    plan, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id)
    expected = expected_revision(if_match)
    if plan.head != expected:
        raise StaleError(plan.head)
    before = load_plan(revision.made.plan, file="plan.json")
    problem, notices = problem_of(store, plan, {"start": before.start.isoformat(), "days": before.days})
    try:
        moved = move_visit(problem, before, order.move())
    except ModelError as fault:
        raise _refused(fault, language) from None
    broken = [_violation(violation, language) for violation in moved.broken]
    if not dry_run:
        if any(violation.is_hard for violation in moved.broken) and not order.accept_broken_rules:
            raise ProblemError("rules_broken", broken=broken)
        made = judged(problem, moved.plan, moved.after, dump_plan(moved.plan), notices)
        plan = add_revision(
            store, county_id=key.county_id, plan_id=plan_id, expected=expected, made=made, made_by="move"
        )
    response.headers["ETag"] = etag(plan.head)
    return _answer(plan_id, plan.head, moved, broken, language, is_applied=not dry_run)


@router.post("/v1/plans/{plan_id}/revisions/{number}:recommend")
def send_wish(
    plan_id: str, number: Number, order: RecommendOrder, key: Scheduler, store: Store, language: Language
) -> SlotsAnswer:
    """Find the best places for a visit of a revision, or for an owed one: nothing is changed.

    Places that break no hard rule come first, then the cheapest; one for each team and day. Each can be sent as a move.
    """
    plan, revision = read_revision(store, county_id=key.county_id, plan_id=plan_id, number=number)
    before = load_plan(revision.made.plan, file="plan.json")
    problem, _ = problem_of(store, plan, {"start": before.start.isoformat(), "days": before.days})
    try:
        found = recommend(problem, before, order.wish(), most=order.limit)
    except ModelError as fault:
        raise _refused(fault, language) from None
    slots = [_slot(slot, language) for slot in found.slots]
    return SlotsAnswer(plan_id=plan_id, number=number, slots=slots, tried=found.tried)


@router.post("/v1/plans/{plan_id}:publish")
def post_publish(
    plan_id: str, key: Scheduler, store: Store, response: Response, if_match: IfMatch = None
) -> PlanAnswer:
    """Say that the teams drive by the newest revision, which is the one that was read."""
    find_plan(store, county_id=key.county_id, plan_id=plan_id)
    plan = publish_plan(store, county_id=key.county_id, plan_id=plan_id, expected=expected_revision(if_match))
    response.headers["ETag"] = etag(plan.head)
    return plan_answer(plan)


def _refused(fault: ModelError, language: str) -> ProblemError:
    reason, remedy = say(fault.problem, language), say(fault.remedy, language)
    return ProblemError("move_refused", reason=reason, detail=remedy)


def _answer(
    plan_id: str, head: int, moved: Moved, broken: list[dict[str, Any]], language: str, *, is_applied: bool
) -> MoveAnswer:
    return MoveAnswer(
        plan_id=plan_id,
        head=head,
        is_applied=is_applied,
        cost=round(moved.after.cost, 3),
        cost_change=round(moved.after.cost - moved.before.cost, 3),
        term_changes=_term_changes(moved.before, moved.after),
        broken=broken,
        mended=[_violation(violation, language) for violation in moved.mended],
        changes=[say(change.sentence, language) for change in moved.changes],
        owed=len(moved.plan.unserved),
    )


def _slot(slot: Slot, language: str) -> SlotAnswer:
    return SlotAnswer(
        to_day=slot.move.to_day,
        to_team=slot.move.to_team,
        position=slot.move.position or 0,
        start_minute=slot.start_minute,
        cost_change=round(slot.cost, 3),
        km_change=round(slot.metres / 1000, 3),
        minutes_change=slot.minutes,
        is_sound=slot.is_sound,
        broken=[_violation(violation, language) for violation in slot.broken],
    )


def _term_changes(before: Evaluation, after: Evaluation) -> dict[str, float]:
    """Return by how much each term of the cost is more or less, in its own unit; without those that stay."""
    amounts = {term.name: -term.amount for term in before.terms}
    for term in after.terms:
        amounts[term.name] = amounts.get(term.name, 0.0) + term.amount
    return {name: round(amount, 3) for name, amount in amounts.items() if round(amount, 3)}


def _violation(violation: Violation, language: str) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "subject": violation.subject,
        "is_hard": violation.is_hard,
        "sentence": say(violation.sentence, language),
    }

"""What came of the visits of a plan: told by the teams, kept beside the revisions, which are never changed."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import Row, select, update

from planner.store.database import Database, now_ms
from planner.store.plans import plan_in
from planner.store.records import StaleError, Told, UnpublishedError, UnseenError, VisitOutcome
from planner.store.tables import outcomes


def keep_outcome(
    database: Database,
    *,
    county_id: str,
    plan_id: str,
    revision: int,
    visit_id: str,
    told: Told,
    expected: int | None = None,
) -> tuple[VisitOutcome, bool]:
    """Keep what came of a visit; return it, and whether it is new. The same again changes nothing.

    Raises
    ------
    MissingError
        When the county has no such plan.
    UnpublishedError
        When the revision is not the published one.
    UnseenError
        When there is another outcome, and no number of it was expected.
    StaleError
        When the number that was expected is not that of the outcome; it has the number that is.
    """
    own = (outcomes.c.plan_id == plan_id, outcomes.c.visit_id == visit_id)
    with database.writing() as connection:
        plan = plan_in(connection, county_id, plan_id, is_to_change=True)
        if plan.published != revision:
            raise UnpublishedError
        row = connection.execute(select(outcomes).where(*own)).one_or_none()
        before = None if row is None else _outcome(row)
        if before is not None and before.told == told:
            return before, False
        _refuse_unseen(before, expected)
        values = {
            "revision": revision,
            "number": 1 if before is None else before.number + 1,
            "told": json.dumps(asdict(told), ensure_ascii=False, allow_nan=False),
            "updated_ms": now_ms(),
        }
        if before is None:
            connection.execute(outcomes.insert().values(plan_id=plan_id, visit_id=visit_id, **values))
        else:
            connection.execute(update(outcomes).where(*own).values(**values))
        return _outcome(connection.execute(select(outcomes).where(*own)).one()), before is None


def _refuse_unseen(before: VisitOutcome | None, expected: int | None) -> None:
    """Refuse a change by somebody who has not read what is there."""
    there = 0 if before is None else before.number
    if expected is None and there:
        raise UnseenError
    if expected is not None and expected != there:
        raise StaleError(there)


def list_outcomes(
    database: Database, *, county_id: str, plan_id: str, limit: int, after: str | None = None
) -> tuple[VisitOutcome, ...]:
    """Return outcomes of a plan by the id of the visit, those after one when it is given; raises MissingError."""
    with database.reading() as connection:
        plan_in(connection, county_id, plan_id)
        asked = select(outcomes).where(outcomes.c.plan_id == plan_id, outcomes.c.visit_id > (after or ""))
        rows = connection.execute(asked.order_by(outcomes.c.visit_id).limit(limit))
        return tuple(_outcome(row) for row in rows)


def _outcome(row: Row[tuple[object, ...]]) -> VisitOutcome:
    return VisitOutcome(
        plan_id=row.plan_id,
        visit_id=row.visit_id,
        revision=row.revision,
        number=row.number,
        told=Told(**json.loads(row.told)),
        updated_ms=row.updated_ms,
    )

"""What came of the published plans of a county, as the visits they were: for the next plan, and for the supervisor."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from planner.history import PastVisit, visit_id
from planner.store.database import Database
from planner.store.plans import plan_of
from planner.store.records import StoredPlan, Told
from planner.store.tables import outcomes, plans, revisions

MOST_PLANS = 200  # the newest: a plan a week for nearly four years
Session = tuple[str, str, date]  # site, rule, day


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPast:
    """The plan that was published last, the days of its published revision, and the visits of all, in order."""

    newest: StoredPlan
    start: date
    days: int
    visits: tuple[PastVisit, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The visits of a revision by their ids, the days it is for, and every (site, rule) that it decides on."""

    visits: Mapping[str, Session]
    first: date
    last: date
    tasks: frozenset[tuple[str, str]]


def published_past(database: Database, *, county_id: str) -> PublishedPast | None:
    """Return what is known of the published plans of a county; None when none was published.

    A visit is planned by the plan published last that decides on its site and rule for its day. What was told of a
    visit of an earlier revision, or of a plan that another one has replaced, counts all the same: somebody was there.
    """
    with database.reading() as connection:
        found = _published(connection, county_id)
        told = _told(connection, [plan.id for plan, _ in found])
        wanted = {(plan.id, plan.published or 0) for plan, _ in found} | {
            (plan_id, revision) for plan_id, known in told.items() for _, revision, _ in known
        }
        sheets = {key: sheet for key in sorted(wanted) if (sheet := _sheet(connection, *key)) is not None}
    if not found:
        return None
    newest = found[0][0]
    sheet = sheets[newest.id, newest.published or 0]
    return PublishedPast(
        newest=newest,
        start=sheet.first,
        days=(sheet.last - sheet.first).days + 1,
        visits=tuple(_visits([plan for plan, _ in found], told, sheets)),
    )


def _published(connection: Connection, county_id: str) -> list[tuple[StoredPlan, int]]:
    """Return the published plans with the moment of their published revision, the newest first."""
    asked = (
        select(plans, revisions.c.created_ms.label("revised_ms"))
        .join(revisions, (revisions.c.plan_id == plans.c.id) & (revisions.c.number == plans.c.published))
        .where(plans.c.county_id == county_id)
        .order_by(revisions.c.created_ms.desc(), plans.c.id.desc())
        .limit(MOST_PLANS)
    )
    return [(plan_of(row), row.revised_ms) for row in connection.execute(asked)]


def _told(connection: Connection, plan_ids: Iterable[str]) -> dict[str, list[tuple[str, int, Told]]]:
    """Return for each plan what was told: the id of the visit, the revision it was told of, and what."""
    found: dict[str, list[tuple[str, int, Told]]] = defaultdict(list)
    asked = select(outcomes).where(outcomes.c.plan_id.in_(list(plan_ids)))
    for row in connection.execute(asked.order_by(outcomes.c.plan_id, outcomes.c.visit_id)):
        found[row.plan_id].append((row.visit_id, row.revision, Told(**json.loads(row.told))))
    return found


def _sheet(connection: Connection, plan_id: str, number: int) -> _Sheet | None:
    own = (revisions.c.plan_id == plan_id, revisions.c.number == number)
    content = connection.execute(select(revisions.c.plan).where(*own)).scalar_one_or_none()
    if content is None:
        return None
    plan: dict[str, Any] = json.loads(zlib.decompress(content))["plan"]
    visits = {
        visit_id(day=route["day"], team_id=route["team_id"], site_id=stop["site_id"], rule_id=stop["rule_id"]): (
            stop["site_id"],
            stop["rule_id"],
            date.fromisoformat(route["day"]),
        )
        for circuit in plan["circuits"]
        for route in circuit["routes"]
        for stop in route["stops"]
    }
    first = date.fromisoformat(plan["start"])
    owed = {(visit["site_id"], visit["rule_id"]) for visit in plan["unserved"]}
    return _Sheet(
        visits=visits,
        first=first,
        last=first + timedelta(days=plan["days"] - 1),
        tasks=frozenset(owed.union((site, rule) for site, rule, _ in visits.values())),
    )


def _visits(
    newest_first: list[StoredPlan],
    told: Mapping[str, list[tuple[str, int, Told]]],
    sheets: Mapping[tuple[str, int], _Sheet],
) -> Iterator[PastVisit]:
    known: dict[Session, list[Told]] = defaultdict(list)
    for plan_id, said in told.items():
        for visit, revision, what in said:
            sheet = sheets.get((plan_id, revision))
            if sheet is not None and visit in sheet.visits:
                known[sheet.visits[visit]].append(what)
    before: list[_Sheet] = []
    for plan in newest_first:
        sheet = sheets[plan.id, plan.published or 0]
        for session in sheet.visits.values():
            if not any(one.first <= session[2] <= one.last and session[:2] in one.tasks for one in before):
                known.setdefault(session, [])
        before.append(sheet)
    for (site_id, rule_id, day), parts in sorted(known.items(), key=lambda item: (item[0][2], item[0])):
        yield _joined(site_id, rule_id, day, parts)


def _joined(site_id: str, rule_id: str, day: date, parts: list[Told]) -> PastVisit:
    """Return a visit by what all its teams told: held when any of them held it, with the people of them all."""
    held = [part for part in parts if part.held]
    people = [part.people for part in held if part.people is not None]
    referrals = [part.referrals for part in held if part.referrals is not None]
    return PastVisit(
        site_id=site_id,
        rule_id=rule_id,
        day=day,
        is_held=None if not parts else bool(held),
        why=None if not parts or held else parts[0].why or "other",
        people=sum(people) if people else None,
        referrals=sum(referrals) if referrals and people else None,
    )

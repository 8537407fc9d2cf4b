"""The sheets calendar and closures."""

from __future__ import annotations

from datetime import date, timedelta

from planner.calendar import CalendarOverride
from planner.language import text
from planner.tables.faults import Faults
from planner.tables.reading import Row, Table
from planner.tables.references import Register, find_or_note, note_unknown
from planner.values import Closure, DateRange, RoadClosure

LONGEST_SPAN = 400  # days of one row of the calendar


def read_overrides(table: Table | None, faults: Faults) -> tuple[CalendarOverride, ...]:
    """Return one override for each day of each row, sorted by day."""
    found: dict[date, CalendarOverride] = {}
    first_row: dict[date, int | None] = {}
    for row in table.rows if table else ():
        span = _span(row, faults)
        if span is None:
            continue
        if (span.last_day - span.first_day).days >= LONGEST_SPAN:
            problem = text("the row spans more than {n} days.", n=LONGEST_SPAN)
            faults.add(row.where("last_day"), problem, text("Check the year."))
            continue
        for k in range((span.last_day - span.first_day).days + 1):
            day = span.first_day + timedelta(days=k)
            override = CalendarOverride(day=day, kind=row.get("kind"), name=row.get("name", ""))
            if day in found and found[day].kind != override.kind:
                problem = text("{day} is also in row {row}, as another kind of day.", day=day, row=first_row[day])
                faults.add(row.where("first_day"), problem, text("Keep one of the rows."))
                break
            if day not in found or override.name < found[day].name:
                found[day], first_row[day] = override, row.place.row
    return tuple(found[day] for day in sorted(found))


def read_closures(
    table: Table | None, villages: Register, road_ids: dict[str, tuple[str, ...]] | None, faults: Faults
) -> tuple[tuple[Closure, ...], tuple[RoadClosure, ...]]:
    """Return the closed villages and the closed roads, each with the row it stands in.

    ``road_ids`` gives the ids meant by each id or name of a road; None where the roads come from elsewhere.
    """
    sites: dict[tuple[str, DateRange], Closure] = {}  # the first row that closes a village on these days
    roads: set[RoadClosure] = set()
    for row in table.rows if table else ():
        span = _span(row, faults)
        word = row.get("id")
        if word is None or "kind" in row.faulty:
            continue
        if row.get("kind") == "village":
            site = find_or_note(row.where("id"), word, villages, faults)
            if site is not None and span is not None:
                closure = Closure(kind="village", id=site, days=span, reason=row.get("reason", ""), where=row.place)
                sites.setdefault((site, span), closure)
            continue
        if road_ids is not None and word not in road_ids:
            note_unknown(row.where("id"), word, road_ids, text("road"), faults)
        elif span is not None:
            ids = road_ids[word] if road_ids is not None else (word,)
            reason = row.get("reason", "")
            roads.update(RoadClosure(road_id=r, days=span, reason=reason, where=row.place) for r in ids)
    closed = sorted(sites.values(), key=lambda c: (c.id, c.days.first_day, c.days.last_day))
    return tuple(closed), tuple(sorted(roads, key=lambda c: (c.road_id, c.days.first_day, c.days.last_day, c.reason)))


def _span(row: Row, faults: Faults) -> DateRange | None:
    """Return the days of a row; a missing last day is the first."""
    first = row.get("first_day")
    last = row.get("last_day", first)
    if first is None or row.faulty:
        return None
    if first > last:
        problem = text("the last day {last} is before the first day {first}.", first=first, last=last)
        faults.add(row.where("last_day"), problem, text("Swap the two dates, or correct the year."))
        return None
    return DateRange(first_day=first, last_day=last)

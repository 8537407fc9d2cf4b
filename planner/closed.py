"""Closed villages and roads as reasons: the problem without them, and what is told of them.

A reason keeps its values as plain text (``UnservedVisit.details``); those of the second closure end in ``_2``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import count, islice

from planner.errors import place_words
from planner.language import Text, text
from planner.model import Problem, Site, Task
from planner.openings import with_roads_open
from planner.values import Closure, DateRange

MOST_TOLD = 5  # closures of one reason
Way = tuple[tuple[Closure, ...], Problem]  # what is open that is closed, and the problem with it open


def closures_of(problem: Problem, site: Site) -> tuple[Closure, ...]:
    """Return the rows that close a village; of days that no row tells of, only the days."""
    known = {(closure.id, closure.days): closure for closure in problem.site_closures}
    return tuple(known.get((site.id, days), Closure(kind="village", id=site.id, days=days)) for days in site.closed)


def without_closures(problem: Problem, task: Task, due: DateRange) -> Iterator[Way]:
    """Yield the problem without each closure of the village that meets the days, then without all of them."""
    site = problem.site_by_id[task.site_id]
    closures = tuple(closure for closure in closures_of(problem, site) if closure.days.meets(due))
    for lifted in (*((one,) for one in closures), *([closures] if len(closures) > 1 else [])):
        days = {closure.days for closure in lifted}
        open_site = replace(site, closed=tuple(closed for closed in site.closed if closed not in days))
        yield lifted, replace(problem, sites=tuple(open_site if s.id == site.id else s for s in problem.sites))


def without_closed_roads(problem: Problem) -> Iterator[Way]:
    """Yield the problem with each closed road open that keeps anybody from a village, the fewest at a time first."""
    for opening in problem.openings:
        yield opening.closures, with_roads_open(problem, opening)


def as_details(closures: Sequence[Closure]) -> dict[str, str]:
    """Return what is told of the closures, by the names of values; what is not known is left out."""
    found: dict[str, object] = {}
    for number, closure in enumerate(closures[:MOST_TOLD], start=1):
        end = "" if number == 1 else f"_{number}"
        found |= {
            f"closed{end}": closure.called if closure.kind == "road" else "",
            f"closed_from{end}": closure.days.first_day,
            f"closed_to{end}": closure.days.last_day,
            f"closed_why{end}": closure.reason,
            f"closed_file{end}": closure.where.file,
            f"closed_sheet{end}": closure.where.sheet,
            f"closed_row{end}": closure.where.row or "",
        }
    return {name: str(value) for name, value in found.items() if value}


def closures_told(details: Mapping[str, object]) -> Text | str:
    """Return the closures that the values tell of as a part of a sentence: what, from when to when, why, which row."""
    ends = ("" if number == 1 else f"_{number}" for number in count(1))
    told = [_told(details, end) for end in islice(ends, MOST_TOLD) if f"closed_from{end}" in details]
    return reduce(lambda first, rest: text("{first}; {rest}", first=first, rest=rest), told) if told else ""


def _told(details: Mapping[str, object], end: str) -> Text:
    file, sheet, row, why = (details.get(f"closed_{name}{end}", "") for name in ("file", "sheet", "row", "why"))
    first, last, road = (details.get(f"closed{name}{end}", "") for name in ("_from", "_to", ""))
    days = text("from {first} to {last}", first=first, last=last)
    what = text("{road}, {days}", road=road, days=days) if road else days
    notes = [note for note in (why, place_words(file, sheet, row)) if note]
    if not notes:
        return what
    note = text("{first}; {rest}", first=notes[0], rest=notes[1]) if len(notes) > 1 else notes[0]
    return text("{what} ({note})", what=what, note=note)

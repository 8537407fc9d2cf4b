"""A team's visits as a calendar file (.ics, RFC 5545), which a phone takes in and corrects when the plan is made again.

*Which event is which.* A visit is told apart by its team, village, rule, period (week, month, ...) and number within
it; its UID follows from these alone. So a visit that moves to another day of its period is the same event, moved.
*Which version is newer.* SEQUENCE counts minutes since 2020, and is one more than before at least: it rises whenever
an event changes, also when the earlier file is lost. An event that did not change keeps its number, so that the same
plan written twice gives the same file. A visit that was in the earlier file and is no more is cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDDDTypes, vText

from planner.language import fit_for_a_file, say, text
from planner.model import Problem, Task, Team
from planner.periods import names_its_days
from planner.plan import Meetings, Plan, Route, Stop
from planner.rules import VisitRule
from planner.values import clock, week_of

ZONE = "Asia/Shanghai"
COUNTED_FROM = datetime(2020, 1, 1, tzinfo=UTC)
MONTHS = {"month": 1, "quarter": 3}
LARGEST_SEQUENCE = 2**31 - 2
TIMELESS = ("SEQUENCE", "DTSTAMP")  # what may differ between two versions that say the same


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWriter:
    """What every event needs to know. ``now`` is the time of writing, with its zone.

    ``with_contacts`` adds who opens the door and the telephone numbers; without it no event names a person.
    """

    problem: Problem
    plan: Plan
    meetings: Meetings
    county_name: str
    is_in_china: bool  # elsewhere the times float: each phone takes them as its own
    language: str
    with_contacts: bool
    now: datetime

    @property
    def sequence(self) -> int:
        """The number of a version written now."""
        return max(0, int((self.now - COUNTED_FROM) / timedelta(minutes=1)))


def team_calendar(writer: CalendarWriter, team: Team, earlier: bytes | None = None) -> bytes | None:
    """Return the calendar of a team as a file, or None when it has nothing to say.

    ``earlier`` is the file as it was written for an earlier plan; what is no calendar counts as none.
    """
    before = _events_of(earlier)
    events = [_versioned(writer, event, before.get(str(event["UID"]))) for event in _visits(writer, team)]
    made = {str(event["UID"]) for event in events}
    events += [
        _cancelled(writer, event) for uid, event in before.items() if uid not in made and _concerns(writer, event)
    ]
    if not events:
        return None
    calendar = _new_calendar(writer, team)
    for event in sorted(events, key=lambda event: (event["DTSTART"].to_ical(), str(event["UID"]))):
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def visit_uid(county_name: str, team_id: str, task: Task, period: str, number: int) -> str:
    """Return the name of an event, which says nothing about people or places."""
    known = "\x00".join((county_name, team_id, task.site_id, task.rule_id, period, str(number)))
    return blake2b(known.encode("utf-8", "replace"), digest_size=16).hexdigest() + "@xunzhen"


def period_of(rule: VisitRule, day: date, horizon_start: date) -> str:
    """Return the name of the period a visit belongs to; blocks of weeks are those that the plan counts."""
    if names_its_days(rule):
        return day.isoformat()
    if rule.per == "horizon":
        return f"from {horizon_start}"
    if rule.per == "week":
        anchor, length = week_of(rule.last_visited or horizon_start), 7 * rule.every
        return f"weeks from {anchor + timedelta(days=(day - anchor).days // length * length)}"
    length = MONTHS[rule.per] * rule.every
    return f"month {(12 * day.year + day.month - 1) // length} of {length}"


def _new_calendar(writer: CalendarWriter, team: Team) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//xunzhen//team calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar["X-WR-CALNAME"] = vText(_plain(team.name))
    if writer.is_in_china:
        calendar["X-WR-TIMEZONE"] = vText(ZONE)
        calendar.add_component(_shanghai())
    return calendar


def _shanghai() -> Timezone:
    """Return the one time of China: no summer time since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    standard.add("dtstart", datetime(1991, 9, 15))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _visits(writer: CalendarWriter, team: Team) -> Iterator[Any]:
    """Yield the team's visits in order of days, without their versions."""
    seen: Counter[tuple[Task, str]] = Counter()
    routes = sorted((r for r in writer.plan.routes() if r.team_id == team.id), key=lambda route: route.day)
    for route in routes:
        for stop in route.stops:
            period = period_of(writer.problem.rule_by_task[stop.task], route.day, writer.plan.start)
            seen[stop.task, period] += 1
            event = Event()
            event.add("uid", visit_uid(writer.county_name, team.id, stop.task, period, seen[stop.task, period]))
            _describe(writer, event, route, stop)
            yield event


def _describe(writer: CalendarWriter, event: Any, route: Route, stop: Stop) -> None:
    site, rule = writer.problem.site_by_id[stop.site_id], writer.problem.rule_by_task[stop.task]
    start, end = (_at(writer, route.day, minute) for minute in (stop.start_minute, stop.leave_minute))
    event.add("dtstart", start)
    if end > start:
        event.add("dtend", end)
    event.add("summary", _plain(f"{site.name} · {say(rule.called, writer.language)}"))
    place = [part for part in (site.place, site.name, site.township) if part]
    event.add("location", _plain(", ".join(dict.fromkeys(place))))
    event.add("geo", (site.lat, site.lon))
    event.add("description", _plain("\n".join(_lines(writer, route, stop))))
    if writer.with_contacts:
        event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")


def _at(writer: CalendarWriter, day: date, minute: int) -> datetime:
    moment = datetime.combine(day, time()) + timedelta(minutes=minute)
    return moment.replace(tzinfo=ZoneInfo(ZONE)) if writer.is_in_china else moment


def _lines(writer: CalendarWriter, route: Route, stop: Stop) -> Iterator[str]:
    """Yield what the team reads when it opens the event."""
    problem, language = writer.problem, writer.language
    site, rule = problem.site_by_id[stop.site_id], problem.rule_by_task[stop.task]
    if stop is route.stops[0]:
        yield say(text("Leave at {time}.", time=clock(route.start_minute)), language)
    leg = text("Arrive at {time}, after {km} km.", time=clock(stop.arrive_minute), km=f"{stop.leg_metres / 1000:.1f}")
    yield say(leg, language)
    if rule.services:
        yield rule.services
    for team_id, _ in writer.meetings.get((route.day, stop.task), ()):
        if team_id != route.team_id:
            yield say(text("Together with {team}.", team=problem.team_by_id[team_id].name), language)
    contact = " ".join(part for part in (site.contact, site.phone) if part)
    if writer.with_contacts and contact:
        yield contact


def _versioned(writer: CalendarWriter, event: Any, earlier: Any | None) -> Any:
    """Return the event as a new version, or with the number and stamp it had when it says the same as before."""
    if earlier is not None and _said(event) == _said(earlier):
        return earlier
    event.add("sequence", writer.sequence if earlier is None else max(writer.sequence, _sequence(earlier) + 1))
    event.add("dtstamp", writer.now.astimezone(UTC))
    return event


def _cancelled(writer: CalendarWriter, earlier: Any) -> Any:
    """Return the event taken back: when it was; and what it was, where it may name a home."""
    event = Event()
    for name in ("UID", "DTSTART", "DTEND", *(("SUMMARY",) if writer.with_contacts else ())):
        if name in earlier:
            event[name] = earlier[name]
    if not writer.with_contacts:  # the earlier one may have been written with contacts
        event.add("summary", say(text("Cancelled"), writer.language))
    event.add("status", "CANCELLED")
    return _versioned(writer, event, earlier)


def _concerns(writer: CalendarWriter, earlier: Any) -> bool:
    """Return whether the earlier event lies on a day that is planned now: else the plan says nothing of it."""
    moment = earlier["DTSTART"].dt
    day = moment.date() if isinstance(moment, datetime) else moment
    last = writer.plan.start + timedelta(days=writer.plan.days - 1)
    return bool(writer.plan.start <= day <= last)


def _said(event: Any) -> list[tuple[str, bytes]]:
    return sorted((name, line) for name, line in _properties(event) if name not in TIMELESS)


def _properties(event: Any) -> Iterable[tuple[str, bytes]]:
    for name, value in event.property_items(recursive=False):
        written = value.to_ical() if hasattr(value, "to_ical") else str(value).encode()
        yield name, bytes(written) if isinstance(written, bytes) else str(written).encode()


def _sequence(event: Any) -> int:
    number = event.get("SEQUENCE", 0)
    return min(int(number), LARGEST_SEQUENCE) if isinstance(number, int) else 0


def _events_of(written: bytes | None) -> Mapping[str, Any]:
    """Return the events of an earlier file by UID; nothing when it is no calendar of ours."""
    if not written:
        return {}
    try:
        events = Calendar.from_ical(written).walk("VEVENT")
    except (ValueError, KeyError, IndexError):
        return {}
    return {str(event["UID"]): event for event in events if "UID" in event and _is_dated(event)}


def _is_dated(event: Any) -> bool:
    return isinstance(event.get("DTSTART"), vDDDTypes) and isinstance(event["DTSTART"].dt, date)


def _plain(said: str) -> str:
    return fit_for_a_file(said)

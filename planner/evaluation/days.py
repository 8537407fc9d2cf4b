"""Rules of the calendar: who works and what is open on the day of a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planner.calendar import day_name
from planner.evaluation.facts import Facts
from planner.evaluation.result import Violation
from planner.evaluation.words import WEEKDAYS
from planner.language import Text, text


def working_day(facts: Facts) -> Iterator[Violation]:
    """Yield routes on a weekday the team does not work; a make-up day stands for one of Monday to Friday."""
    kinds = facts.problem.calendar.kinds
    for day in facts.days:
        kind, weekdays = kinds[day.route.day], day.team.weekdays
        works = any(k < 5 for k in weekdays) if kind == "makeup" else day.route.day.weekday() in weekdays
        if kind != "holiday" and not works:
            sentence = text(
                "Team {team} is out on {day}, but does not work on a {weekday}.",
                team=day.team.name,
                day=day.route.day,
                weekday=WEEKDAYS[day.route.day.weekday()],
            )
            yield day.violation("working_day", 1, "days", sentence)


def day_off(facts: Facts) -> Iterator[Violation]:
    """Yield routes on a day off of the team."""
    for day in facts.days:
        if day.route.day in day.team.days_off:
            sentence = text("Team {team} is out on {day}, its day off.", team=day.team.name, day=day.route.day)
            yield day.violation("day_off", 1, "days", sentence)


def holiday(facts: Facts) -> Iterator[Violation]:
    """Yield routes of teams that rest, and visits at sites that are closed, on public holidays."""
    kinds = facts.problem.calendar.kinds
    for day in facts.days:
        if kinds[day.route.day] == "holiday" and not day.team.works_holidays:
            sentence = text(
                "Team {team} is out on {day}, a public holiday ({name}), on which it does not work.",
                team=day.team.name,
                day=day.route.day,
                name=_name(facts, day.route.day),
            )
            yield day.violation("holiday", 1, "days", sentence)
    for visit in facts.visits:
        if kinds[visit.day] == "holiday" and not visit.site.is_holiday_allowed:
            sentence = text(
                "{site}: visited on {day}, a public holiday ({name}), on which it is closed.",
                site=visit.called,
                day=visit.day,
                name=_name(facts, visit.day),
            )
            yield visit.violation("holiday", 1, "visits", sentence)


def _name(facts: Facts, day: date) -> Text:
    return day_name(facts.problem.calendar, day) or text("unnamed")


def site_closed(facts: Facts) -> Iterator[Violation]:
    """Yield visits at a site that is closed that day."""
    for visit in facts.visits:
        if any(visit.day in closure for closure in visit.site.closed):
            sentence = text("{site}: visited on {day}, when it is closed.", site=visit.called, day=visit.day)
            yield visit.violation("site_closed", 1, "visits", sentence)

"""Rules of the nights: where a team's days begin and end, and how often it sleeps out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from planner.evaluation.facts import Day, Facts
from planner.evaluation.result import Violation
from planner.language import text
from planner.values import week_of


def base(facts: Facts) -> Iterator[Violation]:
    """Yield days that do not begin where the team slept, and nights at a place or time that is not allowed."""
    out = {(day.team.id, day.route.day) for day in facts.days}
    for day in facts.days:
        for said, real in ((day.route.start_base, day.start_place), (day.route.end_base, day.end_place)):
            if said != real:
                yield _wrong_place(facts, day, said, real)
        tomorrow = day.route.day + timedelta(days=1)
        goes_on = (day.team.id, tomorrow) in out and week_of(tomorrow) == week_of(day.route.day)
        if day.is_night_away and day.end_place not in day.team.lodgings:
            yield _strange_lodging(facts, day)
        elif day.is_night_away and not goes_on:
            yield _lost_night(facts, day)


def _wrong_place(facts: Facts, day: Day, said: str, real: str) -> Violation:
    sentence = text(
        "Team {team} on {day}: the plan begins or ends the day at {said}, but the team is at {real}.",
        team=day.team.name,
        day=day.route.day,
        said=facts.place(said),
        real=facts.place(real),
    )
    return day.violation("base", 1, "places", sentence)


def _strange_lodging(facts: Facts, day: Day) -> Violation:
    sentence = text(
        "Team {team} sleeps in {place} after {day}, which is not one of its lodgings.",
        team=day.team.name,
        place=facts.place(day.end_place),
        day=day.route.day,
    )
    return day.violation("base", 1, "nights", sentence)


def _lost_night(facts: Facts, day: Day) -> Violation:
    sentence = text(
        "Team {team} sleeps in {place} after {day}, but is not out on the next day of the same week.",
        team=day.team.name,
        place=facts.place(day.end_place),
        day=day.route.day,
    )
    return day.violation("base", 1, "nights", sentence)


def nights_away(facts: Facts) -> Iterator[Violation]:
    """Yield weeks in which a team sleeps out more often than it may."""
    weeks: dict[tuple[str, date], dict[date, Day]] = defaultdict(dict)
    for day in facts.days:
        if day.is_night_away:
            weeks[day.team.id, week_of(day.route.day)][day.route.day] = day
    for (_, week), nights in weeks.items():
        last = nights[max(nights)]
        if len(nights) > last.team.nights_away:
            sentence = text(
                "Team {team} sleeps out {nights} times in the week of {week}, but may {limit} times at most.",
                team=last.team.name,
                nights=len(nights),
                week=week,
                limit=last.team.nights_away,
            )
            yield last.violation("nights_away", len(nights) - last.team.nights_away, "nights", sentence)

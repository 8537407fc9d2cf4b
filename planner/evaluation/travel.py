"""Rules of the roads: legs that exist, figures that are the roads' own, sums that are sums."""

from __future__ import annotations

from collections.abc import Iterator

from planner.evaluation.facts import Day, Facts
from planner.evaluation.result import Violation
from planner.language import Text, text


def unreachable(facts: Facts) -> Iterator[Violation]:
    """Yield legs without a road for the team's vehicle on that day."""
    for day in facts.days:
        for leg in day.legs:
            if leg.fault == "no road":
                sentence = text(
                    "Team {team}: there is no road from {origin} to {destination} on {day}.",
                    team=day.team.name,
                    origin=facts.place(leg.origin),
                    destination=facts.place(leg.destination),
                    day=day.route.day,
                )
                yield day.violation("unreachable", 1, "legs", sentence)


def legs(facts: Facts) -> Iterator[Violation]:
    """Yield legs whose minutes or metres are not those of the roads."""
    for day in facts.days:
        halts = [(halt.leg_minutes, halt.leg_metres) for halt in day.route.halts]
        said = [*halts, (day.route.return_minutes, day.route.return_metres)]
        for (minutes, metres), leg in zip(said, day.legs, strict=True):
            if (minutes, metres) == (leg.minutes, leg.metres):
                continue
            sentence = text(
                "Team {team} on {day}: the plan says {minutes} minutes and {metres} metres to {place}, "
                "but the roads say {real_minutes} minutes and {real_metres} metres.",
                team=day.team.name,
                day=day.route.day,
                minutes=minutes,
                metres=metres,
                place=facts.place(leg.destination),
                real_minutes=leg.minutes,
                real_metres=leg.metres,
            )
            by_time = abs(minutes - leg.minutes)
            amount, unit = (by_time, "minutes") if by_time else (abs(metres - leg.metres), "metres")
            yield day.violation("legs", amount, unit, sentence)


def totals(facts: Facts) -> Iterator[Violation]:
    """Yield totals of a route that are not the sum of its parts."""
    for day in facts.days:
        for unit, named, said, real in _sums(day):
            if said != real:
                sentence = text(
                    "Team {team} on {day}: the plan says {said} {named} in all, but its parts add up to {real}.",
                    team=day.team.name,
                    day=day.route.day,
                    said=said,
                    named=named,
                    real=real,
                )
                yield day.violation("totals", abs(said - real), unit, sentence)


def _sums(day: Day) -> tuple[tuple[str, Text, int, int], ...]:
    """Return (unit, what, as the plan says, as its parts add up)."""
    route = day.route
    drive = sum(leg.minutes for leg in day.legs)
    service = sum(stop.leave_minute - stop.start_minute for stop in route.stops)
    rest = route.lunch.end_minute - route.lunch.start_minute if route.lunch else 0
    loading = sum(supply.leave_minute - supply.start_minute for supply in route.supplies)
    wait = route.end_minute - route.start_minute - drive - service - loading - rest
    return (
        ("metres", text("metres driven"), route.metres, sum(leg.metres for leg in day.legs)),
        ("minutes", text("minutes of driving"), route.drive_minutes, drive),
        ("minutes", text("minutes of service"), route.service_minutes, service),
        ("minutes", text("minutes of waiting"), route.wait_minutes, wait),
    )

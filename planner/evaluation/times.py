"""Rules of the clock and the road within one route."""

from __future__ import annotations

from collections.abc import Iterator

from planner.evaluation.facts import Day, Facts, road_break
from planner.evaluation.result import Violation
from planner.language import text
from planner.timing import needs_lunch
from planner.values import clock


def window(facts: Facts) -> Iterator[Violation]:
    """Yield visits whose service does not lie in one window of the site or rule."""
    for visit in facts.visits:
        start, end = visit.start, visit.start + visit.rule.service.minutes
        windows = facts.problem.windows(visit.task)
        outside = min(max(0, w.start_minute - start) + max(0, end - w.end_minute) for w in windows)
        if outside:
            sentence = text(
                "{site}: served {start} to {end} on {day}, {minutes} minutes outside its time windows.",
                site=visit.called,
                start=clock(start),
                end=clock(end),
                day=visit.day,
                minutes=outside,
            )
            yield visit.violation("window", outside, "minutes", sentence)


def service_time(facts: Facts) -> Iterator[Violation]:
    """Yield visits that are shorter than the rule asks."""
    for visit in facts.visits:
        stays = visit.stop.leave_minute - visit.stop.start_minute
        missing = visit.rule.service.minutes - stays
        if missing > 0:
            sentence = text(
                "{site}: the visit on {day} lasts {stays} minutes, but {asked} are needed.",
                site=visit.called,
                day=visit.day,
                stays=stays,
                asked=visit.rule.service.minutes,
            )
            yield visit.violation("service_time", missing, "minutes", sentence)


def shift(facts: Facts) -> Iterator[Violation]:
    """Yield routes that begin before or end after the shift, by the times they can really have."""
    for day in facts.days:
        begins, ends = day.route.start_minute, max(day.end, day.route.end_minute)
        hours = day.team.shift
        outside = max(0, hours.start_minute - begins) + max(0, ends - hours.end_minute)
        if outside:
            sentence = text(
                "Team {team} is out {begins} to {ends} on {day}, but its shift is {start} to {end}.",
                team=day.team.name,
                begins=clock(begins),
                ends=clock(ends),
                day=day.route.day,
                start=clock(hours.start_minute),
                end=clock(hours.end_minute),
            )
            yield day.violation("shift", outside, "minutes", sentence)


def lunch(facts: Facts) -> Iterator[Violation]:
    """Yield routes without the break the team is due, or with one at a wrong time, too short or during a visit."""
    for day in facts.days:
        missing = _missing_break(day)
        if missing:
            sentence = text(
                "Team {team} is out {begins} to {ends} on {day} without a proper lunch break, {minutes} minutes short.",
                team=day.team.name,
                begins=clock(day.route.start_minute),
                ends=clock(day.end),
                day=day.route.day,
                minutes=missing,
            )
            yield day.violation("lunch", missing, "minutes", sentence)


def _missing_break(day: Day) -> int:
    """Return how many minutes of the break the team does not really get."""
    due = day.team.lunch
    if due is None or not needs_lunch(day.team, day.route.start_minute, day.end):
        return 0
    taken = day.route.lunch
    if taken is None or not due.earliest_minute <= taken.start_minute <= due.latest_minute:
        return due.minutes
    if taken.start_minute < day.route.start_minute or taken.end_minute > day.end:
        return due.minutes
    spans = [(work.start, work.leave) for work in day.visits] + [(work.start, work.leave) for work in day.loadings]
    worked = sum(max(0, min(taken.end_minute, leave) - max(taken.start_minute, start)) for start, leave in spans)
    return max(0, due.minutes - (taken.end_minute - taken.start_minute - worked))


def timetable(facts: Facts) -> Iterator[Violation]:
    """Yield routes with a time that does not follow from the departure, the roads and the stop before."""
    for day in facts.days:
        leave = day.route.start_minute
        for halt, leg in zip(day.route.halts, day.legs, strict=False):
            arrive = leave + leg.minutes + road_break(day.route.lunch, leave, leg.minutes)
            if halt.arrive_minute != arrive:
                yield _wrong_time(facts, day, leg.destination, halt.arrive_minute, arrive)
            elif halt.start_minute < arrive:
                yield _early_start(facts, day, leg.destination, halt.start_minute, arrive)
            leave = halt.leave_minute
        home = day.legs[-1]
        end = leave + home.minutes + road_break(day.route.lunch, leave, home.minutes)
        if day.route.end_minute != end:
            yield _wrong_time(facts, day, home.destination, day.route.end_minute, end)


def _wrong_time(facts: Facts, day: Day, place: str, said: int, real: int) -> Violation:
    sentence = text(
        "Team {team} on {day}: the plan says it arrives at {place} at {said}, but by its roads it is {real}.",
        team=day.team.name,
        day=day.route.day,
        place=facts.place(place),
        said=clock(said),
        real=clock(real),
    )
    return day.violation("timetable", abs(said - real), "minutes", sentence)


def _early_start(facts: Facts, day: Day, place: str, start: int, arrive: int) -> Violation:
    sentence = text(
        "Team {team} on {day}: the visit at {place} starts at {start}, before the team arrives at {arrive}.",
        team=day.team.name,
        day=day.route.day,
        place=facts.place(place),
        start=clock(start),
        arrive=clock(arrive),
    )
    return day.violation("timetable", arrive - start, "minutes", sentence)

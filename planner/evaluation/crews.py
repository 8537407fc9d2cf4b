"""Rules on who comes: skills, ownership, vehicles, what a team can carry, and joint sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from planner.evaluation.facts import Day, Facts, Visit
from planner.evaluation.result import Violation
from planner.evaluation.words import listing
from planner.language import text
from planner.model import SYNC_MINUTES, owner_teams
from planner.values import clock


def skill(facts: Facts) -> Iterator[Violation]:
    """Yield visits by a team that lacks a skill of the rule."""
    for visit in facts.visits:
        missing = sorted(visit.rule.skills - visit.team.skills)
        if missing:
            sentence = text(
                "{site}: team {team} comes on {day}, but lacks {missing}.",
                site=visit.called,
                team=visit.team.name,
                day=visit.day,
                missing=listing(missing),
            )
            yield visit.violation("skill", len(missing), "skills", sentence)


def access(facts: Facts) -> Iterator[Violation]:
    """Yield visits by a team whose vehicle cannot get to the site."""
    for visit in facts.visits:
        allowed = visit.site.access_classes
        if allowed and visit.team.access_class not in allowed:
            sentence = text(
                "{site}: team {team} comes on {day} with a vehicle of class {found}, but only {allowed} can get there.",
                site=visit.called,
                team=visit.team.name,
                day=visit.day,
                found=visit.team.access_class,
                allowed=listing(sorted(allowed)),
            )
            yield visit.violation("access", 1, "visits", sentence)


def owner(facts: Facts) -> Iterator[Violation]:
    """Yield visits by a team that neither owns the site nor may be lent."""
    for visit in facts.visits:
        owners = owner_teams(facts.problem, visit.task)
        if owners and visit.team.id not in owners and not visit.team.may_be_lent:
            sentence = text(
                "{site}: team {team} comes on {day}, but the village belongs to {owners} and the team may not be lent.",
                site=visit.called,
                team=visit.team.name,
                day=visit.day,
                owners=listing(facts.problem.team_by_id[team_id].name for team_id in sorted(owners)),
            )
            yield visit.violation("owner", 1, "visits", sentence)


def capacity(facts: Facts) -> Iterator[Violation]:
    """Yield teams that use more doses or kits from one loading to the next than they carry.

    Each team of a joint session brings the load.
    """
    for days in _team_days(facts):
        team = days[0].team
        for load in _loads(facts, days):
            if team.capacity_per_day is not None and load > team.capacity_per_day:
                sentence = text(
                    "Team {team} uses {load} doses or kits on {day}, but carries {limit}.",
                    team=team.name,
                    load=load,
                    day=days[0].route.day,
                    limit=team.capacity_per_day,
                )
                yield days[0].violation("capacity", load - team.capacity_per_day, "kits", sentence)


def _loads(facts: Facts, days: Sequence[Day]) -> list[int]:
    """Return what a team uses in its day from one loading to the next; a second route is no loading."""
    rules, loads = facts.problem.rule_by_task, [0]
    for day in days:
        first, *later = [sum(rules[s.task].load for s in stops if s.task in rules) for stops in day.route.trips]
        loads[-1] += first
        loads += later
    return loads


def trips(facts: Facts) -> Iterator[Violation]:
    """Yield teams that load again more often than they may, or not between two of the visits of the day."""
    for days in _team_days(facts):
        team, count = days[0].team, 1 + sum(len(day.loadings) for day in days)
        if count > team.trips_per_day:
            sentence = text(
                "Team {team} makes {trips} trips on {day}, but may make {limit} at most.",
                team=team.name,
                trips=count,
                day=days[0].route.day,
                limit=team.trips_per_day,
            )
            yield days[0].violation("trips", count - team.trips_per_day, "trips", sentence)
        idle = sum(not stops for day in days if day.loadings for stops in day.route.trips)
        if idle:
            sentence = text(
                "Team {team} loads again on {day}, but not between two visits.", team=team.name, day=days[0].route.day
            )
            yield days[0].violation("trips", idle, "trips", sentence)


def resupply(facts: Facts) -> Iterator[Violation]:
    """Yield loadings that are shorter than the team needs, or elsewhere than at its base."""
    for day in facts.days:
        for loading in day.loadings:
            supply, needed = loading.supply, day.team.resupply_minutes
            missing = needed - (supply.leave_minute - supply.start_minute)
            if missing > 0:
                sentence = text(
                    "Team {team} loads for {minutes} minutes on {day}, but needs {needed}.",
                    team=day.team.name,
                    minutes=needed - missing,
                    day=day.route.day,
                    needed=needed,
                )
                yield day.violation("resupply", missing, "minutes", sentence)
            if supply.base_id != day.team.base:
                sentence = text(
                    "Team {team} loads at {place} on {day}, but its base is {base}.",
                    team=day.team.name,
                    place=facts.place(supply.base_id),
                    day=day.route.day,
                    base=facts.place(day.team.base),
                )
                yield day.violation("resupply", 1, "places", sentence)


def max_stops(facts: Facts) -> Iterator[Violation]:
    """Yield teams with more stops in a day than they may have."""
    for days in _team_days(facts):
        team, stops = days[0].team, sum(len(day.route.stops) for day in days)
        if team.max_stops_per_day is not None and stops > team.max_stops_per_day:
            sentence = text(
                "Team {team} has {stops} stops on {day}, but may have {limit} at most.",
                team=team.name,
                stops=stops,
                day=days[0].route.day,
                limit=team.max_stops_per_day,
            )
            yield days[0].violation("max_stops", stops - team.max_stops_per_day, "stops", sentence)


def _team_days(facts: Facts) -> Iterator[list[Day]]:
    """Yield the routes of each team and day; there should be one."""
    found: dict[tuple[str, date], list[Day]] = defaultdict(list)
    for day in facts.days:
        found[day.team.id, day.route.day].append(day)
    yield from found.values()


def composition(facts: Facts) -> Iterator[Violation]:
    """Yield joint sessions at which a class of the rule is held by nobody who comes."""
    for met in _sessions(facts):
        missing = sorted(met[0].rule.composition - _classes(met))
        if missing:
            sentence = text(
                "{site}: on {day} nobody who comes is of the class {missing}.",
                site=met[0].called,
                day=met[0].day,
                missing=listing(missing),
            )
            yield met[0].violation("composition", len(missing), "classes", sentence)


def synchronised(facts: Facts) -> Iterator[Violation]:
    """Yield joint sessions whose teams start more than SYNC_MINUTES apart."""
    for met in _sessions(facts):
        first, last = min(visit.start for visit in met), max(visit.start for visit in met)
        if met[0].rule.composition and last - first > SYNC_MINUTES:
            sentence = text(
                "{site}: on {day} the teams start at {first} and {last}, more than {limit} minutes apart.",
                site=met[0].called,
                day=met[0].day,
                first=clock(first),
                last=clock(last),
                limit=SYNC_MINUTES,
            )
            yield met[0].violation("synchronised", last - first - SYNC_MINUTES, "minutes", sentence)


def double_booking(facts: Facts) -> Iterator[Violation]:
    """Yield visits made twice on a day, teams at a joint session that nobody needs, and teams in two places at once."""
    yield from _spare_visits(facts)
    yield from _overlaps(facts)


def _spare_visits(facts: Facts) -> Iterator[Violation]:
    for met in _sessions(facts):
        spare = [visit for k, visit in enumerate(met) if _is_spare(met[:k] + met[k + 1 :], visit)]
        if spare:
            sentence = text(
                "{site}: on {day} it is booked more than once, by {teams}, though one would do.",
                site=met[0].called,
                day=met[0].day,
                teams=listing(visit.team.name for visit in met),
            )
            yield met[0].violation("double_booking", 1, "visits", sentence)


def _overlaps(facts: Facts) -> Iterator[Violation]:
    for days in _team_days(facts):
        name, on = days[0].team.name, days[0].route.day
        if len(days) > 1:
            sentence = text("Team {team} has {routes} routes on {day}.", team=name, routes=len(days), day=on)
            yield days[0].violation("double_booking", len(days) - 1, "routes", sentence)
        stops = sorted((s for day in days for s in day.route.stops), key=lambda s: (s.start_minute, s.leave_minute))
        for before, after in pairwise(stops):
            if after.start_minute < before.leave_minute:
                sentence = text(
                    "Team {team} on {day} starts at {after} at {start}, but is at {before} until {leave}.",
                    team=name,
                    day=on,
                    after=facts.place(after.site_id),
                    start=clock(after.start_minute),
                    before=facts.place(before.site_id),
                    leave=clock(before.leave_minute),
                )
                missing = before.leave_minute - after.start_minute
                yield days[0].violation("double_booking", missing, "minutes", sentence)


def _is_spare(others: Sequence[Visit], visit: Visit) -> bool:
    """Return whether the visit adds nothing to the others of its session: no class of the rule that they lack."""
    return bool(others) and visit.rule.composition & visit.team.skills <= _classes(others)


def _classes(met: Sequence[Visit]) -> frozenset[str]:
    return frozenset[str]().union(*(visit.team.skills for visit in met))


def _sessions(facts: Facts) -> Iterator[tuple[Visit, ...]]:
    for days in facts.sessions.values():
        yield from days.values()

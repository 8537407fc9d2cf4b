"""Rows become bases, teams and sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from planner.language import text
from planner.model import DEFAULT_SHIFT, Base, Site, Team
from planner.rules import VisitRule
from planner.tables.faults import Faults
from planner.tables.reading import Row
from planner.tables.references import Register, find_or_note, is_shared_name, note_unknown
from planner.tables.visit_rules import build_rules
from planner.values import Closure, LunchBreak, MarketDays

EARLIEST_LUNCH, LATEST_LUNCH = 11 * 60 + 30, 13 * 60
TEAM_CELLS = (
    "institution",
    "weekdays",
    "works_holidays",
    "skills",
    "capacity_per_day",
    "trips_per_day",
    "resupply_minutes",
    "max_stops_per_day",
    "speed_factor",
    "access_class",
    "may_be_lent",
    "nights_away",
    "leader",
    "phone",
    "vehicle",
)
SITE_CELLS = (
    "windows",
    "access_classes",
    "population",
    "population_65",
    "place",
    "contact",
    "phone",
    "township",
)


def build_bases(bases: Register) -> tuple[Base, ...]:
    """Return the bases whose rows are whole, sorted by id."""
    return tuple(
        Base(
            id=base_id,
            name=row.get("name", base_id),
            lon=row.get("lon"),
            lat=row.get("lat"),
            phone=row.get("phone", ""),
        )
        for base_id, row in sorted(bases.row_by_id.items())
        if not row.faulty
    )


def build_teams(teams: Register, bases: Register, villages: Register, faults: Faults) -> tuple[Team, ...]:
    """Return the teams, sorted by id; what is wrong with them is noted."""
    townships = {row.get("township") for row in villages.row_by_id.values()} - {None}
    built = []
    for team_id, row in sorted(teams.row_by_id.items()):
        base = _base(row, "base", bases, faults)
        end_base = _base(row, "end_base", bases, faults)
        owns = _owned(row, villages, townships, faults)
        lodgings = _lodgings(row, bases, villages, faults)
        lunch = _lunch(row, faults)
        _check_trips(row, faults)
        if row.faulty or base is None:
            continue
        values = {name: row.get(name) for name in TEAM_CELLS if name in row.values}
        values["days_off"] = frozenset(row.get("days_off", ()))
        built.append(
            Team(
                id=team_id,
                name=row.get("name", team_id),
                base=base,
                end_base=end_base,
                shift=row.get("shift", DEFAULT_SHIFT),
                lunch=lunch,
                owns=owns,
                lodgings=lodgings,
                **values,
            )
        )
    return tuple(built)


def _base(row: Row, column: str, bases: Register, faults: Faults) -> str | None:
    word = row.get(column)
    return find_or_note(row.where(column), word, bases, faults) if word is not None else None


def _owned(row: Row, villages: Register, townships: set[str], faults: Faults) -> frozenset[str]:
    """Return the village ids and township names a team owns. An id wins over a township, a township over a name."""
    owned = set()
    for word in row.get("owns", ()):
        if word in villages.row_by_id or word in townships:
            owned.add(word)
        elif (found := villages.find(word)) is not None:
            owned.add(found)
        elif not is_shared_name(row.where("owns"), word, villages, faults) and villages.is_known:
            kind = text("village or township")
            note_unknown(row.where("owns"), word, [*villages.words, *townships], kind, faults)
    return frozenset(owned)


def _lodgings(row: Row, bases: Register, villages: Register, faults: Faults) -> frozenset[str]:
    """Return the ids of the bases and villages where a team may sleep out; a base wins over a village of its name."""
    found = set()
    for word in row.get("lodgings", ()):
        place = bases.find(word) or villages.find(word)
        if place is not None:
            found.add(place)
        elif not is_shared_name(row.where("lodgings"), word, villages, faults) and villages.is_known and bases.is_known:
            kind = text("village or base")
            note_unknown(row.where("lodgings"), word, [*villages.words, *bases.words], kind, faults)
    if row.get("nights_away", 0) and "lodgings" not in row.values and "lodgings" not in row.faulty:
        problem = text("the team may sleep out, but no place is given where.")
        faults.warn(row.where("nights_away"), problem, text("Fill in lodgings; until then it comes home every night."))
    return frozenset(found)


def _check_trips(row: Row, faults: Faults) -> None:
    """Note several trips of a team that never has to load again."""
    if (
        row.get("trips_per_day", 1) > 1
        and "capacity_per_day" not in row.values
        and "capacity_per_day" not in row.faulty
    ):
        problem = text("the team may make several trips a day, but carries whatever is needed at once.")
        faults.add(row.where("trips_per_day"), problem, text("Fill in capacity_per_day, or leave trips_per_day empty."))


def _lunch(row: Row, faults: Faults) -> LunchBreak | None:
    minutes = row.get("lunch_minutes", 0)
    given = [name for name in ("lunch_earliest", "lunch_latest") if name in row.values]
    if given and "lunch_minutes" not in row.values and "lunch_minutes" not in row.faulty:
        problem = text("a time of the lunch break is given, but not how long it is.")
        faults.add(row.where(given[0]), problem, text("Fill in lunch_minutes, for example 45."))
    if minutes == 0:
        return None
    earliest = row.get("lunch_earliest", min(EARLIEST_LUNCH, row.get("lunch_latest", EARLIEST_LUNCH)))
    latest = row.get("lunch_latest", max(LATEST_LUNCH, earliest))
    if earliest > latest:
        problem = text("lunch_earliest is after lunch_latest.")
        faults.add(row.where("lunch_earliest"), problem, text("Write the earlier time in lunch_earliest."))
        return None
    return LunchBreak(earliest_minute=earliest, latest_minute=latest, minutes=minutes)


def build_sites(
    villages: Register,
    rules: Register,
    teams: Register,
    closures: Iterable[Closure],
    faults: Faults,
) -> tuple[Site, ...]:
    """Return the sites, sorted by id; what is wrong with them is noted."""
    institutions = {row.get("institution") for row in teams.row_by_id.values()} - {None}
    closed = {site: tuple(c.days for c in closures if c.id == site) for site in {c.id for c in closures}}
    built = []
    for site_id, row in sorted(villages.row_by_id.items()):
        visit_rules = build_rules(row, rules, teams, faults)
        owner = _owner(row, teams, institutions, faults)
        if not row.faulty and visit_rules:
            site = _site(site_id, row, visit_rules)
            if site.is_home and "id" not in row.values:
                _ask_for_id(row, faults)
            built.append(replace(site, owner=owner, closed=closed.get(site_id, ())))
    return tuple(built)


def _ask_for_id(row: Row, faults: Faults) -> None:
    """Refuse a home that is known by its name only: files that are passed on call homes by their id."""
    problem = text("a place without announced visits is somebody's home: it needs an id that tells nobody's name.")
    faults.add(row.where("id"), problem, text("Give it a number, for example h01, or let a visit of it be announced."))


def _site(site_id: str, row: Row, rules: tuple[VisitRule, ...]) -> Site:
    values = {name: row.get(name) for name in SITE_CELLS if name in row.values}
    return Site(
        id=site_id,
        name=row.get("name", site_id),
        lon=row.get("lon"),
        lat=row.get("lat"),
        rules=rules,
        is_holiday_allowed=row.get("holiday_allowed", False),
        market_days=_market_days(row),
        **values,
    )


def _owner(row: Row, teams: Register, institutions: set[str], faults: Faults) -> str | None:
    word: str | None = row.get("owner")
    if word is None or word in institutions:
        return word
    found = teams.find(word)
    if found is None and not is_shared_name(row.where("owner"), word, teams, faults) and teams.is_known:
        note_unknown(row.where("owner"), word, [*teams.words, *institutions], text("team or institution"), faults)
    return found


def _market_days(row: Row) -> MarketDays | None:
    digits = row.get("market_days")
    if digits is None:
        return None
    return MarketDays(digits=digits, calendar=row.get("market_calendar", "lunar"))

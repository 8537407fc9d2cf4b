"""Rows of the sheets that every county has, as text the table reader takes."""

from __future__ import annotations

from collections.abc import Mapping

from planner.tables.generate.land import Land
from planner.tables.generate.places import Place

Row = dict[str, str]
Tables = Mapping[str, list[Row]]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def row(**cells: object) -> Row:
    """Return a row; None is an empty cell, yes and no are written so."""
    return {name: _cell(value) for name, value in cells.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def village_row(land: Land, place: Place, rule: str, /, **cells: object) -> Row:
    """Return the row of a village with the village doctor as contact; cells given win."""
    person = land.names.person()
    known = {
        "place": "村卫生室",
        "contact": f"{person}（村医）",
        "phone": land.names.phone(),
        "population": place.population,
        "population_65": place.population_65,
    }
    first = {"id": place.id, "name": place.name, "lon": place.lon, "lat": place.lat, "township": place.township}
    return row(**{**first, "rule": rule, **known, **cells})


def base_row(land: Land, place: Place, name: str) -> Row:
    """Return the row of a base in a township."""
    return row(id=place.id, name=name, lon=place.lon, lat=place.lat, phone=land.names.phone())


def team_row(land: Land, key: str, name: str, base: str, **cells: object) -> Row:
    """Return the row of a team with a leader and a telephone."""
    usual: dict[str, object] = {
        "weekdays": "Mon-Fri",
        "shift": "08:00-17:30",
        "lunch_earliest": "11:30",
        "lunch_latest": "13:30",
        "lunch_minutes": 45,
        "leader": land.names.person(),
        "phone": land.names.phone(),
    }
    return row(id=key, name=name, base=base, **{**usual, **cells})


def settings(land: Land, *, name: str, terrain: str, start: str, weeks: int) -> list[Row]:
    """Return the sheet settings; ``start`` and ``weeks`` are what is planned unless the user asks otherwise."""
    facts = {
        "name": name,
        "country": "CN",
        "phone": land.names.phone(),
        "emergency_phone": "120",
        "terrain": terrain,
        "season": "dry",
        "start": start,
        "weeks": weeks,
    }
    return [row(setting=key, value=value) for key, value in facts.items()]


def pass_closure(land: Land, first_day: str, last_day: str, reason: str) -> list[Row]:
    """Return the closure of the county's pass; none where the county has no pass."""
    ids = sorted({road.id for road in land.roads if road.kind == "pass"})
    return [row(kind="road", id=key, first_day=first_day, last_day=last_day, reason=reason) for key in ids]

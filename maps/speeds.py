"""How fast a road is driven: the table ``data/speeds.csv`` and the one formula that reads it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from data import data_path

Season = Literal["dry", "wet", "winter"]
LIMIT_SHARE = 0.8  # of a posted limit is what is driven on the average
UNKNOWN_CLASS = "road"
FASTEST_KMH = 120.0  # a stated crossing time is not believed beyond this


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """What is known of one road. ``direction``: 0 both ways, 1 only along the line, -1 only against it."""

    road_id: str
    name: str = ""
    road_class: str = UNKNOWN_CLASS
    surface: str = ""
    smoothness: str = ""
    tracktype: str = ""
    max_kmh: float | None = None
    direction: int = 0
    is_ford: bool = False
    is_pass: bool = False
    is_ferry: bool = False
    is_bridge: bool = False
    is_tunnel: bool = False
    crossing_minutes: float | None = None  # from end to end, where it is known
    access: frozenset[str] = frozenset()  # vehicle classes that may use it; empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedTable:
    """The rows of ``speeds.csv``: km/h by (what, name), what is paved, and other words for a name."""

    values: Mapping[tuple[str, str], float | None]
    paved: Mapping[tuple[str, str], bool]
    other_words: Mapping[tuple[str, str], str]

    def word(self, what: str, name: str) -> str:
        """Return the table's own word for a class or surface, or "" when it has none."""
        plain = name.strip().lower()
        return plain if (what, plain) in self.values else self.other_words.get((what, plain), "")

    def value(self, what: str, name: str) -> float | None:
        """Return the number of a row, or None when there is no such row or it sets no number."""
        return self.values.get((what, self.word(what, name)))


@cache
def load_speeds(path: Path | None = None) -> SpeedTable:
    """Return the speed table of a file with the columns of ``data/speeds.csv`` (the default)."""
    with (path or data_path("speeds.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return SpeedTable(
        values={(r["what"], r["name"]): float(r["value"]) if r["value"] else None for r in rows},
        paved={(r["what"], r["name"]): r["paved"] == "yes" for r in rows if r["paved"]},
        other_words={(r["what"], word): r["name"] for r in rows for word in r["also"].split(";") if word},
    )


def is_paved(road: Road, speeds: SpeedTable) -> bool:
    """Return whether a road is paved: by its surface, else as is usual for its class."""
    by_surface = speeds.paved.get(("surface", speeds.word("surface", road.surface)))
    by_class = speeds.paved.get(("class", speeds.word("class", road.road_class)), True)
    return by_class if by_surface is None else by_surface


def speed_kmh(road: Road, season: Season, speeds: SpeedTable) -> float:
    """Return the speed in km/h: the least of class, limit and caps, times the season's factor; 0 means closed."""
    usual = speeds.value("tracktype", road.tracktype) if road.road_class == "track" else None
    usual = usual or speeds.value("class", road.road_class) or speeds.value("class", UNKNOWN_CLASS)
    limit = road.max_kmh * LIMIT_SHARE if road.max_kmh else None
    caps = (usual, limit, speeds.value("surface", road.surface), speeds.value("smoothness", road.smoothness))
    ground = "paved" if is_paved(road, speeds) else "unpaved"
    factor = speeds.value("season", f"{season} {ground}") or 1.0
    return min(cap for cap in caps if cap is not None) * factor


def is_closed(road: Road, season: Season) -> bool:
    """Return whether the season closes the road: high water a ford, snow a pass."""
    return (road.is_ford and season == "wet") or (road.is_pass and season == "winter")


def drive_seconds(road: Road, metres: float, share: float, season: Season, speeds: SpeedTable) -> float | None:
    """Return the seconds to drive ``metres`` of a road (``share`` of its length), or None when it is closed."""
    if is_closed(road, season):
        return None
    wait = (speeds.value("ferry", "wait") or 0.0) * 60 * share if road.is_ferry else 0.0
    if road.crossing_minutes is not None:
        return max(road.crossing_minutes * 60 * share, metres / FASTEST_KMH * 3.6) + wait
    if road.is_ferry:
        return metres / (speeds.value("class", "ferry") or 10.0) * 3.6 + wait
    kmh = speed_kmh(road, season, speeds)
    calibration = speeds.value("calibration", "time") or 1.0
    return metres / kmh * 3.6 * calibration if kmh > 0 else None

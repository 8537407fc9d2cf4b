"""Everything a county hands in, understood: sites, bases, teams, roads; references are checked across the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.calendar import CalendarOverride
from planner.datum import Datum
from planner.errors import Issue, Where
from planner.history import Brief, PastVisit
from planner.language import text
from planner.model import Base, Pin, Site, Team
from planner.tables.datums import datums_of_places, in_wgs84
from planner.tables.day_tables import read_closures, read_overrides
from planner.tables.faults import Faults
from planner.tables.fingerprint import fingerprint
from planner.tables.follow_ups import check_leaders
from planner.tables.lines import read_lines, road_ids
from planner.tables.outcomes import read_outcomes
from planner.tables.people import build_bases, build_sites, build_teams
from planner.tables.pins import read_pins
from planner.tables.plausibility import check_demands, check_places, check_unused_rules
from planner.tables.reading import Table, read_tables
from planner.tables.references import register_rows
from planner.tables.settings import CountySettings, read_settings
from planner.tables.visit_rules import check_rules
from planner.values import Closure, RoadClosure

__all__ = ["CountySettings", "Dataset", "read_dataset"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """A county's tables, understood. ``roads``, ``rivers`` and ``boundary`` are GeoDataFrames in WGS-84, or None."""

    source: str  # name of the workbook or folder
    sha256: str  # of the content, whatever the order of the rows and the kind of file
    county: CountySettings
    sites: tuple[Site, ...]
    bases: tuple[Base, ...]
    teams: tuple[Team, ...]
    calendar_overrides: tuple[CalendarOverride, ...] = ()
    site_closures: tuple[Closure, ...] = ()
    road_closures: tuple[RoadClosure, ...] = ()
    pins: Mapping[Pin, Where] = field(default_factory=dict)  # and the cell of the day
    outcomes: tuple[PastVisit, ...] = ()  # of the sheet outcomes, in order of the days
    past: tuple[Brief, ...] = ()  # told elsewhere: of plans that were published
    roads: Any = None
    rivers: Any = None
    boundary: Any = None
    tables: Mapping[str, Table] = field(default_factory=dict)  # as they were read, by sheet, but in WGS-84
    datums: Mapping[str, Datum] = field(default_factory=dict)  # in which villages and bases were given, by id
    notices: tuple[Issue, ...] = ()


def read_dataset(path: Path) -> Dataset:
    """Return the dataset in a workbook or folder; raises InputError with all faults of all its files."""
    faults = Faults()
    tables = read_tables(path, faults)
    sha256 = fingerprint(tables)
    dataset = _understand(path.name, sha256, tables, faults)
    faults.raise_if_any()
    return dataset


def _understand(source: str, sha256: str, tables: dict[str, Table], faults: Faults) -> Dataset:
    """Return the dataset of what could be read; the caller refuses it when faults were noted."""
    _note_empty(tables, faults)
    county = read_settings(tables.get("settings"), faults)
    datums = datums_of_places(tables, county.datum)
    tables = in_wgs84(tables, datum=county.datum, map_datum=county.map_datum)
    villages = register_rows(tables.get("villages"), text("village"), faults)
    bases = register_rows(tables.get("bases"), text("base"), faults)
    teams = register_rows(tables.get("teams"), text("team"), faults)
    rules = register_rows(tables.get("rules"), text("rule"), faults, is_needed=False)
    check_rules(rules, teams, villages, faults)
    check_places(villages, bases, county.country, faults)
    check_demands(villages, rules, teams, faults)
    check_unused_rules(villages, rules, faults)
    roads = tables.get("roads")
    site_closures, road_closures = read_closures(tables.get("closures"), villages, road_ids(roads), faults)
    sites = build_sites(villages, rules, teams, site_closures, faults)
    check_leaders(sites, rules, faults)
    return Dataset(
        source=source,
        sha256=sha256,
        county=county,
        sites=sites,
        bases=build_bases(bases),
        teams=build_teams(teams, bases, villages, faults),
        calendar_overrides=read_overrides(tables.get("calendar"), faults),
        site_closures=site_closures,
        road_closures=road_closures,
        pins=read_pins(tables.get("pins"), (villages, rules, teams), sites, faults),
        outcomes=read_outcomes(tables.get("outcomes"), (villages, rules), sites, faults),
        roads=read_lines(roads, faults),
        rivers=read_lines(tables.get("rivers"), faults),
        boundary=read_lines(tables.get("boundary"), faults),
        tables=tables,
        datums=datums,
        notices=faults.notices(),
    )


def _note_empty(tables: dict[str, Table], faults: Faults) -> None:
    for table in tables.values():
        if table.sheet.is_required and not table.rows:
            problem = text("the sheet has no rows; rows that begin with # example are not read.")
            where = Where(table.place.file, table.place.sheet)
            faults.add(where, problem, text("Fill in one row for each, below the headings."))

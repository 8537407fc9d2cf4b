"""The sheet settings: a few facts about the county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from planner.balance import Balance
from planner.datum import Datum
from planner.language import Both, text
from planner.model import ObjectiveWeights
from planner.tables.cell import CellError, quote
from planner.tables.cells import read_cell
from planner.tables.column import Column
from planner.tables.faults import Faults, suggest
from planner.tables.headings import fold_heading
from planner.tables.reading import Row, Table
from planner.tables.setting_columns import SETTINGS, USUAL_PRICES, WEIGHT_BY_PRICE

Terrain = Literal["plains", "hills", "mountains"]
NavigationCodes = Literal["standard", "amap", "off"]
Paper = Literal["A4", "A3"]
Season = Literal["dry", "wet", "winter"]

# Amap takes geo: links in its own system, against the standard (docs/exports.md).
CODE_DATUMS: dict[NavigationCodes, Datum | None] = {"standard": "WGS-84", "amap": "GCJ-02", "off": None}
BALANCE_FIELDS = {"balance_percent": "spread", "balance_over": "scope", "balance_price": "price_per_hour"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountySettings:
    """Facts about the county that every printed sheet, the calendar and the road speeds use."""

    name: str = ""
    country: str = "CN"
    phone: str = ""
    emergency_phone: str = "120"
    notice_phone: str = ""  # empty: that of the base of the team that comes
    map_review_number: str = ""  # empty: no map in public
    navigation_codes: NavigationCodes = "standard"
    crew_paper: Paper = "A4"
    terrain: Terrain = "hills"
    season: Season = "dry"
    datum: Datum = "WGS-84"  # of villages and bases
    map_datum: Datum = "WGS-84"  # of roads, rivers and boundary
    start: date | None = None  # None: the Monday to come
    weeks: int | None = None  # None: one
    weights: ObjectiveWeights = USUAL_PRICES
    balance: Balance | None = None

    @property
    def code_datum(self) -> Datum | None:
        """The system of coordinates in the QR codes of the crew sheets; None: no codes."""
        return CODE_DATUMS[self.navigation_codes]


def read_settings(table: Table | None, faults: Faults) -> CountySettings:
    """Return the settings; what is wrong is noted. A setting without a value has its default."""
    found: dict[str, Any] = {}
    rows: dict[str, Row] = {}
    for row in table.rows if table else ():
        column = _setting(row, faults)
        if column is None or row.get("value") is None:
            continue
        if column.name in found:
            problem = text("the setting {word} is given twice.", word=quote(row.get("setting")))
            faults.add(row.where("setting"), problem, text("Keep one."))
        value = _value(row, column, faults)
        if value is not None:
            found[column.name], rows[column.name] = value, row
    prices = {WEIGHT_BY_PRICE[name]: found.pop(name) for name in sorted(found.keys() & WEIGHT_BY_PRICE.keys())}
    return CountySettings(weights=ObjectiveWeights(**prices), balance=_balance(found, rows, faults), **found)


def _balance(found: dict[str, Any], rows: dict[str, Row], faults: Faults) -> Balance | None:
    """Take what is said of the workload out of the settings found; without a percentage nothing is compared."""
    said = {BALANCE_FIELDS[name]: found.pop(name) for name in BALANCE_FIELDS if name in found}
    if "spread" in said:
        return Balance(**{**said, "spread": said["spread"] / 100})
    for name in sorted(rows.keys() & BALANCE_FIELDS.keys()):
        problem = text(
            "the setting {name} does nothing without balance_percent.", name=quote(rows[name].get("setting"))
        )
        faults.warn(rows[name].where("setting"), problem, text("Fill in balance_percent, for example 10."))
    return None


def _setting(row: Row, faults: Faults) -> Column | None:
    """Return the setting a row names."""
    word = row.get("setting")
    known = {fold_heading(heading): column for column in SETTINGS for heading in column.headings}
    if word is not None and fold_heading(word) not in known:
        otherwise = text(
            "The settings are: {names}.",
            names=Both(", ".join(column.name for column in SETTINGS), "、".join(column.zh for column in SETTINGS)),
        )
        problem = text("there is no setting {word}.", word=quote(word))
        faults.add(row.where("setting"), problem, suggest(word, known, otherwise))
    return known.get(fold_heading(word)) if word is not None else None


def _value(row: Row, column: Column, faults: Faults) -> Any:
    """Return the typed value of a setting, or None when it cannot be read."""
    written = row.get("value")
    try:
        value = read_cell(column, column.synonyms.get(written, written))
    except CellError as error:
        problem = text("expected {expected}, but found {found}.", expected=error.expected, found=quote(written))
        faults.add(row.where("value"), problem, error.remedy or text("Correct the cell."))
        return None
    if column.name != "country" or value is None:
        return value
    from holidays import list_supported_countries  # noqa: PLC0415 - loads long, and most tables name no country

    if value.upper() not in list_supported_countries():
        problem = text("the public holidays of {found} are not known.", found=quote(value))
        faults.add(row.where("value"), problem, text("Write a two-letter country code such as CN."))
    return value.upper()

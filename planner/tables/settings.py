"""The sheet settings: a few facts about the county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from holidays import list_supported_countries

from planner.language import text
from planner.tables.cells import CellError, quote, read_cell
from planner.tables.columns import SETTINGS
from planner.tables.faults import Faults, suggest
from planner.tables.reading import Table, fold_heading

Terrain = Literal["plains", "hills", "mountains"]
Season = Literal["dry", "wet", "winter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountySettings:
    """Facts about the county that every printed sheet, the calendar and the road speeds use."""

    name: str = ""
    country: str = "CN"
    phone: str = ""
    emergency_phone: str = "120"
    terrain: Terrain = "hills"
    season: Season = "dry"
    start: date | None = None  # None: the Monday to come
    weeks: int | None = None  # None: one


def read_settings(table: Table | None, faults: Faults) -> CountySettings:
    """Return the settings; what is wrong is noted."""
    known = {fold_heading(h): column for column in SETTINGS for h in column.headings}
    found: dict[str, Any] = {}
    for row in table.rows if table else ():
        word = row.get("setting")
        if word is None:
            continue
        column = known.get(fold_heading(word))
        if column is None:
            otherwise = text("The settings are: {names}.", names=", ".join(c.name for c in SETTINGS))
            problem = text("there is no setting {word}.", word=quote(word))
            faults.add(row.where("setting"), problem, suggest(word, known, otherwise))
            continue
        if column.name in found:
            faults.add(
                row.where("setting"), text("the setting {word} is given twice.", word=quote(word)), text("Keep one.")
            )
        value = row.get("value")
        try:
            value = read_cell(column, column.synonyms.get(str(value), value))
        except CellError as error:
            problem = text("expected {expected}, but found {found}.", expected=error.expected, found=quote(value))
            faults.add(row.where("value"), problem, error.remedy or text("Correct the cell."))
            continue
        if column.name == "country" and value and value.upper() not in list_supported_countries():
            problem = text("the public holidays of {found} are not known.", found=quote(value))
            faults.add(row.where("value"), problem, text("Write a two-letter country code such as CN."))
        if value is not None:
            found[column.name] = value.upper() if column.name == "country" else value
    return CountySettings(**found)

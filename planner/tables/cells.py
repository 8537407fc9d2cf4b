"""One cell: what stands in it becomes a typed value, or a ``CellError`` that says what was expected and what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import numpy as np
import shapely

from planner.language import Both, Text, text
from planner.tables.cell import Cell, CellError, finite_number, is_empty, like, plain_text
from planner.tables.cell_times import (
    read_date_cell,
    read_dates_cell,
    read_time_cell,
    read_window_cell,
    read_windows_cell,
)
from planner.tables.column import Column, Kind
from planner.tables.degrees import looks_like_degrees, read_degrees
from planner.tables.words import (
    half_width,
    read_market_digits,
    read_nth_weekdays,
    read_weekday_sets,
    read_weekdays,
    split_list,
)

DEGREES = {"lon": "EW", "lat": "NS"}  # columns of degrees, and the letters of their two sides
LONGEST_ID = 120
LONGEST_TEXT = 2_000
NOTHING = {"", "-", "--", "—", "——", "/", "无", "n/a", "none", "null"}
LINE_OR_AREA = re.compile(r"(MULTI)?(LINESTRING|POLYGON)\b", re.IGNORECASE)
NUMBER_PARTS = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
HOURS = re.compile(
    r"(\d{1,2}(?:\.\d{1,3})?) ?(?:个?(半)?小时|hours?|hrs?|h)(?: ?(\d{1,2}) ?(?:分钟?|minutes?|mins?|m)?)?"
)
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")


def read_cell(column: Column, cell: Cell) -> Any:
    """Return the typed value of the cell, or None when it is empty; raises CellError."""
    if is_empty(cell):
        return None
    if column.kind not in {"id", "text"} and isinstance(cell, str) and half_width(cell).casefold() in NOTHING:
        return None
    return _READERS[column.kind](column, cell)


def _one_line(cell: Cell, longest: int) -> str:
    written = " ".join(plain_text(cell).translate({0x200B: None, 0xFEFF: None}).split())
    if len(written) > longest:
        raise CellError(text("at most {longest} characters of text", longest=longest), text("Shorten the text."))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in written):
        raise CellError(text("text without control characters"), text("Type the text again."))
    return written


def _read_id(column: Column, cell: Cell) -> str:
    return half_width(_one_line(cell, LONGEST_ID))


def _read_text(column: Column, cell: Cell) -> str:
    return _one_line(cell, LONGEST_TEXT)


def _number(column: Column, cell: Cell) -> float | None:
    """Return the number in a cell; longitudes and latitudes may be in degrees, minutes and seconds."""
    value = finite_number(cell)
    if value is None and isinstance(cell, str) and column.name in DEGREES:
        return read_degrees(cell, DEGREES[column.name])
    return value


def _number_fault(column: Column, cell: Cell) -> CellError:
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (column.low, column.high))
    expected = (
        text("a whole number from {low} to {high}", low=_long(column.low), high=_long(column.high))
        if column.kind == "whole"
        else text("a number from {low} to {high}", low=low, high=high)
    )
    return CellError(expected, _number_remedy(column, cell))


def _number_remedy(column: Column, cell: Cell) -> Text:
    """Return what to write instead: the number meant where it can be told, and never one that is refused again."""
    number = _number(column, cell)
    if number is not None and column.name in DEGREES and 90 < abs(number) <= 180:
        return text("This looks like a longitude: longitude and latitude may be swapped.")
    if number is None and isinstance(cell, str) and column.name in DEGREES and looks_like_degrees(cell):
        return text(
            "Write {example}, or degrees, minutes and seconds below 60 such as {degrees}.",
            example=column.example,
            degrees="110°15′30″" if column.name == "lon" else "29°23′53″",
        )
    near = None if number is not None or not isinstance(cell, str) else _number_meant(column, half_width(cell))
    return like(column) if near is None else text("Write the number alone, for example {value}.", value=near)


def _number_meant(column: Column, written: str) -> str | None:
    """Return the number in a text such as ``45 min`` or ``1.5小时``; None for one in parts such as 110°10′."""
    hours = HOURS.fullmatch(written.casefold())
    if hours is not None and column.name.endswith("minutes"):
        whole, half, rest = hours.groups()
        return f"{60 * float(whole) + (30 if half else 0) + float(rest or 0):.0f}"
    found = NUMBER_PARTS.findall(written)
    if len(found) != 1:
        return None
    value: str = found[0].replace(",", ".")
    low, high = column.low, column.high
    is_allowed = (low is None or float(value) >= low) and (high is None or float(value) <= high)
    is_allowed = is_allowed and (column.kind != "whole" or float(value).is_integer())
    return value if is_allowed else None


def _long(bound: float | None) -> str:
    return "" if bound is None else f"{bound:.0f}"


def _read_number(column: Column, cell: Cell) -> float:
    value = _number(column, cell)
    low, high = column.low, column.high
    if value is None or (low is not None and value < low) or (high is not None and value > high):
        raise _number_fault(column, cell)
    return value + 0.0  # -0.0 becomes 0.0


def _read_whole(column: Column, cell: Cell) -> int:
    if isinstance(cell, str) and THOUSANDS.fullmatch(half_width(cell)):
        cell = half_width(cell).replace(",", "")
    value = _read_number(column, cell)
    if not value.is_integer():
        raise _number_fault(column, cell)
    return int(value)


YES = {"yes", "y", "true", "1", "是", "对", "有", "√", "✓", "可", "可以"}
NO = {"no", "n", "false", "0", "否", "不", "没有", "×", "x", "✗", "不可", "不可以"}


def _read_yes_no(column: Column, cell: Cell) -> bool:
    word = half_width(plain_text(cell)).casefold()
    if word not in YES | NO:
        raise CellError(text("yes or no"), text("Write yes or no (是 or 否)."))
    return word in YES


def _read_names(column: Column, cell: Cell) -> frozenset[str]:
    parts = [half_width(_one_line(p, LONGEST_ID)) for p in re.split(r"[;；,，、|\n+＋]", plain_text(cell)) if p.strip()]
    if not parts:
        raise CellError(text("names separated by ;"), like(column))
    return frozenset(parts)


def _read_references(column: Column, cell: Cell) -> tuple[str, ...]:
    parts = [_one_line(part, LONGEST_ID) for part in split_list(plain_text(cell))]
    if not parts:
        raise CellError(text("ids separated by ;"), like(column))
    return tuple(dict.fromkeys(parts))


def _read_rule_values(column: Column, cell: Cell) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in _read_references(column, cell):
        rule, equals, value = part.rpartition("=")
        if equals and not (rule.strip() and value.strip()):
            raise CellError(text("a value, or rule=value for each rule"), like(column))
        pairs.append((rule.strip(), value.strip()))
    return tuple(pairs)


def _read_choice(column: Column, cell: Cell) -> str:
    word = half_width(plain_text(cell)).casefold()
    words = {name.casefold(): name for name in column.choices}
    words |= {zh: name for name, zh in column.choices.items()} | dict(column.synonyms)
    if word not in words:
        choices = Both(
            ", ".join(f"{name} ({zh})" for name, zh in column.choices.items()),
            "、".join(f"{zh} ({name})" for name, zh in column.choices.items()),
        )
        raise CellError(text("one of {choices}", choices=choices), text("Choose one of these words."))
    return words[word]


def _read_geometry(column: Column, cell: Cell) -> shapely.Geometry:
    if isinstance(cell, shapely.Geometry):
        return cell
    found = None
    if isinstance(cell, str) and LINE_OR_AREA.match(cell.strip()):
        try:
            with np.errstate(all="ignore"):  # 1e999 is read as infinity, and refused with the points
                found = shapely.from_wkt(cell)
        except (shapely.errors.ShapelyError, ValueError):
            found = None
    if not isinstance(found, shapely.Geometry):
        raise CellError(text("a line or area as WKT"), like(column))
    return found


def _worded(expected: Text, read: Callable[[str], Any]) -> Callable[[Column, Cell], Any]:
    """Return a reader of one of the small languages of ``words``."""

    def read_words(column: Column, cell: Cell) -> Any:
        is_date = isinstance(cell, date | datetime | time)
        value = None if is_date else read(plain_text(cell))
        if value is None:
            retyped = text("Excel made a date of it: format the cell as text and type it again.")
            raise CellError(expected, retyped if is_date else like(column))
        return value

    return read_words


_READERS: dict[Kind, Callable[[Column, Cell], Any]] = {
    "id": _read_id,
    "text": _read_text,
    "number": _read_number,
    "whole": _read_whole,
    "yes_no": _read_yes_no,
    "date": read_date_cell,
    "dates": read_dates_cell,
    "time": read_time_cell,
    "window": read_window_cell,
    "windows": read_windows_cell,
    "weekdays": _worded(text("weekdays"), read_weekdays),
    "weekday_sets": _worded(text("combinations of weekdays"), read_weekday_sets),
    "nth_weekdays": _worded(text("weekdays of the month"), read_nth_weekdays),
    "market_digits": _worded(text("last digits of the market days"), read_market_digits),
    "names": _read_names,
    "references": _read_references,
    "rule_values": _read_rule_values,
    "choice": _read_choice,
    "geometry": _read_geometry,
}

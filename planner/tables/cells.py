"""One cell: what stands in it becomes a typed value, or a ``CellError`` that says what was expected and what to do."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import shapely

from planner.language import Text, text
from planner.tables.column import Column, Kind
from planner.tables.words import (
    half_width,
    read_clock,
    read_market_digits,
    read_nth_weekdays,
    read_span,
    read_weekday_sets,
    read_weekdays,
    split_list,
)
from planner.values import DAY_MINUTES, Window

Cell = str | int | float | bool | date | datetime | time | timedelta | shapely.Geometry | None

LONGEST_ID = 120
LONGEST_TEXT = 2_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
EXCEL_DAY_ZERO = date(1899, 12, 30)  # right for every day after the leap day of 1900 that Excel made up
NOTHING = {"", "-", "--", "—", "——", "/", "无", "n/a", "none", "null"}
NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,3})?")
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ t]00:00(?::00(?:\.0+)?)?)?")


class CellError(Exception):
    """The cell cannot be read: what was expected, and what to do."""

    def __init__(self, expected: Text, remedy: Text | None = None) -> None:
        self.expected = expected
        self.remedy = remedy
        super().__init__(str(expected))


def is_empty(cell: Cell) -> bool:
    """Return whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not half_width(cell))


def quote(cell: object) -> str:
    """Return the cell as it is shown in a message: quoted, on one line, shortened."""
    said = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in _plain_text(cell)[:200])
    return f'"{said[:37]}..."' if len(said) > 40 else f'"{said}"'


def read_cell(column: Column, cell: Cell) -> Any:
    """Return the typed value of the cell, or None when it is empty; raises CellError."""
    if is_empty(cell):
        return None
    if column.kind not in {"id", "text"} and isinstance(cell, str) and half_width(cell).casefold() in NOTHING:
        return None
    return _READERS[column.kind](column, cell)


def _plain_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return str(cell)


def _one_line(cell: Cell, longest: int) -> str:
    written = " ".join(_plain_text(cell).translate({0x200B: None, 0xFEFF: None}).split())
    if len(written) > longest:
        raise CellError(text("at most {longest} characters of text", longest=longest), text("Shorten the text."))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in written):
        raise CellError(text("text without control characters"), text("Type the text again."))
    return written


def _read_id(column: Column, cell: Cell) -> str:
    return half_width(_one_line(cell, LONGEST_ID))


def _read_text(column: Column, cell: Cell) -> str:
    return _one_line(cell, LONGEST_TEXT)


def _number_fault(column: Column, cell: Cell) -> CellError:
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (column.low, column.high))
    expected = (
        text("a whole number from {low} to {high}", low=_long(column.low), high=_long(column.high))
        if column.kind == "whole"
        else text("a number from {low} to {high}", low=low, high=high)
    )
    near = re.search(r"\d{1,9}([.,]\d{1,9})?", half_width(cell)) if isinstance(cell, str) else None
    if near is None:
        return CellError(expected, _like(column))
    value = near[0].replace(",", ".")
    return CellError(expected, text("Write the number alone, for example {value}.", value=value))


def _long(bound: float | None) -> str:
    return "" if bound is None else f"{bound:.0f}"


def _like(column: Column) -> Text:
    example = f"{column.example} ({column.example_zh})" if column.example_zh else column.example
    return text("Write it like {example}.", example=example or "1")


def _read_number(column: Column, cell: Cell) -> float:
    value = _finite(cell)
    low, high = column.low, column.high
    if value is None or (low is not None and value < low) or (high is not None and value > high):
        raise _number_fault(column, cell)
    return value + 0.0  # -0.0 becomes 0.0


def _finite(cell: Cell) -> float | None:
    """Return the number in the cell; None for text, yes/no, NaN and the infinities."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e300 else None  # false for NaN too
    if isinstance(cell, str) and NUMBER.fullmatch(half_width(cell).casefold()):
        value = float(half_width(cell))
        return value if math.isfinite(value) else None
    return None


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
    word = half_width(_plain_text(cell)).casefold()
    if word not in YES | NO:
        raise CellError(text("yes or no"), text("Write yes or no (是 or 否)."))
    return word in YES


def read_date(cell: Cell) -> date | None:
    """Return the date in a cell: a date, ``2026-03-02``, ``2026年3月2日``, ``20260302`` or Excel's day number."""
    if isinstance(cell, datetime):
        return _sane(cell.date())
    if isinstance(cell, date):
        return _sane(cell)
    if isinstance(cell, str) and (match := DATE.fullmatch(half_width(cell).casefold())):
        return _date_of(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    value = _finite(cell)
    if value is None or not value.is_integer():
        return None
    if 10**7 <= value < 10**8:
        return _date_of(int(value) // 10_000, int(value) // 100 % 100, int(value) % 100)
    return _sane(EXCEL_DAY_ZERO + timedelta(days=int(value))) if 30_000 < value < 80_000 else None


def _date_of(year: int, month: int, day: int) -> date | None:
    try:
        return _sane(date(year, month, day))
    except ValueError:
        return None


def _sane(day: date) -> date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def date_fault() -> CellError:
    """Return the fault of a cell that holds no date."""
    expected = text("a date from {first} to {last}", first=f"{FIRST_YEAR}-01-01", last=f"{LAST_YEAR}-12-31")
    return CellError(expected, text("Write it as year-month-day, for example 2026-03-02."))


def _read_date(column: Column, cell: Cell) -> date:
    day = read_date(cell)
    if day is None:
        raise date_fault()
    return day


def _read_dates(column: Column, cell: Cell) -> tuple[date, ...]:
    if not isinstance(cell, str):
        return (_read_date(column, cell),)
    days: set[date] = set()
    for part in split_list(cell):
        ends = [read_date(end) for end in re.split(r"\s*(?:[~至到]|\.\.|\bto\b)\s*", part)]
        if len(ends) > 2 or any(end is None for end in ends):
            raise date_fault()
        first, last = ends[0], ends[-1]
        assert first is not None and last is not None
        if not 0 <= (last - first).days <= 400:
            raise CellError(
                text("dates in order, at most 400 days apart"), text("Write it like 2026-03-09~2026-03-13.")
            )
        days.update(first + timedelta(days=k) for k in range((last - first).days + 1))
    return tuple(sorted(days))


def _minutes(cell: Cell) -> int | None:
    """Return minutes after midnight; Excel writes times as parts of a day and 24:00 as its day 1."""
    if isinstance(cell, datetime):
        return cell.hour * 60 + cell.minute if cell.year < FIRST_YEAR else None
    if isinstance(cell, date):
        return DAY_MINUTES if cell.year == 1900 and cell.timetuple().tm_yday == 1 else None
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, timedelta):
        return _checked(round(cell.total_seconds() / 60))
    if isinstance(cell, float) and 0 < cell < 1:
        return _checked(round(cell * DAY_MINUTES))
    return read_clock(cell) if isinstance(cell, str) else None


def _checked(minutes: int) -> int | None:
    return minutes if 0 <= minutes <= DAY_MINUTES else None


def _read_time(column: Column, cell: Cell) -> int:
    minutes = _minutes(cell)
    if minutes is None or minutes >= DAY_MINUTES:
        raise CellError(text("a time of day from 00:00 to 23:59"), _like(column))
    return minutes


def _read_windows(column: Column, cell: Cell) -> tuple[Window, ...]:
    spans = [read_span(part) for part in split_list(cell)] if isinstance(cell, str) else [None]
    windows = []
    for span in sorted({span for span in spans if span is not None}):
        if span[0] >= span[1]:
            raise CellError(
                text("a time that ends after it starts, on one day"),
                text("Write the earlier time first; a window past midnight must end at 24:00."),
            )
        windows.append(Window(start_minute=span[0], end_minute=span[1]))
    if None in spans or not windows:
        raise CellError(text("times of day"), _like(column))
    if any(a.end_minute > b.start_minute for a, b in pairwise(windows)):
        raise CellError(text("times of day that do not overlap"), text("Join the times that overlap."))
    return tuple(windows)


def _read_window(column: Column, cell: Cell) -> Window:
    windows = _read_windows(column, cell)
    if len(windows) != 1:
        raise CellError(text("one span of time"), _like(column))
    return windows[0]


def _read_names(column: Column, cell: Cell) -> frozenset[str]:
    parts = [
        half_width(_one_line(p, LONGEST_ID)) for p in re.split(r"[;；,，、|\n+＋]", _plain_text(cell)) if p.strip()
    ]
    if not parts:
        raise CellError(text("names separated by ;"), _like(column))
    return frozenset(parts)


def _read_references(column: Column, cell: Cell) -> tuple[str, ...]:
    parts = [_one_line(part, LONGEST_ID) for part in split_list(_plain_text(cell))]
    if not parts:
        raise CellError(text("ids separated by ;"), _like(column))
    return tuple(dict.fromkeys(parts))


def _read_rule_values(column: Column, cell: Cell) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in _read_references(column, cell):
        rule, equals, value = part.rpartition("=")
        if equals and not (rule.strip() and value.strip()):
            raise CellError(text("a value, or rule=value for each rule"), _like(column))
        pairs.append((rule.strip(), value.strip()))
    return tuple(pairs)


def _read_choice(column: Column, cell: Cell) -> str:
    word = half_width(_plain_text(cell)).casefold()
    words = {name.casefold(): name for name in column.choices}
    words |= {zh: name for name, zh in column.choices.items()} | dict(column.synonyms)
    if word not in words:
        choices = ", ".join(f"{name} ({zh})" for name, zh in column.choices.items())
        raise CellError(text("one of {choices}", choices=choices), text("Choose one of these words."))
    return words[word]


def _read_geometry(column: Column, cell: Cell) -> shapely.Geometry:
    if isinstance(cell, shapely.Geometry):
        return cell
    try:
        found = shapely.from_wkt(cell) if isinstance(cell, str) else None
    except shapely.errors.ShapelyError:
        found = None
    if not isinstance(found, shapely.Geometry):
        raise CellError(text("a line or area as WKT"), _like(column))
    return found


def _worded(expected: Text, read: Callable[[str], Any]) -> Callable[[Column, Cell], Any]:
    """Return a reader of one of the small languages of ``words``."""

    def read_words(column: Column, cell: Cell) -> Any:
        is_date = isinstance(cell, date | datetime | time)
        value = None if is_date else read(_plain_text(cell))
        if value is None:
            retyped = text("Excel made a date of it: format the cell as text and type it again.")
            raise CellError(expected, retyped if is_date else _like(column))
        return value

    return read_words


_READERS: dict[Kind, Callable[[Column, Cell], Any]] = {
    "id": _read_id,
    "text": _read_text,
    "number": _read_number,
    "whole": _read_whole,
    "yes_no": _read_yes_no,
    "date": _read_date,
    "dates": _read_dates,
    "time": _read_time,
    "window": _read_window,
    "windows": _read_windows,
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

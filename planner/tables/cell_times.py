"""Days and times of day in cells, as people, Excel and WPS write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from planner.language import text
from planner.tables.cell import Cell, CellError, finite_number, like
from planner.tables.column import Column
from planner.tables.words import half_width, read_clock, read_span, split_list
from planner.values import DAY_MINUTES, FIRST_YEAR, LAST_YEAR, Window

EXCEL_DAY_ZERO = date(1899, 12, 30)  # right for every day after the leap day of 1900 that Excel made up
DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ t]00:00(?::00(?:\.0+)?)?)?")
NO_YEAR = re.compile(r"\d{1,2}(?:月\d{1,2}[日号]?|[-/.]\d{1,2})")


def read_date(cell: Cell) -> date | None:
    """Return the date in a cell: a date, ``2026-03-02``, ``2026年3月2日``, ``20260302`` or Excel's day number."""
    if isinstance(cell, datetime):
        return _sane(cell.date())
    if isinstance(cell, date):
        return _sane(cell)
    if isinstance(cell, str) and (match := DATE.fullmatch(half_width(cell).casefold())):
        return _date_of(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    value = finite_number(cell)
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


def date_fault(cell: Cell = None) -> CellError:
    """Return the fault of a cell that holds no date; one without a year is told to say it."""
    if isinstance(cell, str) and NO_YEAR.fullmatch(half_width(cell)):
        return CellError(text("a date with its year"), text("Write the year too, for example 2026-03-02."))
    expected = text("a date from {first} to {last}", first=f"{FIRST_YEAR}-01-01", last=f"{LAST_YEAR}-12-31")
    return CellError(expected, text("Write it as year-month-day, for example 2026-03-02."))


def read_date_cell(column: Column, cell: Cell) -> date:
    """Return the date of a cell; raises CellError."""
    day = read_date(cell)
    if day is None:
        raise date_fault(cell)
    return day


def read_dates_cell(column: Column, cell: Cell) -> tuple[date, ...]:
    """Return the days of a list with single days and spans, sorted; raises CellError."""
    if not isinstance(cell, str):
        return (read_date_cell(column, cell),)
    days: set[date] = set()
    for part in split_list(cell):
        ends = [read_date(end) for end in re.split(r"\s*(?:[~至到]|\.\.|\bto\b)\s*", part)]
        if len(ends) > 2 or any(end is None for end in ends):
            raise date_fault(part)
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


def read_time_cell(column: Column, cell: Cell) -> int:
    """Return minutes after midnight; raises CellError."""
    minutes = _minutes(cell)
    if minutes is None or minutes >= DAY_MINUTES:
        raise CellError(text("a time of day from 00:00 to 23:59"), like(column))
    return minutes


def read_windows_cell(column: Column, cell: Cell) -> tuple[Window, ...]:
    """Return the spans of time of a cell, sorted; raises CellError."""
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
        raise CellError(text("times of day"), like(column))
    if any(a.end_minute > b.start_minute for a, b in pairwise(windows)):
        raise CellError(text("times of day that do not overlap"), text("Join the times that overlap."))
    return tuple(windows)


def read_window_cell(column: Column, cell: Cell) -> Window:
    """Return the one span of time of a cell; raises CellError."""
    windows = read_windows_cell(column, cell)
    if len(windows) != 1:
        raise CellError(text("one span of time"), like(column))
    return windows[0]

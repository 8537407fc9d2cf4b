"""The way back: a typed value is written as the reader of ``cells`` takes it, in English or Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import shapely

from planner.rules import NthWeekday
from planner.tables.cell import Cell
from planner.tables.column import Column, Kind
from planner.tables.fingerprint import DECIMALS
from planner.values import Window, clock

WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}
NTH_ZH = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个"}


def cell_of(column: Column, value: Any, language: str) -> Cell:
    """Return what to write into a cell for the value, so that reading it gives the value again."""
    if column.kind in {"id", "text", "number", "whole", "date"}:
        plain: Cell = value
        return plain
    return _WRITERS[column.kind](column, value, language)


def _joined(parts: Iterable[str]) -> str:
    return ";".join(parts)


def _weekdays(column: Column, days: frozenset[int], language: str) -> str:
    return _joined(WEEKDAYS.get(language, WEEKDAYS["en"])[day] for day in sorted(days))


def _weekday_sets(column: Column, sets: tuple[frozenset[int], ...], language: str) -> str:
    return "|".join("+".join(WEEKDAYS.get(language, WEEKDAYS["en"])[day] for day in sorted(days)) for days in sets)


def _nth_weekdays(column: Column, days: tuple[NthWeekday, ...], language: str) -> str:
    names = WEEKDAYS.get(language, WEEKDAYS["en"])
    return _joined(f"{NTH_ZH[d.nth] if language == 'zh' else d.nth}{names[d.weekday]}" for d in days)


def _windows(column: Column, windows: tuple[Window, ...], language: str) -> str:
    return _joined(f"{clock(w.start_minute)}-{clock(w.end_minute)}" for w in windows)


def _dates(column: Column, days: tuple[date, ...], language: str) -> str:
    return _joined(day.isoformat() for day in days)


def _rule_values(column: Column, pairs: tuple[tuple[str, str], ...], language: str) -> str:
    return _joined(f"{rule}={value}" if rule else value for rule, value in pairs)


_WRITERS: dict[Kind, Callable[[Column, Any, str], str]] = {
    "yes_no": lambda column, value, language: YES_NO.get(language, YES_NO["en"])[value],
    "dates": _dates,
    "time": lambda column, value, language: clock(value),
    "window": lambda column, value, language: _windows(column, (value,), language),
    "windows": _windows,
    "weekdays": _weekdays,
    "weekday_sets": _weekday_sets,
    "nth_weekdays": _nth_weekdays,
    "market_digits": lambda column, value, language: _joined(str(digit) for digit in sorted(value)),
    "names": lambda column, value, language: _joined(sorted(value)),
    "references": lambda column, value, language: _joined(value),
    "rule_values": _rule_values,
    "choice": lambda column, value, language: column.choices[value] if language == "zh" else value,
    "geometry": lambda column, value, language: shapely.to_wkt(value, rounding_precision=DECIMALS),
}

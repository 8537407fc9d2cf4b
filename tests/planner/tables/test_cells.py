"""No cell, whatever stands in it, brings anything but a value or a message."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.language import say
from planner.tables.cell import CellError, quote
from planner.tables.cells import read_cell
from planner.tables.column import Column
from planner.tables.columns import SHEETS, column_of
from planner.tables.dataset import read_dataset
from tests.planner.tables.county import with_cell, write_folder

JUNK: list[Any] = [
    float("nan"),
    float("inf"),
    -float("inf"),
    1e308,
    -0.0,
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63,
    True,
    False,
    "NaN",
    "1e400",
    "9" * 5000,
    "１２３",
    "1,5",
    "45 min",
    "-",
    "--5",
    "+",
    "0x10",
    "1_000",
    "१२",
    "²",
    "½",
    "①",
    date(1900, 1, 1),
    date(9999, 12, 31),
    datetime(1, 1, 1, 1, 1),
    datetime(2026, 3, 2, 8, 30),
    time(0, 0),
    time(23, 59, 59),
    timedelta(days=1),
    timedelta(days=-1),
    timedelta(days=999_999),
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e",
    "𠡩",
    "x" * 100_000,
    "=1+1",
    "＝1+1",
    "\t\r\n",
    "a\r\nb",
    "</script>",
    "${x}",
    "{{ 7*7 }}",
    "{%",
    "{x}",
    "\x1b[31m",
    ";",
    ";;;",
    "|",
    "=",
    "a=",
    "=a",
    "a=b=c",
    "Mon+",
    "第周",
    "每周",
    "每周次",
    "逢",
    "24:00-24:00",
    "00:00-24:00",
    "25:00",
    "2026-02-30",
    "2026-00-00",
    "0000-00-00",
    "9999-99-99",
    "2026-03-02~",
    "~2026-03-02",
    "1/0 weeks",
    "0/week",
    "999/week",
    "-1/week",
    "LINESTRING EMPTY",
    "LINESTRING (\ud800",
    "POLYGON" + "(" * 10_000,
    "POINT (nan nan)",
    "LINESTRING (1e999 0, 0 0)",
    "GEOMETRYCOLLECTION (POINT (1 1))",
    "(" * 10_000,
]
COLUMNS = [(sheet.name, column.name) for sheet in SHEETS for column in sheet.columns]
SMALL = [
    junk for junk in JUNK if isinstance(junk, str) and "\ud800" not in junk and "\r" not in junk and len(junk) < 9_000
]


@pytest.mark.parametrize(("sheet", "name"), COLUMNS)
def test_junk_is_read_or_refused_with_a_message(sheet: str, name: str) -> None:
    """Each junk is a value of the column's kind, or nothing, or a refusal that says what was expected."""
    column = column_of(sheet, name)
    for junk in JUNK:
        try:
            value = read_cell(column, junk)
        except CellError as error:
            assert say(error.expected, "zh") != say(error.expected, "en")
            continue
        assert value is None or is_of_kind(column, value), (junk, value)


def is_of_kind(column: Column, value: Any) -> bool:
    """Return whether numbers are finite and in range and everything else is no number."""
    if column.kind not in {"number", "whole", "time", "yes_no"}:
        return not isinstance(value, int | float)
    if column.kind == "yes_no":
        return isinstance(value, bool)
    low, high = (0, 24 * 60 - 1) if column.kind == "time" else (column.low, column.high)
    assert low is not None
    assert high is not None
    return not isinstance(value, bool) and low <= value <= high


@pytest.mark.parametrize("sheet", ["villages", "teams", "rules", "bases", "calendar", "closures", "settings"])
def test_junk_in_a_county_is_read_or_refused_with_places(sheet: str, tmp_path: Path) -> None:
    """The whole reader never fails but with InputError, and every issue names file and row."""
    columns = [name for s, name in COLUMNS if s == sheet]
    refused = 0
    for number, junk in enumerate(SMALL):
        folder = write_folder(tmp_path / str(number), with_cell(sheet, 2, columns[number % len(columns)], junk))
        try:
            read_dataset(folder)
        except InputError as error:
            refused += 1
            assert all(issue.where.file.endswith(".csv") and issue.where.row for issue in error.issues), str(error)
    assert 0 < refused < len(SMALL)


def test_found_text_is_quoted_and_shortened() -> None:
    """A long cell does not fill the message, and unprintable signs are spelled out."""
    assert quote("x" * 100) == '"' + "x" * 37 + '..."'
    assert quote("a\x1b[31m\u202e") == '"a\\u001b[31m\\u202e"'
    assert quote(12.0) == '"12"'

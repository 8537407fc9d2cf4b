"""Writing workbooks: the few things every sheet needs, with text that never becomes a formula or a link."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from planner.files import write_whole
from planner.language import Text, say

LONGEST_CELL = 32_767  # characters Excel takes in one cell
LONGEST_SHEET_NAME = 31  # UTF-16 units: rare characters, as in some village names, count twice
CREATED = datetime(2020, 1, 1)  # a fixed day: the same plan gives the same file
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NOT_IN_XML = {0xFFFE: "?", 0xFFFF: "?"}  # one of them and Excel calls the whole workbook damaged
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """Yield an XlsxWriter workbook; when the block ends well it takes its name in one step."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, OPTIONS)
    workbook.set_properties({"created": CREATED})
    yield workbook
    workbook.close()
    write_whole(path, buffer.getvalue())


def clean(value: Text | str, language: str = "en") -> str:
    """Return text that a workbook can hold: no lone surrogates, nothing that XML forbids, not longer than a cell."""
    said = say(value, language).encode("utf-8", "replace").decode().translate(NOT_IN_XML)
    return said if len(said) <= LONGEST_CELL else said[: LONGEST_CELL - 3] + "..."


def put(sheet: Any, row: int, column: int, value: object, look: Any = None, *, language: str = "en") -> None:
    """Write a value as what it is: text as text whatever it begins with, numbers and dates as such."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_string(row, column, clean(value if isinstance(value, Text) else str(value), language), look)


def put_row(sheet: Any, row: int, values: Iterable[object], look: Any = None, *, language: str = "en") -> None:
    """Write the values side by side, from the first column."""
    for column, value in enumerate(values):
        put(sheet, row, column, value, look, language=language)


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name Excel accepts, unlike every taken one (letter case does not count)."""
    plain = " ".join(_NOT_IN_NAMES.sub(" ", clean(wanted)).split()).strip("' ") or "sheet"
    if plain.casefold() == "history":
        plain += " 1"  # Excel keeps this name for itself
    used = {name.casefold() for name in taken}
    name, number = _shortened(plain, LONGEST_SHEET_NAME), 1
    while name.casefold() in used:
        number += 1
        ending = f" ({number})"
        name = _shortened(plain, LONGEST_SHEET_NAME - len(ending)) + ending
    return name


def _shortened(name: str, longest: int) -> str:
    """Return the beginning of a name that takes at most ``longest`` UTF-16 units."""
    return name.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore").strip("' ")


def width_of(said: str) -> int:
    """Return a column width that shows the text; Chinese characters take two places."""
    return min(40, max(8, 2 + sum(2 if ord(character) > 0x2E80 else 1 for character in said)))

"""What stands in a cell before it is understood, and how a message shows it."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta

import shapely

from planner.language import Both, Text, text
from planner.tables.column import Column
from planner.tables.words import half_width

Cell = str | int | float | bool | date | datetime | time | timedelta | shapely.Geometry | None

NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,3})?")


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
    said = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain_text(cell)[:200])
    return f'"{said[:37]}..."' if len(said) > 40 else f'"{said}"'


def plain_text(cell: object) -> str:
    """Return the cell as text: whole numbers without a point, days without a time."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return str(cell)


def like(column: Column) -> Text:
    """Return the remedy that shows the column's example, in both languages where they differ."""
    example, zh = column.example or "1", column.example_zh
    return text("Write it like {example}.", example=Both(f"{example} ({zh})", f"{zh} ({example})") if zh else example)


def finite_number(cell: Cell) -> float | None:
    """Return the number in the cell; None for text, yes/no, NaN and the infinities."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell) if abs(cell) < 1e300 else None  # false for NaN too
    if isinstance(cell, str) and NUMBER.fullmatch(half_width(cell).casefold()):
        value = float(half_width(cell))
        return value if math.isfinite(value) else None
    return None

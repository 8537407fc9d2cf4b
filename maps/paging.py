"""Tables laid out on pages: which rows stand on which page, so that each has its heading and no row is split.

Heights are estimated from the text, on the safe side, in millimetres; those of ``assets/summary.css`` belong together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from maps.labels import text_width

FONT, LINE, PADDING = 2.8, 3.7, 1.5  # of a table's text
TITLE_ROOM, HEAD_ROOM, NOTE_LINE = 11.0, 9.2, 4.0
SIDES, SLACK = 2.2, 1.06  # of a cell; of the width that a text is thought to need, for bold ones and other fonts
LEAST_ROWS = 3  # a table does not begin for less at the foot of a page

WIDE = r"\u2e80-\uffff\U00020000-\U0003ffff"  # Chinese characters: a line may end beside each
PARTS = re.compile(rf"\s+|[{WIDE}]|[^\s{WIDE}]+")

Cell = str | Markup


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width, and how its cells look ("", "number", "picture")."""

    head: str
    width: float
    look: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows that stay together: cells that span them all, then each row's own cells.

    The one cell of a "group" spans the table; it is repeated where the rows below it go on, then as ``again``.
    """

    lead: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...]
    look: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, or the part of one that stands on a page."""

    title: str
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    is_continued: bool = False

    @property
    def width(self) -> float:
        """Of all columns."""
        return sum(column.width for column in self.columns)

    @property
    def heading_room(self) -> float:
        """What stands above the first row."""
        notes = 0 if self.is_continued else sum(lines_of(note, self.width) for note in self.notes)
        return TITLE_ROOM + NOTE_LINE * notes + HEAD_ROOM

    @property
    def height(self) -> float:
        """Of all that stands here."""
        return self.heading_room + sum(height_of(self, block) for block in self.blocks)


def lines_of(said: Cell, width: float) -> int:
    """Return how many lines a text needs as a browser breaks it; a picture takes one.

    Lines end between words and beside any Chinese character; a word wider than a line goes on in the next.
    """
    room = (width - SIDES) / (FONT * SLACK)
    if isinstance(said, Markup) or text_width(said) <= room:
        return 1
    lines, left = 1, room
    for word in PARTS.findall(said):
        needed = text_width(word)
        if needed > left and not word.isspace():
            over = needed if left == room else needed + room  # a word that began its line needs no new one
            lines += math.ceil(over / room) - 1
            left = room
            needed -= room * (math.ceil(needed / room) - 1)
        left = max(0.0, left - needed)
    return lines


def height_of(table: Table, block: Block) -> float:
    """Return the height of a block of the table."""
    if block.look == "group":
        return PADDING + LINE * lines_of(block.rows[0][0], table.width)
    split = len(block.lead)
    lead = _height(block.lead, table.columns[:split]) if block.lead else 0.0
    return max(lead, sum(_height(row, table.columns[split:]) for row in block.rows))


def _height(cells: Sequence[Cell], columns: Sequence[Column]) -> float:
    lines = (
        1 if column.look == "number" else lines_of(cell, column.width)  # numbers are short and never wrapped
        for cell, column in zip(cells, columns, strict=True)
    )
    return PADDING + LINE * max(lines)


def paginate(tables: Iterable[Table], *, first_room: float, room: float) -> list[list[Table]]:
    """Return the parts of the tables that stand on each page; the first page has less room and may stay empty."""
    pages: list[list[Table]] = [[]]
    left = first_room
    for table in tables:
        rest = table
        while rest.blocks:
            count = _fitting(rest, left, is_fresh=len(pages) > 1 and not pages[-1])
            if count:
                part = replace(rest, blocks=rest.blocks[:count])
                pages[-1].append(part)
                left -= part.height
                rest = replace(rest, blocks=_from(rest.blocks, count), is_continued=True)
            if rest.blocks:
                pages.append([])
                left = room
    return pages


def _fitting(table: Table, room: float, *, is_fresh: bool) -> int:
    """Return how many blocks to put there: on a fresh page at least one, else none rather than very few."""
    used, count = table.heading_room, 0
    for block in table.blocks:
        used += height_of(table, block)
        if used > room:
            break
        count += 1
    if count == len(table.blocks):
        return count
    if count and table.blocks[count - 1].look == "group":
        count -= 1  # no group's heading at the foot of a page
    if is_fresh:
        return max(count, 2 if table.blocks[0].look == "group" else 1)
    return count if count >= LEAST_ROWS else 0


def _from(blocks: Sequence[Block], count: int) -> tuple[Block, ...]:
    """Return the blocks after ``count``, led by the heading of the group that they belong to."""
    rest = tuple(blocks[count:])
    groups = [block for block in blocks[:count] if block.look == "group"]
    if not rest or not groups or rest[0].look == "group":
        return rest
    return (replace(groups[-1], rows=((groups[-1].again,),)), *rest)

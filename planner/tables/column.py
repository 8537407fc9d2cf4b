"""What a column and a sheet are: the types behind the tables in ``columns`` and ``rule_columns``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from planner.language import Text, say

# What a cell holds, and the Python value it is read as:
Kind = Literal[
    "id",  # str; full-width letters and digits become plain ones
    "text",  # str on one line
    "number",  # float, finite
    "whole",  # int
    "yes_no",  # bool
    "date",  # date
    "dates",  # tuple[date, ...], sorted
    "time",  # int, minutes after midnight
    "window",  # Window
    "windows",  # tuple[Window, ...]
    "weekdays",  # frozenset[int], Monday 0
    "weekday_sets",  # tuple[frozenset[int], ...]
    "nth_weekdays",  # tuple[NthWeekday, ...]
    "market_digits",  # frozenset[int]
    "names",  # frozenset[str]
    "references",  # tuple[str, ...], in the order written
    "rule_values",  # tuple[tuple[str, str], ...]: (rule id or "", what it says)
    "choice",  # str, one of ``choices``
    "geometry",  # a shapely geometry; in a cell it is written as WKT
]
PLAIN_WORDS = {"yes": "是", "no": "否", "all": "全部"}  # defaults that are words
NO_CHOICES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading in both languages, what its cells hold, and what it means."""

    name: str  # the English heading, and the name in the code
    zh: str  # the Chinese heading
    kind: Kind
    description: Text
    example: str = ""
    example_zh: str = ""  # empty: the same
    aliases: tuple[str, ...] = ()
    unit: Text | None = None
    default: Text | str | None = None  # what an empty cell means, in words or as a value; None: nothing
    is_required: bool = False
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES)  # value -> Chinese word
    synonyms: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES)  # other word -> value

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading the column is recognised by."""
        return (self.name, self.zh, *self.aliases)

    def heading(self, language: str) -> str:
        """Return the heading in the language."""
        return self.zh if language == "zh" else self.name

    def said_example(self, language: str) -> str:
        """Return the example in the language."""
        return self.example_zh if language == "zh" and self.example_zh else self.example

    def said_default(self, language: str) -> str:
        """Return what an empty cell means in the language; empty when it means nothing."""
        if language == "zh" and isinstance(self.default, str):
            return {**PLAIN_WORDS, **self.choices}.get(self.default, self.default)
        return say(self.default or "", language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of the workbook, or one file of the folder."""

    name: str
    zh: str
    description: Text
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    is_drawn: bool = False  # rows are lines or areas: read from GeoJSON or GeoPackage too

    @property
    def headings(self) -> tuple[str, ...]:
        """Every name the sheet is recognised by."""
        return (self.name, self.zh, *self.aliases)

    def heading(self, language: str) -> str:
        """Return the sheet's name in the language."""
        return self.zh if language == "zh" else self.name

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError if there is none."""
        return {column.name: column for column in self.columns}[name]

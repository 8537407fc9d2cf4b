"""The table of columns, and what is made from it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data import data_path
from planner.tables.cells import read_cell
from planner.tables.cells_out import cell_of
from planner.tables.column import Column
from planner.tables.columns import SETTINGS, SHEETS, column_of
from planner.tables.headings import fold_heading
from planner.tables.manual import MANUALS, manual

DOCS = Path(__file__).parents[3] / "docs"
COLUMNS = [(sheet.name, column) for sheet in SHEETS for column in sheet.columns] + [("settings", c) for c in SETTINGS]
WITH_EXAMPLE = [(name, column) for name, column in COLUMNS if column.example]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_committed_manual_is_up_to_date(language: str) -> None:
    """The manual says what the reader does; ``python -m planner.tables.manual docs`` writes it again."""
    assert (DOCS / MANUALS[language]).read_text("utf-8") == manual(language)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_headings_of_a_sheet_are_unlike(sheet: object) -> None:
    """No heading, alias included, means two columns of a sheet."""
    from planner.tables.column import Sheet

    assert isinstance(sheet, Sheet)
    headings = [fold_heading(heading) for column in sheet.columns for heading in set(column.headings)]
    assert len(headings) == len(set(headings))


def test_names_of_sheets_are_unlike() -> None:
    """No name means two sheets."""
    names = [fold_heading(name) for sheet in SHEETS for name in sheet.headings]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("sheet", "column"), WITH_EXAMPLE, ids=lambda v: v.name if isinstance(v, Column) else v)
def test_example_is_read_and_written_back(sheet: str, column: Column) -> None:
    """The examples in both languages mean the same, and a value written is read as itself."""
    value = read_cell(column, column.example)
    assert value is not None
    if column.kind in {"yes_no", "choice", "weekdays", "weekday_sets", "nth_weekdays", "market_digits"}:
        assert read_cell(column, column.said_example("zh")) == value
    for language in ("en", "zh"):
        assert read_cell(column, cell_of(column, value, language)) == value


def test_words_of_roads_are_those_of_the_speed_table() -> None:
    """Every class, surface and smoothness with a speed may be written in the roads table."""
    with data_path("speeds.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for what, name in (("class", "road_class"), ("surface", "surface"), ("smoothness", "smoothness")):
        column = column_of("roads", name)
        words = [w for row in rows if row["what"] == what for w in (row["name"], *row["also"].split(";")) if w]
        assert words
        assert {word: read_cell(column, word) for word in words if read_cell(column, word) not in column.choices} == {}

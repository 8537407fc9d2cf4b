"""Workbooks out: the circuits of a plan, and a dataset as one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from planner.tables.cells_out import cell_of
from planner.tables.circuit_sheets import write_circuits
from planner.tables.columns import SHEETS, Column
from planner.tables.faults import Faults
from planner.tables.reading import Row, Table, read_tables
from planner.tables.workbook import LONGEST_CELL, new_workbook, put, width_of

__all__ = ["copy_dataset", "write_circuits", "write_dataset"]

MOST_POINTS = LONGEST_CELL // 40  # of a line in one cell: two numbers of up to 18 signs, a space and a comma


def copy_dataset(source: Path, target: Path, language: str = "en") -> None:
    """Write the tables of a workbook or folder as one workbook; raises InputError when they cannot be read."""
    faults = Faults()
    tables = read_tables(source, faults)
    faults.raise_if_any()
    write_dataset(tables, target, language)


def write_dataset(tables: Mapping[str, Table], path: Path, language: str = "en") -> None:
    """Write the tables (by sheet name) as a workbook that reads as the same dataset.

    Lines become WKT; one too long for a cell is cut into several rows.
    """
    with new_workbook(path) as workbook:
        heading = workbook.add_format({"bold": True, "border": 1})
        looks = {"text": workbook.add_format({"num_format": "@"})}
        looks["date"] = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in SHEETS:
            if sheet.name not in tables:
                continue
            page = workbook.add_worksheet(sheet.heading(language))
            columns = _filled_columns(tables[sheet.name])
            for k, column in enumerate(columns):
                put(page, 0, k, column.heading(language), heading)
                page.set_column(k, k, width_of(column.heading(language)))
            for number, row in enumerate(_rows_that_fit(tables[sheet.name]), start=1):
                _write_row(page, number, (columns, row), looks, language)
            page.freeze_panes(1, 0)


def _filled_columns(table: Table) -> list[Column]:
    filled = {name for row in table.rows for name in row.values}
    return [column for column in table.sheet.columns if column.is_required or column.name in filled]


def _write_row(page: Any, number: int, content: tuple[list[Column], Row], looks: dict[str, Any], language: str) -> None:
    columns, row = content
    for k, column in enumerate(columns):
        if column.name in row.values:
            cell = cell_of(column, row.values[column.name], language)
            look = "date" if column.kind == "date" else "text"
            put(page, number, k, cell, looks[look] if not isinstance(cell, int | float) else None)


def _rows_that_fit(table: Table) -> Iterator[Row]:
    """Yield the rows; one whose line is too long for a cell is cut at its points."""
    for row in table.rows:
        geometry = row.get("geometry")
        if geometry is None or shapely.get_num_coordinates(geometry) <= MOST_POINTS:
            yield row
            continue
        for line in _short_lines(geometry):
            yield Row(place=row.place, written=row.written, values={**row.values, "geometry": line})


def _short_lines(geometry: shapely.Geometry) -> Iterator[shapely.LineString]:
    for part in shapely.get_parts(geometry):
        line = part.exterior if isinstance(part, shapely.Polygon) else part
        points = shapely.get_coordinates(line)
        for first in range(0, len(points) - 1, MOST_POINTS - 1):
            yield shapely.LineString(points[first : first + MOST_POINTS])

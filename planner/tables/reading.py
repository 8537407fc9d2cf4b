"""A workbook or a folder becomes typed rows: sheets and columns are recognised, cells are read, faults noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.errors import Where
from planner.language import Both, text
from planner.tables.cell import Cell, CellError, is_empty, quote
from planner.tables.cells import read_cell
from planner.tables.columns import SHEETS, Column, Sheet
from planner.tables.datum_columns import DATUM, datums_in_headings
from planner.tables.faults import Faults, closest
from planner.tables.files import READ_SUFFIXES, UNREAD_SUFFIXES, read_grids
from planner.tables.grid import Grid
from planner.tables.guard import RefusedFileError, column_letters
from planner.tables.headings import (
    SHEET_BY_HEADING,
    fold_heading,
    heading_row,
    headings_of,
    nearest,
    recognise_columns,
    sheet_named,
)
from planner.tables.words import half_width

MOST_FILES = 100
EXAMPLE_MARKS = ("# example", "# 示例")  # rows of the template that show how to fill it in
IGNORED_SHEETS = {"readme", "about", "说明"}
TOTALS = {"合计", "总计", "共计", "小计", "总和", "total", "totals", "subtotal", "sum", "grandtotal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: where it is, and its filled cells by column name.

    ``faulty`` names the columns whose cells could not be read or are missing; that has been noted.
    """

    place: Where
    written: Mapping[str, str]  # column name -> the heading as the user wrote it, or would: in the sheet's language
    values: dict[str, Any]
    faulty: frozenset[str] = frozenset()

    def where(self, column: str = "") -> Where:
        """Return the place of a cell of the row."""
        return Where(self.place.file, self.place.sheet, self.place.row, self.written.get(column, column))

    def get(self, column: str, default: Any = None) -> Any:
        """Return the value of a cell, or the default where it is empty."""
        return self.values.get(column, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one sheet. ``place`` names the file and the sheet as the user called it."""

    sheet: Sheet
    place: Where
    rows: tuple[Row, ...]


def read_tables(path: Path, faults: Faults) -> dict[str, Table]:
    """Return the tables of a workbook or folder by sheet name; what cannot be read is noted in ``faults``."""
    opened = {file: _grids_of(file, faults) for file in _input_files(path, faults)}
    grids = list(_in_sight([grid for found in opened.values() for grid in found], faults))
    unread = [file.stem for file, found in opened.items() if not found]  # not missing, and said to be unreadable
    present = {sheet.name for name in [*(g.name for g in grids), *unread] if (sheet := sheet_named(name))}
    tables: dict[str, Table] = {}
    for grid in grids:
        sheet = _recognise_sheet(grid, present, faults)
        if sheet is None:
            continue
        table = _read_grid(grid, sheet, faults)
        if sheet.name in tables:
            _note_second(table, tables[sheet.name], faults)
        elif table is not None:
            tables[sheet.name] = table
    _note_missing_sheets(path, present, grids, faults)
    return tables


def _input_files(path: Path, faults: Faults) -> list[Path]:
    """Return the files to read, sorted by name."""
    if not path.exists():
        faults.add(Where(path.name), text("there is no such file or folder."), text("Check the path."))
        return []
    if not path.is_dir():
        return [path]
    files = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith((".", "~$")))
    wanted = [f for f in files if f.suffix.lower() in READ_SUFFIXES | UNREAD_SUFFIXES]
    if len(wanted) > MOST_FILES:
        remedy = text("Give a folder with the files of one county.")
        faults.add(Where(path.name), text("the folder has {n} tables; at most 100 are read.", n=len(wanted)), remedy)
        return []
    return wanted


def _grids_of(file: Path, faults: Faults) -> list[Grid]:
    try:
        return read_grids(file)
    except RefusedFileError as refused:
        faults.add(Where(file.name), refused.problem, refused.remedy)
    except OSError:
        faults.add(
            Where(file.name), text("it cannot be opened."), text("Close it elsewhere, or check its permissions.")
        )
    return []


def _in_sight(grids: list[Grid], faults: Faults) -> Iterator[Grid]:
    """Yield the sheets that are not hidden; a hidden one with the name of a table is told, for it is not read."""
    for grid in grids:
        if not grid.is_hidden:
            yield grid
        elif sheet_named(grid.name) is not None:
            faults.doubt(
                Where(grid.file, grid.name),
                text("this sheet is hidden, and is not read."),
                text("Unhide it if it belongs to the county; delete it if it does not."),
            )


def _recognise_sheet(grid: Grid, present: set[str], faults: Faults) -> Sheet | None:
    sheet = sheet_named(grid.name)
    if sheet is not None or fold_heading(grid.name) in IGNORED_SHEETS or grid.name.startswith("_"):
        return sheet
    where = Where(grid.file, grid.name if grid.is_sheet else "")
    near = closest(fold_heading(grid.name), [h for h, s in SHEET_BY_HEADING.items() if s.name not in present])
    if near is not None:
        faults.add(where, text("this sheet is not known."), text('Did you mean "{near}"?', near=near))
    elif any(not is_empty(cell) for row in grid.rows for cell in row):
        known = Both(", ".join(s.name for s in SHEETS), "、".join(s.zh for s in SHEETS))
        faults.doubt(where, text("this sheet is not read."), text("The sheets are: {known}.", known=known))
    return None


def _note_second(table: Table | None, first: Table, faults: Faults) -> None:
    if table is None:
        return
    other = first.place.file if first.place.file != table.place.file else first.place.sheet
    name = Both(table.sheet.name, table.sheet.zh)
    problem = text('the table "{name}" is given twice; first in {other}.', name=name, other=other)
    faults.add(table.place, problem, text("Keep one of them."))


def _note_missing_sheets(path: Path, present: set[str], grids: list[Grid], faults: Faults) -> None:
    if not grids and faults.errors:
        return  # nothing could be opened, which has been said
    for sheet in SHEETS:
        if sheet.is_required and sheet.name not in present:
            near = nearest([grid.name for grid in grids if sheet_named(grid.name) is None], sheet.headings)
            remedy = (
                text('Rename "{near}" if that is it.', near=near)
                if near
                else text('Add it; "xunzhen template" writes an example.')
            )
            faults.add(
                Where(path.name),
                text('the sheet "{name}" ({zh}) is missing.', name=sheet.name, zh=sheet.zh),
                remedy,
            )


def _read_grid(grid: Grid, sheet: Sheet, faults: Faults) -> Table | None:
    place = Where(grid.file, grid.name if grid.is_sheet else "")
    head = heading_row(grid, sheet)
    if head is None:
        required = [column for column in sheet.columns if column.is_required]
        needed = Both(", ".join(column.name for column in required), "、".join(column.zh for column in required))
        remedy = text("Write the headings in the first row: {needed}.", needed=needed)
        faults.add(place, text("no row of headings was found."), remedy)
        return None
    columns = recognise_columns(grid, head, sheet, place, faults)
    _note_unnamed_columns(grid, head, place, faults)
    _note_error_cells(grid, place, faults)
    declared = _declared_datum(columns, sheet, place, faults)
    rows = []
    written = headings_of(sheet, columns)
    for offset, cells in enumerate(grid.rows[head + 1 :], start=head + 1):
        where = Where(place.file, place.sheet, grid.first_row + offset)
        if _is_total(cells, columns):
            faults.add(where, text("this looks like a row of totals."), text("Delete the row."))
        elif _is_row(cells):
            row = _read_row(cells, columns, sheet, (where, written), faults)
            rows.append(replace(row, values=declared | row.values))
    return Table(sheet=sheet, place=place, rows=tuple(rows))


def _declared_datum(
    columns: dict[int, tuple[Column, str]], sheet: Sheet, place: Where, faults: Faults
) -> dict[str, Any]:
    """Return the system of coordinates that headings such as "lon (GCJ-02)" name for all rows, if any does."""
    headings = [heading for column, heading in columns.values() if column.name in {"lon", "lat", "geometry"}]
    named = datums_in_headings(headings) if DATUM in sheet.columns else frozenset()
    if len(named) > 1:
        problem = text("the headings name two systems of coordinates: {names}.", names=", ".join(sorted(named)))
        faults.add(place, problem, text("Name one, or write the system of each row into the column datum."))
    return {DATUM.name: min(named)} if named else {}


def _note_unnamed_columns(grid: Grid, head: int, place: Where, faults: Faults) -> None:
    headings = grid.rows[head]
    width = max((len(row) for row in grid.rows[head + 1 :]), default=0)
    for k in range(width):
        if k < len(headings) and not is_empty(headings[k]):
            continue
        row = next((i for i in range(head + 1, len(grid.rows)) if _cell(grid.rows[i], k) not in {None, ""}), None)
        if row is None or is_empty(_cell(grid.rows[row], k)):
            continue
        where = Where(place.file, place.sheet, grid.first_row + row, column_letters(k + 1))
        problem = text("found {found} in a column without a heading.", found=quote(_cell(grid.rows[row], k)))
        faults.add(where, problem, text("Name the column in the row of headings, or remove it."))


def _note_error_cells(grid: Grid, place: Where, faults: Faults) -> None:
    for row, letters in grid.error_cells:
        where = Where(place.file, place.sheet, row, letters)
        faults.add(where, text("the formula in this cell gives an error."), text("Correct it, or write its value."))


def _cell(row: list[Cell], k: int) -> Cell:
    return row[k] if k < len(row) else None


def _is_row(cells: list[Cell]) -> bool:
    """Return whether a row says something: not blank, and not an example row of the template."""
    first = next((cell for cell in cells if not is_empty(cell)), None)
    return first is not None and not (isinstance(first, str) and half_width(first).casefold().startswith(EXAMPLE_MARKS))


def _is_total(cells: list[Cell], columns: dict[int, tuple[Column, str]]) -> bool:
    """Return whether a row adds up those above: it begins with such a word and lacks a cell that none may lack."""
    first = next((cell for cell in cells if not is_empty(cell)), None)
    if not isinstance(first, str) or "".join(half_width(first).casefold().split()).rstrip(":") not in TOTALS:
        return False
    return any(column.is_required and is_empty(_cell(cells, k)) for k, (column, _) in columns.items())


def _read_row(
    cells: list[Cell],
    columns: dict[int, tuple[Column, str]],
    sheet: Sheet,
    place_and_headings: tuple[Where, Mapping[str, str]],
    faults: Faults,
) -> Row:
    place, written = place_and_headings
    values: dict[str, Any] = {}
    faulty = {column.name for column in sheet.columns if column.is_required}
    for k, (column, heading) in columns.items():
        where = Where(place.file, place.sheet, place.row, heading)
        cell = _cell(cells, k)
        try:
            value = read_cell(column, cell)
        except CellError as error:
            problem = text("expected {expected}, but found {found}.", expected=error.expected, found=quote(cell))
            faults.add(where, problem, error.remedy or text("Correct the cell."))
            faulty.add(column.name)
            continue
        if value is not None:
            values[column.name] = value
            faulty.discard(column.name)
        elif column.is_required:
            example = Both(column.said_example("en"), column.said_example("zh"))
            remedy = text("Fill it in, for example {example}.", example=example)
            faults.add(where, text("this cell must not be empty."), remedy)
    return Row(place=place, written=written, values=values, faulty=frozenset(faulty))

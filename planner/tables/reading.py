"""A workbook or a folder becomes typed rows: sheets and columns are recognised, cells are read, faults noted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.errors import Where
from planner.language import text
from planner.tables.cell import Cell, CellError, is_empty, quote
from planner.tables.cells import read_cell
from planner.tables.columns import SHEETS, Column, Sheet
from planner.tables.datum_columns import DATUM, datums_in_headings
from planner.tables.faults import Faults, closest, suggest
from planner.tables.files import READ_SUFFIXES, UNREAD_SUFFIXES, Grid, read_grids
from planner.tables.guard import RefusedFileError, column_letters
from planner.tables.words import half_width

MOST_FILES = 100
EXAMPLE_MARKS = ("# example", "# 示例")  # rows of the template that show how to fill it in
REMARKS = {"note", "notes", "remark", "remarks", "comment", "comments", "备注", "说明"}
IGNORED_SHEETS = {"readme", "about", "说明"}
HEADING_ROWS = 5  # a title may stand above the headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: where it is, and its filled cells by column name.

    ``faulty`` names the columns whose cells could not be read or are missing; that has been noted.
    """

    place: Where
    written: dict[str, str]  # column name -> the heading as the user wrote it
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
    grids = [grid for file in _input_files(path, faults) for grid in _grids_of(file, faults)]
    present = {sheet.name for grid in grids if (sheet := _sheet_named(grid.name))}
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


def fold_heading(heading: str) -> str:
    """Return a heading in the form in which headings are compared: no case, spaces as one underscore, no unit."""
    plain = half_width(heading).casefold().replace("*", "")
    plain = plain.split("(")[0] if not plain.startswith("(") else plain
    return "_".join(plain.replace("_", " ").split())


_SHEETS = {fold_heading(heading): sheet for sheet in SHEETS for heading in sheet.headings}
_COLUMNS = {
    s.name: {fold_heading(h): column for column in reversed(s.columns) for h in column.headings} for s in SHEETS
}
# A column's own names win over another column's aliases.
for _sheet in SHEETS:
    _COLUMNS[_sheet.name].update({fold_heading(h): c for c in _sheet.columns for h in (c.name, c.zh)})


def _sheet_named(name: str) -> Sheet | None:
    return _SHEETS.get(fold_heading(name))


def _recognise_sheet(grid: Grid, present: set[str], faults: Faults) -> Sheet | None:
    sheet = _sheet_named(grid.name)
    if sheet is not None or fold_heading(grid.name) in IGNORED_SHEETS or grid.name.startswith("_"):
        return sheet
    where = Where(grid.file, grid.name if grid.is_sheet else "")
    near = closest(fold_heading(grid.name), [h for h, s in _SHEETS.items() if s.name not in present])
    if near is not None:
        faults.add(where, text("this sheet is not known."), text('Did you mean "{near}"?', near=near))
    elif any(not is_empty(cell) for row in grid.rows for cell in row):
        known = ", ".join(s.name for s in SHEETS)
        faults.warn(where, text("this sheet is not read."), text("The sheets are: {known}.", known=known))
    return None


def _note_second(table: Table | None, first: Table, faults: Faults) -> None:
    if table is None:
        return
    other = first.place.file if first.place.file != table.place.file else first.place.sheet
    problem = text('the table "{name}" is given twice; first in {other}.', name=table.sheet.name, other=other)
    faults.add(table.place, problem, text("Keep one of them."))


def _note_missing_sheets(path: Path, present: set[str], grids: list[Grid], faults: Faults) -> None:
    if not grids and faults.errors:
        return  # nothing could be opened, which has been said
    for sheet in SHEETS:
        if sheet.is_required and sheet.name not in present:
            near = closest(sheet.name, [grid.name for grid in grids if _sheet_named(grid.name) is None])
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
    head = _heading_row(grid, sheet)
    if head is None:
        needed = ", ".join(column.name for column in sheet.columns if column.is_required)
        remedy = text("Write the headings in the first row: {needed}.", needed=needed)
        faults.add(place, text("no row of headings was found."), remedy)
        return None
    columns = _recognise_columns(grid, head, sheet, place, faults)
    _note_error_cells(grid, place, faults)
    declared = _declared_datum(columns, sheet, place, faults)
    rows = []
    for offset, cells in enumerate(grid.rows[head + 1 :], start=head + 1):
        if _is_row(cells):
            where = Where(place.file, place.sheet, grid.first_row + offset)
            row = _read_row(cells, columns, sheet, where, faults)
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


def _heading_row(grid: Grid, sheet: Sheet) -> int | None:
    """Return the index of the row of headings: the one of the first few that knows most of the sheet's columns."""
    known = _COLUMNS[sheet.name]
    scores = [
        len({known[fold_heading(cell)].name for cell in row if isinstance(cell, str) and fold_heading(cell) in known})
        for row in grid.rows[:HEADING_ROWS]
    ]
    return scores.index(max(scores)) if scores and max(scores) > 0 else None


def _recognise_columns(
    grid: Grid, head: int, sheet: Sheet, place: Where, faults: Faults
) -> dict[int, tuple[Column, str]]:
    """Return the known columns by their index, with the heading as written."""
    known = _COLUMNS[sheet.name]
    row_number = grid.first_row + head
    headings = [(k, half_width(str(cell))) for k, cell in enumerate(grid.rows[head]) if not is_empty(cell)]
    found: dict[int, tuple[Column, str]] = {}
    first: dict[str, str] = {}
    for k, heading in headings:
        column = known.get(fold_heading(heading))
        if column is not None and column.name in first:
            where = Where(place.file, place.sheet, row_number, heading[:60])
            problem = text('this column is given twice; first as "{first}".', first=first[column.name])
            faults.add(where, problem, text("Keep one of them."))
        elif column is not None:
            found[k] = (column, heading)
            first[column.name] = heading
    unknown = [heading for _, heading in headings if fold_heading(heading) not in known]
    _note_unknown_columns(unknown, set(first), sheet, Where(place.file, place.sheet, row_number), faults)
    _note_missing_columns(unknown, set(first), sheet, place, faults)
    _note_unnamed_columns(grid, head, place, faults)
    return found


def _note_unknown_columns(unknown: list[str], present: set[str], sheet: Sheet, place: Where, faults: Faults) -> None:
    absent = [heading for heading, column in _COLUMNS[sheet.name].items() if column.name not in present]
    for heading in unknown:
        where = Where(place.file, place.sheet, place.row, heading[:60])
        near = closest(fold_heading(heading), absent)
        if fold_heading(heading) in REMARKS:
            continue
        if near is not None and len(fold_heading(heading)) > 2:
            remedy = text('Did you mean "{near}"? If not, call it remarks or remove it.', near=near)
            faults.add(where, text("this column is not known."), remedy)
        else:
            faults.warn(
                where, text("this column is not read."), text("Remove it, or see the file format for the names.")
            )


def _note_missing_columns(unknown: list[str], present: set[str], sheet: Sheet, place: Where, faults: Faults) -> None:
    for column in sheet.columns:
        if column.is_required and column.name not in present:
            otherwise = text("Add the column; for example {example}.", example=column.example)
            remedy = suggest(column.name, unknown, otherwise)
            faults.add(
                place,
                text('the column "{name}" ({zh}) is missing.', name=column.name, zh=column.zh),
                remedy,
            )


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


def _read_row(
    cells: list[Cell], columns: dict[int, tuple[Column, str]], sheet: Sheet, place: Where, faults: Faults
) -> Row:
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
            remedy = text("Fill it in, for example {example}.", example=column.example)
            faults.add(where, text("this cell must not be empty."), remedy)
    written = {column.name: heading for column, heading in columns.values()}
    return Row(place=place, written=written, values=values, faulty=frozenset(faulty))

"""Names of sheets and columns as people write them: which is meant, which is missing, which is not known."""

from __future__ import annotations

from collections.abc import Iterable

from planner.errors import Where
from planner.language import Both, text
from planner.tables.cell import is_empty
from planner.tables.columns import SHEETS, Column, Sheet
from planner.tables.faults import Faults, alikeness, closest
from planner.tables.grid import Grid
from planner.tables.words import half_width

HEADING_ROWS = 5  # a title may stand above the headings
REMARKS = {"note", "notes", "remark", "remarks", "comment", "comments", "备注", "说明"}


def fold_heading(heading: str) -> str:
    """Return a heading in the form in which headings are compared: no case, spaces as one underscore, no unit."""
    plain = half_width(heading).casefold().replace("*", "")
    plain = plain.split("(")[0] if not plain.startswith("(") else plain
    return "_".join(plain.replace("_", " ").split())


SHEET_BY_HEADING = {fold_heading(heading): sheet for sheet in SHEETS for heading in sheet.headings}
COLUMNS = {s.name: {fold_heading(h): column for column in reversed(s.columns) for h in column.headings} for s in SHEETS}
# A column's own names win over another column's aliases.
for _sheet in SHEETS:
    COLUMNS[_sheet.name].update({fold_heading(h): c for c in _sheet.columns for h in (c.name, c.zh)})


def sheet_named(name: str) -> Sheet | None:
    """Return the sheet that bears the name, or None."""
    return SHEET_BY_HEADING.get(fold_heading(name))


def heading_row(grid: Grid, sheet: Sheet) -> int | None:
    """Return the index of the row of headings: the one of the first few that knows most of the sheet's columns."""
    known = COLUMNS[sheet.name]
    scores = [
        len({known[fold_heading(cell)].name for cell in row if isinstance(cell, str) and fold_heading(cell) in known})
        for row in grid.rows[:HEADING_ROWS]
    ]
    return scores.index(max(scores)) if scores and max(scores) > 0 else None


def recognise_columns(
    grid: Grid, head: int, sheet: Sheet, place: Where, faults: Faults
) -> dict[int, tuple[Column, str]]:
    """Return the known columns by their index, with the heading as written."""
    known = COLUMNS[sheet.name]
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
    return found


def _note_unknown_columns(unknown: list[str], present: set[str], sheet: Sheet, place: Where, faults: Faults) -> None:
    absent = {heading: column for heading, column in COLUMNS[sheet.name].items() if column.name not in present}
    for heading in unknown:
        where = Where(place.file, place.sheet, place.row, heading[:60])
        meant = closest(fold_heading(heading), absent)
        if fold_heading(heading) in REMARKS:
            continue
        if meant is None:
            remedy = text("Remove it, or see the file format for the names.")
            faults.doubt(where, text("this column is not read."), remedy)
            continue
        near = _said(absent[meant], [heading])
        remedy = text('Did you mean "{near}"? If not, call it remarks or remove it.', near=near)
        note = faults.add if len(fold_heading(heading)) > 2 else faults.doubt  # short words are alike by chance
        note(where, text("this column is not known."), remedy)


def _note_missing_columns(unknown: list[str], present: set[str], sheet: Sheet, place: Where, faults: Faults) -> None:
    for column in sheet.columns:
        if column.is_required and column.name not in present:
            example = Both(column.said_example("en"), column.said_example("zh"))
            otherwise = text("Add the column; for example {example}.", example=example)
            near = nearest(unknown, column.headings)
            remedy = otherwise if near is None else text('Rename "{near}" if that is it.', near=near)
            faults.add(
                place,
                text('the column "{name}" ({zh}) is missing.', name=column.name, zh=column.zh),
                remedy,
            )


def nearest(words: Iterable[str], known: Iterable[str]) -> str | None:
    """Return the word that is most like one of the known ones, or None."""
    alike = ((word, closest(fold_heading(word), known)) for word in sorted(words))
    return max(((alikeness(word, near), word) for word, near in alike if near), default=(0.0, None))[1]


def _said(column: Column, headings: Iterable[str]) -> str:
    """Return the column's heading in the language of the headings given."""
    is_chinese = any(character > "\u2e7f" for heading in headings for character in heading)
    return column.heading("zh" if is_chinese else "en")


def headings_of(sheet: Sheet, columns: dict[int, tuple[Column, str]]) -> dict[str, str]:
    """Return the heading of every column: as written, else in the language of those that are."""
    written = {column.name: heading for column, heading in columns.values()}
    return {column.name: _said(column, written.values()) for column in sheet.columns} | written

"""Files become plain grids of cells: workbooks, CSV, GeoJSON and GeoPackage. Nothing is understood yet."""

from __future__ import annotations

import csv
import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from planner.language import text
from planner.tables.cell import Cell
from planner.tables.grid import Grid
from planner.tables.guard import (
    COPY_OVER,
    MOST_COLUMNS,
    MOST_ROWS,
    SAVE_AGAIN,
    SAVE_AS,
    CheckedWorkbook,
    RefusedFileError,
    check_size,
    check_workbook,
    damaged,
)

FEWEST_TOLD = 10  # characters by which an encoding is known
COMMON_SHARE = 0.75  # of them in GB 2312: all of nearly every table of the mainland, half of those of Big5 read so
READ_SUFFIXES = {".xlsx", ".csv", ".geojson", ".gpkg"}
UNREAD_SUFFIXES = {".xls", ".xlsm", ".xlsb", ".ods", ".et", ".numbers", ".kml", ".kmz", ".gpx", ".shp", ".tsv", ".dbf"}


def read_grids(path: Path) -> list[Grid]:
    """Return the grids of a file; raises RefusedFileError."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return list(_workbook_grids(path))
    if suffix == ".csv":
        return [_csv_grid(path)]
    if suffix in {".geojson", ".gpkg"}:
        from planner.tables.layers import layer_grids  # noqa: PLC0415 - loads GDAL and pandas, for a second

        return layer_grids(path)
    raise RefusedFileError(text("files of this kind are not read."), SAVE_AS)


def _workbook_grids(path: Path) -> Iterator[Grid]:
    checked = check_workbook(path)
    try:
        members = _sheet_members(checked)
        with CalamineWorkbook.from_filelike(io.BytesIO(checked.content)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.visible != SheetVisibleEnum.Visible:  # lists behind drop-downs, or a table put out of sight
                    yield Grid(file=path.name, name=sheet.name, is_sheet=True, rows=[], is_hidden=True)
                    continue
                grid = workbook.get_sheet_by_name(sheet.name)
                rows: list[list[Cell]] = [list(row) for row in grid.to_python(skip_empty_area=False)]
                _fill_merged(rows, grid.merged_cell_ranges or [])
                errors = checked.error_cells.get(members.get(sheet.name, ""), ())
                yield Grid(file=path.name, name=sheet.name, is_sheet=True, rows=rows, error_cells=errors)
    except (CalamineError, ElementTree.ParseError, KeyError, OSError) as error:
        raise damaged() from error


def _sheet_members(checked: CheckedWorkbook) -> dict[str, str]:
    """Return the archive's member for each sheet name."""
    with zipfile.ZipFile(io.BytesIO(checked.content)) as archive:
        book = _tree(archive.read("xl/workbook.xml"))
        links = _tree(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))) for link in links}
    found = {}
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            link = next((value for name, value in element.attrib.items() if name.endswith("}id")), None)
            found[element.get("name", "")] = targets.get(link, "").lstrip("/")
    return found


def _tree(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content, ElementTree.XMLParser(encoding="utf-8"))


def _fill_merged(rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Repeat the value of cells merged downwards: one township beside all its villages."""
    for (top, left), (bottom, right) in ranges:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]


def _csv_grid(path: Path) -> Grid:
    check_size(path)
    content = _decode(path.read_bytes())
    header = content.split("\n", 1)[0]
    separator = max(",\t;", key=header.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
            rows.append(list(row))
            if len(rows) > MOST_ROWS + 1 or len(row) > MOST_COLUMNS:
                raise RefusedFileError(text("the table is too large: row {row}.", row=len(rows)), COPY_OVER)
    except csv.Error as error:
        raise RefusedFileError(text("row {row} cannot be read as CSV.", row=len(rows) + 1), SAVE_AGAIN) from error
    return Grid(file=path.name, name=path.stem, is_sheet=False, rows=rows)


def _decode(content: bytes) -> str:
    """Return the text: UTF-16 by its mark, UTF-8, or the GB 18030 that Chinese Excel writes."""
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and _is_big5(content, decoded):
            break
        return decoded
    raise RefusedFileError(text("its characters are neither UTF-8 nor GB 18030."), text('Save it as "CSV UTF-8".'))


def _is_big5(content: bytes, decoded: str) -> bool:
    """Return whether bytes read as GB 18030 are Big5: every name would be characters that nobody uses."""
    try:
        content.decode("big5hkscs")
    except UnicodeDecodeError:
        return False
    common = decoded.encode("gb2312", "ignore").decode("gb2312")
    foreign = sum(character > "\x7f" for character in decoded)
    return foreign >= FEWEST_TOLD and sum(character > "\x7f" for character in common) < foreign * COMMON_SHARE

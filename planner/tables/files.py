"""Files become plain grids of cells: workbooks, CSV, GeoJSON and GeoPackage. Nothing is understood yet."""

from __future__ import annotations

import csv
import io
import math
import posixpath
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import pandas
import pyogrio
import shapely
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from planner.language import text
from planner.tables.cell import Cell
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

READ_SUFFIXES = {".xlsx", ".csv", ".geojson", ".gpkg"}
UNREAD_SUFFIXES = {".xls", ".xlsm", ".xlsb", ".ods", ".et", ".numbers", ".kml", ".kmz", ".gpx", ".shp", ".tsv", ".dbf"}
WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet as it stands in the file. ``rows[0]`` is shown as row ``first_row``."""

    file: str
    name: str  # of the sheet, or the stem of the file
    is_sheet: bool  # a sheet of a workbook or a layer, which messages name
    rows: list[list[Cell]]
    first_row: int = 1
    error_cells: tuple[tuple[int, str], ...] = ()


def read_grids(path: Path) -> list[Grid]:
    """Return the grids of a file; raises RefusedFileError."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return list(_workbook_grids(path))
    if suffix == ".csv":
        return [_csv_grid(path)]
    if suffix in {".geojson", ".gpkg"}:
        return _layer_grids(path)
    raise RefusedFileError(text("files of this kind are not read."), SAVE_AS)


def _workbook_grids(path: Path) -> Iterator[Grid]:
    checked = check_workbook(path)
    try:
        members = _sheet_members(checked)
        with CalamineWorkbook.from_filelike(io.BytesIO(checked.content)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.visible != SheetVisibleEnum.Visible:
                    continue  # lists behind drop-downs
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
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedFileError(text("its characters are neither UTF-8 nor GB 18030."), text('Save it as "CSV UTF-8".'))


def _layer_grids(path: Path) -> list[Grid]:
    check_size(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL remarks on what it then reads or refuses
            return _read_layers(path)
    except UnicodeEncodeError as error:  # only a path can hold what is no text
        raise RefusedFileError(
            text("the name of the file or of its folder is not UTF-8."), text("Rename it.")
        ) from error
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        shapely.errors.ShapelyError,
    ) as error:
        raise RefusedFileError(
            text("it is damaged or not GeoJSON or GeoPackage."), text("Export it again from the map program.")
        ) from error


def _read_layers(path: Path) -> list[Grid]:
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    is_named = path.suffix.lower() == ".gpkg" and len(layers) > 1
    grids = []
    for layer in layers:
        frame = pyogrio.read_dataframe(path, layer=layer, max_features=MOST_ROWS + 1)
        grids.append(_frame_grid(frame, file=path.name, name=layer if is_named else path.stem, is_sheet=is_named))
    return grids


def _frame_grid(frame: Any, *, file: str, name: str, is_sheet: bool) -> Grid:
    if len(frame) > MOST_ROWS or len(frame.columns) > MOST_COLUMNS:
        raise RefusedFileError(text("the table is too large: row {row}.", row=len(frame)), COPY_OVER)
    geometries = _in_degrees(frame)
    has_points = any(isinstance(geometry, shapely.Point) for geometry in geometries)
    drawn = ("lon", "lat") if has_points else ("geometry",)
    columns = [column for column in frame.columns if str(column).casefold() not in {*drawn, "geometry"}]
    rows: list[list[Cell]] = [[*(str(column) for column in columns), *drawn]]
    attributes = frame[columns].itertuples(index=False, name=None)
    for values, geometry in zip(attributes, geometries, strict=True):
        rows.append([*(_plain(value) for value in values), *_drawn_cells(geometry, has_points)])
    return Grid(file=file, name=name, is_sheet=is_sheet, rows=rows, first_row=0)


def _drawn_cells(geometry: Any, has_points: bool) -> list[Cell]:
    if not has_points:
        return [geometry]
    is_point = isinstance(geometry, shapely.Point) and not geometry.is_empty
    return [geometry.x, geometry.y] if is_point else [None, None]


def _in_degrees(frame: Any) -> list[Any]:
    """Return the geometries in WGS-84 degrees; a layer that names no system must hold degrees."""
    if not isinstance(frame, geopandas.GeoDataFrame):
        return [None] * len(frame)
    if frame.crs is not None and frame.crs != WGS84:
        frame = frame.to_crs(WGS84)
    return list(shapely.force_2d(frame.geometry.values))


def _plain(value: Any) -> Cell:
    """Return a cell of a data frame as a plain Python value, missing as None."""
    if value is None or value is pandas.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, str | bool | int | float | date | datetime) else str(value)

"""GeoJSON and GeoPackage become grids. Loading what reads them takes longer than reading: only who has one does it."""

from __future__ import annotations

import math
import warnings
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import shapely

from planner.language import text
from planner.tables.cell import Cell
from planner.tables.grid import WGS84, Grid
from planner.tables.guard import COPY_OVER, MOST_COLUMNS, MOST_ROWS, RefusedFileError, check_size


def layer_grids(path: Path) -> list[Grid]:
    """Return a grid for each layer of a file; raises RefusedFileError."""
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

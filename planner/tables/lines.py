"""The sheets roads, rivers and boundary become GeoDataFrames in WGS-84 degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from planner.language import text
from planner.tables.faults import Faults
from planner.tables.grid import WGS84
from planner.tables.reading import Row, Table

LINES = {"LineString", "MultiLineString"}
AREAS = {"Polygon", "MultiPolygon"}
SHAPES = {"roads": LINES, "rivers": LINES | AREAS, "boundary": LINES | AREAS}


def read_lines(table: Table | None, faults: Faults) -> Any:
    """Return the rows of a drawn sheet as a GeoDataFrame sorted by content, or None without rows.

    Every column of the sheet is there ("" where empty); a road of several parts becomes one row for each part.
    """
    if table is None:
        return None
    good = [row for row in table.rows if _is_drawable(row, table.sheet.name, faults)]
    if not good:
        return None
    names = [column.name for column in table.sheet.columns if column.name not in {"geometry", "datum"}]
    columns = {name: np.array([_written(row.get(name)) for row in good], dtype=object) for name in names}
    import geopandas  # noqa: PLC0415 - loads for half a second: only tables with lines need it

    frame = geopandas.GeoDataFrame(
        columns,
        geometry=[shapely.force_2d(row.get("geometry")) for row in good],
        crs=WGS84,
    )
    if table.sheet.name == "roads":
        frame = frame.explode(index_parts=False)
    order = sorted(
        range(len(frame)), key=lambda k: (str(frame["name"].iloc[k]), shapely.to_wkb(frame.geometry.iloc[k]))
    )
    if "id" in columns:
        order.sort(key=lambda k: frame["id"].iloc[k])
    return frame.iloc[order].reset_index(drop=True)


def _written(value: Any) -> str:
    return ";".join(sorted(value)) if isinstance(value, frozenset) else value or ""


def _is_drawable(row: Row, sheet: str, faults: Faults) -> bool:
    geometry = row.get("geometry")
    if row.faulty or geometry is None:
        return False
    if geometry.geom_type not in SHAPES[sheet] or geometry.is_empty:
        problem = text("expected a line, but found {found}.", found=geometry.geom_type)
        faults.add(row.where("geometry"), problem, text("Draw it as a line, or remove the row."))
        return False
    coordinates = shapely.get_coordinates(geometry)
    is_on_earth = np.isfinite(coordinates).all() and (np.abs(coordinates) <= (180, 90)).all()
    if not is_on_earth:
        problem = text("the line has points that are not on earth.")
        remedy = text("Give longitude and latitude in degrees (WGS-84), longitude first.")
        faults.add(row.where("geometry"), problem, remedy)
    return bool(is_on_earth)


def road_ids(table: Table | None) -> dict[str, tuple[str, ...]] | None:
    """Return the ids of roads by what they can be called by: their id, or a name several stretches may bear."""
    if table is None or not table.rows:
        return None
    found: dict[str, set[str]] = {}
    for row in table.rows:
        identity = row.get("id")
        if identity is not None:
            found.setdefault(row.get("name") or identity, set()).add(identity)
    found |= {i: {i} for row in table.rows if (i := row.get("id")) is not None}
    return {word: tuple(sorted(ids)) for word, ids in found.items()}

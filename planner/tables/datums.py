"""Which system of coordinates a table is in, and its places and lines in WGS-84.

The column datum of a row says it; else the heading, as in "lon (GCJ-02)"; else the setting: datum for villages and
bases, map_datum for roads, rivers and boundary; else it is WGS-84.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from planner.datum import DATUMS, Datum, to_wgs84
from planner.errors import Where
from planner.tables.datum_columns import DATUM
from planner.tables.reading import Row, Table
from planner.tables.references import row_id

POINTS, LINES = ("villages", "bases"), ("roads", "rivers", "boundary")


def in_wgs84(tables: Mapping[str, Table], *, datum: Datum, map_datum: Datum) -> dict[str, Table]:
    """Return the tables with every place and line in WGS-84; no row names a system any more."""
    usual = dict.fromkeys(POINTS, datum) | dict.fromkeys(LINES, map_datum)
    return {name: _moved(table, usual[name]) if name in usual else table for name, table in tables.items()}


def datums_of_places(tables: Mapping[str, Table], datum: Datum) -> dict[str, Datum]:
    """Return the system each village and base was given in, by id."""
    rows = (row for name in POINTS if name in tables for row in tables[name].rows)
    return {row_id(row): _datum_of(row, datum) for row in rows}


def rows_of_places(tables: Mapping[str, Table]) -> dict[str, Where]:
    """Return where each village and base stands, by id."""
    return {row_id(row): row.place for name in POINTS if name in tables for row in tables[name].rows}


def _datum_of(row: Row, usual: Datum) -> Datum:
    named = row.get(DATUM.name)
    return next((datum for datum in DATUMS if datum == named), usual)


def _moved(table: Table, usual: Datum) -> Table:
    return replace(table, rows=tuple(_moved_row(row, _datum_of(row, usual)) for row in table.rows))


def _moved_row(row: Row, datum: Datum) -> Row:
    values = {name: value for name, value in row.values.items() if name != DATUM.name}
    if {"lon", "lat"} <= values.keys():
        lon, lat = to_wgs84(values["lon"], values["lat"], datum)
        values |= {"lon": float(lon), "lat": float(lat)}
    if isinstance(values.get("geometry"), shapely.Geometry):
        values["geometry"] = _moved_shape(values["geometry"], datum)
    return replace(row, values=values)


def _moved_shape(shape: Any, datum: Datum) -> Any:
    if datum in {"WGS-84", "CGCS2000"}:
        return shape
    return shapely.transform(shapely.force_2d(shape), lambda at: np.stack(to_wgs84(at[:, 0], at[:, 1], datum), axis=1))

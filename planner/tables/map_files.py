"""Villages, bases and what is planned as map files: GeoJSON (RFC 7946) and GeoPackage, in WGS-84.

``villages`` and ``bases`` have the columns of the sheets of those names, so that they are read back as the same places.
Names of people and telephone numbers are left out unless asked for.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from planner.datum import Datum, from_wgs84
from planner.language import fit_for_a_file, say
from planner.model import Problem
from planner.plan import Plan, Route
from planner.tables.cells_out import cell_of
from planner.tables.datum_columns import DATUM
from planner.tables.grid import WGS84
from planner.tables.reading import Table
from planner.values import clock

PLACES = ("villages", "bases")
PERSONAL = frozenset({"contact", "phone"})  # columns of the sheets, left out of what may be passed on
DRAWN = frozenset({"lon", "lat"})  # said by the point
RouteLine = Callable[[Route], Sequence[tuple[float, float]]]  # the points of a day in degrees; fewer than 2: no line


def map_layers(
    tables: Mapping[str, Table],
    problem: Problem,
    plan: Plan,
    route_line: RouteLine,
    *,
    language: str,
    with_contacts: bool = False,
    datum: Datum = "WGS-84",
) -> dict[str, Any]:
    """Return a GeoDataFrame for each layer: villages, bases, planned_routes, planned_stops.

    In another datum than WGS-84 every row names it, as the sheets do, and no other system is claimed.
    """
    homes = frozenset[str]() if with_contacts else {site.id for site in problem.sites if site.is_home}
    left_out = DRAWN if with_contacts else DRAWN | PERSONAL
    layers = {name: _frame(_place_rows(tables[name], language, left_out, homes)) for name in PLACES}
    layers["planned_routes"] = _frame(_route_rows(problem, plan, route_line))
    layers["planned_stops"] = _frame(_stop_rows(problem, plan, language, with_contacts))
    return layers if datum == "WGS-84" else {name: _in_datum(layer, datum, language) for name, layer in layers.items()}


def _in_datum(layer: Any, datum: Datum, language: str) -> Any:
    """Return the layer in a system that map programs have no name for."""

    def moved(at: Any) -> Any:
        return np.column_stack(from_wgs84(at[:, 0], at[:, 1], datum))

    shapes = shapely.transform(layer.geometry.to_numpy(), moved)
    named = layer.assign(**{DATUM.heading(language): cell_of(DATUM, datum, language)})
    return geopandas.GeoDataFrame(named.drop(columns="geometry"), geometry=shapes, crs=None)


def geojson(frame: Any) -> str:
    """Return the layer as GeoJSON; numbers keep every digit, what is empty is left out."""
    collection = json.loads(frame.to_json(na="drop", drop_id=True, ensure_ascii=True))
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=None) + "\n"


def write_geopackage(path: Path, layers: Mapping[str, Any]) -> None:
    """Write the layers with rows into one GeoPackage."""
    with tempfile.TemporaryDirectory() as folder:  # of a plain name: GDAL takes no other
        written = Path(folder) / "plan.gpkg"
        for name, frame in layers.items():
            if len(frame):
                _write_layer(written, name, frame)
        path.write_bytes(written.read_bytes())


def _write_layer(path: Path, name: str, frame: Any) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")  # GCJ-02 and BD-09 have none
        frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")


def _frame(rows: Iterable[tuple[dict[str, Any], Any]]) -> Any:
    """Return properties and shapes as a table; every row has every column."""
    found = list(rows)
    names = list(dict.fromkeys(name for properties, _ in found for name in properties))
    columns = {name: [_value(properties.get(name)) for properties, _ in found] for name in names}
    columns = {name: _column(values) for name, values in columns.items()}
    return geopandas.GeoDataFrame(columns, geometry=[shape for _, shape in found], crs=WGS84)


def _column(values: list[Any]) -> Any:
    """Return a column of one type, so that a map program shows numbers as numbers and a missing one as missing."""
    series = geopandas.pd.Series(values, dtype=object)
    kinds = {type(value) for value in values if value is not None}
    wanted = {frozenset({int}): "Int64", frozenset({float}): "Float64", frozenset({int, float}): "Float64"}
    return series.astype(wanted.get(frozenset(kinds), "object"))


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return fit_for_a_file(value) if isinstance(value, str) else value


def _place_rows(
    table: Table, language: str, left_out: Set[str], homes: Set[str]
) -> Iterator[tuple[dict[str, Any], Any]]:
    columns = [column for column in table.sheet.columns if column.name not in left_out]
    for row in table.rows:
        values = {**row.values, "name": row.get("id"), "place": None} if row.get("id") in homes else row.values
        filled = [(c, values[c.name]) for c in columns if values.get(c.name) is not None]
        properties = {c.heading(language): cell_of(c, value, language) for c, value in filled}
        yield properties, shapely.Point(row.get("lon"), row.get("lat"))


def _route_rows(problem: Problem, plan: Plan, route_line: RouteLine) -> Iterator[tuple[dict[str, Any], Any]]:
    for route in plan.routes():
        points = route_line(route)
        properties = {
            "team": route.team_id,
            "team_name": problem.team_by_id[route.team_id].name,
            "day": route.day,
            "leave": clock(route.start_minute),
            "back": clock(route.end_minute),
            "places": ";".join((route.start_base, *(halt.place_id for halt in route.halts), route.end_base)),
            "stops": len(route.stops),
            "km": route.metres / 1000,
            "drive_minutes": route.drive_minutes,
            "estimated": _is_estimated(problem, route),
        }
        yield properties, shapely.LineString(points) if len(points) > 1 else None


def _is_estimated(problem: Problem, route: Route) -> str:
    """Return whether any leg is: "yes" or "no"."""
    matrix = problem.matrix(problem.team_by_id[route.team_id], route.day)
    at = [matrix.index[p] for p in (route.start_base, *(halt.place_id for halt in route.halts), route.end_base)]
    return "yes" if any(matrix.estimated[a, b] for a, b in pairwise(at)) else "no"


def _stop_rows(
    problem: Problem, plan: Plan, language: str, with_contacts: bool
) -> Iterator[tuple[dict[str, Any], Any]]:
    for route in plan.routes():
        for number, stop in enumerate(route.stops, start=1):
            site, rule = problem.site_by_id[stop.site_id], problem.rule_by_task[stop.task]
            properties: dict[str, Any] = {
                "team": route.team_id,
                "day": route.day,
                "number": number,
                "village": site.id,
                "name": site.name,
                "township": site.township,
                "place": site.place,
                "rule": rule.id,
                "rule_name": say(rule.called, language),
                "services": rule.services,
                "arrive": clock(stop.arrive_minute),
                "start": clock(stop.start_minute),
                "leave": clock(stop.leave_minute),
            }
            if with_contacts:
                properties |= {"contact": site.contact, "phone": site.phone}
            yield properties, shapely.Point(site.lon, site.lat)

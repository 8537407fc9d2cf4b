"""A county as a folder of CSV and GeoJSON files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from planner.tables.columns import SHEET_BY_NAME
from planner.tables.generate.county import County
from planner.tables.generate.network import Road
from planner.tables.generate.rows import Row


def write_county(county: County, folder: Path) -> None:
    """Write every sheet and drawing; the same county gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sorted(county_files(county).items()):
        (folder / name).write_text(text, encoding="utf-8-sig" if name.endswith(".csv") else "utf-8", newline="\n")


def county_files(county: County) -> dict[str, str]:
    """Return the text of every file by its name."""
    files = {f"{sheet}.csv": _csv(sheet, rows) for sheet, rows in county.tables.items() if rows}
    land = county.land
    files["roads.geojson"] = _geojson((_road_properties(road), road.line) for road in land.roads)
    files["rivers.geojson"] = _geojson(({"name": name}, line) for name, line in land.rivers)
    called = next(cells["value"] for cells in county.tables["settings"] if cells["setting"] == "name")
    files["boundary.geojson"] = _geojson([({"name": called}, land.border)])
    return files


def _csv(sheet: str, rows: Sequence[Row]) -> str:
    """Return the rows under the columns that are used, in the order of the column table."""
    used = {name for row in rows for name, value in row.items() if value}
    names = [column.name for column in SHEET_BY_NAME[sheet].columns if column.name in used]
    unknown = sorted(used - set(names))
    if unknown:
        raise ValueError(f"sheet {sheet} has no column {unknown[0]}")
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _road_properties(road: Road) -> dict[str, object]:
    known: dict[str, object] = {
        "id": road.id,
        "name": road.name,
        "road_class": road.road_class,
        "surface": road.surface,
        "one_way": "no",
        "kind": road.kind,
    }
    return known if road.minutes is None else {**known, "minutes": road.minutes}


def _geojson(features: Iterable[tuple[Mapping[str, object], BaseGeometry]]) -> str:
    """Return a feature collection with one feature a line, so that versions can be compared."""
    lines = [_feature(properties, shape) for properties, shape in features]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _feature(properties: Mapping[str, object], shape: BaseGeometry) -> str:
    feature = {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))

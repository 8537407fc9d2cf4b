"""One tiny good county as rows; tests spoil a cell of it, and write it as a workbook or a folder."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

Sheets = dict[str, list[list[Any]]]

ROAD = "LINESTRING (110.16 29.39, 110.20 29.41)"


def county(**changed: list[list[Any]] | None) -> Sheets:
    """Return the sheets of a good county; ``None`` leaves a sheet out."""
    sheets: Sheets = {
        "villages": [
            ["id", "name", "lon", "lat", "township", "rule", "windows", "population", "owner", "skills"],
            ["V1", "Huangmutan", 110.16, 29.39, "Chenjiahe", "weekly", "08:00-12:00;13:30-17:00", 860, "T1", None],
            ["V2", "Longtan", 110.26, 29.45, "Chenjiahe", "weekly;1/month", None, 420, None, None],
            ["V3", "Shuiwan", 110.31, 29.41, "Liye", "每周2次", None, None, None, None],
        ],
        "teams": [
            [
                "id",
                "name",
                "base",
                "weekdays",
                "shift",
                "lunch_minutes",
                "days_off",
                "skills",
                "owns",
                "capacity_per_day",
            ],
            ["T1", "Team one", "B1", "Mon-Fri", "08:00-17:30", 45, "2026-03-05", "doctor;nurse", "Chenjiahe", 100],
            ["T2", "Team two", "County hospital", None, None, None, None, "vaccination", "V3", None],
        ],
        "bases": [["id", "name", "lon", "lat"], ["B1", "County hospital", 110.2, 29.4]],
        "rules": [
            [
                "id",
                "visits",
                "per",
                "every",
                "min_gap_days",
                "max_gap_days",
                "weekday_sets",
                "service_minutes",
                "skills",
            ],
            ["weekly", 2, "week", 1, 2, 7, "Mon+Thu|Tue+Fri", 60, "doctor"],
        ],
        "calendar": [["first_day", "last_day", "kind", "name"], ["2026-02-16", "2026-02-20", "holiday", "Festival"]],
        "closures": [
            ["kind", "id", "first_day", "last_day", "reason"],
            ["village", "V2", "2026-03-01", "2026-03-04", ""],
        ],
        "settings": [["setting", "value"], ["name", "Sangzhi"], ["terrain", "mountains"]],
    }
    for name, rows in changed.items():
        sheets[name] = rows if rows is not None else []
        if rows is None:
            del sheets[name]
    return sheets


def with_cell(sheet: str, row: int, column: str, value: Any) -> Sheets:
    """Return the county with one cell changed (row as the spreadsheet shows it); an unknown column is added."""
    sheets = county()
    rows = sheets[sheet]
    if column not in rows[0]:
        for number, cells in enumerate(rows):
            cells.append(column if number == 0 else None)
    rows[row - 1][rows[0].index(column)] = value
    return sheets


def with_row(sheet: str, row: list[Any]) -> Sheets:
    """Return the county with one row more."""
    sheets = county()
    sheets[sheet].append(row)
    return sheets


def write_workbook(path: Path, sheets: Sheets) -> Path:
    """Write the sheets as a workbook, each cell as its type; return the path."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        formats = {
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd"}),
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
            time: workbook.add_format({"num_format": "hh:mm"}),
        }
        for name, rows in sheets.items():
            page = workbook.add_worksheet(name)
            for r, cells in enumerate(rows):
                for c, value in enumerate(cells):
                    if isinstance(value, date | time):
                        page.write_datetime(r, c, value, formats[type(value)])
                    elif isinstance(value, str):
                        page.write_string(r, c, value)
                    elif value is not None:
                        page.write(r, c, value)
    return path


def write_folder(folder: Path, sheets: Sheets, encoding: str = "utf-8-sig") -> Path:
    """Write the sheets as CSV files in the folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return folder


def write_roads(folder: Path, features: list[dict[str, Any]] | None = None, name: str = "roads.geojson") -> Path:
    """Write a roads file with one good road, or the features given; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features or [road("R1")]}), encoding="utf-8")
    return path


def road(identity: str | None, kind: str = "LineString", coordinates: Any = None, **properties: Any) -> dict[str, Any]:
    """Return one GeoJSON feature."""
    points = coordinates if coordinates is not None else [[110.16, 29.39], [110.2, 29.41]]
    known = {"id": identity, "name": "Li road", "road_class": "tertiary", **properties}
    return {"type": "Feature", "properties": known, "geometry": {"type": kind, "coordinates": points}}

"""A county small enough to draw on a napkin, written as a folder of tables.

::

    north1 -- north2            two villages up a valley, owned by team North
      |
    base -- east1 -- east2 -- east3     three along the river, owned by team East; roads R1, R2, R3
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.warm import run_warm

ROOT = Path(__file__).parents[2]
PLACES = {
    "base": (110.00, 29.00),
    "east1": (110.05, 29.00),
    "east2": (110.10, 29.00),
    "east3": (110.15, 29.00),
    "north1": (110.00, 29.05),
    "north2": (110.00, 29.10),
}
ROADS = {
    "R1": ("base", "east1"),
    "R2": ("east1", "east2"),
    "R3": ("east2", "east3"),
    "N1": ("base", "north1"),
    "N2": ("north1", "north2"),
}
Rows = list[dict[str, object]]


def tables() -> dict[str, Rows]:
    """Return the tables of the county, one list of rows for each sheet."""
    villages: Rows = [
        {
            "id": name,
            "name": f"{name}村",
            "lon": lon,
            "lat": lat,
            "township": name[:-1],
            "rule": "weekly",
            "phone": "0000-1234",
        }
        for name, (lon, lat) in PLACES.items()
        if name != "base"
    ]
    teams: Rows = [
        {"id": "East", "name": "东队", "base": "base", "owns": "east"},
        {"id": "North", "name": "北队", "base": "base", "owns": "north"},
    ]
    return {
        "villages": villages,
        "teams": teams,
        "bases": [{"id": "base", "name": "县医院", "lon": 110.0, "lat": 29.0}],
        "rules": [{"id": "weekly", "name": "每周巡诊", "visits": 1, "per": "week", "service_minutes": 40}],
        "settings": [{"setting": "name", "value": "Napkin 餐巾县"}],
    }


def write_county(folder: Path, sheets: dict[str, Rows], *, with_roads: bool = True) -> Path:
    """Write the tables as CSV (and the roads as GeoJSON) into the folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        heads = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, heads)
            writer.writeheader()
            writer.writerows(rows)
    if with_roads:
        features = [
            {
                "type": "Feature",
                "properties": {"id": road, "road_class": "tertiary"},
                "geometry": {"type": "LineString", "coordinates": [PLACES[a], PLACES[b]]},
            }
            for road, (a, b) in ROADS.items()
        ]
        (folder / "roads.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder


def xunzhen(
    *arguments: object, check: bool = False, timeout: float = 300, is_cold: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, from another folder's point of view; ``is_cold``: loaded anew."""
    said = [str(argument) for argument in arguments]
    if is_cold:
        command = [sys.executable, "-m", "xunzhen", *said]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout)
    else:
        done = run_warm(said, timeout)
    assert "Traceback" not in done.stderr, done.stderr
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done

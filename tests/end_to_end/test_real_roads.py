"""A week for two teams on the real roads of a mountain country (OpenStreetMap, ODbL; not part of this repository)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.end_to_end.small_county import ROOT, Rows, write_county, xunzhen

OSM_FOLDER = Path(os.environ.get("XUNZHEN_OSM", ROOT.parent / "shared" / "data" / "osm"))
EXTRACT = OSM_FOLDER / "andorra-2025.osm.pbf"
VILLAGES = {
    "Escaldes": (1.5341, 42.5079),
    "Encamp": (1.5801, 42.5346),
    "Canillo": (1.5976, 42.5676),
    "La Massana": (1.5148, 42.5450),
    "Ordino": (1.5332, 42.5562),
    "Sant Julià": (1.4914, 42.4637),
    "Soldeu": (1.6677, 42.5769),
    "Pas de la Casa": (1.7337, 42.5425),
    "Arinsal": (1.4842, 42.5722),
    "El Serrat": (1.5394, 42.6186),
    "Pal": (1.4758, 42.5453),
    "Bixessarri": (1.4575, 42.4828),
}

pytestmark = pytest.mark.skipif(
    not EXTRACT.exists(), reason=f"no OpenStreetMap extract {EXTRACT.name}; set XUNZHEN_OSM to its folder"
)


def tables() -> dict[str, Rows]:
    villages: Rows = [
        {"name": name, "lon": lon, "lat": lat, "rule": "2/week", "service_minutes": 60}
        for name, (lon, lat) in VILLAGES.items()
    ]
    teams: Rows = [{"id": team, "name": team, "base": "hospital"} for team in ("Valira", "Orient")]
    bases: Rows = [{"id": "hospital", "name": "Hospital", "lon": 1.5316, "lat": 42.5101}]
    settings: Rows = [{"setting": "country", "value": "AD"}, {"setting": "name", "value": "Andorra"}]
    return {"villages": villages, "teams": teams, "bases": bases, "settings": settings}


def test_two_team_week_on_the_roads_of_andorra(tmp_path: Path) -> None:
    """12 villages twice a week: 24 visits, none owed, no rule broken; the pass to Pas de la Casa is real driving."""
    write_county(tmp_path / "in", tables(), with_roads=False)
    options = ("--roads", EXTRACT, "--start", "2026-06-01", "--weeks", "1", "--rounds", "2", "--lang", "en", "--json")
    report = json.loads(xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *options, check=True).stdout)
    assert report["summary"]["planned_visits"] == 24
    assert report["is_travel_estimated"] is False
    legs = legs_to(tmp_path / "out" / "plan.json", "Pas de la Casa")
    assert legs
    assert all(metres > 8_000 for metres in legs)  # the next village, Soldeu, is 12 km of mountain road away
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count("[1.") > 2_000 or page.count("1.5") > 2_000  # lines that follow the roads, not 36 straight ones


def legs_to(plan_file: Path, site: str) -> list[int]:
    plan = json.loads(plan_file.read_text(encoding="utf-8"))["plan"]
    return [
        stop["leg_metres"]
        for circuit in plan["circuits"]
        for route in circuit["routes"]
        for stop in route["stops"]
        if stop["site_id"] == site
    ]

"""Systems of coordinates from the tables to the exports and back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest

from data import data_path
from maps.geo import great_circle_metres
from planner.exporting import write_exports
from planner.service import open_county
from planner.tables.dataset import read_dataset
from tests.end_to_end.drawn_plan import MONDAY, open_napkin, plan_by_hand
from tests.end_to_end.small_county import tables, write_county

NOW = datetime(2026, 2, 27, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_export_in_gcj02_reads_back_as_the_same_places(tmp_path: Path, language: str) -> None:
    """GeoJSON and GeoPackage in the shifted system name it; read back, every place is where it was to a millimetre."""
    before = open_napkin(write_county(tmp_path / "in", tables()))
    write_exports(before, plan_by_hand(before), tmp_path / "out", language, datum="GCJ-02", now=NOW)
    for files in (("villages.geojson", "bases.geojson"), ("plan.gpkg",)):
        folder = tmp_path / files[0]
        shutil.copytree(tmp_path / "in", folder)
        for layer in ("villages", "bases"):
            (folder / f"{layer}.csv").unlink()
        for name in files:
            shutil.copy(tmp_path / "out" / name, folder)
        after = read_dataset(folder)
        assert set(after.datums.values()) == {"GCJ-02"}
        for one, other in zip(before.dataset.sites, after.sites, strict=True):
            assert float(great_circle_metres(one.lon, one.lat, other.lon, other.lat)) < 1e-3
    drawn = geopandas.read_file(tmp_path / "out" / "plan.gpkg", layer="villages")
    moved = great_circle_metres(drawn.geometry.x[0], drawn.geometry.y[0], 110.05, 29.0)
    assert drawn.crs is None or not drawn.crs.is_geographic or "WGS 84" not in drawn.crs.name
    assert 100 < float(moved) < 900


def test_county_that_declares_the_wrong_system_is_told(tmp_path: Path) -> None:
    """A sample county whose settings say GCJ-02 although it is in WGS-84: a notice names both."""
    shutil.copytree(data_path("samples", "yixing"), tmp_path / "in")
    settings = tmp_path / "in" / "settings.csv"
    settings.write_text(settings.read_text("utf-8-sig").rstrip("\n") + "\ndatum,GCJ-02\n", encoding="utf-8")
    county = open_county(tmp_path / "in", start=MONDAY, weeks=1)
    said = [str(notice.problem) for notice in county.notices]
    assert [sentence for sentence in said if "read in WGS-84, but not in GCJ-02" in sentence]

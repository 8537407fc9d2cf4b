"""Tables in other systems of coordinates than WGS-84: three ways to say so, one result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

from maps.geo import great_circle_metres
from planner.datum import DATUMS, Datum, from_wgs84
from planner.errors import InputError
from planner.tables.dataset import Dataset, read_dataset
from planner.tables.datum_columns import DATUM, WORDS, datums_in_headings
from planner.tables.exports import copy_dataset
from tests.planner.tables.county import Sheets, county, road, write_folder, write_roads, write_workbook

NAMED: tuple[Datum, ...] = ("GCJ-02", "BD-09")


def shifted(datum: Datum, sheets: Sheets | None = None) -> Sheets:
    """Return the good county with villages and bases moved into the system, which nothing names yet."""
    moved = sheets or county()
    for sheet in ("villages", "bases"):
        for row in moved[sheet][1:]:
            row[2:4] = map(float, from_wgs84(row[2], row[3], datum))
    return moved


def with_setting(sheets: Sheets, name: str, value: str) -> Sheets:
    """Return the sheets with one more setting."""
    sheets["settings"].append([name, value])
    return sheets


def metres_off(found: Dataset, wanted: Dataset) -> float:
    """Return how far the farthest place is from where it should be."""
    pairs = [*zip(found.sites, wanted.sites, strict=True), *zip(found.bases, wanted.bases, strict=True)]
    return max(float(great_circle_metres(a.lon, a.lat, b.lon, b.lat)) for a, b in pairs)


@pytest.fixture
def good(tmp_path: Path) -> Dataset:
    """The good county, in WGS-84."""
    return read_dataset(write_workbook(tmp_path / "good.xlsx", county()))


@pytest.mark.parametrize("datum", NAMED)
def test_setting_names_the_system_of_all_places(good: Dataset, datum: Datum, tmp_path: Path) -> None:
    """In English or Chinese; places are where they were to a millimetre, and it is known how they were given."""
    for word in (datum, WORDS[datum][0], WORDS[datum][-1]):
        sheets = with_setting(shifted(datum), "坐标系", word)
        found = read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))
        assert metres_off(found, good) < 1e-3
        assert set(found.datums.values()) == {datum}
    undeclared = read_dataset(write_workbook(tmp_path / "undeclared.xlsx", shifted(datum)))
    assert metres_off(undeclared, good) > 100


@pytest.mark.parametrize(
    "headings",
    [("lon (GCJ-02)", "lat (GCJ-02)"), ("经度（火星坐标）", "纬度"), ("lng(gcj02)", "lat"), ("lon", "纬度（高德）")],
)
def test_heading_names_the_system_of_a_table(good: Dataset, headings: tuple[str, str], tmp_path: Path) -> None:
    """One heading is enough; the other table has no such heading and is in WGS-84."""
    sheets = county()
    sheets["villages"] = shifted("GCJ-02")["villages"]
    sheets["villages"][0][2:4] = headings
    found = read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))
    assert metres_off(found, good) < 1e-3
    assert (found.datums["V1"], found.datums["B1"]) == ("GCJ-02", "WGS-84")


def test_row_names_its_own_system_and_wins(good: Dataset, tmp_path: Path) -> None:
    """A table in BD-09 with one village in WGS-84, which its row says."""
    sheets = with_setting(shifted("BD-09"), "datum", "baidu")
    for number, cells in enumerate(sheets["villages"]):
        cells.append([DATUM.name, None, "wgs84", None][number])
    sheets["villages"][2][2:4] = county()["villages"][2][2:4]
    found = read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))
    assert metres_off(found, good) < 1e-3
    assert found.datums == {"V1": "BD-09", "V2": "WGS-84", "V3": "BD-09", "B1": "BD-09"}


def test_two_systems_in_the_headings_are_refused(tmp_path: Path) -> None:
    """Longitude in one and latitude in another is a slip."""
    sheets = county()
    sheets["villages"][0][2:4] = ["lon (GCJ-02)", "lat (BD-09)"]
    with pytest.raises(InputError, match=r"two systems of coordinates: BD-09, GCJ-02"):
        read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))


def test_unknown_system_is_refused(tmp_path: Path) -> None:
    """The cell is named, and the words that are known."""
    with pytest.raises(InputError, match=r"expected one of WGS-84 .*found \"Xian80\""):
        read_dataset(write_workbook(tmp_path / "county.xlsx", with_setting(county(), "datum", "Xian80")))


def test_roads_have_a_system_of_their_own(tmp_path: Path) -> None:
    """Villages in WGS-84, roads in GCJ-02: by the setting map_datum, or by the road's own attribute."""
    points = [[110.16, 29.39], [110.2, 29.41]]
    moved = [[float(x) for x in from_wgs84(*point, "GCJ-02")] for point in points]
    declared: list[tuple[Sheets, dict[str, Any]]] = [
        (with_setting(county(), "地图坐标系", "高德"), {}),
        (county(), {"datum": "gcj-02"}),
    ]
    for k, (sheets, attributes) in enumerate(declared):
        folder = write_folder(tmp_path / str(k), sheets)
        write_roads(folder, [road("R1", coordinates=moved, **attributes)])
        line = read_dataset(folder).roads.geometry.iloc[0]
        assert shapely.get_coordinates(line) == pytest.approx(shapely.get_coordinates(shapely.LineString(points)))


def test_copy_of_a_county_keeps_the_system_of_its_headings(good: Dataset, tmp_path: Path) -> None:
    """Copied as it was written, and still read as the same places."""
    sheets = county()
    sheets["villages"] = shifted("BD-09")["villages"]
    sheets["villages"][0][2] = "经度（百度）"
    path = write_workbook(tmp_path / "county.xlsx", sheets)
    for language in ("en", "zh"):
        copy_dataset(path, tmp_path / f"{language}.xlsx", language)
        assert metres_off(read_dataset(tmp_path / f"{language}.xlsx"), good) < 1e-3


def test_words_name_one_system_each() -> None:
    """No word stands for two; each is recognised in a heading."""
    words = [word for datum in DATUMS for word in (datum, *WORDS[datum])]
    assert len({word.casefold() for word in words}) == len(words)
    for datum in DATUMS:
        assert datums_in_headings([f"经度（{word.upper()}）" for word in WORDS[datum]]) == {datum}
    assert datums_in_headings(["lon (degrees)", "lat"]) == frozenset()

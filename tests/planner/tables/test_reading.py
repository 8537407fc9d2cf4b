"""What people hand in, in the many shapes they have it, is read as the same county."""

from __future__ import annotations

import random
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
import xlsxwriter

from planner.errors import InputError
from planner.tables.columns import SHEET_BY_NAME
from planner.tables.dataset import Dataset, read_dataset
from planner.tables.degrees import read_degrees
from planner.values import DateRange, Window
from tests.planner.tables.county import (
    ROAD,
    county,
    road,
    with_cell,
    with_row,
    write_folder,
    write_roads,
    write_workbook,
)

EXPECTED_SHA = 64


def read_workbook(tmp_path: Path, sheets: dict[str, Any]) -> Dataset:
    """Return the dataset of the sheets, written as a workbook."""
    return read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_people_have(encoding: str, tmp_path: Path) -> None:
    """UTF-8 with and without mark, GB 18030 and UTF-16 give the same county."""
    dataset = read_dataset(write_folder(tmp_path / "county", county(), encoding))
    assert dataset.sha256 == read_workbook(tmp_path, county()).sha256
    assert dataset.sites[2].rules[0].id == "2/week"


def test_big5_is_refused_and_not_read_as_other_characters(tmp_path: Path) -> None:
    """Read as GB 18030 every name would be another; a table of the mainland in traditional characters is read."""
    sheets = county()
    for row, name in zip(sheets["villages"][1:], ["溫泉村", "三義村", "竹林坪", "石門橋"], strict=False):
        row[1] = name
    with pytest.raises(InputError, match="neither UTF-8 nor GB 18030"):
        read_dataset(write_folder(tmp_path / "big5", sheets, "big5"))
    assert read_dataset(write_folder(tmp_path / "gbk", sheets, "gb18030")).sites[0].name == "溫泉村"


def test_hidden_sheet_with_the_name_of_a_table_is_told(tmp_path: Path) -> None:
    """It is not read, as lists behind drop-downs are not; that is said of a table, in both languages."""
    path = tmp_path / "county.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in {**county(), "calendar": [["first day"]], "lists": [["a"]]}.items():
            page = workbook.add_worksheet(name)
            for r, cells in enumerate(rows):
                page.write_row(r, 0, cells)
            if name in {"calendar", "lists"}:
                page.hide()
    (notice,) = [issue for issue in read_dataset(path).notices if "hidden" in str(issue.problem)]
    assert (notice.where.file, notice.where.sheet) == ("county.xlsx", "calendar")
    assert "隐藏" in notice.in_language("zh")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_with_other_separators_is_read(separator: str, tmp_path: Path) -> None:
    """Spreadsheets of some countries write semicolons; copied cells come with tabs."""
    folder = write_folder(tmp_path / "county", county())
    (folder / "bases.csv").write_text(
        f"id{separator}name{separator}lon{separator}lat\nB1{separator}County hospital{separator}110.2{separator}29.4\n",
        "utf-8",
    )
    assert read_dataset(folder).bases[0].lat == 29.4


def test_dataset_is_the_same_for_any_order_of_rows_columns_and_sheets(tmp_path: Path) -> None:
    """Shuffled rows, columns and sheets give the same fingerprint and the same sites."""
    plain = read_workbook(tmp_path, county())
    rng = random.Random(1)
    shuffled = {}
    for name, (head, *rows) in sorted(county().items(), reverse=True):
        rng.shuffle(rows)
        order = rng.sample(range(len(head)), len(head))
        shuffled[name] = [[row[k] for k in order] for row in (head, *rows)]
    other = read_workbook(tmp_path, shuffled)
    assert other.sha256 == plain.sha256
    assert (other.sites, other.teams, other.bases) == (plain.sites, plain.teams, plain.bases)


def test_fingerprint_changes_with_one_cell(tmp_path: Path) -> None:
    """A minute more of service is another dataset."""
    plain = read_workbook(tmp_path, county())
    other = read_workbook(tmp_path, with_cell("rules", 2, "service_minutes", 61))
    assert plain.sha256 != other.sha256
    assert len(plain.sha256) == EXPECTED_SHA


def test_headings_and_sheets_may_be_chinese(tmp_path: Path) -> None:
    """Every English name translated gives the same county."""
    chinese = {}
    for name, (head, *rows) in county().items():
        sheet = SHEET_BY_NAME[name]
        chinese[sheet.zh] = [[sheet.column(column).zh for column in head], *rows]
    assert read_workbook(tmp_path, chinese).sha256 == read_workbook(tmp_path, county()).sha256


@pytest.mark.parametrize(
    "heading", ["Population", " POPULATION ", "population*", "人口（人）", "总人口", "ｐopulation"]
)
def test_heading_is_recognised_however_it_is_written(heading: str, tmp_path: Path) -> None:
    """Case, spaces, stars, units and aliases do not hide a column."""
    sheets = county()
    sheets["villages"][0][7] = heading
    assert read_workbook(tmp_path, sheets).sites[0].population == 860


@pytest.mark.parametrize("cell", ["８６０", " 860 ", "860.0", 860, 860.0, "　860", "+860"])
def test_number_is_read_however_it_is_written(cell: object, tmp_path: Path) -> None:
    """Full-width digits, stray spaces and whole decimals are numbers."""
    assert read_workbook(tmp_path, with_cell("villages", 2, "population", cell)).sites[0].population == 860


@pytest.mark.parametrize("cell", ["", " ", "　", "-", "无", "n/a", None, "\u200b"])
def test_cell_that_says_nothing_is_empty(cell: object, tmp_path: Path) -> None:
    """Dashes and 无 in a column of numbers mean that there is none."""
    assert read_workbook(tmp_path, with_cell("villages", 2, "population", cell)).sites[0].population == 0


def test_thousands_are_read_in_whole_numbers(tmp_path: Path) -> None:
    """1,234 people are 1234; 1,5 would be refused."""
    assert read_workbook(tmp_path, with_cell("villages", 2, "population", "1,234")).sites[0].population == 1234


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "20260305",
        20260305,
        46086,
        date(2026, 3, 5),
        datetime(2026, 3, 5, 0, 0),
        "２０２６－０３－０５",
        "2026-03-05 00:00:00",
    ],
)
def test_date_is_read_however_it_is_written(cell: object, tmp_path: Path) -> None:
    """Dates, texts and Excel's day number are the same day."""
    dataset = read_workbook(tmp_path, with_cell("teams", 2, "days_off", cell))
    assert dataset.teams[0].days_off == {date(2026, 3, 5)}


def test_days_off_may_be_lists_and_spans(tmp_path: Path) -> None:
    """One cell holds single days and spans."""
    dataset = read_workbook(tmp_path, with_cell("teams", 2, "days_off", "2026-03-30~2026-04-01；2026-03-05"))
    assert dataset.teams[0].days_off == {date(2026, 3, 5), date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)}


@pytest.mark.parametrize("cell", ["11:45", time(11, 45), "11点45分", 0.489583333, "11：45"])
def test_time_is_read_however_it_is_written(cell: object, tmp_path: Path) -> None:
    """A time cell, a text and Excel's part of a day are the same minute."""
    lunch = read_workbook(tmp_path, with_cell("teams", 2, "lunch_earliest", cell)).teams[0].lunch
    assert lunch is not None
    assert lunch.earliest_minute == 11 * 60 + 45


@pytest.mark.parametrize(
    ("cell", "expected"), [("是", True), ("否", False), (True, True), ("Y", True), (0, False), ("√", True)]
)
def test_yes_and_no_are_read_however_they_are_written(cell: object, expected: bool, tmp_path: Path) -> None:
    """Words, marks, 1 and 0, and true cells."""
    assert (
        read_workbook(tmp_path, with_cell("villages", 2, "holiday_allowed", cell)).sites[0].is_holiday_allowed
        is expected
    )


def test_ids_of_digits_are_text(tmp_path: Path) -> None:
    """An id typed as the number 101 is "101", and full-width letters are plain ones."""
    sheets = county()
    sheets["villages"][1][0] = 101
    sheets["villages"][2][0] = "Ｖ２"
    assert [site.id for site in read_workbook(tmp_path, sheets).sites] == ["101", "V2", "V3"]


def test_phone_keeps_its_digits(tmp_path: Path) -> None:
    """A number cell of 11 digits is not written as 1.38e10."""
    assert read_workbook(tmp_path, with_cell("villages", 2, "phone", 13800000001)).sites[0].phone == "13800000001"


def test_hostile_names_are_kept_as_they_are(tmp_path: Path) -> None:
    """Names that would run in a page or a sheet are text here; only the line break inside becomes a space."""
    names = [
        "{{ 7*7 }}",
        "{% village",
        "{# x",
        "${alert(1)}",
        "`",
        "<img src=x onerror=alert(1)>",
        "'\">",
        "a\r\nb",
        "\u202ex",
        "𠡩村",
        "=1+1",
        "# not an example",
        "@SUM(1)",
        "＝1+1",
    ]
    rows = [["id", "name", "lon", "lat", "rule"]]
    rows += [[f"v{k:02}", name, 110.1 + k / 100, 29.4, "1/week"] for k, name in enumerate(names)]
    dataset = read_workbook(tmp_path, county(villages=rows, closures=None, teams=[["id", "base"], ["T1", "B1"]]))
    assert [site.name for site in dataset.sites] == [name.replace("\r\n", " ") for name in names]


def test_merged_cells_hold_for_every_row(tmp_path: Path) -> None:
    """One township merged beside two villages is the township of both."""
    path = tmp_path / "county.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in county().items():
            page = workbook.add_worksheet(name)
            for r, cells in enumerate(rows):
                page.write_row(r, 0, cells)
            if name == "villages":
                page.merge_range("E3:E4", "Liye")
    assert [site.township for site in read_dataset(path).sites] == ["Chenjiahe", "Liye", "Liye"]


def test_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    """The row of headings is found below a title, and rows keep the numbers the spreadsheet shows."""
    sheets = county()
    sheets["bases"] = [["Bases of the county", None, None, None], [None] * 4, *sheets["bases"]]
    dataset = read_workbook(tmp_path, sheets)
    assert [base.id for base in dataset.bases] == ["B1"]


def test_blank_rows_and_example_rows_are_passed_over(tmp_path: Path) -> None:
    """Blank rows, and rows that begin with # example, are no bases."""
    sheets = county()
    sheets["bases"] += [[None] * 4, ["# example B2", "x", 1, 1], ["# 示例 B3", "x", 1, 1], [" ", None, None, None]]
    assert [base.id for base in read_workbook(tmp_path, sheets).bases] == ["B1"]


def test_remarks_are_left_alone_and_other_columns_told(tmp_path: Path) -> None:
    """A column of remarks is no matter; another unknown one is a warning that names it."""
    sheets = with_cell("bases", 2, "备注", "by the river")
    assert not read_workbook(tmp_path, sheets).notices
    sheets = with_cell("bases", 2, "budget", 3)
    (notice,) = read_workbook(tmp_path, sheets).notices
    assert notice.is_warning
    assert str(notice).startswith("county.xlsx, sheet bases, row 1, budget: this column is not read.")


def test_unknown_sheet_is_told(tmp_path: Path) -> None:
    """A sheet of something else is a warning, a sheet of explanations is not."""
    sheets = {**county(), "budget 2026": [["x"]], "说明": [["how to"]]}
    (notice,) = read_workbook(tmp_path, sheets).notices
    assert str(notice).startswith("county.xlsx, sheet budget 2026: this sheet is not read.")


def test_folder_may_mix_workbook_and_files(tmp_path: Path) -> None:
    """A workbook with the roads beside it as GeoJSON; lock files and other files are passed over."""
    folder = tmp_path / "county"
    write_roads(folder, [road("R1"), road("R2", one_way="是", surface="沥青")])
    write_workbook(folder / "any name.xlsx", county())
    (folder / "~$any name.xlsx").write_bytes(b"lock")
    (folder / "README.md").write_text("read me", "utf-8")
    dataset = read_dataset(folder)
    assert list(dataset.roads["id"]) == ["R1", "R2"]
    assert list(dataset.roads["one_way"]) == ["", "yes"]
    assert list(dataset.roads["surface"]) == ["", "asphalt"]
    assert dataset.roads.crs == "EPSG:4326"


def test_roads_are_the_same_from_text_geojson_and_geopackage(tmp_path: Path) -> None:
    """A line as WKT in a sheet, in GeoJSON, and in a GeoPackage of another coordinate system: one fingerprint."""
    sheets = county(roads=[["id", "name", "road_class", "geometry"], ["R1", "Li road", "tertiary", ROAD]])
    from_text = read_workbook(tmp_path, sheets)
    folder = write_folder(tmp_path / "geojson", county())
    write_roads(folder)
    from_geojson = read_dataset(folder)
    folder = write_folder(tmp_path / "gpkg", county())
    frame = geopandas.GeoDataFrame(
        {"id": ["R1"], "name": ["Li road"], "road_class": ["tertiary"]}, geometry=[shapely.from_wkt(ROAD)], crs=4326
    )
    frame.to_crs(32649).to_file(folder / "roads.gpkg", driver="GPKG")
    from_gpkg = read_dataset(folder)
    assert from_text.sha256 == from_geojson.sha256
    assert shapely.equals_exact(from_gpkg.roads.geometry[0], from_text.roads.geometry[0], 1e-7)
    assert list(from_gpkg.roads["road_class"]) == ["tertiary"]


def test_villages_may_be_points(tmp_path: Path) -> None:
    """In GeoJSON and GeoPackage the point gives longitude and latitude."""
    sheets = county()
    head, *rows = sheets.pop("villages")
    folder = write_folder(tmp_path / "county", sheets)
    kept = [k for k, name in enumerate(head) if name not in {"lon", "lat"}]
    frame = geopandas.GeoDataFrame(
        {head[k]: [row[k] for row in rows] for k in kept},
        geometry=[shapely.Point(row[2], row[3]) for row in rows],
        crs=4326,
    )
    frame.to_file(folder / "villages.gpkg", driver="GPKG")
    assert read_dataset(folder).sha256 == read_workbook(tmp_path, county()).sha256


def test_long_multi_part_road_becomes_one_row_for_each_part(tmp_path: Path) -> None:
    """A MultiLineString of two parts is two stretches of one road."""
    folder = write_folder(tmp_path / "county", county())
    parts = [[[110.1, 29.3], [110.2, 29.3]], [[110.3, 29.3], [110.4, 29.3]]]
    write_roads(folder, [road("R1", "MultiLineString", parts)])
    dataset = read_dataset(folder)
    assert list(dataset.roads["id"]) == ["R1", "R1"]
    assert set(dataset.roads.geom_type) == {"LineString"}


def test_windows_and_closures_become_values(tmp_path: Path) -> None:
    """The cells of the good county, understood."""
    dataset = read_workbook(tmp_path, county())
    first, second, _ = dataset.sites
    assert first.windows == (Window(start_minute=480, end_minute=720), Window(start_minute=810, end_minute=1020))
    assert second.closed == (DateRange(first_day=date(2026, 3, 1), last_day=date(2026, 3, 4)),)
    assert [o.kind for o in dataset.calendar_overrides] == ["holiday"] * 5
    assert (dataset.county.name, dataset.county.terrain, dataset.county.emergency_phone) == (
        "Sangzhi",
        "mountains",
        "120",
    )
    assert dataset.source == "county.xlsx"


@pytest.mark.parametrize(
    ("column", "cell", "degrees"),
    [
        ("lon", "110°15′30″", 110.25833333),
        ("lon", "110°15'30\"", 110.25833333),
        ("lon", "110°15'30''", 110.25833333),
        ("lon", "110° 15’ 30” E", 110.25833333),
        ("lon", "东经１１０度１５分３０秒", 110.25833333),
        ("lon", "E110°15.5′", 110.25833333),
        ("lon", "110.26°", 110.26),
        ("lat", "北纬29°24′36.5″", 29.41013889),
        ("lat", "29°24′N", 29.4),
    ],
)
def test_degrees_minutes_and_seconds_are_read(column: str, cell: str, degrees: float, tmp_path: Path) -> None:
    """15 minutes and 30 seconds are 930 of 3600 seconds of a degree, however the signs look."""
    site = read_workbook(tmp_path, with_cell("villages", 2, column, cell)).sites[0]
    assert getattr(site, column) == pytest.approx(degrees, abs=1e-8)


@pytest.mark.parametrize("written", ["33°52′S", "南纬33°52′", "-33°52′"])
def test_southern_degrees_are_negative(written: str) -> None:
    """The letter of the other side, or a minus, turns the sign: 33°52′ are 33 and 52/60 degrees."""
    assert read_degrees(written, "NS") == pytest.approx(-33 - 52 / 60)


def test_village_called_total_is_no_row_of_totals(tmp_path: Path) -> None:
    """A row that has all it needs is read, whatever it is called."""
    sheets = with_row("villages", ["V9", "合计", 110.2, 29.4, None, "weekly", None, None, None, None])
    assert "合计" in [site.name for site in read_workbook(tmp_path, sheets).sites]


def test_table_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    """One fault, the true one: to add a table that is there helps nobody."""
    folder = write_folder(tmp_path / "county", county())
    (folder / "villages.csv").write_bytes(b"id,lon,lat\n" + b"a" * 200_000)
    with pytest.raises(InputError) as refused:
        read_dataset(folder)
    assert "cannot be read as CSV" in str(refused.value)
    assert "missing" not in str(refused.value)

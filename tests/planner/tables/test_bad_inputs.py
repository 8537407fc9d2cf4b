"""Bad inputs: each is refused with the place, what was found, and what to do, in both languages."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from planner.errors import InputError, Issue
from planner.language import say
from planner.tables.dataset import read_dataset
from tests.planner.tables.county import (
    ROAD,
    Sheets,
    county,
    road,
    with_cell,
    with_row,
    write_folder,
    write_roads,
    write_workbook,
)


class Bad(NamedTuple):
    """One cell that must be refused: where it is, what stands in it, and what the message says."""

    sheet: str
    row: int
    column: str
    value: Any
    says: str  # pattern of the problem
    advises: str = "."  # pattern of the remedy


NUMBERS = [
    Bad(
        "villages", 2, "population", "45 min", 'whole number.*found "45 min"', "Write the number alone, for example 45"
    ),
    Bad("villages", 2, "population", "1,5", 'found "1,5"', "like 860"),
    Bad("rules", 2, "service_minutes", "1小时", 'found "1小时"', "for example 60"),
    Bad("rules", 2, "service_minutes", "1个半小时", 'found "1个半小时"', "for example 90"),
    Bad("rules", 2, "service_minutes", "1.5 h", 'found "1.5 h"', "for example 90"),
    Bad("rules", 2, "service_minutes", "1小时20分", 'found "1小时20分"', "for example 80"),
    Bad("rules", 2, "service_minutes", "30-45", 'found "30-45"', "like 60"),
    Bad("rules", 2, "service_minutes", "2000 min", 'found "2000 min"', "like 60"),
    Bad("villages", 2, "lat", "110.20", "number from -90", "may be swapped"),
    Bad("villages", 2, "population", True, "whole number from 0", "like 860"),
    Bad("villages", 2, "population", 2.5, 'found "2.5"'),
    Bad("villages", 2, "population", -1, "from 0 to 100000000"),
    Bad("villages", 2, "population", "1e400", "whole number"),
    Bad("villages", 2, "population", "9" * 5000, 'found "9{37}\\.\\.\\."'),
    Bad("villages", 2, "population", "NaN", "whole number"),
    Bad("villages", 2, "population", "inf", "whole number"),
    Bad("villages", 2, "population", "-Infinity", "whole number"),
    Bad("villages", 2, "population", 2**53, "whole number"),
    Bad("villages", 2, "population", date(2026, 3, 2), 'found "2026-03-02"'),
    Bad("villages", 2, "population", "eight hundred", 'found "eight hundred"', "like 860"),
    Bad("villages", 2, "priority", 6, "from 1 to 5"),
    Bad("villages", 2, "priority", 0, "from 1 to 5"),
    Bad("rules", 2, "visits", 0, "from 1 to 400"),
    Bad("rules", 2, "visits", -2, "from 1 to 400"),
    Bad("rules", 2, "visits", 1.5, "whole number"),
    Bad("rules", 2, "every", 0, "from 1 to 60"),
    Bad("rules", 2, "service_minutes", 0, "from 1 to 1440"),
    Bad("rules", 2, "service_minutes", -30, "from 1 to 1440"),
    Bad("rules", 2, "service_minutes", 1441, "from 1 to 1440"),
    Bad("teams", 2, "speed_factor", 0, "number from 0.1 to 10"),
    Bad("teams", 2, "speed_factor", "fast", 'found "fast"'),
    Bad("teams", 2, "capacity_per_day", -1, "from 0"),
    Bad("teams", 2, "nights_away", 7, "from 0 to 6"),
    Bad("teams", 2, "trips_per_day", 7, "from 1 to 6"),
    Bad("teams", 2, "trips_per_day", 0, "from 1 to 6"),
    Bad("teams", 3, "trips_per_day", 2, "carries whatever is needed at once", "Fill in capacity_per_day"),
    Bad("teams", 2, "resupply_minutes", -5, "from 0 to 1440"),
    Bad("teams", 2, "lunch_minutes", 241, "from 0 to 240"),
]

COORDINATES = [
    Bad("villages", 2, "lon", 181, "from -180 to 180"),
    Bad("villages", 2, "lat", 91, "from -90 to 90"),
    Bad("villages", 2, "lon", "110°60′", "number from -180", "seconds below 60 such as 110°15′30″"),
    Bad("villages", 2, "lon", "110°15′60″", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "110.5°15′", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "110°15.5′30″", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "110°15′30″N", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "-110°15′30″E", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "E110°15′W", "number from -180", "below 60"),
    Bad("villages", 2, "lon", "190°15′", "number from -180"),
    Bad("villages", 2, "lat", "110°15′", "number from -90", "may be swapped"),
    Bad("villages", 2, "lat", "29°°", "number from -90", "29°23′53″"),
    Bad("villages", 2, "population", "110°15′", "whole number", "like 860"),
    Bad("villages", 2, "lon", None, "must not be empty", "for example 110.1642"),
    Bad("villages", 2, "lat", "NaN", "number from -90"),
    Bad("villages", 2, "lon", "110.16,29.39", "number from -180"),
    Bad("bases", 2, "lat", "north", 'found "north"'),
    Bad("bases", 2, "lon", "1e999", "number from -180"),
]

TIMES = [
    Bad("villages", 2, "windows", "12:00-08:00", "ends after it starts", "earlier time first"),
    Bad("villages", 2, "windows", "22:00-02:00", "ends after it starts", "24:00"),
    Bad("villages", 2, "windows", "08:00-08:00", "ends after it starts"),
    Bad("villages", 2, "windows", "08:00-24:30", "times of day"),
    Bad("villages", 2, "windows", "08:00", "times of day", "like 08:00-12:00;13:30-17:00"),
    Bad("villages", 2, "windows", "08:61-09:00", "times of day"),
    Bad("villages", 2, "windows", "08:00-12:00;11:00-13:00", "do not overlap", "Join"),
    Bad("villages", 2, "windows", "morning", 'found "morning"'),
    Bad("villages", 2, "windows", 0.33, "times of day"),
    Bad("villages", 2, "windows", time(8, 0), "times of day"),
    Bad("teams", 2, "shift", "08:00-12:00;13:00-17:00", "one span of time"),
    Bad("teams", 2, "shift", "17:00-08:00", "ends after it starts"),
    Bad("teams", 2, "lunch_earliest", "24:00", "from 00:00 to 23:59"),
    Bad("teams", 2, "lunch_earliest", "25:00", "time of day"),
    Bad("teams", 2, "lunch_earliest", "14:00:61", "time of day"),
    Bad("teams", 3, "lunch_earliest", "12:00", "not how long", "Fill in lunch_minutes"),
    Bad("teams", 2, "days_off", "2026-02-29", "a date from", "year-month-day"),
    Bad("teams", 2, "days_off", "3/4/2026", "a date from"),
    Bad("teams", 2, "days_off", "2026-03-09~2026-03-05", "dates in order"),
    Bad("teams", 2, "days_off", "2026-01-01~2028-01-01", "at most 400 days"),
    Bad("calendar", 2, "first_day", 60, "a date from", "2026-03-02"),
    Bad("calendar", 2, "first_day", date(1999, 12, 31), 'found "1999-12-31"'),
    Bad("calendar", 2, "first_day", "2026-13-01", "a date from"),
    Bad("calendar", 2, "first_day", True, "a date from"),
    Bad("calendar", 2, "first_day", 46083.5, "a date from"),
    Bad("calendar", 2, "last_day", "2026-02-10", "before the first day", "Swap"),
    Bad("calendar", 2, "last_day", "2028-02-10", "more than 400 days", "Check the year"),
    Bad("calendar", 2, "kind", "sunny", "one of workday", "Choose"),
    Bad("closures", 2, "last_day", "2026-02-10", "before the first day"),
    Bad("closures", 2, "last_day", None, "must not be empty"),
    Bad("rules", 2, "weekday_sets", "Mon+Xyz", "combinations of weekdays", "like Mon\\+Thu"),
    Bad("rules", 2, "weekdays", date(2026, 1, 5), "weekdays", "format the cell as text"),
    Bad("rules", 2, "weekdays", "8", "weekdays"),
    Bad("rules", 2, "weekdays", "Montag", 'found "Montag"'),
    Bad("rules", 2, "nth_weekdays", "6Tue", "weekdays of the month", "2Tue"),
    Bad("rules", 2, "nth_weekdays", "第六个周二", "weekdays of the month"),
    Bad("villages", 2, "market_days", "11", "last digits", "3;8"),
    Bad("villages", 2, "market_days", datetime(2026, 3, 8), "last digits", "format the cell as text"),
    Bad("villages", 2, "last_visited", "last week", "a date from"),
    Bad("villages", 2, "last_visited", "3月2日", "a date with its year", "the year too"),
    Bad("villages", 2, "last_visited", "3/2", "a date with its year", "the year too"),
    Bad("teams", 2, "days_off", "2026-03-05;3月9日", "a date with its year", "the year too"),
    Bad("calendar", 2, "first_day", "2月16日", "a date with its year", "the year too"),
    Bad("villages", 2, "last_visited", "monthly=2026-03-01", "no rule", "village's rules: weekly"),
]

TEXTS = [
    Bad("villages", 2, "name", "a\x00b", 'without control characters.*found "a.u0000b"', "Type the text again"),
    Bad("villages", 2, "name", "\x1b[31mred", "without control characters"),
    Bad("villages", 2, "name", "x" * 2001, "at most 2000 characters", "Shorten"),
    Bad("villages", 2, "id", "x" * 121, "at most 120 characters"),
    Bad("villages", 2, "skills", ";;", "names separated by"),
    Bad("villages", 2, "same_team", "perhaps", "yes or no", "是 or 否"),
    Bad("villages", 2, "same_team", 2, "yes or no"),
    Bad("settings", 3, "value", "flat", "one of plains", "Choose"),
    Bad("settings", 3, "setting", "terain", 'no setting "terain"', 'Did you mean "terrain"'),
    Bad("settings", 3, "setting", "name", "given twice"),
]

MODEL = [
    Bad("teams", 2, "base", "B9", 'no base "B9"', 'Did you mean "B1"'),
    Bad("teams", 2, "base", None, "must not be empty"),
    Bad("teams", 2, "end_base", "Hospital", 'no base "Hospital"', "County hospital"),
    Bad("teams", 2, "lodgings", "V9", 'no village or base "V9"', 'Did you mean "V'),
    Bad("teams", 2, "owns", "Chenjiahee", "no village or township", 'Did you mean "Chenjiahe"'),
    Bad("villages", 2, "owner", "T9", "no team or institution", "Did you mean"),
    Bad("villages", 2, "rule", "wekly", 'no rule "wekly"', 'Did you mean "weekly"'),
    Bad("villages", 2, "rule", "now and then", "no rule", "2/week"),
    Bad("villages", 2, "rule", "8/week", "8 visits are asked in 7 days", "lower visits"),
    Bad("villages", 2, "rule", "0/week", "whole number from 1 to 400"),
    Bad("villages", 2, "rule", None, "nothing says how often", "2/week"),
    Bad("villages", 2, "preferred_team", "T7", 'no team "T7"', "Did you mean"),
    Bad("villages", 2, "min_gap_days", 9, "min_gap_days 9 is larger than max_gap_days 7", "Lower min_gap_days"),
    Bad("villages", 3, "visits", 3, "several rules", "sheet rules"),
    Bad("villages", 2, "people", 80, "people_per_hour is not", "people_per_hour"),
    Bad("rules", 2, "min_gap_days", 9, "larger than max_gap_days", "Lower"),
    Bad("rules", 2, "preferred_team", "ambulance", "no team", "Write one of: T1, T2"),
    Bad("closures", 2, "id", "V9", 'no village "V9"', "Did you mean"),
    Bad("villages", 4, "id", "V1", '"V1" is also the id of row 2', "own id"),
    Bad("teams", 3, "id", "T1", "also the id of row 2"),
    Bad("rules", 2, "id", None, "must not be empty"),
]
CELLS = (*NUMBERS, *COORDINATES, *TIMES, *TEXTS, *MODEL)


def refused(path: Path) -> tuple[Issue, ...]:
    """Return the issues of an input that must be refused."""
    with pytest.raises(InputError, match=r".") as caught:
        read_dataset(path)
    return caught.value.issues


def assert_bilingual(issue: Issue) -> None:
    """Every message has a problem and a remedy that read in both languages."""
    for sentence in (issue.problem, issue.remedy):
        english, chinese = say(sentence, "en"), say(sentence, "zh")
        assert english
        assert re.search("[\u4e00-\u9fff]", chinese), chinese
        assert english != chinese


@pytest.mark.parametrize("bad", CELLS, ids=lambda b: f"{b.sheet}-{b.column}-{str(b.value)[:20]!r}")
def test_bad_cell_is_named_with_remedy(bad: Bad, tmp_path: Path) -> None:
    """The message names sheet, row and column, says what was found and what to do."""
    path = write_workbook(tmp_path / "county.xlsx", with_cell(bad.sheet, bad.row, bad.column, bad.value))
    issues = refused(path)
    here = [i for i in issues if (i.where.sheet, i.where.row, i.where.column) == (bad.sheet, bad.row, bad.column)]
    assert here, [str(issue) for issue in issues]
    assert here[0].where.file == "county.xlsx"
    assert re.search(bad.says, str(here[0].problem)), str(here[0])
    assert re.search(bad.advises, str(here[0].remedy)), str(here[0])
    for issue in issues:
        assert_bilingual(issue)


FILLED = {"id": "V9", "name": "New", "lon": 110.2, "lat": 29.4, "rule": "weekly"}


def new_village(**changed: Any) -> Sheets:
    """Return the county with one more village."""
    head = county()["villages"][0]
    return with_row("villages", [{**FILLED, **changed}.get(name) for name in head])


STRUCTURE: dict[str, tuple[Sheets, str]] = {
    "no villages sheet": (county(villages=None), r'county.xlsx: the sheet "villages".*missing.*template'),
    "misspelt sheet": (
        {("vilages" if k == "villages" else k): v for k, v in county().items()},
        'sheet vilages: this sheet is not known. Did you mean "village',
    ),
    "no teams": (county(teams=county()["teams"][:1]), "sheet teams: the sheet has no rows.*Fill in one row"),
    "no bases": (county(bases=county()["bases"][:1]), "sheet bases: the sheet has no rows"),
    "no villages": (county(villages=county()["villages"][:1]), "sheet villages: the sheet has no rows"),
    "empty sheet": (county(villages=[]), "sheet villages: no row of headings.*lon, lat"),
    "no heading row": (county(villages=county()["villages"][1:]), "sheet villages: no row of headings"),
    "missing column": (
        county(bases=[["id", "name", "lon"], ["B1", "h", 110.2]]),
        r'column "lat" \(纬度\) is missing. Add',
    ),
    "short misspelt column": (
        county(bases=[["名称", "经度", "维度"], ["h", 110.2, 29.4]]),
        'sheet bases, row 1, 维度: this column is not known. Did you mean "纬度"',
    ),
    "missing column that is there misspelt": (
        county(bases=[["名称", "经度", "维度"], ["h", 110.2, 29.4]]),
        r'column "lat" \(纬度\) is missing. Rename "维度"',
    ),
    "column that may be the one meant": (
        county(villages=[["村名", "经度", "纬度", "频率"], ["A", 110.1, 29.4, 1]], closures=None),
        'sheet villages, row 1, 频率: this column is not known. Did you mean "次数"',
    ),
    "absent column of a Chinese sheet": (
        county(villages=[["村名", "经度", "纬度"], ["A", 110.1, 29.4]], closures=None),
        "sheet villages, row 2, 规则: the village has no rule",
    ),
    "row of totals": (
        with_row("villages", [None, "合 计：", None, None, None, None, None, 1280]),
        "sheet villages, row 5: this looks like a row of totals. Delete",
    ),
    "date of a village whose rule is broken": (
        {
            **county(closures=None),
            "villages": [["id", "lon", "lat", "visits", "last_visited"], ["a", 110.1, 29.4, "often", "3月2日"]],
            "teams": [["id", "base"], ["T1", "B1"]],
        },
        "sheet villages, row 2, last_visited: expected a date with its year",
    ),
    "misspelt column": (
        county(bases=[["id", "name", "lon", "lattitude"], ["B1", "h", 110.2, 29.4]]),
        'sheet bases, row 1, lattitude: this column is not known. Did you mean "lat"',
    ),
    "column twice": (
        county(bases=[["id", "name", "lon", "lat", "纬度"], ["B1", "h", 110.2, 29.4, 29.4]]),
        'sheet bases, row 1, 纬度: this column is given twice; first as "lat"',
    ),
    "one-column table": (county(bases=[["id,name,lon,lat"], ["B1,h,110.2,29.4"]]), "sheet bases: no row of headings"),
    "data without heading": (
        county(bases=[["id", "name", "lon", "lat"], ["B1", "h", 110.2, 29.4, "stray"]]),
        'sheet bases, row 2, E: found "stray" in a column without a heading',
    ),
    "row without id or name": (new_village(id=None, name=None), "sheet villages, row 5, id: .*neither id nor name"),
    "same name without ids": (
        county(villages=[["name", "lon", "lat", "rule"], ["A", 110.1, 29.4, "weekly"], ["A", 110.2, 29.4, "weekly"]]),
        'sheet villages, row 3, name: "A" is also the id of row 2',
    ),
    "name that is not unique": (
        with_row("bases", ["B2", "County hospital", 110.21, 29.41]),
        "sheet teams, row 3, base: more than one base is called .*B1, B2",
    ),
    "village owned by a name two villages bear": (
        county(
            villages=[
                ["id", "name", "lon", "lat", "rule"],
                *(["ab"[k], "A", 110.1 + k, 29.4, "1/week"] for k in (0, 1)),
            ],
            teams=[["id", "base", "owns"], ["T1", "B1", "A"]],
            closures=None,
        ),
        "sheet teams, row 2, owns: more than one village is called .*Write the id: a, b",
    ),
    "owner whose name two teams bear": (
        county(
            teams=[["id", "name", "base"], ["T1", "Team", "B1"], ["T2", "Team", "B1"]],
            villages=[["id", "lon", "lat", "rule", "owner"], ["a", 110.1, 29.4, "1/week", "Team"]],
            closures=None,
        ),
        "sheet villages, row 2, owner: more than one team is called .*Write the id: T1, T2",
    ),
    "swapped coordinates": (new_village(lon=29.4, lat=110.2), "sheet villages, row 5, lat: expected a number from -90"),
    "swapped coordinates in the far west": (
        county(
            villages=[["id", "lon", "lat", "rule"], ["a", 88.1, 43.8, "1/week"], ["b", 43.8, 88.0, "1/week"]],
            bases=[["id", "lon", "lat"], ["B1", 88.0, 43.8], ["County hospital", 88.0, 43.9]],
            closures=None,
            teams=[["id", "base"], ["T1", "B1"]],
        ),
        "sheet villages, row 3, lon: longitude 43.8 and latitude 88.0 seem to be swapped",
    ),
    "null island": (new_village(lon=0, lat=0), "sheet villages, row 5, lon: .*both 0"),
    "calendar contradiction": (
        with_row("calendar", ["2026-02-17", None, "workday", "x"]),
        "sheet calendar, row 3, first_day: 2026-02-17 is also in row 2",
    ),
    "service given twice": (
        with_cell("rules", 2, "setup_minutes", 10),
        'service_minutes: service_minutes and "setup_minutes"',
    ),
    "rule named twice": (with_cell("villages", 2, "rule", "weekly;2/week;每周2次"), "rule: the rule .*named twice"),
    "combination of wrong size": (with_cell("rules", 2, "visits", 3), "weekday_sets: a combination does not have 3"),
    "combination per month": (with_cell("rules", 2, "per", "month"), "weekday_sets: combinations .*per week"),
    "dates and combinations": (
        with_cell("rules", 2, "dates", "2026-03-03"),
        'dates: "dates" and "weekday_sets" are both',
    ),
    "lunch turned round": (
        county(
            teams=[
                ["id", "base", "lunch_earliest", "lunch_latest", "lunch_minutes"],
                ["T1", "B1", "13:00", "12:00", 30],
            ],
            villages=[["id", "lon", "lat", "rule"], ["V2", 110.2, 29.4, "1/week"]],
        ),
        "sheet teams, row 2, lunch_earliest: .*after",
    ),
    "visit longer than a day": (
        county(
            rules=[["id", "people", "people_per_hour"], ["weekly", 5000, 10]],
        ),
        "sheet rules, row 2, people: the visit would take 30000 minutes",
    ),
    "unknown country": (with_cell("settings", 2, "setting", "country"), 'public holidays of "Sangzhi" are not known'),
    "road closed that is not there": (
        {
            **with_row("closures", ["road", "R9", "2026-03-01", "2026-03-02", ""]),
            "roads": [["id", "geometry"], ["R1", ROAD]],
        },
        'sheet closures, row 3, id: there is no road "R9". Did you mean "R1"',
    ),
    "road that is a point": (
        county(roads=[["id", "geometry"], ["R1", "POINT (110 29)"]]),
        "row 2, geometry: expected a line",
    ),
    "road of broken text": (
        county(roads=[["id", "geometry"], ["R1", "LINESTRING (110"]]),
        "row 2, geometry: expected a line",
    ),
    "road off the earth": (
        county(roads=[["id", "geometry"], ["R1", "LINESTRING (29 110, 29 111)"]]),
        "row 2, geometry: the line has points that are not on earth",
    ),
    "road of unknown class": (
        county(roads=[["id", "road_class", "geometry"], ["R1", "boulevard", ROAD]]),
        "sheet roads, row 2, road_class: expected one of motorway",
    ),
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_bad_structure_is_named_with_remedy(name: str, tmp_path: Path) -> None:
    """A fault of the whole sheet, or between cells, names its place and what to do."""
    sheets, pattern = STRUCTURE[name]
    issues = refused(write_workbook(tmp_path / "county.xlsx", sheets))
    said = [str(issue) for issue in issues]
    assert any(re.search(pattern, line) for line in said), said
    for issue in issues:
        assert_bilingual(issue)


def named(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is said so."""
    (issue,) = refused(tmp_path / "nowhere.xlsx")
    assert str(issue) == "nowhere.xlsx: there is no such file or folder. Check the path."


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("county.xlsx", b"", "the file is empty"),
        ("county.xlsx", b"id,name\n", "damaged or not an Excel workbook"),
        ("county.xlsx", b"PK\x03\x04" + b"\x00" * 64, "damaged or not an Excel workbook"),
        ("county.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "old .xls workbook, or it has a password"),
        ("county.xls", b"anything", "not read.*xlsx"),
        ("county.xlsm", b"anything", "not read.*xlsx"),
        ("county.kml", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml/>', "not read"),
        ("county.gpx", b"<gpx/>", "not read"),
        ("roads.geojson", b"{}", "damaged or not GeoJSON"),
        ("roads.geojson", b'{"type": "FeatureCollection", "features": [', "damaged or not GeoJSON"),
        ("roads.geojson", b"[" * 100_000, "damaged or not GeoJSON"),
        ("roads.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "damaged or not GeoJSON or GeoPackage"),
        ("villages.csv", b"id,name,lon,lat\n\xff\xff\xff\n", "neither UTF-8 nor GB 18030"),
        ("villages.csv", b"id,lon,lat\n" + b"a" * 200_000, "row 2 cannot be read as CSV"),
        ("villages.csv", b",".join([b"x"] * 300), "too large"),
        ("villages.csv", b"id\n" * 50_003, "too large"),
        ("villages.csv", b"\xff\xfei\x00d\x00", "no row of headings|missing"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else "",
)
def test_bad_file_is_named_with_remedy(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    """A file that is not what its name says is refused by name, beside good files of the same folder."""
    folder = write_folder(tmp_path / "county", {k: v for k, v in county().items() if not name.startswith(k)})
    named(folder / name, content)
    issues = [issue for issue in refused(folder) if issue.where.file == name]
    assert issues
    assert re.search(says, str(issues[0])), str(issues[0])
    for issue in issues:
        assert_bilingual(issue)


def test_feature_that_is_no_line_is_named(tmp_path: Path) -> None:
    """The number of the feature is its row."""
    folder = write_folder(tmp_path / "county", county())
    write_roads(folder, [road("R1"), road("R2", "Polygon", [[[110, 29], [110, 30], [111, 29], [110, 29]]])])
    (issue,) = refused(folder)
    assert str(issue).startswith("roads.geojson, row 2, geometry: expected a line, but found Polygon.")


def test_table_given_twice_is_named(tmp_path: Path) -> None:
    """A folder with the same table in a workbook and in a file would have two truths."""
    folder = write_folder(tmp_path / "county", county())
    write_workbook(folder / "more.xlsx", {"bases": county()["bases"]})
    (issue,) = refused(folder)
    assert "given twice" in str(issue)
    assert {"bases.csv", "more.xlsx"} <= set(re.findall(r"[a-z]+\.(?:csv|xlsx)", str(issue)))


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    """Four faults in three files and one reference across them are one report."""
    sheets = county()
    sheets["villages"][1][2] = "east"
    sheets["villages"][2][5] = "wekly"
    sheets["teams"][1][4] = "17:00-08:00"
    sheets["rules"][1][1] = 0
    folder = write_folder(tmp_path / "county", sheets)
    places = {(i.where.file, i.where.row, i.where.column) for i in refused(folder)}
    assert places == {
        ("villages.csv", 2, "lon"),
        ("villages.csv", 3, "rule"),
        ("teams.csv", 2, "shift"),
        ("rules.csv", 2, "visits"),
    }


def test_formula_error_is_named(tmp_path: Path) -> None:
    """A cell that shows #DIV/0! is a fault, not an empty cell."""
    import xlsxwriter

    path = write_workbook(tmp_path / "plain.xlsx", county())
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in county().items():
            page = workbook.add_worksheet(name)
            for r, cells in enumerate(rows):
                page.write_row(r, 0, cells)
        workbook.get_worksheet_by_name("bases").write_formula("E2", "=1/0", None, "#DIV/0!")
    assert any(str(i).startswith("plain.xlsx, sheet bases, row 2, E: the formula") for i in refused(path))


def test_same_fault_in_many_rows_is_cut_short(tmp_path: Path) -> None:
    """1,500 bad cells give 1,000 messages and the number of the rest."""
    rows = [["id", "lon", "lat", "rule"], *([f"v{k}", "east", 29.4, "1/week"] for k in range(1500))]
    issues = refused(write_folder(tmp_path / "county", county(villages=rows, closures=None)))
    assert len(issues) == 1001
    assert re.search("more faults are not shown", str(issues[-1]))

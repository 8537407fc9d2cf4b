"""The sheet pins: read, refused with its place, and told of when a visit contradicts its rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.model import Pin
from planner.service import open_county
from planner.tables.dataset import read_dataset
from tests.planner.tables.county import Sheets, county, write_workbook

HEADS = ["village", "rule", "date", "team"]
THURSDAY = date(2026, 3, 12)


def with_pins(*rows: list[Any]) -> Sheets:
    """Return the county with these rows of the sheet pins."""
    return {**county(), "pins": [HEADS, *rows]}


def test_fixed_visits_are_read_by_id_and_name(tmp_path: Path) -> None:
    """A village with one rule need not name it; teams and villages may be named; each knows its cell."""
    path = write_workbook(
        tmp_path / "county.xlsx",
        with_pins(
            ["V1", None, THURSDAY, "Team one"],
            ["Longtan", "1/month", "2026-03-10", None],
            ["V3", "每周2次", THURSDAY, "T2"],
        ),
    )
    pins = read_dataset(path).pins
    assert list(pins) == [
        Pin(site_id="V1", rule_id="weekly", day=THURSDAY, team_id="T1"),
        Pin(site_id="V2", rule_id="1/month", day=date(2026, 3, 10)),
        Pin(site_id="V3", rule_id="2/week", day=THURSDAY, team_id="T2"),
    ]
    assert [(where.sheet, where.row, where.column) for where in pins.values()] == [
        ("pins", row, "date") for row in (2, 3, 4)
    ]


def test_fixed_visits_are_read_in_chinese(tmp_path: Path) -> None:
    """The sheet and its headings have Chinese names."""
    sheets = {
        **county(),
        "固定安排": [["村庄", "规则", "日期", "队伍"], ["Shuiwan", "每周2次", "2026年3月12日", "Team two"]],
    }
    pins = read_dataset(write_workbook(tmp_path / "county.xlsx", sheets)).pins
    assert list(pins) == [Pin(site_id="V3", rule_id="2/week", day=THURSDAY, team_id="T2")]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (["V9", None, THURSDAY, None], "village", 'no village "V9"'),
        (["V1", "monthly", THURSDAY, None], "rule", 'the village has no rule "monthly"'),
        (["V2", None, THURSDAY, None], "rule", "more than one rule"),
        (["V1", None, THURSDAY, "T9"], "team", 'no team "T9"'),
        (["V1", None, None, None], "date", "must not be empty"),
        (["V1", None, "soon", None], "date", 'found "soon"'),
        ([None, None, THURSDAY, None], "village", "must not be empty"),
    ],
    ids=["village", "rule", "which rule", "team", "no day", "bad day", "no village"],
)
def test_fixed_visit_that_means_nothing_is_refused_with_its_place(
    row: list[Any], column: str, says: str, tmp_path: Path
) -> None:
    """File, sheet, row and column are named, and nothing else is blamed."""
    with pytest.raises(InputError, match=says) as caught:
        read_dataset(write_workbook(tmp_path / "county.xlsx", with_pins(row)))
    (issue,) = caught.value.issues
    place = issue.where
    assert (place.file, place.sheet, place.row, place.column) == ("county.xlsx", "pins", 2, column)


def test_visit_fixed_twice_is_refused(tmp_path: Path) -> None:
    """The second row names the first."""
    row = ["V1", None, THURSDAY, None]
    with pytest.raises(InputError, match="also fixed in row 2") as caught:
        read_dataset(write_workbook(tmp_path / "county.xlsx", with_pins(row, row)))
    assert [issue.where.row for issue in caught.value.issues] == [3]


def test_day_outside_the_plan_is_refused_with_its_place(tmp_path: Path) -> None:
    """The days planned are known when the problem is built: two weeks from 9 March do not hold 26 March."""
    path = write_workbook(
        tmp_path / "county.xlsx", with_pins(["V1", None, THURSDAY, None], ["V1", None, "2026-03-26", None])
    )
    with pytest.raises(InputError, match="fixed for 2026-03-26, but planned are 2026-03-09 to 2026-03-22") as caught:
        open_county(path, start=date(2026, 3, 9), weeks=2)
    assert [(i.where.sheet, i.where.row, i.where.column) for i in caught.value.issues] == [("pins", 3, "date")]
    open_county(path, start=date(2026, 3, 9), weeks=3)


def test_fixed_visit_that_contradicts_its_rule_is_a_notice(tmp_path: Path) -> None:
    """The rule allows Monday with Thursday or Tuesday with Friday: a Wednesday is told of, and planned for."""
    path = write_workbook(tmp_path / "county.xlsx", with_pins(["V1", None, "2026-03-11", None]))
    opened = open_county(path, start=date(2026, 3, 9), weeks=2)
    assert [pin.day for pin in opened.problem.pins] == [date(2026, 3, 11)]
    (notice,) = [issue for issue in opened.notices if issue.where.sheet == "pins"]
    assert (notice.where.row, notice.is_warning) == (2, True)
    assert "its rule does not allow that day" in str(notice.problem)

"""The sheet outcomes: filled in by hand, refused cell by cell, and read as the history of the plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.history import PastVisit
from planner.service import open_county
from planner.tables.dataset import read_dataset
from tests.planner.tables.county import county, write_folder, write_workbook

HEADINGS = ["village", "rule", "date", "outcome", "reason", "people", "referrals", "team"]
GOOD = ["V1", "weekly", "2026-02-24", "held", None, 41, 3, "T9, gone"]


def outcomes(*rows: list[Any], headings: list[str] | None = None) -> dict[str, list[list[Any]]]:
    return county(outcomes=[headings or HEADINGS, *rows])


def test_outcomes_are_read_in_either_language(tmp_path: Path) -> None:
    """Held with its people, missed with its reason, and a row that nobody has filled in yet."""
    rows = [
        ["V2", "每月1次", "2026-02-03", "未巡诊", "道路不通", None, None, None],
        ["Huangmutan", None, "2026年2月24日", "已巡诊", None, 41, 3, "T9"],
        ["V1", "weekly", "2026-02-26", None, None, None, None, None],
        ["V1", "weekly", "2026-02-27", "missed", None, None, None, None],
    ]
    headings = ["村庄", "规则", "日期", "结果", "原因", "就诊人数", "转诊人数", "队伍"]
    dataset = read_dataset(write_workbook(tmp_path / "c.xlsx", outcomes(*rows, headings=headings)))
    assert dataset.outcomes == (
        PastVisit(site_id="V2", rule_id="1/month", day=date(2026, 2, 3), is_held=False, why="road"),
        PastVisit(site_id="V1", rule_id="weekly", day=date(2026, 2, 24), is_held=True, people=41, referrals=3),
        PastVisit(site_id="V1", rule_id="weekly", day=date(2026, 2, 26)),
        PastVisit(site_id="V1", rule_id="weekly", day=date(2026, 2, 27), is_held=False, why="other"),
    )


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("village", "V9", 'row 3, village: there is no village "V9".'),
        ("village", None, "row 3, village: this cell must not be empty."),
        ("rule", "daily", 'row 3, rule: the village has no rule "daily".'),
        ("date", "3/2", "row 3, date: expected a date with its year"),
        ("date", "2026-02-24", "row 3, date: what came of this visit also stands in row 2."),
        ("outcome", "perhaps", "row 3, outcome: expected one of held"),
        ("reason", "road", "row 3, reason: there is a reason for missing the visit, but it does not say missed."),
        ("people", "many", "row 3, people: expected a whole number"),
        ("people", 100_001, "row 3, people: expected"),
        ("referrals", 42, "row 3, referrals: 42 referrals of 41 people."),
    ],
)
def test_bad_cell_is_named_with_its_row(tmp_path: Path, column: str, value: Any, said: str) -> None:
    """File, sheet, row and column, for every kind of slip."""
    row: list[Any] = [*GOOD[:2], "2026-02-26", *GOOD[3:]]
    row[HEADINGS.index(column)] = value
    with pytest.raises(InputError) as fault:
        read_dataset(write_workbook(tmp_path / "c.xlsx", outcomes(GOOD, row)))
    assert len(fault.value.issues) == 1
    assert str(fault.value.issues[0]).startswith(f"c.xlsx, sheet outcomes, {said}")


def test_people_at_a_missed_visit_are_refused(tmp_path: Path) -> None:
    """In a folder of CSV files the place is the file."""
    row = [*GOOD[:3], "missed", "weather", 5, None, None]
    with pytest.raises(InputError, match=r"outcomes\.csv, row 2, people: people were seen"):
        read_dataset(write_folder(tmp_path / "c", outcomes(row)))


def test_history_reaches_the_problem_and_its_hash(tmp_path: Path) -> None:
    """The rule knows the last visit held and the missed one; other outcomes are another dataset."""
    missed = ["V1", "weekly", "2026-02-27", "missed", "road", None, None, None]
    told = open_county(write_workbook(tmp_path / "c.xlsx", outcomes(GOOD, missed)), start=date(2026, 3, 2), weeks=1)
    plain = open_county(write_workbook(tmp_path / "d.xlsx", county()), start=date(2026, 3, 2), weeks=1)
    rule = next(rule for rule in told.problem.site_by_id["V1"].rules if rule.id == "weekly")
    assert (rule.last_visited, rule.missed) == (date(2026, 2, 24), (date(2026, 2, 27),))
    assert told.dataset.sha256 != plain.dataset.sha256
    again = open_county(write_folder(tmp_path / "e", outcomes(missed, GOOD)), start=date(2026, 3, 2), weeks=1)
    assert again.dataset.sha256 == told.dataset.sha256

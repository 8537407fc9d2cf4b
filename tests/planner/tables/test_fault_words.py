"""Reports of faults speak as the sheet does: its headings, its language, and what else is not read."""

from __future__ import annotations

from pathlib import Path

from planner.tables.dataset import read_dataset
from tests.planner.tables.county import Sheets, county, with_cell, write_workbook
from tests.planner.tables.test_bad_inputs import refused


def test_sentence_names_a_second_column_as_the_user_wrote_it(tmp_path: Path) -> None:
    """Two Chinese headings that exclude each other are both named in Chinese."""
    head = ["编号", "经度", "纬度", "指定日期", "每月第几个星期几"]
    filled = ["a", 110.1, 29.4, "2026-03-10", "第二个周二"]
    sheets = county(villages=[head, filled], rules=None, closures=None, teams=[["id", "base"], ["T1", "B1"]])
    (issue,) = refused(write_workbook(tmp_path / "县.xlsx", sheets))
    assert '"指定日期"和"每月第几个星期几"都填写了' in issue.in_language("zh")


def test_heading_is_named_as_the_user_wrote_it(tmp_path: Path) -> None:
    """A Chinese heading stays Chinese in the message."""
    sheets = county(bases=[["编号", "名称", "经度", "纬度（度）"], ["B1", "County hospital", 110.2, "北"]])
    (issue,) = [i for i in refused(write_workbook(tmp_path / "县.xlsx", sheets)) if i.where.sheet == "bases"]
    assert issue.where.column == "纬度(度)"
    assert issue.in_language("zh").startswith(
        '县.xlsx，工作表 bases，第 2 行，纬度(度)：应为-90 至 90 的数，实际为"北"。'
    )


def chinese_report(tmp_path: Path, sheets: Sheets) -> str:
    """Return all faults of an input in Chinese."""
    return "\n".join(issue.in_language("zh") for issue in refused(write_workbook(tmp_path / "c.xlsx", sheets)))


def test_chinese_report_names_columns_as_a_chinese_sheet_does(tmp_path: Path) -> None:
    """A row that follows a rule but does not say until when is told in the sheet's own headings."""
    rules = [["编号", "次数", "周期", "跟随规则", "最少几天后"], ["weekly", 2, "周"], ["x", 1, "全程", "weekly", 7]]
    report = chinese_report(tmp_path, county(rules=rules))
    assert '随访还需填写 "最多几天后"。请填写 跟随规则, 最少几天后, 最多几天后，或全部留空。' in report
    assert "after_days" not in report


def test_chinese_report_shows_the_chinese_example_first(tmp_path: Path) -> None:
    """Examples and words to choose from begin with what a Chinese sheet has."""
    report = chinese_report(tmp_path, with_cell("rules", 2, "weekdays", "周叁"))
    assert "请按此格式填写：周一;周四 (Mon;Thu)。" in report
    report = chinese_report(tmp_path, with_cell("closures", 2, "kind", "桥"))
    assert "应为以下之一：村庄 (village)、道路 (road)" in report


def test_unknown_column_is_told_beside_the_faults_only_where_there_are_some(tmp_path: Path) -> None:
    """A column that is not read is a warning of an accepted input, and stands in the report of a refused one."""
    villages = [[*row, "x"] for row in county()["villages"]]
    villages[0][-1] = "zzz"
    accepted = read_dataset(write_workbook(tmp_path / "good.xlsx", county(villages=villages)))
    assert [n.where.column for n in accepted.notices if n.where.column == "zzz"] == ["zzz"]
    issues = refused(write_workbook(tmp_path / "bad.xlsx", county(villages=villages, bases=None)))
    assert [issue.is_warning for issue in issues if issue.where.column == "zzz"] == [True]

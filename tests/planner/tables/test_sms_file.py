"""The file of text messages, as a spreadsheet and as a program read it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from planner.sms import Message
from planner.tables.sms_file import harmless, write_sms
from tests.maps.hostile import NAMES

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def message(name: str) -> Message:
    return Message(site_id=name, village=name, township=name, day=date(2026, 3, 4), said=f"3月4日 {name}")


def test_sms_file_is_utf8_with_the_mark_of_excel(tmp_path: Path) -> None:
    """It begins with the byte-order mark; headings are in the language; days are written as 2026-03-03."""
    write_sms(tmp_path / "sms.csv", [message("黄木滩村")], "zh")
    assert (tmp_path / "sms.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    heads, row = rows_of(tmp_path / "sms.csv")
    assert heads == ["发送日期", "服务日期", "编号", "村", "乡镇", "短信", "字数", "最多字数", "合格"]
    assert row == ["2026-03-03", "2026-03-04", *["黄木滩村"] * 3, "3月4日 黄木滩村", "9", "70", "是"]


@pytest.mark.parametrize("name", [*NAMES, *(f"{sign}1+1" for sign in FORMULAS), " =1+1"])
def test_sms_file_holds_no_formula(name: str, tmp_path: Path) -> None:
    """No cell begins with a sign of a formula; the name is whole, behind an apostrophe where need be."""
    write_sms(tmp_path / "sms.csv", [message(name)], "en")
    _, row = rows_of(tmp_path / "sms.csv")
    assert all(not cell.lstrip(" ").startswith(FORMULAS) for cell in row)
    assert {cell.removeprefix("'") if name[0] != "'" else cell for cell in row[2:5]} == {name}
    assert row[5] == f"3月4日 {name}"


def test_harmless_leaves_plain_cells_alone() -> None:
    """Only what a spreadsheet would reckon with gets its apostrophe."""
    assert [harmless(cell) for cell in ("村", "", "1-2", "-1", "'")] == ["村", "", "1-2", "'-1", "'"]

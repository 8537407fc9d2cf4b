"""What stands in workbooks of outcomes: a sheet to fill in that is read as it is, and what was seen of each village."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from planner.evaluation import evaluate, villages_seen
from planner.history import PastVisit
from planner.model import Task
from planner.plan import Plan, Provenance
from planner.tables.circuit_sheets import write_circuits
from planner.tables.dataset import read_dataset
from planner.tables.seen_sheets import write_seen
from planner.timing import circuits_from_routes, timetable
from planner.values import DateRange
from tests.builders import MONDAY, day, team, tiny_problem, village, weekly
from tests.planner.tables.county import county, write_workbook

Rows = list[list[object]]


def sheet(path: Path, name: str) -> Rows:
    with CalamineWorkbook.from_path(path) as workbook:
        return list(workbook.get_sheet_by_name(name).to_python())


@pytest.mark.parametrize(("language", "name"), [("en", "outcomes"), ("zh", "巡诊记录")])
def test_sheet_to_fill_in_is_read_back(tmp_path: Path, language: str, name: str) -> None:
    """Two teams meet in b: one row. Its sheet, put beside the tables, is three visits that nobody has told of."""
    teams = (team("one"), team("two"))
    problem = tiny_problem(teams=teams)
    tasks = {"one": [Task("a", "weekly"), Task("b", "weekly")], "two": [Task("b", "weekly"), Task("c", "weekly")]}
    routes = [timetable(problem, crew, day(0), tasks[crew.id]) for crew in teams]
    plan = Plan(
        start=MONDAY,
        days=7,
        circuits=circuits_from_routes(routes),
        provenance=Provenance(version="0", seed=1, rounds=1),
    )
    write_circuits(tmp_path / "circuits.xlsx", problem, plan, evaluate(problem, plan), language)
    rows = sheet(tmp_path / "circuits.xlsx", name)
    assert [row[-1] for row in rows[1:]] == ["one", "one, two", "two"]
    cells = [[cell.date() if isinstance(cell, datetime) else cell for cell in row] for row in rows]
    villages = [["id", "lon", "lat", "rule"], *([name, 110.1 + k / 50, 29.4, "weekly"] for k, name in enumerate("abc"))]
    tables = county(villages=villages, closures=None)
    tables["teams"][1][8] = tables["teams"][2][8] = None  # what they own is not here
    read = read_dataset(write_workbook(tmp_path / "in.xlsx", {**tables, name: cells}))
    assert read.outcomes == tuple(PastVisit(site_id=site, rule_id="weekly", day=MONDAY) for site in "abc")


def test_sheet_of_what_was_seen_names_no_home(tmp_path: Path) -> None:
    """A line for each rule, with reasons; the home of somebody by its id."""
    home = replace(village("a", weekly(is_announced=False)), id="h01", name="王秀英家")
    visits = [
        PastVisit(site_id="h01", rule_id="weekly", day=MONDAY, is_held=False, why="road"),
        PastVisit(site_id="b", rule_id="weekly", day=MONDAY, is_held=True, people=9),
    ]
    days = DateRange(first_day=MONDAY, last_day=date(2026, 3, 8))
    seen = villages_seen([home, village("b")], visits, days)
    write_seen(tmp_path / "seen.xlsx", seen, days, "zh")
    rows = sheet(tmp_path / "seen.xlsx", "巡诊情况")
    assert str(rows[1][0]).startswith("没有：2026-03-02 至 2026-03-08，2 个村中有 1 个")
    assert [row[:2] + row[4:6] + row[10:11] + row[16:17] for row in rows[4:]] == [
        ["b", "b", 1, 1, "", 9], ["h01", "h01", 1, 0, "道路 1", 0],
    ]  # fmt: skip
    assert "王" not in str(rows)

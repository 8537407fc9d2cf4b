"""Follow-ups on the sheet rules: read, and refused with their place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.rules import FollowUp, VisitRule
from planner.tables.dataset import Dataset, read_dataset
from tests.planner.tables.county import Sheets, county, write_workbook

HEADS = ["id", "visits", "per", "follows_rule", "follows_village", "after_days_min", "after_days_max"]
CHECKUP = ["checkup", 1, "month", None, None, None, None]


def with_rules(*rows: list[Any], v3: str = "checkup;result") -> Sheets:
    """Return the county with these rules beside the weekly one; village V3 has those named."""
    sheets = county(rules=[HEADS, ["weekly", 2, "week", None, None, None, None], CHECKUP, *rows])
    sheets["villages"][3][5] = v3
    return sheets


def read(tmp_path: Path, sheets: Sheets) -> Dataset:
    """Return the dataset of the sheets."""
    return read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))


def result_of(dataset: Dataset) -> VisitRule:
    """Return the rule "result" of village V3."""
    (site,) = [site for site in dataset.sites if site.id == "V3"]
    (rule,) = [rule for rule in site.rules if rule.id == "result"]
    return rule


def test_follow_up_is_read_at_the_same_village_and_elsewhere(tmp_path: Path) -> None:
    """Its visits are per horizon without saying so; the leading village may be named."""
    here = result_of(read(tmp_path, with_rules(["result", 3, None, "checkup", None, 14, 21])))
    assert (here.visits, here.per) == (3, "horizon")
    assert here.follows == FollowUp(rule_id="checkup", min_days=14, max_days=21)
    there = result_of(read(tmp_path, with_rules(["result", 3, "horizon", "weekly", "Huangmutan", 18, 18])))
    assert there.follows == FollowUp(site_id="V1", rule_id="weekly", min_days=18, max_days=18)


def test_village_with_cells_of_its_own_keeps_the_follow_up(tmp_path: Path) -> None:
    """A last visit, a preferred team: the rule is then the village's own, and follows all the same."""
    sheets = with_rules(["result", 3, None, "checkup", None, 14, 21])
    for number, row in enumerate(sheets["villages"]):
        row.append(("last_visited", None, None, "checkup=2026-03-01")[number])
    dataset = read(tmp_path, sheets)
    assert result_of(dataset).follows == FollowUp(rule_id="checkup", min_days=14, max_days=21)
    assert [rule.last_visited for site in dataset.sites if site.id == "V3" for rule in site.rules] == [
        date(2026, 3, 1),
        None,
    ]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (["result", 1, None, "chekup", None, 14, 21], "follows_rule", 'no rule "chekup".*Did you mean "checkup"'),
        (["result", 1, None, "checkup", "V9", 14, 21], "follows_village", 'no village "V9"'),
        (["result", 1, None, "checkup", None, 21, 14], "after_days_min", "after_days_min 21 is larger"),
        (["result", 1, None, "checkup", None, 14, None], "follows_rule", 'needs "after_days_max" too'),
        (["result", 1, None, None, None, 14, 21], "after_days_min", 'needs "follows_rule" too'),
        (["result", 1, "week", "checkup", None, 14, 21], "per", "per horizon"),
        (["result", 1, None, "checkup", None, 0, 21], "after_days_min", "whole number from 1 to 400"),
        (["result", 1, None, "checkup", "V1", 14, 21], "follows_rule", 'village "V1" has no rule "checkup"'),
        (["result", 1, None, "result", None, 14, 21], "follows_rule", "follows itself"),
    ],
    ids=["rule", "village", "backwards", "no end", "no rule", "weekly", "same day", "not there", "itself"],
)
def test_follow_up_that_means_nothing_is_refused_with_its_place(
    row: list[Any], column: str, says: str, tmp_path: Path
) -> None:
    """File, sheet, row and column are named, and nothing else is blamed."""
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path, with_rules(row))
    (issue,) = caught.value.issues
    assert (issue.where.file, issue.where.sheet, issue.where.row, issue.where.column) == (
        "county.xlsx",
        "rules",
        4,
        column,
    )

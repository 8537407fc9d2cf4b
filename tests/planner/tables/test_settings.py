"""The sheet settings: prices and what else a county may decide."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from planner.balance import Balance
from planner.errors import InputError
from planner.model import ObjectiveWeights
from planner.service import open_county
from planner.tables.dataset import CountySettings, read_dataset
from planner.tables.setting_columns import PRICES, WEIGHT_BY_PRICE
from tests.planner.tables.county import county, write_workbook


def settings(tmp_path: Path, **values: object) -> CountySettings:
    """Return the settings of the county when its sheet says this."""
    rows: list[list[object]] = [["setting", "value"], *([name, value] for name, value in values.items())]
    return read_dataset(write_workbook(tmp_path / "county.xlsx", county(settings=rows))).county


def test_prices_of_the_sheet_are_those_of_the_search(tmp_path: Path) -> None:
    """A county may set each price, in either language; the others stay as they were."""
    found = settings(tmp_path, price_km=2, 每工时价格=0.5, price_extra_weekday="3").weights
    assert found == ObjectiveWeights(per_km=2.0, per_duty_hour=0.5, per_extra_weekday=3.0)


def test_every_weight_has_its_price_and_its_usual_value(tmp_path: Path) -> None:
    """No weight is out of a county's reach, and what the manual calls the default is the default."""
    assert sorted(WEIGHT_BY_PRICE.values()) == sorted(field.name for field in fields(ObjectiveWeights))
    usual = {WEIGHT_BY_PRICE[column.name]: float(str(column.default)) for column in PRICES}
    assert ObjectiveWeights(**usual) == ObjectiveWeights()
    assert settings(tmp_path).weights == ObjectiveWeights()


@pytest.mark.parametrize("value", [-1, "dear", 100_001])
def test_price_that_is_no_price_is_refused_with_its_place(value: object, tmp_path: Path) -> None:
    """File, sheet, row and column are named."""
    with pytest.raises(InputError, match="number from 0") as caught:
        settings(tmp_path, price_km=value)
    (issue,) = caught.value.issues
    assert (issue.where.file, issue.where.sheet, issue.where.row, issue.where.column) == (
        "county.xlsx",
        "settings",
        2,
        "value",
    )


def test_balance_is_on_when_a_percentage_is_given(tmp_path: Path) -> None:
    """15 per cent over institutions at 8 km an hour; the percentage alone takes the usual rest."""
    said = settings(tmp_path, balance_percent=15, balance_over="单位", balance_price=8)
    assert said.balance == Balance(spread=0.15, scope="institution", price_per_hour=8.0)
    assert settings(tmp_path, 均衡百分比=10).balance == Balance()
    assert settings(tmp_path).balance is None


def test_price_of_balance_without_a_percentage_is_noticed(tmp_path: Path) -> None:
    """What does nothing is said to do nothing, in its row."""
    rows = [["setting", "value"], ["balance_price", 8]]
    dataset = read_dataset(write_workbook(tmp_path / "county.xlsx", county(settings=rows)))
    assert dataset.county.balance is None
    (notice,) = [issue for issue in dataset.notices if issue.where.sheet == "settings"]
    assert (notice.where.row, notice.where.column) == (2, "setting")
    assert "does nothing without balance_percent" in str(notice.problem)


def test_settings_reach_the_problem(tmp_path: Path) -> None:
    """What the sheet says is what the checker and the search go by."""
    rows = [["setting", "value"], ["price_km", 2], ["balance_percent", 20]]
    path = write_workbook(tmp_path / "county.xlsx", county(settings=rows))
    problem = open_county(path, start=date(2026, 3, 9), weeks=1).problem
    assert problem.weights == ObjectiveWeights(per_km=2.0)
    assert problem.balance == Balance(spread=0.2)


@pytest.mark.parametrize(
    ("written", "datum"),
    [("standard", "WGS-84"), ("通用", "WGS-84"), ("amap", "GCJ-02"), ("高德", "GCJ-02"), ("off", None), ("不印", None)],
)
def test_navigation_codes_say_the_system_of_the_qr_codes(written: str, datum: str | None, tmp_path: Path) -> None:
    """WGS-84 unless the county's phones open geo: links in Amap; off: no codes."""
    assert settings(tmp_path, 导航二维码=written).code_datum == datum
    assert CountySettings().code_datum == "WGS-84"


@pytest.mark.parametrize(("written", "paper"), [("A4", "A4"), ("a3", "A3"), ("A3纸", "A3"), ("Ａ３", "A3")])
def test_crew_paper_is_a4_unless_the_county_has_a3(written: str, paper: str, tmp_path: Path) -> None:
    """However it is typed."""
    assert settings(tmp_path, 队员用表纸张=written).crew_paper == paper
    assert CountySettings().crew_paper == "A4"

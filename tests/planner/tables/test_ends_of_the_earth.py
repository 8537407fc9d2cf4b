"""Counties whose maps cannot be drawn here: across the meridian of 180 degrees, and near a pole."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.tables.dataset import read_dataset
from tests.planner.tables.county import Sheets, county, write_workbook


def moved(east: float, north: float = 0.0) -> Sheets:
    """Return the county of four places so many degrees farther east and north, longitudes from -180 to 180."""
    sheets = county()
    for name in ("villages", "bases"):
        for row in sheets[name][1:]:
            row[2] = round((row[2] + east + 180) % 360 - 180, 6)
            row[3] = round(row[3] + north, 6)
    return sheets


def refusal(tmp_path: Path, sheets: Sheets, language: str = "en") -> list[str]:
    """Return the faults of a county that is refused."""
    with pytest.raises(InputError) as refused:
        read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))
    return [issue.in_language(language) for issue in refused.value.issues]


def test_a_county_across_the_meridian_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Two places within 0.1 degrees of it on each side: one fault, in a row of the side of fewer."""
    (fault,) = refusal(tmp_path, moved(69.78))
    assert "both sides of the meridian of 180 degrees (2 east, 2 west of Greenwich)" in fault
    assert "Plan the two sides as two counties" in fault
    assert "sheet villages, row 2, lon" in fault


def test_the_sentence_is_said_in_chinese(tmp_path: Path) -> None:
    """Where the reader is Chinese, no English is left in it."""
    (fault,) = refusal(tmp_path, moved(69.78), "zh")
    assert "180 度经线两侧（东经 2 个，西经 2 个）" in fault
    assert "两个县" in fault


@pytest.mark.parametrize("east", [69.68, 69.85])
def test_a_county_beside_the_meridian_is_read(tmp_path: Path, east: float) -> None:
    """All places within a degree of it, on one side: nothing is said."""
    dataset = read_dataset(write_workbook(tmp_path / "county.xlsx", moved(east)))
    assert {site.lon > 0 for site in dataset.sites} == {east == 69.68}
    assert dataset.notices == ()


def test_a_wrong_sign_is_told_as_a_place_that_is_far(tmp_path: Path) -> None:
    """110 degrees west instead of east is not beside the meridian: the warning of far places, no refusal."""
    sheets = county()
    sheets["villages"][1][2] *= -1
    notices = [str(notice) for notice in read_dataset(write_workbook(tmp_path / "county.xlsx", sheets)).notices]
    assert any("km from the middle of the others" in notice for notice in notices)
    assert not any("meridian" in notice for notice in notices)


@pytest.mark.parametrize(("north", "faults"), [(55.4, 0), (55.595, 2), (-114.6, 4)])
def test_places_near_a_pole_are_refused(tmp_path: Path, north: float, faults: int) -> None:
    """Up to 85 degrees a map is drawn; each place beyond is named: at 85.005 and 85.045 two of four, at -85.2 all."""
    if not faults:
        read_dataset(write_workbook(tmp_path / "county.xlsx", moved(0, north)))
        return
    found = refusal(tmp_path, moved(0, north))
    assert len(found) == faults
    assert all("no map can be drawn beyond 85 degrees of latitude" in fault for fault in found)

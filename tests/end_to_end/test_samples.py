"""The five sample counties: planned, checked, nothing silently left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.sample_pages import SAMPLES, Plans
from tests.end_to_end.small_county import ROOT, xunzhen

MOST_UNSERVED_SHARE = {"sangzhi": 0.01, "qinyuan": 0.01, "bishan": 0.0, "daoxian": 0.0, "yixing": 0.0}


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_planned_and_checked(plans: Plans, name: str) -> None:
    """Every asked visit is planned or listed; no hard rule is broken; few visits are owed."""
    written = plans.planned(name)
    summary = json.loads(written.stdout)["summary"]
    assert written.returncode in {0, 3}
    assert summary["planned_visits"] + summary["owed_visits"] == summary["asked_visits"]
    assert summary["owed_visits"] <= MOST_UNSERVED_SHARE[name] * summary["asked_visits"]
    checked = xunzhen("check", written.source, written.folder / "plan.json", "--json", timeout=600)
    assert checked.returncode == written.returncode
    assert [v for v in json.loads(checked.stdout)["violations"] if v["is_hard"]] == []


@pytest.mark.xdist_group("sample sangzhi")
def test_sangzhi_asks_two_visits_a_week_of_251_villages(plans: Plans) -> None:
    """251 villages twice a week are 502 village-days; the sample plans one week unless told otherwise."""
    assert json.loads(plans.planned("sangzhi").stdout)["summary"]["asked_visits"] == 502


def test_sample_can_be_copied(tmp_path: Path) -> None:
    """``xunzhen sample NAME -o FOLDER`` hands out the files to play with."""
    listed = xunzhen("sample", "--lang", "en", check=True).stdout.splitlines()
    assert [line.split()[0] for line in listed] == sorted(MOST_UNSERVED_SHARE)
    assert all(len(line.split()) > 3 for line in listed), "each says what it shows"
    assert "流动医院" in xunzhen("sample", "--lang", "zh", check=True).stdout
    nowhere = xunzhen("sample", "yixing")
    assert nowhere.returncode == 2
    assert "-o FOLDER" in nowhere.stderr
    xunzhen("sample", "yixing", "-o", tmp_path / "mine", check=True)
    assert {"villages.csv", "teams.csv", "bases.csv", "README.md"} <= {p.name for p in (tmp_path / "mine").iterdir()}


def test_sample_copied_as_a_workbook_is_the_same_county(tmp_path: Path) -> None:
    """The fingerprint of the data does not depend on the kind of file; roads stay beside the workbook."""
    from planner.tables.dataset import read_dataset

    xunzhen("sample", "bishan", "-o", tmp_path / "mine.xlsx", "--lang", "zh", check=True)
    copied = read_dataset(tmp_path / "mine.xlsx")
    assert [site.id for site in copied.sites] == [s.id for s in read_dataset(ROOT / "data/samples/bishan").sites]

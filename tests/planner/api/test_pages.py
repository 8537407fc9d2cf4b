"""Files of a plan over the API: each is what its program reads, and no file for everybody names a person."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from tests.planner.api.desk import Desk
from tests.planner.api.test_changes import edited, new_plan

__all__ = ["edited"]
TRACK_POINT = "{http://www.topografix.com/GPX/1/1}trkpt"


@pytest.fixture(scope="module")
def plan(edited: Desk) -> str:
    """The napkin county: East on Monday, North on Tuesday."""
    return new_plan(edited)


def get(desk: Desk, plan: str, page: str, language: str = "zh") -> Any:
    headers = {**desk.headers["read-only"], "Accept-Language": language}
    answer = desk.client.get(f"/v1/plans/{plan}/revisions/1/{page}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def test_summary_is_that_of_the_county(edited: Desk, plan: str) -> None:
    """In the language asked, with every village, without a telephone."""
    for language, tag in (("zh", '<html lang="zh'), ("en", '<html lang="en"')):
        page = get(edited, plan, "summary.html", language).text
        assert tag in page
        assert all(f"{name}村" in page for name in ("east1", "east2", "east3", "north1", "north2"))
        assert "0000-1234" not in page


def test_workbook_is_opened_by_another_program(edited: Desk, plan: str) -> None:
    """A summary, a sheet for each of two teams with its villages, and one to tell outcomes in."""
    answer = get(edited, plan, "circuits.xlsx")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    cells = {name: str(workbook.get_sheet_by_name(name).to_python()) for name in workbook.sheet_names}
    assert sum("east1村" in cell and "east3村" in cell for cell in cells.values()) >= 1
    assert sum("north2村" in cell for cell in cells.values()) >= 1
    assert len(cells) >= 4


def test_notices_are_a_page_for_each_village_and_a_message_for_each_visit(edited: Desk, plan: str) -> None:
    """Five villages of two townships: one file of all, one for each township, five messages; the same bytes again."""
    answer = get(edited, plan, "notices.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    pages = {name: text.count('<section class="page"') for name, text in files.items() if name.endswith(".html")}
    assert sorted(pages.values()) == [2, 3, 5]
    assert len(files["sms.csv"].strip().splitlines()) == 1 + 5
    assert get(edited, plan, "notices.zip").content == answer.content


def test_track_leads_along_the_way(edited: Desk, plan: str) -> None:
    """From the base to the third village in the east."""
    answer = get(edited, plan, "teams/East/weeks/2026-03-02/track.gpx")
    assert answer.headers["Content-Type"] == "application/gpx+xml"
    lons = [float(point.attrib["lon"]) for point in ET.fromstring(answer.content).iter(TRACK_POINT)]
    assert min(lons) == pytest.approx(110.0, abs=0.002)
    assert max(lons) == pytest.approx(110.15, abs=0.002)


@pytest.mark.parametrize("page", ["teams/East/weeks/2026-03-09/track.gpx", "teams/x/weeks/2026-03-02/track.gpx"])
def test_track_that_is_none_is_not_found(edited: Desk, plan: str, page: str) -> None:
    """A week without a circuit, a team that is none."""
    path = f"/v1/plans/{plan}/revisions/1/{page}"
    assert edited.client.get(path, headers=edited.headers["read-only"]).status_code == 404

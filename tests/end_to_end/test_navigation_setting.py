"""The setting navigation_codes, from the table to the crew sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maps.navigation import geo_uri
from planner import service
from planner.datum import Datum
from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand
from tests.end_to_end.small_county import PLACES, tables, write_county


@pytest.mark.parametrize(("value", "datum"), [(None, "WGS-84"), ("amap", "GCJ-02"), ("off", None)])
def test_crew_sheets_carry_the_codes_that_the_county_asks_for(
    tmp_path: Path, value: str | None, datum: Datum | None
) -> None:
    """Team East's week: the codes of its three villages in the system of the setting, or none."""
    sheets = tables()
    if value is not None:
        sheets["settings"] = [*sheets.get("settings", []), {"setting": "navigation_codes", "value": value}]
    write_county(tmp_path / "in", sheets)
    county = open_napkin(tmp_path / "in", weeks=1)
    plan = plan_by_hand(county)
    service.write_outputs(county, plan, service.check_plan(county, plan), tmp_path / "out", "en")
    sheet = sorted((tmp_path / "out" / "crew").iterdir())[0].read_text("utf-8")
    links = set(re.findall(r'<a href="(geo:[^"]*)"><svg', sheet))
    east = [PLACES[name] for name in ("east1", "east2", "east3")]
    assert links == ({geo_uri(lon, lat, datum) for lon, lat in east} if datum else set())

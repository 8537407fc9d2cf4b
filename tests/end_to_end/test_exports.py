"""What the command ``export`` writes: read by others, read back by us, and nobody's telephone in it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import geopandas
import gpxpy
import pytest
from ical.calendar_stream import IcsCalendarStream

from planner.errors import InputError
from planner.exporting import file_names, refuse_stranger, write_exports
from planner.service import check_plan
from planner.tables.dataset import read_dataset
from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand, write_plan
from tests.end_to_end.small_county import PLACES, tables, write_county, xunzhen
from tests.maps.hostile import NAMES

NOW = datetime(2026, 2, 27, 12, tzinfo=timezone(timedelta(hours=8)))
PERSONAL = ("田村医", "13800001234", "王队长", "13900009999", "0744-8888")


def personal_tables() -> dict[str, list[dict[str, object]]]:
    """Return the napkin county in which people and telephones are planted in every column that may hold one."""
    sheets = tables()
    sheets["villages"][0] |= {
        "contact": PERSONAL[0],
        "phone": PERSONAL[1],
        "place": "村卫生室",
        "windows": "08:00-12:00",
    }
    sheets["villages"][1] |= {"population": 860, "market_days": "3;8", "last_visited": "2026-02-24", "owner": "East"}
    sheets["villages"][2] |= {"windows": "08:00-12:00", "dates": None, "same_team": "yes", "services": "门诊；随访"}
    sheets["teams"][0] |= {"leader": PERSONAL[2], "phone": PERSONAL[3]}
    sheets["bases"][0] |= {"phone": PERSONAL[4]}
    return sheets


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The napkin county, exported once without and once with contacts."""
    folder = tmp_path_factory.mktemp("exported")
    county = open_napkin(write_county(folder / "in", personal_tables()))
    plan = plan_by_hand(county)
    write_plan(folder / "plan.json", plan)
    write_exports(county, plan, folder / "out", "en", now=NOW)
    write_exports(county, plan, folder / "told", "zh", with_contacts=True, now=NOW)
    return folder


def feature_lists(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the features of each GeoJSON file of the folder."""
    return {path.stem: json.loads(path.read_text("utf-8"))["features"] for path in folder.glob("*.geojson")}


def test_command_writes_every_kind_of_file(exported: Path, tmp_path: Path) -> None:
    """Two teams, two weeks: two calendars, four GPX files, four layers twice; a plan without faults ends with 0."""
    done = xunzhen("export", exported / "in", exported / "plan.json", "-o", tmp_path / "out", "--lang", "en")
    names = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert names == [
        "bases.geojson",
        "calendars/team-East.ics",
        "calendars/team-North.ics",
        "gpx/2026-03-02_East.gpx",
        "gpx/2026-03-02_North.gpx",
        "gpx/2026-03-09_East.gpx",
        "gpx/2026-03-09_North.gpx",
        "plan.gpkg",
        "planned_routes.geojson",
        "planned_stops.geojson",
        "villages.geojson",
    ]
    assert "Written: 11 files" in done.stderr
    assert done.returncode in {0, 3}  # 3: "owner" makes a visit of it one that is lent


def test_villages_read_back_from_geojson_are_the_same_sites(exported: Path, tmp_path: Path) -> None:
    """Written with contacts the sites are equal; without, they differ in contact and phone only."""
    before = read_dataset(exported / "in")
    for written, forget in (("told", {}), ("out", {"contact": "", "phone": ""})):
        folder = tmp_path / written
        shutil.copytree(exported / "in", folder)
        for layer in ("villages", "bases"):
            (folder / f"{layer}.csv").unlink()
            shutil.copy(exported / written / f"{layer}.geojson", folder)
        after = read_dataset(folder)
        assert after.sites == tuple(replace(site, **forget) for site in before.sites)
        assert after.bases == tuple(replace(base, phone="") if forget else base for base in before.bases)
        assert forget or after.sha256 == before.sha256


def test_villages_read_back_from_geopackage_are_the_same_sites(exported: Path, tmp_path: Path) -> None:
    """The layers villages and bases are the sheets; those of the plan are not mistaken for roads."""
    before = read_dataset(exported / "in")
    shutil.copytree(exported / "in", tmp_path / "in")
    for layer in ("villages", "bases"):
        (tmp_path / "in" / f"{layer}.csv").unlink()
    shutil.copy(exported / "told" / "plan.gpkg", tmp_path / "in")
    after = read_dataset(tmp_path / "in")
    assert (after.sites, after.bases) == (before.sites, before.bases)


def test_geojson_is_that_of_rfc_7946(exported: Path) -> None:
    """Longitude first, no system named (it is WGS-84), points for places and lines for routes."""
    layers = feature_lists(exported / "out")
    shapes = {name: {feature["geometry"]["type"] for feature in features} for name, features in layers.items()}
    assert shapes == {
        "villages": {"Point"},
        "bases": {"Point"},
        "planned_stops": {"Point"},
        "planned_routes": {"LineString"},
    }
    assert not [path for path in (exported / "out").glob("*.geojson") if '"crs"' in path.read_text("utf-8")]
    at = {feature["properties"]["id"]: tuple(feature["geometry"]["coordinates"]) for feature in layers["villages"]}
    assert at == {name: place for name, place in PLACES.items() if name != "base"}
    east = layers["planned_routes"][0]
    assert east["properties"]["places"] == "base;east1;east2;east3;base"
    assert east["geometry"]["coordinates"][0] == [110.0, 29.0]
    assert [110.15, 29.0] in east["geometry"]["coordinates"]


def test_geopackage_opens_as_layers_in_wgs84(exported: Path) -> None:
    """Four layers; the routes carry their kilometres as numbers."""
    path = exported / "out" / "plan.gpkg"
    layers = {name: geopandas.read_file(path, layer=name) for name in geopandas.list_layers(path)["name"]}
    assert {name: len(layer) for name, layer in layers.items()} == {
        "villages": 5,
        "bases": 1,
        "planned_routes": 4,
        "planned_stops": 10,
    }
    assert all(layer.crs.to_epsg() == 4326 for layer in layers.values())
    assert layers["planned_routes"]["km"].sum() == pytest.approx(2 * (29.2 + 22.2), abs=0.3)


def test_no_file_names_a_person_unless_asked(exported: Path) -> None:
    """Names and telephones planted in villages, teams and bases are in no byte of any file; with contacts some are."""
    files = {path: path.read_bytes() for path in (exported / "out").rglob("*") if path.is_file()}
    files = {path: content.replace(b"\r\n ", b"") for path, content in files.items()}
    assert len(files) == 11
    assert not [(path.name, word) for path, content in files.items() for word in PERSONAL if word.encode() in content]
    told = b"".join(path.read_bytes() for path in (exported / "told").rglob("*") if path.is_file())
    assert PERSONAL[0].encode() in told


def test_export_again_brings_calendars_up_to_date(exported: Path, tmp_path: Path) -> None:
    """The second plan is two days later: same UIDs, all numbers higher; a team without visits loses its GPX."""
    county = open_napkin(exported / "in")
    write_exports(county, plan_by_hand(county), tmp_path, "en", now=NOW)
    before = IcsCalendarStream.calendar_from_ics((tmp_path / "calendars/team-East.ics").read_text("utf-8")).events
    moved = plan_by_hand(county, offset=2)
    moved = replace(moved, circuits=tuple(circuit for circuit in moved.circuits if circuit.team_id == "East"))
    write_exports(county, moved, tmp_path, "en", now=NOW)
    after = IcsCalendarStream.calendar_from_ics((tmp_path / "calendars/team-East.ics").read_text("utf-8")).events
    gone = IcsCalendarStream.calendar_from_ics((tmp_path / "calendars/team-North.ics").read_text("utf-8")).events
    assert [event.uid for event in after] == [event.uid for event in before]
    assert all(b.sequence > a.sequence for a, b in zip(before, after, strict=True))  # type: ignore[operator]
    assert {str(event.status) for event in gone} == {"EventStatus.CANCELLED"} or {e.status for e in gone} == {
        "CANCELLED"
    }
    assert [path.name for path in sorted((tmp_path / "gpx").iterdir())] == [
        "2026-03-02_East.gpx",
        "2026-03-09_East.gpx",
    ]


def test_hostile_names_leave_every_file_valid_and_the_names_intact(tmp_path: Path) -> None:
    """The corpus as names of villages, townships, places, contacts and teams, through tables and back."""
    sheets = tables()
    village, crew = sheets["villages"][0], sheets["teams"][0]
    names = [name for name in NAMES if name != "two\r\nlines"] + ["two\r\nlines"]
    sheets["villages"] = [
        {**village, "id": f"V{k}", "name": n, "township": n, "place": n, "contact": n, "lon": 110.0 + k / 100}
        for k, n in enumerate(names)
    ]
    sheets["teams"] = [{**crew, "id": name.replace("\r\n", " "), "name": name, "owns": ""} for name in names]
    county = open_napkin(write_county(tmp_path / "in", sheets, with_roads=False), weeks=1)
    wanted = {" ".join(name.split()) for name in NAMES}  # a cell is read as one line
    assert {site.name for site in county.problem.sites} == wanted
    plan = plan_by_hand(county)
    write_exports(county, plan, tmp_path / "out", "zh", with_contacts=True, now=NOW)

    calendars = [p.read_text("utf-8") for p in (tmp_path / "out" / "calendars").iterdir()]
    events = [event for calendar in calendars for event in IcsCalendarStream.calendar_from_ics(calendar).events]
    assert len(calendars) == len(NAMES)
    assert {str(event.summary).removesuffix(" · 每周巡诊") for event in events} == wanted
    tracks = [gpxpy.parse(p.read_text("utf-8")) for p in (tmp_path / "out" / "gpx").iterdir()]
    assert {str(point.name).split(" ", 1)[1] for track in tracks for point in track.waypoints[1:]} == wanted
    layers = feature_lists(tmp_path / "out")
    assert {feature["properties"]["名称"] for feature in layers["villages"]} == wanted
    assert {feature["properties"]["team_name"] for feature in layers["planned_routes"]} == wanted
    stops = geopandas.read_file(tmp_path / "out" / "plan.gpkg", layer="planned_stops")
    assert set(stops["name"]) == wanted

    (tmp_path / "in" / "villages.csv").unlink()
    shutil.copy(tmp_path / "out" / "villages.geojson", tmp_path / "in")
    assert read_dataset(tmp_path / "in").sites == county.dataset.sites


def test_plan_of_other_tables_is_refused(exported: Path, tmp_path: Path) -> None:
    """A village of the plan is not in the tables: one sentence says so, and nothing is written."""
    sheets = personal_tables()
    sheets["villages"] = sheets["villages"][1:]
    write_county(tmp_path / "in", sheets)
    done = xunzhen("export", tmp_path / "in", exported / "plan.json", "-o", tmp_path / "out", "--lang", "en")
    assert done.returncode == 4
    assert 'There is no village "east1".' in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change", [{"end_base": "moon"}, {"end_minute": 10**12}, {"start_minute": -5}])
def test_plan_that_nobody_can_follow_is_refused(exported: Path, change: dict[str, Any]) -> None:
    """A base that is not there, or a time that no day has, in a plan edited by hand."""
    county = open_napkin(exported / "in")
    plan = plan_by_hand(county)
    circuit = plan.circuits[0]
    spoilt = replace(circuit, routes=(replace(circuit.routes[0], **change), *circuit.routes[1:]))
    plan = replace(plan, circuits=(spoilt, *plan.circuits[1:]))
    with pytest.raises(InputError, match="cannot be followed"):
        refuse_stranger(county.problem, plan, check_plan(county, plan))


def test_file_names_are_told_apart_on_any_disk() -> None:
    """Letters that a disk may not hold become _; ids that differ in case only, or became alike, get an ending."""
    found = file_names(["T1", "t1", "a/b", "a:b", "北队", "../../x"])
    assert (found["北队"], found["../../x"]) == ("北队", "______x")
    assert len({name.casefold() for name in found.values()}) == 6
    assert not [name for name in found.values() if set(name) & set('/\\:*?"<>|.')]

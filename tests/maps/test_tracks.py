"""GPX files of a team's week, read by another library."""

from __future__ import annotations

from dataclasses import replace

import gpxpy
import pytest
from gpxpy.gpx import GPX

from maps.tracks import team_track
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, make_county
from tests.maps.test_render import with_hostile_names


def track_of(county: County, language: str = "en", *, with_contacts: bool = False) -> GPX:
    """Return the first team's first week as gpxpy reads it."""
    circuit = county.plan.circuits[0]
    made = team_track(county.problem, circuit, scene=county.scene, language=language, with_contacts=with_contacts)
    return gpxpy.parse(made.decode("utf-8"))


def test_waypoints_stand_in_visiting_order() -> None:
    """The base first, then A1, A2, ... to the last stop on Friday, each at its village."""
    county = make_county()
    gpx = track_of(county)
    stops = [(route.day, stop) for route in county.plan.circuits[0].routes for stop in route.stops]
    assert gpx.waypoints[0].name == "县人民医院"
    assert [str(point.name)[:2] for point in gpx.waypoints[1:4]] == ["A1", "A2", "A3"]
    assert len(gpx.waypoints) == 1 + len(stops)
    for point, (_, stop) in zip(gpx.waypoints[1:], stops, strict=True):
        site = county.problem.site_by_id[stop.site_id]
        assert str(point.name).endswith(site.name)
        assert (point.longitude, point.latitude) == pytest.approx((site.lon, site.lat), abs=1e-6)
    assert "Mon 2 Mar" in str(gpx.waypoints[1].description)


def test_each_day_is_a_route_from_base_to_base() -> None:
    """Five days; the first and last point of each is the base."""
    county = make_county()
    gpx = track_of(county)
    days = county.plan.circuits[0].routes
    assert [len(route.points) for route in gpx.routes] == [len(day.stops) + 2 for day in days]
    assert {point.name for route in gpx.routes for point in (route.points[0], route.points[-1])} == {"县人民医院"}


def test_track_runs_along_the_road() -> None:
    """Its length is that of the day's legs on the road within 1 %, which the straight way is far from."""
    county = make_county()
    gpx = track_of(county)
    assert len(gpx.tracks) == 5
    for track, day in zip(gpx.tracks, county.plan.circuits[0].routes, strict=True):
        assert len(track.segments) == 1
        assert track.length_2d() == pytest.approx(day.metres, rel=0.01)


def test_estimated_leg_is_in_no_track() -> None:
    """Without roads there are routes over the villages, but no line that pretends to be a road."""
    gpx = track_of(make_county(is_estimated=True))
    assert len(gpx.routes) == 5
    assert gpx.tracks == []


def test_track_has_a_gap_where_one_leg_is_estimated() -> None:
    """The second leg of the Monday is guessed: the track breaks there into two parts."""
    county = make_county()
    (matrix,) = county.problem.travel
    stops = county.plan.circuits[0].routes[0].stops
    estimated = matrix.estimated.copy()
    estimated[matrix.index[stops[0].site_id], matrix.index[stops[1].site_id]] = True
    problem = replace(county.problem, travel=(replace(matrix, estimated=estimated),))
    gpx = track_of(replace(county, problem=problem))
    assert [len(track.segments) for track in gpx.tracks] == [2, 1, 1, 1, 1]


def test_no_waypoint_names_a_person_unless_asked() -> None:
    """Contact and telephone only with contacts."""
    county = make_county()
    said = [" ".join(str(p.description) for p in track_of(county, with_contacts=w).waypoints) for w in (False, True)]
    assert ["村医" in text or "138000" in text for text in said] == [False, True]


def test_hostile_names_are_read_back_as_they_are() -> None:
    """Village, team, place and service names of the corpus; a line end is one line feed, as in XML."""
    made = make_county(villages=len(NAMES) + 1, teams=1)
    county = replace(made, problem=with_hostile_names(made.problem))
    for name in NAMES:
        named = replace(county.problem, teams=(replace(county.problem.teams[0], name=name),))
        gpx = track_of(replace(county, problem=named), with_contacts=True)
        assert str(gpx.name).startswith(name.replace("\r\n", "\n"))
        assert {str(p.name)[3:] for p in gpx.waypoints[1:]} == {n.replace("\r\n", "\n") for n in NAMES}


def test_document_type_is_never_written() -> None:
    """A name that looks like one is text; readers that refuse document types take the file."""
    county = make_county(villages=4, teams=1)
    sites = tuple(replace(s, name="<!DOCTYPE gpx [<!ENTITY x 'y'>]>&x;]]>\x0b") for s in county.problem.sites)
    named = replace(county, problem=replace(county.problem, sites=sites))
    made = team_track(named.problem, named.plan.circuits[0], scene=named.scene, language="en")
    assert b"<!" not in made
    assert str(track_of(named).waypoints[1].name).endswith("<!DOCTYPE gpx [<!ENTITY x 'y'>]>&x;]]>?")

"""A team's week for a phone or a satellite receiver: a GPX 1.1 file that any map program reads.

Places are waypoints in the order in which they are visited, named as on the crew sheet (A1 is Monday's first stop).
Each day is a route over its places, and a track along the road where the road is known: a leg that was estimated
from a straight line is in the route only, so that nobody is led across a gorge.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from maps.pages import day_label, week_label
from maps.pictures import is_estimated, place_ids, stop_number
from maps.scene import Line, LonLat, Scene
from planner.language import Text, fit_for_a_file, say, text
from planner.model import Problem
from planner.plan import Circuit, Route
from planner.values import clock

SPACE = "http://www.topografix.com/GPX/1/1"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
DECIMALS = 6  # of a degree: a hand's breadth


def team_track(
    problem: Problem, circuit: Circuit, *, scene: Scene, language: str, with_contacts: bool = False
) -> bytes:
    """Return the GPX file of a team's week in WGS-84; ``with_contacts`` adds who opens the door, and the telephone."""
    root = Element("gpx", {"version": "1.1", "creator": "xunzhen", "xmlns": SPACE, "xmlns:xsi": SCHEMA})
    root.set("xsi:schemaLocation", f"{SPACE} {SPACE}/gpx.xsd")
    team = problem.team_by_id[circuit.team_id]
    _name(SubElement(root, "metadata"), f"{team.name}, {week_label(circuit.week, language)}")
    for base in dict.fromkeys(place for route in circuit.routes for place in (route.start_base, route.end_base)):
        _point(root, "wpt", _at(problem, base), _place_name(problem, base))
    for route in circuit.routes:
        for k, stop in enumerate(route.stops):
            site = problem.site_by_id[stop.site_id]
            said = "\n".join(_lines(problem, route, k, language, with_contacts))
            _point(root, "wpt", (site.lon, site.lat), f"{stop_number(route.day, k)} {site.name}", said)
    for route in circuit.routes:
        _add_route(root, problem, route, language)
    for route in circuit.routes:
        _add_track(root, problem, route, scene, language)
    ElementTree.indent(root, " ")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def known_lines(problem: Problem, route: Route, scene: Scene) -> Iterator[tuple[Line, bool]]:
    """Yield the line of each leg that leads anywhere, and whether a road is known for it."""
    access = problem.team_by_id[route.team_id].access_class
    for a, b in pairwise(place_ids(route)):
        if a != b:
            yield scene.leg_line(a, b, route.day, access), not is_estimated(problem, route, a, b)


def _add_route(root: Element, problem: Problem, route: Route, language: str) -> None:
    drawn = SubElement(root, "rte")
    _name(drawn, day_label(route.day, language))
    numbers = {id(stop): f"{stop_number(route.day, k)} " for k, stop in enumerate(route.stops)}
    _point(drawn, "rtept", _at(problem, route.start_base), _place_name(problem, route.start_base))
    for halt in route.halts:
        name = numbers.get(id(halt), "") + _place_name(problem, halt.place_id)
        _point(drawn, "rtept", _at(problem, halt.place_id), name)
    _point(drawn, "rtept", _at(problem, route.end_base), _place_name(problem, route.end_base))


def _add_track(root: Element, problem: Problem, route: Route, scene: Scene, language: str) -> None:
    """Add the day's track; each gap left by an estimated leg begins a new part."""
    parts: list[list[LonLat]] = [[]]
    for line, is_known in known_lines(problem, route, scene):
        if not is_known:
            parts.append([])
        else:
            parts[-1] += line[1:] if parts[-1][-1:] == [line[0]] else line
    parts = [part for part in parts if len(part) > 1]
    if not parts:
        return
    track = SubElement(root, "trk")
    _name(track, day_label(route.day, language))
    for part in parts:
        segment = SubElement(track, "trkseg")
        for at in part:
            _point(segment, "trkpt", at)


def _lines(problem: Problem, route: Route, k: int, language: str, with_contacts: bool) -> Iterator[str]:
    """Yield what the phone shows of a stop."""
    stop = route.stops[k]
    site, rule = problem.site_by_id[stop.site_id], problem.rule_by_task[stop.task]
    when: Text = text(
        "{day}, {start} to {end}",
        day=day_label(route.day, language),
        start=clock(stop.start_minute),
        end=clock(stop.leave_minute),
    )
    contact = " ".join(part for part in (site.contact, site.phone) if part) if with_contacts else ""
    yield from (part for part in (say(when, language), say(rule.called, language), site.place, contact) if part)


def _point(parent: Element, tag: str, at: LonLat, name: str = "", description: str = "") -> None:
    lon, lat = (f"{degrees:.{DECIMALS}f}" for degrees in at)
    point = SubElement(parent, tag, {"lat": lat, "lon": lon})
    if name:
        _name(point, name)
    if description:
        SubElement(point, "desc").text = fit_for_a_file(description)


def _name(parent: Element, name: str) -> None:
    SubElement(parent, "name").text = fit_for_a_file(name)


def _at(problem: Problem, place_id: str) -> LonLat:
    place = problem.base_by_id.get(place_id) or problem.site_by_id[place_id]
    return place.lon, place.lat


def _place_name(problem: Problem, place_id: str) -> str:
    place = problem.base_by_id.get(place_id) or problem.site_by_id[place_id]
    return place.name

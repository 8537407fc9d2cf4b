"""Doubts about data that can be read: places that look misplaced, demands that nobody can meet."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from planner.errors import Where
from planner.language import Text, text
from planner.tables.cell import quote
from planner.tables.faults import Faults, suggest
from planner.tables.reading import Row
from planner.tables.references import Register

FAR_KM = 300
NO_MAP_BEYOND = 85  # degrees of latitude: the Web Mercator of the interactive map ends there
EARTH_KM = 6371.0088
Point = tuple[float, float]


def great_circle_km(one: Point, other: Point) -> float:
    """Return the distance of two (lon, lat) points in degrees, in kilometres (haversine)."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def check_places(villages: Register, bases: Register, country: str, faults: Faults) -> None:
    """Note places that are surely wrong (0/0, swapped) as errors, and doubtful ones as warnings."""
    rows = [
        row for register in (villages, bases) for row in register.row_by_id.values() if not row.faulty & {"lon", "lat"}
    ]
    if not rows:
        return
    middle = _middle(rows)
    for row in rows:
        point = _point(row)
        if point == (0.0, 0.0):
            faults.add(row.where("lon"), text("longitude and latitude are both 0, in the Atlantic."), FILL_IN)
        elif _is_swapped(point, middle, country):
            problem = text("longitude {lon} and latitude {lat} seem to be swapped.", lon=point[0], lat=point[1])
            faults.add(row.where("lon"), problem, text("Put the longitude into lon and the latitude into lat."))
        elif great_circle_km(point, middle) > FAR_KM:
            km = round(great_circle_km(point, middle))
            problem = text("the place is {km} km from the middle of the others.", km=km)
            faults.warn(row.where("lon"), problem, text("Check longitude and latitude."))
        if abs(point[1]) > NO_MAP_BEYOND:
            problem = text("no map can be drawn beyond {degrees} degrees of latitude.", degrees=NO_MAP_BEYOND)
            faults.add(row.where("lat"), problem, text("Check longitude and latitude."))
    _note_two_sides(rows, faults)
    _note_same_spot(villages, faults)


FILL_IN = text("Fill in longitude and latitude in decimal degrees.")


def _point(row: Row) -> Point:
    return row.get("lon"), row.get("lat")


def _middle(rows: Iterable[Row]) -> Point:
    points = [_point(row) for row in rows]
    return median(lon for lon, _ in points), median(lat for _, lat in points)


def _is_swapped(point: Point, middle: Point, country: str) -> bool:
    lon, lat = point
    if abs(lon) > 90:
        return False
    is_home = _in_china(middle) if country == "CN" else True
    if country == "CN" and _in_china((lat, lon)) and not _in_china(point):
        return True
    is_far = great_circle_km(point, middle) > FAR_KM
    return is_home and is_far and great_circle_km((lat, lon), middle) <= FAR_KM


def _in_china(point: Point) -> bool:
    return 73 <= point[0] <= 136 and 18 <= point[1] <= 54


def _note_two_sides(rows: list[Row], faults: Faults) -> None:
    """Refuse a county on both sides of the meridian of 180 degrees: its maps would go round the whole earth.

    Places whose sign is wrong lie far from each other, and get the warning of places that lie far.
    """
    east, west = ([row for row in rows if side * row.get("lon") > 90] for side in (1, -1))
    if not east or not west or great_circle_km(_middle(east), _middle(west)) > FAR_KM:
        return
    fewer = min(east, west, key=len)
    problem = text(
        "the places lie on both sides of the meridian of 180 degrees ({east} east, {west} west of Greenwich); maps and "
        "roads across it are not known here.",
        east=len(east),
        west=len(west),
    )
    remedy = text("Plan the two sides as two counties, each with its own villages, bases, teams and roads.")
    faults.add(fewer[0].where("lon"), problem, remedy)


def _note_same_spot(villages: Register, faults: Faults) -> None:
    by_spot: dict[Point, list[str]] = defaultdict(list)
    for site_id, row in villages.row_by_id.items():
        if not row.faulty & {"lon", "lat"}:
            by_spot[_point(row)].append(site_id)
    for spot, ids in sorted(by_spot.items()):
        if len(ids) < 2 or spot == (0.0, 0.0):
            continue
        row = villages.row_by_id[ids[1]]
        others = ", ".join(quote(i) for i in (ids[0], *ids[2:5]))
        problem = text("the village is at the same spot as {others}.", others=others)
        faults.warn(row.where("lon"), problem, text("Check the coordinates, or whether it is one village twice."))


def check_demands(villages: Register, rules: Register, teams: Register, faults: Faults) -> None:
    """Warn of skills no team has and of vehicle classes no team drives."""
    team_rows = list(teams.row_by_id.values())
    held = frozenset().union(*(row.get("skills", frozenset()) for row in team_rows))
    driven = {row.get("access_class", "car") for row in team_rows}
    for row in (*rules.row_by_id.values(), *villages.row_by_id.values()):
        for column in ("skills", "composition"):
            for skill in sorted(row.get(column, frozenset()) - held):
                _warn_missing(
                    row.where(column), skill, held, text("no team has the skill {word}.", word=quote(skill)), faults
                )
        wanted = row.get("skills", frozenset())
        if wanted and wanted <= held and not any(wanted <= t.get("skills", frozenset()) for t in team_rows):
            problem = text("no single team has all these skills.")
            faults.warn(row.where("skills"), problem, text("Move some to composition, or add them to a team."))
        classes = row.get("access_classes")
        if classes and not classes & driven:
            word = min(classes)
            problem = text("no team drives a vehicle of the class {word}.", word=quote(word))
            _warn_missing(row.where("access_classes"), word, driven, problem, faults)


def _warn_missing(where: Where, word: str, known: Iterable[str], problem: Text, faults: Faults) -> None:
    otherwise = text("These visits cannot be made: add it to a team, or take it out here.")
    faults.warn(where, problem, suggest(word, known, otherwise))


def check_unused_rules(villages: Register, rules: Register, faults: Faults) -> None:
    """Warn of rules that no village names."""
    used = {rules.find(word) for row in villages.row_by_id.values() for word in row.get("rule", ())}
    for rule_id, row in rules.row_by_id.items():
        if rule_id not in used:
            problem = text("no village has the rule {word}.", word=quote(rule_id))
            faults.warn(
                row.where("id"), problem, text("Name it in the column rule of the sheet villages, or remove it.")
            )

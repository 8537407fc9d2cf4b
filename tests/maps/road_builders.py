"""Roads that can be checked by hand: kilometres east and north of (0, 0), where a degree is the same both ways.

A primary road is driven at 60 km/h, so that a kilometre is a minute.
"""

from __future__ import annotations

from datetime import date

import geopandas
from shapely import LineString

from maps.geo import DEGREE_METRES
from maps.network import RoadNetwork, network_from_roads
from maps.snapping import Place
from maps.travel import TravelReport, build_travel
from planner.model import Horizon, TravelMatrix
from planner.values import DateRange, RoadClosure

MONDAY = date(2026, 3, 2)
WEEK = Horizon(start=MONDAY, days=7)
Kilometres = tuple[float, float]


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return (lon, lat) of a point x km east and y km north of (0, 0)."""
    return x * 1000 / DEGREE_METRES, y * 1000 / DEGREE_METRES


def road(road_id: str, *points: Kilometres, **changes: object) -> dict[str, object]:
    """Return a row of the roads table: a primary road both ways, changed as asked."""
    line = LineString([degrees(*point) for point in points])
    plain = {"name": "", "road_class": "primary", "surface": "", "one_way": False, "kind": ""}
    return {"id": road_id, **plain, **changes, "geometry": line}


def table(*rows: dict[str, object]) -> geopandas.GeoDataFrame:
    """Return rows as a table."""
    return geopandas.GeoDataFrame(list(rows), geometry="geometry", crs=4326)


def network(*rows: dict[str, object]) -> RoadNetwork:
    """Return the network of rows."""
    return network_from_roads(table(*rows))


def place(name: str, x: float, y: float) -> Place:
    """Return a village x km east and y km north; one whose name begins with "base" is a base."""
    lon, lat = degrees(x, y)
    return Place(id=name, lon=lon, lat=lat, is_base=name.startswith("base"))


def closure(road_id: str, first: date, last: date | None = None) -> RoadClosure:
    """Return a road closed from the first to the last day."""
    return RoadClosure(road_id=road_id, days=DateRange(first_day=first, last_day=last or first))


def square() -> RoadNetwork:
    """Return a square of 10 km with a short spur at its far corner::

    d --10-- c --2-- spur
    |        |
    10       10
    |        |
    a --10-- b
    """
    return network(
        road("ab", (0, 0), (10, 0)),
        road("bc", (10, 0), (10, 10)),
        road("cd", (10, 10), (0, 10)),
        road("da", (0, 10), (0, 0)),
        road("spur", (10, 10), (12, 10)),
    )


def square_places() -> tuple[Place, ...]:
    """Return the base at corner a, villages at b, c, d and at the end of the spur."""
    return (
        place("base", 0, 0),
        place("b", 10, 0),
        place("c", 10, 10),
        place("d", 0, 10),
        place("spur", 12, 10),
    )


def build(
    found: RoadNetwork | None,
    *places: Place,
    closures: tuple[RoadClosure, ...] = (),
    classes: tuple[str, ...] = ("car",),
) -> tuple[tuple[TravelMatrix, ...], TravelReport]:
    """Return matrices and report for the week."""
    return build_travel(found, places=places, horizon=WEEK, access_classes=classes, road_closures=closures)


def leg(matrix: TravelMatrix, origin: str, destination: str) -> tuple[int, int]:
    """Return (minutes, metres) of a leg."""
    at = matrix.index[origin], matrix.index[destination]
    return int(matrix.minutes[at]), int(matrix.metres[at])

"""What lies under the routes, taken from the roads that were read and from the tables of rivers and boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import shapely

from maps.network import RoadNetwork
from maps.scene import Backdrop, ClosedRoad, Line, RoadLine
from planner.values import RoadClosure

if TYPE_CHECKING:
    import geopandas


def backdrop_of(
    network: RoadNetwork | None,
    rivers: geopandas.GeoDataFrame | None = None,
    boundary: geopandas.GeoDataFrame | None = None,
) -> Backdrop:
    """Return the backdrop of a network (a line for each stretch between junctions), rivers and boundary."""
    pieces = network.pieces if network else ()
    return Backdrop(
        roads=tuple(RoadLine(points=_points(p.line), road_class=p.road.road_class, name=p.road.name) for p in pieces),
        rivers=tuple(_lines(rivers)),
        boundary=tuple(_lines(boundary)),
    )


def closed_roads_of(network: RoadNetwork | None, closures: Iterable[RoadClosure]) -> tuple[ClosedRoad, ...]:
    """Return the closed roads with their lines, in the order of their days; those that are not among the roads not."""
    pieces = network.pieces if network else ()
    found = []
    for closure in closures:
        road = [piece for piece in pieces if piece.road.road_id == closure.road_id]
        if road:
            names = [piece.road.name for piece in road if piece.road.name]
            lines = tuple(_points(piece.line) for piece in road)
            name = names[0] if names else closure.road_id
            found.append(ClosedRoad(name=name, reason=closure.reason, days=closure.days, lines=lines))
    return tuple(sorted(found, key=lambda road: (road.days.first_day, road.days.last_day, road.name, road.lines)))


def _lines(table: geopandas.GeoDataFrame | None) -> Iterator[Line]:
    """Yield every line of a table, and the rings of its areas."""
    if table is None:
        return
    if table.crs is not None and table.crs.to_epsg() != 4326:
        table = table.to_crs(4326)
    for shape in table.geometry:
        for part in shapely.get_parts(shape) if shape is not None else ():
            rings = (part.exterior, *part.interiors) if part.geom_type == "Polygon" else (part,)
            yield from (_points(ring) for ring in rings if ring.geom_type in {"LineString", "LinearRing"})


def _points(line: shapely.LineString | shapely.LinearRing) -> Line:
    return tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(line))

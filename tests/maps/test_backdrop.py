"""What lies under the routes."""

from __future__ import annotations

import geopandas
from shapely import LineString, Polygon

from maps.backdrop import backdrop_of
from maps.scene import Backdrop
from tests.maps.road_builders import network, road


def test_backdrop_is_made_of_plain_points() -> None:
    """One road, one river, a boundary with a hole: tuples of (lon, lat), rings closed."""
    hole = [(2, 2), (3, 2), (3, 3)]
    rivers = geopandas.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)]), None], crs=4326)
    boundary = geopandas.GeoDataFrame(geometry=[Polygon([(0, 0), (9, 0), (9, 9)], [hole])], crs=4326)
    found = backdrop_of(network(road("r", (0, 0), (1, 0), road_class="省道")), rivers, boundary)
    assert [(line.road_class, len(line.points)) for line in found.roads] == [("primary", 2)]
    assert found.rivers == (((0.0, 0.0), (1.0, 1.0)),)
    assert [(len(ring), ring[0] == ring[-1]) for ring in found.boundary] == [(4, True), (4, True)]


def test_backdrop_of_nothing_is_empty() -> None:
    """No roads, rivers or boundary: nothing to draw, no fault."""
    assert backdrop_of(None) == Backdrop()

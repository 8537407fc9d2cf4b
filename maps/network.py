"""RoadNetwork: the roads of a county as a networkx graph, by season and without closed roads.

Edges carry the attributes osmnx uses (``length``, ``highway``, ``geometry``, ``travel_time``, ``osmid``; nodes
``x`` and ``y``), so that whatever works on an osmnx graph works here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maps.pieces import Piece
from maps.road_table import pieces_of_table
from maps.segments import Segments, segments_of
from maps.speeds import Season, drive_seconds, load_speeds
from planner.errors import InputError, Issue, Where
from planner.language import text

if TYPE_CHECKING:
    import geopandas
    import networkx as nx

OSM_SUFFIXES = (".osm", ".pbf", ".osm.gz", ".osm.bz2")
TABLE_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".fgb")


@dataclass(frozen=True, kw_only=True, eq=False)
class RoadNetwork:
    """The roads: ``pieces`` between junctions as read, and the graph made of them for a season.

    ``positions`` gives (lon, lat) of every junction. ``road_ids`` are all that were read,
    also of roads taken out since.
    """

    pieces: tuple[Piece, ...]
    positions: Mapping[int, tuple[float, float]]
    season: Season = "dry"
    issues: tuple[Issue, ...] = ()
    road_ids: frozenset[str] = field(default=frozenset())

    @cached_property
    def graph(self) -> nx.MultiDiGraph[int]:
        """One directed edge per piece and permitted direction; ``length`` in metres, ``travel_time`` in seconds."""
        import networkx as nx  # noqa: PLC0415 - loads long: only who has roads needs it

        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
        for segment, piece in enumerate(self.pieces):
            known = _attributes(piece, segment, self.season)
            if known is None:
                continue
            for node in (piece.start, piece.end):
                lon, lat = self.positions[node]
                graph.add_node(node, x=lon, y=lat)
            if piece.road.direction >= 0:
                graph.add_edge(piece.start, piece.end, **known)
            if piece.road.direction <= 0:
                graph.add_edge(piece.end, piece.start, **(known | {"geometry": piece.line.reverse()}))
        return graph

    @cached_property
    def segments(self) -> Segments:
        """The graph as arrays, for matrices; made once."""
        return segments_of(self.graph)


def _attributes(piece: Piece, segment: int, season: Season) -> dict[str, Any] | None:
    """Return the attributes of an edge, or None when the road is closed in the season.

    Metres are kept to 0.1 and seconds to 0.001, so that sums along a path are the same in any order.
    """
    road = piece.road
    metres = max(round(piece.metres, 1), 0.1)
    seconds = drive_seconds(road, metres, piece.share, season, load_speeds())
    if seconds is None:
        return None
    return {
        "osmid": road.road_id,
        "road_id": road.road_id,
        "name": road.name,
        "highway": road.road_class,
        "surface": road.surface,
        "length": metres,
        "travel_time": max(round(seconds, 3), 0.001),
        "geometry": piece.line,
        "is_ford": road.is_ford,
        "is_ferry": road.is_ferry,
        "is_bridge": road.is_bridge,
        "is_tunnel": road.is_tunnel,
        "oneway": road.direction != 0,
        "access": road.access,
        "segment": segment,
    }


def network_of(
    pieces: Iterable[Piece], positions: Mapping[int, tuple[float, float]], issues: tuple[Issue, ...] = ()
) -> RoadNetwork:
    """Return the network of pieces that were read, in the dry season."""
    kept = tuple(pieces)
    ids = frozenset(piece.road.road_id for piece in kept)
    return RoadNetwork(pieces=kept, positions=positions, issues=issues, road_ids=ids)


def read_osm(path: Path) -> RoadNetwork:
    """Return the network of an OpenStreetMap extract; InputError when the file cannot be read."""
    from maps.osm import read_osm_pieces  # noqa: PLC0415 - the same for the reader of extracts

    pieces, positions = read_osm_pieces(path)
    if not pieces:
        raise InputError([_no_road(path.name)])
    return network_of(pieces, positions)


def network_from_roads(roads: geopandas.GeoDataFrame, *, file: str = "roads") -> RoadNetwork:
    """Return the network of a roads table (columns id, name, road_class, surface, one_way, kind, access, geometry).

    Junctions are shared end points (to 1e-6 degrees); a line that ends within 1 m of another joins it there; lines
    that merely cross do not join. InputError names every row whose geometry is no line on earth.
    """
    pieces, positions, issues = pieces_of_table(roads, file)
    return network_of(pieces, positions, issues)


def read_network(path: Path) -> RoadNetwork:
    """Return the network of a file: an OpenStreetMap extract or a geographic table, told by its ending."""
    name = path.name.lower()
    if name.endswith(OSM_SUFFIXES):
        return read_osm(path)
    if name.endswith(TABLE_SUFFIXES):
        import geopandas  # noqa: PLC0415 - and for that of tables

        return network_from_roads(geopandas.read_file(path), file=path.name)
    raise InputError(
        [
            Issue(
                Where(file=path.name),
                text("this ending does not belong to a file of roads."),
                text("Give an .osm.pbf or .osm.gz extract, a .geojson or a .gpkg file."),
            )
        ]
    )


def _no_road(file: str) -> Issue:
    return Issue(
        Where(file=file),
        text("there is no road for vehicles in the file."),
        text("Give an extract that covers the county."),
    )


def set_season(network: RoadNetwork, season: Season) -> RoadNetwork:
    """Return the network as driven in the season: "wet" closes fords, "winter" passes, and speeds change."""
    return network if season == network.season else replace(network, season=season)

"""The line on the map that a leg of the travel matrix follows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely import get_coordinates

from maps.geo import metres_along, part_of_line
from maps.network import RoadNetwork
from maps.scene import Line
from maps.segments import Segments
from maps.snapping import Place, snap_open, snap_places
from maps.sparse import shortest
from maps.splitting import SplitGraph, split
from maps.travel import closed_roads
from planner.values import RoadClosure

Use = tuple[str | None, frozenset[str]]
TREES_KEPT = 256  # quickest-path trees in memory: one for each origin, vehicle class and set of closed roads


class LegPaths:
    """The road lines of legs, found when asked for and kept.

    A line runs from where the vehicle stops for the origin to where it stops for the destination: the walk to a place
    away from the road is not drawn. Its length agrees with the matrix's metres within 1 %. It is the straight line
    where there is no network, or no way.
    """

    def __init__(
        self, network: RoadNetwork | None, places: Iterable[Place], road_closures: Iterable[RoadClosure] = ()
    ) -> None:
        self._segments = network.segments if network else None
        self._road_ids = network.road_ids if network else frozenset()
        self._places = tuple(sorted(places, key=lambda place: place.id))
        self._index = {place.id: k for k, place in enumerate(self._places)}
        self._closures = tuple(road_closures)
        self._snaps = snap_places(self._segments, self._places) if self._segments else ()
        self._graphs: dict[Use, SplitGraph] = {}
        self._trees: OrderedDict[tuple[Use, int], NDArray[np.int32]] = OrderedDict()
        self._lines: dict[tuple[Use, int, int], Line] = {}

    def line(self, origin_id: str, destination_id: str, day: date, access_class: str | None = None) -> Line:
        """Return the leg's points (lon, lat), two or more; KeyError for a place that is not known."""
        origin, destination = self._index[origin_id], self._index[destination_id]
        straight = self._straight(origin, destination)
        if self._segments is None:
            return straight
        has_limits = self._segments.has_access_limits
        use = (access_class if has_limits else None, closed_roads(self._closures, day) & self._road_ids)
        key = (use, origin, destination)
        if key not in self._lines:
            self._lines[key] = self._road_line(self._segments, *key) or straight
        return self._lines[key]

    def _straight(self, origin: int, destination: int) -> Line:
        return tuple((self._places[k].lon, self._places[k].lat) for k in (origin, destination))

    def _road_line(self, segments: Segments, use: Use, origin: int, destination: int) -> Line | None:
        graph = self._graph(segments, use)
        start, stop = int(graph.terminals[origin]), int(graph.terminals[destination])
        if start < 0 or stop < 0:
            return None
        if start == stop:
            return _point_twice(segments, graph, start)
        nodes = _nodes_of_path(self._tree(graph, use, start), start, stop)
        return _points(segments, graph, nodes) if nodes else None

    def _graph(self, segments: Segments, use: Use) -> SplitGraph:
        if use not in self._graphs:
            is_open = segments.is_open(*use)
            self._graphs[use] = split(segments, snap_open(segments, self._places, self._snaps, is_open), is_open)
        return self._graphs[use]

    def _tree(self, graph: SplitGraph, use: Use, start: int) -> NDArray[np.int32]:
        """Return the node before each node on the quickest path from the start."""
        key = (use, start)
        if key not in self._trees:
            self._trees[key] = shortest(graph.matrix, np.array([start]), graph.limit)[1][0]
            if len(self._trees) > TREES_KEPT:
                self._trees.popitem(last=False)
        return self._trees[key]


def _nodes_of_path(before: NDArray[np.int32], start: int, stop: int) -> list[int]:
    """Return the nodes from start to stop, or nothing where there is no way."""
    nodes = [stop]
    while nodes[-1] != start:
        previous = int(before[nodes[-1]])
        if previous < 0:
            return []
        nodes.append(previous)
    return nodes[::-1]


def _points(segments: Segments, graph: SplitGraph, nodes: list[int]) -> Line:
    parts = [_part(segments, graph, edge) for edge in graph.edges_of_path(nodes).tolist()]
    joined = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    return tuple((lon, lat) for lon, lat in joined.tolist())


def _point_twice(segments: Segments, graph: SplitGraph, node: int) -> Line:
    """Return the line of no length for two places where the vehicle stops once."""
    edge = int(np.flatnonzero((graph.tail == node) | (graph.head == node))[0])
    points = _part(segments, graph, edge)
    lon, lat = points[0] if graph.tail[edge] == node else points[-1]
    return ((float(lon), float(lat)),) * 2


def _part(segments: Segments, graph: SplitGraph, edge: int) -> NDArray[np.float64]:
    """Return the points of one edge, in the direction it is driven."""
    segment = int(graph.segment[edge])
    coords = get_coordinates(segments.lines[segment])
    start, stop = int(graph.start[edge]), int(graph.stop[edge])
    if abs(stop - start) == segments.decimetres[segment]:
        return coords if start < stop else coords[::-1]
    along = metres_along(coords)
    scale = along[-1] / segments.decimetres[segment]
    return part_of_line(coords, along, start * scale, stop * scale)

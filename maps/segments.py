"""The graph of a RoadNetwork as arrays: one segment per stretch of road, in whole milliseconds and decimetres.

Whole numbers make sums along a path exact in any order, so that every way of computing a leg gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint

from maps.geo import middle_latitude, to_plane

if TYPE_CHECKING:
    import networkx as nx

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CLOSED = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Segments:
    """Arrays over segments (``tail`` to ``head`` is along the line) and over nodes (sorted by id).

    ``forward_ms``/``backward_ms`` are -1 where that direction is not permitted.
    """

    node_ids: Ints
    tail: Ints
    head: Ints
    forward_ms: Ints
    backward_ms: Ints
    decimetres: Ints
    lines: NDArray[np.object_]
    road_ids: NDArray[np.object_]
    access: tuple[frozenset[str], ...]
    may_stop: Bools  # a place may be on it: not on a motorway nor in a tunnel
    is_ferry: Bools  # a place may only be at its ends

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_ids)

    @cached_property
    def latitude(self) -> float:
        """The latitude of the local plane used to find what is near."""
        bounds = shapely.bounds(self.lines)
        return middle_latitude(bounds[:, (1, 3)].ravel())

    @cached_property
    def plane_lines(self) -> NDArray[np.object_]:
        """The lines in metres on the local plane."""
        return to_plane(self.lines, self.latitude)

    @cached_property
    def plane_stops(self) -> NDArray[np.object_]:
        """Where a vehicle can stop, on the local plane: along a road, at the two ends of a ferry."""
        stops = self.plane_lines.copy()
        for k in np.flatnonzero(self.is_ferry):
            stops[k] = MultiPoint(shapely.get_coordinates(stops[k])[[0, -1]])
        return stops

    @cached_property
    def has_access_limits(self) -> bool:
        """Whether some road is only for some vehicle classes."""
        return any(self.access)

    def is_open(self, access_class: str | None, closed: frozenset[str]) -> Bools:
        """Return which segments a vehicle class may use (None: a vehicle that may use only what all may)."""
        allowed = np.array([not a or access_class in a for a in self.access], dtype=np.bool_)
        return allowed & ~np.isin(self.road_ids, sorted(closed)) if closed else allowed


def segments_of(graph: nx.MultiDiGraph[int]) -> Segments:
    """Return the graph as arrays; the two directions of one stretch (same ``segment``) become one segment."""
    there: dict[int, tuple[int, int, dict[str, Any]]] = {}
    back: dict[int, dict[str, Any]] = {}
    for tail, head, known in graph.edges(data=True):
        if known["segment"] in there:
            back[known["segment"]] = known
        else:
            there[known["segment"]] = (tail, head, known)
    order = sorted(there)
    node_ids = np.array(sorted(graph.nodes), dtype=np.int64)
    place = {int(node): k for k, node in enumerate(node_ids)}
    edges = [there[s][2] for s in order]
    return Segments(
        node_ids=node_ids,
        tail=np.array([place[there[s][0]] for s in order], dtype=np.int64),
        head=np.array([place[there[s][1]] for s in order], dtype=np.int64),
        forward_ms=_milliseconds(e["travel_time"] for e in edges),
        backward_ms=_milliseconds(back[s]["travel_time"] if s in back else None for s in order),
        decimetres=np.array([round(e["length"] * 10) for e in edges], dtype=np.int64),
        lines=np.array([e["geometry"] for e in edges], dtype=object),
        road_ids=np.array([e["road_id"] for e in edges], dtype=object),
        access=tuple(e["access"] for e in edges),
        may_stop=np.array([e["highway"] != "motorway" and not e["is_tunnel"] for e in edges], dtype=np.bool_),
        is_ferry=np.array([e["is_ferry"] for e in edges], dtype=np.bool_),
    )


def _milliseconds(seconds: Any) -> Ints:
    return np.array([CLOSED if s is None else round(s * 1000) for s in seconds], dtype=np.int64)

"""Closing roads the plain way, to hold the product's own way against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from maps.network import RoadNetwork


def without_roads(network: RoadNetwork, road_ids: Iterable[str]) -> RoadNetwork:
    """Return the network without the roads of these ids; unknown ids change nothing."""
    closed = frozenset(road_ids)
    return replace(network, pieces=tuple(p for p in network.pieces if p.road.road_id not in closed))

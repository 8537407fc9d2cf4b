"""Piece: a stretch of road between two junctions, what every reader of roads delivers."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString

from maps.speeds import Road


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of ``road`` from junction ``start`` to ``end``; ``share`` is its part of the road's whole length."""

    road: Road
    start: int
    end: int
    line: LineString
    metres: float
    share: float = 1.0

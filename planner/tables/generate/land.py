"""The land of a county, ready to be planned on: places with names and people, roads, rivers, border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from planner.tables.generate.border import border_of
from planner.tables.generate.lines import River, draw_rivers, road_points, stream_points
from planner.tables.generate.names import NameGiver
from planner.tables.generate.network import Road, draw_network
from planner.tables.generate.places import Place, name_places, narrow_ends
from planner.tables.generate.roadworks import build_roads, open_land
from planner.tables.generate.settlements import county_area, settle
from planner.tables.generate.spec import LandSpec, to_degrees
from planner.tables.generate.terrain import Terrain, build_terrain

NAMED_RIVER_KM2 = 60.0
RIVERS_BEYOND_BORDER = 1500.0  # metres


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A county before any rule: ``townships[0]`` is the seat's own. Lines are in degrees."""

    spec: LandSpec
    terrain: Terrain
    townships: tuple[Place, ...]
    villages: tuple[Place, ...]
    roads: tuple[Road, ...]
    rivers: tuple[tuple[str, BaseGeometry], ...]
    narrow: frozenset[str]  # ids of villages that only small vehicles reach
    border: Polygon
    names: NameGiver = field(repr=False)

    def villages_of(self, township: str) -> tuple[Place, ...]:
        """Return the villages of a township."""
        return tuple(village for village in self.villages if village.township == township)


def make_land(spec: LandSpec) -> Land:
    """Return the land; the same spec gives the same land."""
    rngs = [np.random.default_rng([spec.seed, stage]) for stage in range(6)]
    terrain = build_terrain(spec.terrain, rngs[0])
    inside = county_area(terrain.shape, rngs[1])
    settlements = settle(terrain, spec.places, inside, rngs[2])
    works = open_land(terrain, inside, rngs[1])
    exits = [_edge_cell(terrain, at) for at in spec.exits]
    build_roads(works, settlements, exits=exits, loops=spec.loops, spurs=spec.spurs, rng=rngs[3])
    names = NameGiver(spec.names, rngs[4])
    streams = stream_points(terrain, rngs[5])
    points = road_points(terrain, streams, rngs[5])
    townships, villages = name_places(spec, works, settlements, points, names=names, rng=rngs[5])
    narrow = narrow_ends(villages, spec.narrow_ends)
    called = {place.cell: place.name for place in (*townships, *villages)}
    rivers = draw_rivers(terrain, streams, smallest_km2=spec.river_km2)
    roads = draw_network(
        works,
        settlements,
        points,
        rivers=rivers,
        called=called,
        narrow=[p.cell for p in villages if p.id in narrow],
    )
    border = border_of(inside)
    return Land(
        spec=spec,
        terrain=terrain,
        townships=townships,
        villages=villages,
        roads=tuple(replace(road, line=to_degrees(spec, road.line)) for road in roads),
        rivers=_named_rivers(spec, rivers, names, border),
        narrow=narrow,
        border=to_degrees(spec, border),
        names=names,
    )


def _edge_cell(terrain: Terrain, at: tuple[float, float]) -> int:
    """Return the lowest cell of the map's edge near the place wanted: roads leave where rivers do."""
    rows, columns = terrain.shape
    r, c = np.mgrid[0:rows, 0:columns]
    edge = (r == 0) | (c == 0) | (r == rows - 1) | (c == columns - 1)
    near = np.hypot(r - at[1] * (rows - 1), c - at[0] * (columns - 1)) < 9
    return int(np.argmin(np.where(edge & near, terrain.height + 20.0 * (terrain.area > 20.0), np.inf)))


def _named_rivers(
    spec: LandSpec, rivers: Sequence[River], names: NameGiver, border: Polygon
) -> tuple[tuple[str, BaseGeometry], ...]:
    """Return the rivers cut a little beyond the border; only those that drain much have a name."""
    shown = border.buffer(RIVERS_BEYOND_BORDER)
    cut = [(names.river() if r.area > NAMED_RIVER_KM2 else "", r.line.intersection(shown)) for r in rivers]
    return tuple((name, to_degrees(spec, line)) for name, line in cut if not line.is_empty)

"""Travel matrices between places: whole minutes and metres of the same quickest path on the roads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maps.geo import great_circle_metres
from maps.network import RoadNetwork
from maps.reduction import legs_between
from maps.snapping import Place, Snaps, places_of, snap_open, snap_places
from maps.splitting import split
from maps.travel_report import TravelReport, UnreachablePlace, estimated_report, road_report
from planner.model import UNREACHABLE, Horizon, TravelMatrix
from planner.values import DateRange, RoadClosure

Terrain = Literal["plains", "hills", "mountains"]
DETOUR: dict[Terrain, float] = {
    "plains": 1.3,
    "hills": 1.45,
    "mountains": 1.6,
}  # measured: rural Asia 1.3-1.7, Andorra 1.6
ESTIMATED_KMH = 35.0
Ids = frozenset[str]

__all__ = ["Place", "TravelReport", "UnreachablePlace", "build_travel", "places_of", "travel_matrix"]


def build_travel(
    network: RoadNetwork | None,
    *,
    places: Iterable[Place],
    horizon: Horizon,
    access_classes: Iterable[str] = ("car",),
    road_closures: Iterable[RoadClosure] = (),
    terrain: Terrain = "hills",
) -> tuple[tuple[TravelMatrix, ...], TravelReport]:
    """Return travel matrices that together hold for every vehicle class and day, and what to know about them.

    There is one matrix for each longest stretch of days with the same roads closed, and one for each vehicle class
    where some road is only for some of them. Without a network, or with none of its roads open, every leg is
    estimated from the great circle.
    """
    ordered = tuple(sorted(places, key=lambda place: place.id))
    closures = tuple(road_closures)
    if network is None or not network.segments.nodes:
        return (estimated_matrix(ordered, terrain),), estimated_report(DETOUR[terrain], ESTIMATED_KMH, closures)
    snaps = snap_places(network.segments, ordered)
    classes = sorted(set(access_classes)) if network.segments.has_access_limits else [None]
    stretches = closed_stretches(horizon, closures)
    matrices: list[TravelMatrix] = []
    found: dict[tuple[str | None, Ids], TravelMatrix] = {}
    for access_class in classes:
        for days, closed in stretches:
            use = (access_class, closed & network.road_ids)
            base = found.get(use) or _matrix(network, ordered, snaps, use)
            found[use] = base
            matrices.append(base if len(stretches) == 1 else replace(base, days=days))
    return tuple(matrices), road_report(network, ordered, snaps, matrices, closures)


def travel_matrix(
    network: RoadNetwork,
    places: Iterable[Place],
    *,
    access_class: str | None = None,
    closed: Ids = frozenset(),
    days: DateRange | None = None,
) -> TravelMatrix:
    """Return one travel matrix between places (sorted by id), without the ``closed`` road ids.

    ``access_class`` None: a vehicle that may use only the roads that all may.
    """
    ordered = tuple(sorted(places, key=lambda place: place.id))
    base = _matrix(network, ordered, snap_places(network.segments, ordered), (access_class, closed))
    return base if days is None else replace(base, days=days)


def _matrix(
    network: RoadNetwork,
    places: Sequence[Place],
    snaps: Snaps,
    use: tuple[str | None, Ids],
) -> TravelMatrix:
    segments = network.segments
    is_open = segments.is_open(*use)
    standing = snap_open(segments, places, snaps, is_open)
    ms, decimetres = legs_between(split(segments, standing, is_open))
    walks = np.array([snap.walk_ms if snap else 0 for snap in standing], dtype=np.int64)
    return TravelMatrix(
        place_ids=tuple(place.id for place in places),
        minutes=whole_minutes(ms, walks),
        metres=_without_diagonal(np.where(decimetres < 0, UNREACHABLE, (decimetres + 5) // 10)),
        estimated=np.zeros(ms.shape, dtype=np.bool_),
        access_class=use[0],
    )


def whole_minutes(ms: NDArray[np.int64], walks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return legs in minutes, rounded up, with the walk from the road at either end; 0 from a place to itself."""
    total = ms + walks[:, None] + walks[None, :]
    return _without_diagonal(np.where(ms < 0, UNREACHABLE, -(-total // 60_000)))


def _without_diagonal(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Staying where one is takes nothing, also where no road leads."""
    np.fill_diagonal(values, 0)
    return values


def closed_roads(closures: Iterable[RoadClosure], day: date) -> Ids:
    """Return the ids of the roads that are closed on a day."""
    return frozenset(closure.road_id for closure in closures if day in closure.days)


def closed_stretches(horizon: Horizon, closures: Sequence[RoadClosure]) -> tuple[tuple[DateRange, Ids], ...]:
    """Return the longest stretches of days of the horizon with the same roads closed, in order."""
    return tuple(_stretches(horizon, closures))


def _stretches(horizon: Horizon, closures: Sequence[RoadClosure]) -> Iterator[tuple[DateRange, Ids]]:
    for closed, days in groupby(horizon.dates, key=lambda day: closed_roads(closures, day)):
        together = list(days)
        yield DateRange(first_day=together[0], last_day=together[-1]), closed


def estimated_matrix(places: Sequence[Place], terrain: Terrain) -> TravelMatrix:
    """Return a matrix from great circles: the terrain's detour factor at 35 km/h, every leg marked estimated."""
    lon = np.array([place.lon for place in places], dtype=np.float64)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    metres = great_circle_metres(lon[:, None], lat[:, None], lon, lat) * DETOUR[terrain]
    return TravelMatrix(
        place_ids=tuple(place.id for place in places),
        minutes=np.ceil(np.round(metres / 1000 / ESTIMATED_KMH * 60, 6)).astype(np.int64),
        metres=np.round(metres).astype(np.int64),
        estimated=np.ones(metres.shape, dtype=np.bool_),
    )

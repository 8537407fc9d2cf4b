"""Where a place meets the road: the nearest stretch of road that leads somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import nearest_points

from maps.geo import from_plane, great_circle_metres, to_plane
from maps.segments import Bools, Ints, Segments
from maps.sparse import parts, sparse
from planner.model import Base, Site

NEAR_METRES = 300.0  # up to here the vehicle stops beside the place; beyond, the team walks
FAR_METRES = 2_000.0  # beyond, the place is not reached by road
OFF_NETWORK_PENALTY = 300.0  # how much farther a road may be, to be preferred to one that leads nowhere
WALK_METRES_PER_MS = 4.0 / 3600  # 4 km/h
WALK_DETOUR = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A base or a village, in degrees of WGS-84."""

    id: str
    lon: float
    lat: float
    is_base: bool = False
    name: str = ""  # empty: the id

    def called(self, *more: str) -> str:
        """Return the name people know and the id in the tables, and more in the same brackets."""
        notes = [*([self.id] if self.name not in {"", self.id} else []), *more]
        return f"{self.name or self.id} ({'; '.join(notes)})" if notes else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """Where the vehicle stops for a place: a position on a segment, ``metres`` away from the place.

    ``nearest_metres`` is how far the nearest road is, also one that leads nowhere.
    """

    segment: int
    decimetres: int  # from the segment's start
    metres: float
    nearest_metres: float

    @property
    def walk_ms(self) -> int:
        """The team's walk from the vehicle to the place."""
        return round(self.metres * WALK_DETOUR / WALK_METRES_PER_MS) if self.metres > NEAR_METRES else 0


Snaps = tuple[Snap | None, ...]


def places_of(bases: Iterable[Base], sites: Iterable[Site]) -> tuple[Place, ...]:
    """Return bases and sites as places, sorted by id."""
    found = [Place(id=b.id, name=b.name, lon=b.lon, lat=b.lat, is_base=True) for b in bases]
    found += [Place(id=s.id, name=s.name, lon=s.lon, lat=s.lat) for s in sites]
    return tuple(sorted(found, key=lambda place: place.id))


def snap_places(segments: Segments, places: Sequence[Place]) -> Snaps:
    """Return where each place is nearest to the road, however far; None when there is no road.

    A road of the bases' strongly connected part is preferred to a nearer one that is cut off from it, when it is
    at most 300 m farther.
    """
    parts = strong_parts(segments)
    main = np.flatnonzero(segments.may_stop & (parts == _largest(segments, parts)))
    bases = [place for place in places if place.is_base]
    if bases:
        chosen = _snap(segments, bases, np.flatnonzero(segments.may_stop), main)
        of_bases = sorted({int(parts[s.segment]) for s in chosen if s is not None and parts[s.segment] >= 0})
        main = np.flatnonzero(segments.may_stop & np.isin(parts, of_bases)) if of_bases else main
    return _snap(segments, places, np.flatnonzero(segments.may_stop), main)


def snap_open(segments: Segments, places: Sequence[Place], snaps: Snaps, is_open: Bools) -> Snaps:
    """Return where the vehicle stops when only some segments are open, None for a place it does not reach.

    A place more than 2 km from the road is not reached. A place whose road is closed moves to an open one within
    300 m, where the vehicle still stops beside it; else it is not reached. Every other place stays where it is, so
    that a closure changes only the legs that used the road.
    """
    served = np.zeros(segments.nodes, dtype=np.bool_)
    served[segments.tail[is_open]] = served[segments.head[is_open]] = True
    lost = [k for k, snap in enumerate(snaps) if snap is not None and not _is_served(segments, snap, is_open, served)]
    usable = np.flatnonzero(segments.may_stop & is_open)
    moved = dict(zip(lost, _snap(segments, [places[k] for k in lost], usable, usable), strict=True))
    return tuple(
        _within(moved[k], NEAR_METRES) if k in moved else _within(snap, FAR_METRES) for k, snap in enumerate(snaps)
    )


def _within(snap: Snap | None, metres: float) -> Snap | None:
    return snap if snap is not None and snap.metres <= metres else None


def _is_served(segments: Segments, snap: Snap, is_open: Bools, served: Bools) -> bool:
    at_tail, at_head = snap.decimetres == 0, snap.decimetres == segments.decimetres[snap.segment]
    if at_tail or at_head:
        return bool(served[(segments.tail if at_tail else segments.head)[snap.segment]])
    return bool(is_open[snap.segment])


def strong_parts(segments: Segments) -> Ints:
    """Return for each segment the number of its strongly connected part, -1 for one that joins two parts."""
    ways = [(segments.tail, segments.head, segments.forward_ms), (segments.head, segments.tail, segments.backward_ms)]
    tails = np.concatenate([a[ms >= 0] for a, _, ms in ways])
    heads = np.concatenate([b[ms >= 0] for _, b, ms in ways])
    graph = sparse(np.ones(len(tails), dtype=np.int8), tails, heads, segments.nodes)
    part = parts(graph, connection="strong")
    return np.where(part[segments.tail] == part[segments.head], part[segments.tail], -1)


def _largest(segments: Segments, parts: Ints) -> int:
    """Return the part with the most kilometres."""
    inside = parts >= 0
    return int(np.argmax(np.bincount(parts[inside], weights=segments.decimetres[inside]))) if inside.any() else -1


def _snap(segments: Segments, places: Sequence[Place], usable: Ints, preferred: Ints) -> Snaps:
    """Return the nearest usable segment of each place, or the nearest preferred one when it is not much farther."""
    if not places or not len(usable):
        return tuple(None for _ in places)
    points = np.asarray([(p.lon, p.lat) for p in places], dtype=np.float64)
    flat = to_plane(shapely.points(points), segments.latitude)
    nearest, metres = _nearest(segments, flat, usable)
    chosen = nearest
    if len(preferred):
        other, other_metres = _nearest(segments, flat, preferred)
        chosen = np.where(other_metres <= metres + OFF_NETWORK_PENALTY, other, nearest)
    found = zip(chosen, metres, places, flat, strict=True)
    return tuple(_snap_at(segments, int(segment), float(least), place, point) for segment, least, place, point in found)


def _nearest(segments: Segments, flat: NDArray[np.object_], among: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Return for each point the nearest segment (of equals the first) and its distance on the local plane."""
    tree = shapely.STRtree(segments.plane_stops[among])
    (rows, found), metres = tree.query_nearest(flat, return_distance=True, all_matches=True)
    order = np.lexsort((found, rows))
    first = np.searchsorted(rows[order], np.arange(len(flat)))
    return among[found[order][first]], metres[order][first]


def _snap_at(segments: Segments, segment: int, nearest_metres: float, place: Place, point: shapely.Point) -> Snap:
    line = segments.plane_lines[segment]
    nearest = nearest_points(segments.plane_stops[segment], point)[0]
    lon, lat = from_plane(nearest, segments.latitude)
    return Snap(
        segment=segment,
        decimetres=round(line.line_locate_point(nearest, normalized=True) * int(segments.decimetres[segment])),
        metres=float(great_circle_metres(place.lon, place.lat, lon, lat)),
        nearest_metres=nearest_metres,
    )

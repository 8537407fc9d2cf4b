"""OpenStreetMap extracts: which ways a vehicle may use, cut into pieces at their junctions.

Turn restrictions are not read: at the scale of a county they move a leg by seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from shapely import LineString

from maps.geo import metres_along
from maps.pieces import Piece
from maps.speeds import Road
from planner.errors import InputError, Issue, Where
from planner.language import text

DRIVABLE = frozenset(
    f"{name}{end}" for name in ("motorway", "trunk", "primary", "secondary", "tertiary") for end in ("", "_link")
) | {"unclassified", "residential", "living_street", "service", "road", "track"}
NOT_FOR_TRAVEL = frozenset({"parking_aisle", "drive-through"})  # of service=*: they lead nowhere
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")  # the most particular word decides
NO_ENTRY = frozenset({"no", "private", "agricultural", "forestry", "delivery", "military", "emergency"})
IMPASSABLE_BARRIERS = frozenset({"bollard", "block", "jersey_barrier", "cycle_barrier", "log", "debris", "planter"})
FORD_WORDS = frozenset({"yes", "stepping_stones", "intermittent", "seasonal"})
KEYS = ("highway", "route", "ford", "barrier")
MPH = 1.609344

Place = tuple[float, float]


@dataclass(slots=True)
class _Way:
    road: Road
    nodes: list[int]


@dataclass(slots=True)
class _Found:
    ways: list[_Way] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    fords: set[int] = field(default_factory=set)
    barriers: set[int] = field(default_factory=set)


def read_osm_pieces(path: Path) -> tuple[list[Piece], dict[int, Place]]:
    """Return the pieces of drivable road and ferry, and (lon, lat) of their junctions.

    Raises InputError when the file is missing, cut short or not OpenStreetMap data.
    """
    found = _Found()
    try:
        _read(path, found)
    except (RuntimeError, OSError, ValueError) as error:  # osmium reports every fault of a file as one of these
        raise InputError([_unreadable(path.name, str(error))]) from error
    cuts = Counter(node for way in found.ways for node in way.nodes)
    for way in found.ways:
        cuts.update((way.nodes[0], way.nodes[-1]))
        cuts.update(_beside_fords(way.nodes, found.fords))
    pieces = [piece for way in found.ways for piece in _cut_way(way, cuts, found)]
    ends = {node for piece in pieces for node in (piece.start, piece.end)}
    return pieces, {node: found.places[node] for node in sorted(ends)}


def _unreadable(file: str, reason: str) -> Issue:
    return Issue(
        Where(file=file),
        text("the file cannot be read as OpenStreetMap data ({reason}).", reason=" ".join(reason.split())[:120]),
        text("Download the extract again, as .osm.pbf or .osm.gz."),
    )


def _read(path: Path, found: _Found) -> None:
    """Fill in the drivable ways, the place of each of their nodes, and the nodes that are fords or barriers."""
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
    for thing in reader.with_locations().with_filter(osmium.filter.KeyFilter(*KEYS)):
        if isinstance(thing, osmium.osm.Node):
            _note_node(thing, found)
        if not isinstance(thing, osmium.osm.Way):
            continue
        road = road_of_tags(str(thing.id), thing.tags)
        if road is not None:
            found.ways.extend(_Way(road, run) for run in _runs(thing.nodes, found) if len(run) > 1)


def _note_node(node: Any, found: _Found) -> None:
    if node.tags.get("ford") in FORD_WORDS or node.tags.get("highway") == "ford":
        found.fords.add(node.id)
    if node.tags.get("barrier") in IMPASSABLE_BARRIERS and _access_word(node.tags) in NO_ENTRY | {""}:
        found.barriers.add(node.id)


def _runs(nodes: Iterable[Any], found: _Found) -> Iterator[list[int]]:
    """Yield the unbroken runs of a way: it breaks at a barrier and where the extract lacks a node.

    Each side of a barrier gets a node of its own, numbered below zero, so that nothing joins across.
    """
    run: list[int] = []
    for node in nodes:
        if not node.location.valid():
            yield run
            run = []
            continue
        place = (node.location.lon, node.location.lat)
        if node.ref not in found.barriers:
            found.places[node.ref] = place
            run.append(node.ref)
            continue
        before, after = -len(found.places) - 1, -len(found.places) - 2
        found.places[before] = found.places[after] = place
        yield [*run, before]
        run = [after]
    yield run


def _beside_fords(nodes: list[int], fords: set[int]) -> set[int]:
    """Return the nodes next to a ford, so that only the ford itself is closed by high water."""
    places = [k for k, node in enumerate(nodes) if node in fords]
    return {nodes[k + step] for k in places for step in (-1, 1) if 0 <= k + step < len(nodes)}


def _cut_way(way: _Way, cuts: Mapping[int, int], found: _Found) -> Iterator[Piece]:
    """Yield the pieces of a way between the nodes that more than one way (or one way twice) uses."""
    coords = np.array([found.places[node] for node in way.nodes])
    along = metres_along(coords)
    total = float(along[-1])
    stops = [k for k, node in enumerate(way.nodes) if cuts[node] > 1]
    for low, high in pairwise(stops):
        nodes, metres = way.nodes[low : high + 1], float(along[high] - along[low])
        if metres == 0:
            continue
        has_ford = not found.fords.isdisjoint(nodes)
        yield Piece(
            road=replace(way.road, is_ford=True) if has_ford else way.road,
            start=nodes[0],
            end=nodes[-1],
            line=LineString(coords[low : high + 1]),
            metres=metres,
            share=metres / total,
        )


def road_of_tags(road_id: str, tags: Any) -> Road | None:
    """Return the road that a way's tags describe, or None when no vehicle of ours may or can use it."""
    is_ferry = tags.get("route") == "ferry"
    road_class = "ferry" if is_ferry else tags.get("highway", "")
    is_closed = _access_word(tags) in NO_ENTRY or tags.get("area") == "yes" or tags.get("service") in NOT_FOR_TRAVEL
    if is_closed or not (is_ferry or road_class in DRIVABLE):
        return None
    return Road(
        road_id=road_id,
        name=tags.get("name", ""),
        road_class=road_class.removesuffix("_link"),
        surface=tags.get("surface", ""),
        smoothness=tags.get("smoothness", ""),
        tracktype=tags.get("tracktype", ""),
        max_kmh=_kmh(tags.get("maxspeed", "")),
        direction=_direction(tags, road_class),
        is_ford=tags.get("ford") in FORD_WORDS,
        is_ferry=is_ferry,
        is_bridge=tags.get("bridge", "no") != "no",
        is_tunnel=tags.get("tunnel", "no") != "no",
        crossing_minutes=_minutes(tags.get("duration", "")) if is_ferry else None,
    )


def _access_word(tags: Any) -> str:
    """Return the most particular word on whether a motor vehicle may enter, or ""."""
    return next((tags[key] for key in ACCESS_KEYS if key in tags), "")


def _direction(tags: Any, road_class: str) -> int:
    word = tags.get("oneway", "")
    if word in {"-1", "reverse"}:
        return -1
    is_implied = tags.get("junction") in {"roundabout", "circular"} or road_class.startswith("motorway")
    return 1 if word in {"yes", "true", "1"} or (is_implied and word != "no") else 0


def _kmh(limit: str) -> float | None:
    """Return a posted limit in km/h, or None when it is not a number ("30 mph" is; "CN:rural" is not)."""
    number, _, unit = limit.strip().partition(" ")
    if not number.isascii() or not number.isdigit() or not 0 < int(number) < 200:
        return None
    return int(number) * (MPH if unit == "mph" else 1.0)


def _minutes(duration: str) -> float | None:
    """Return a crossing time written as "25", "0:25" or "00:25:00" in minutes, or None."""
    parts = duration.split(":")
    if not 1 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        return None
    numbers = [int(p) for p in parts]
    if len(numbers) == 1:
        return float(numbers[0])
    hours, minutes, seconds = (*numbers, 0)[:3]
    return hours * 60 + minutes + seconds / 60

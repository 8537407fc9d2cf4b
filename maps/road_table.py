"""The roads table: rows of lines become pieces of road between junctions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import LineString

from maps.geo import Floats, line_metres, metres_along, middle_latitude, part_of_line, to_plane
from maps.pieces import Piece
from maps.speeds import UNKNOWN_CLASS, Road, load_speeds
from planner.errors import InputError, Issue, Where
from planner.language import Text, text

if TYPE_CHECKING:
    import geopandas

ROUNDING = 6  # decimals of a degree: end points closer than 0.1 m are one junction
JOIN_METRES = 1.0
YES = frozenset({"yes", "true", "1", "y", "是", "单行"})
AGAINST = frozenset({"-1", "reverse", "反向"})
NOT_DRIVEN = frozenset({"path", "footway", "steps", "pedestrian", "cycleway", "bridleway"})
KINDS = {"桥": "bridge", "漫水路": "ford", "渡船": "ferry", "垭口": "pass", "隧道": "tunnel"}
Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Line:
    road: Road
    coords: Floats


def pieces_of_table(
    roads: geopandas.GeoDataFrame, file: str
) -> tuple[list[Piece], dict[int, Position], tuple[Issue, ...]]:
    """Return pieces, (lon, lat) of junctions, and warnings. The order of the rows does not matter.

    Raises InputError naming every row whose geometry is no line on earth.
    """
    if roads.crs is not None and roads.crs.to_epsg() != 4326:
        roads = roads.to_crs(4326)
    lines, faults, warnings = _read_rows(roads, file)
    if faults:
        raise InputError(faults)
    lines.sort(key=lambda line: (line.road.road_id, line.coords.tolist(), line.road.road_class, line.road.surface))
    cuts = _cuts(lines)
    junctions = sorted({place for cut in cuts for _, place in cut})
    number = {place: k for k, place in enumerate(junctions)}
    pieces = [piece for line, cut in zip(lines, cuts, strict=True) for piece in _cut_line(line, cut, number)]
    return pieces, {number[place]: place for place in junctions}, tuple(warnings)


def _read_rows(roads: geopandas.GeoDataFrame, file: str) -> tuple[list[_Line], list[Issue], list[Issue]]:
    lines: list[_Line] = []
    faults: list[Issue] = []
    unknown: dict[str, list[str]] = {}
    columns = [c for c in roads.columns if c != roads.geometry.name]
    rows = roads[columns].to_dict("records")
    for row, (known, shape) in enumerate(zip(rows, roads.geometry, strict=True), start=1):
        fault = _fault_of(shape)
        if fault is not None:
            faults.append(Issue(Where(file=file, row=row, column=text("geometry")), *fault))
            continue
        road = _road_of_row({str(k): v for k, v in known.items()}, row)
        if road.road_class in NOT_DRIVEN:
            continue
        if not load_speeds().word("class", road.road_class):
            unknown.setdefault(road.road_class, []).append(road.road_id)
            road = replace(road, road_class=UNKNOWN_CLASS)
        lines += [_Line(road, shapely.get_coordinates(part)) for part in shapely.get_parts(shape)]
    return lines, faults, [_unknown_class(file, word, ids) for word, ids in sorted(unknown.items())]


def _fault_of(shape: Any) -> tuple[Text, Text] | None:
    """Return what is wrong with a geometry and what to do, or None."""
    if shape is None or shape.is_empty or shape.geom_type not in {"LineString", "MultiLineString"}:
        found = text("nothing") if shape is None or shape.is_empty else shape.geom_type
        return text("expected a line, but found {found}.", found=found), text("Draw the road as a LineString.")
    coords = shapely.get_coordinates(shape)
    on_earth = np.isfinite(coords).all() and (abs(coords[:, 0]) <= 180).all() and (abs(coords[:, 1]) <= 90).all()
    if not on_earth:
        return (
            text("the line has points that are not on earth."),
            text("Give degrees, longitude first, in WGS-84."),
        )
    return None


def _unknown_class(file: str, word: str, ids: list[str]) -> Issue:
    return Issue(
        Where(file=file, column=text("road_class")),
        text(
            'the road class "{word}" of {n} roads is unknown; they are driven at the speed of "road".',
            word=word,
            n=len(ids),
        ),
        text("Use a class of data/speeds.csv, for example primary, tertiary or track."),
        is_warning=True,
    )


def _road_of_row(known: Mapping[str, Any], row: int) -> Road:
    speeds = load_speeds()
    kind = KINDS.get(_word(known, "kind"), _word(known, "kind"))
    road_class = _word(known, "road_class") or UNKNOWN_CLASS
    one_way = _word(known, "one_way")
    minutes = _word(known, "minutes")
    return Road(
        road_id=_word(known, "id") or str(row),
        name=_word(known, "name"),
        road_class="ferry" if kind == "ferry" else speeds.word("class", road_class) or road_class,
        surface=speeds.word("surface", _word(known, "surface")) or _word(known, "surface"),
        smoothness=_word(known, "smoothness"),
        direction=-1 if one_way.lower() in AGAINST else int(one_way.lower() in YES),
        is_ford=kind == "ford",
        is_ferry=kind == "ferry" or road_class == "ferry",
        is_bridge=kind == "bridge",
        is_pass=kind == "pass",
        is_tunnel=kind == "tunnel",
        crossing_minutes=float(minutes) if _is_number(minutes) else None,
        access=frozenset(w.strip() for w in _word(known, "access").replace("；", ";").split(";") if w.strip()),
    )


def _word(known: Mapping[str, Any], column: str) -> str:
    """Return a cell as text; an empty cell (None or NaN) is ""; a number read as 12.0 is "12"."""
    cell = known.get(column)
    if cell is None or (isinstance(cell, float) and not np.isfinite(cell)):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdecimal() and float(word) > 0


Cut = list[tuple[float, Position]]


def _cuts(lines: list[_Line]) -> list[Cut]:
    """Return for each line its junctions: (metres along on the local plane, the junction's place), in order."""
    if not lines:
        return []
    latitude = middle_latitude(lat for line in lines for lat in line.coords[:, 1])
    flat = to_plane([LineString(line.coords) for line in lines], latitude)
    ends = [_rounded(line.coords[k]) for line in lines for k in (0, -1)]
    joined = _Joined(ends)
    cuts: list[Cut] = [[(0.0, ends[2 * k]), (shape.length, ends[2 * k + 1])] for k, shape in enumerate(flat)]
    flat_ends = shapely.points([shapely.get_coordinates(shape)[k] for shape in flat for k in (0, -1)])
    near = shapely.STRtree(flat).query(flat_ends, predicate="dwithin", distance=JOIN_METRES)
    for end, other in sorted(zip(*near.tolist(), strict=True)):
        at = float(flat[other].line_locate_point(flat_ends[end]))
        if at <= JOIN_METRES:
            joined.join(ends[end], ends[2 * other])
        elif at >= flat[other].length - JOIN_METRES:
            joined.join(ends[end], ends[2 * other + 1])
        else:
            cuts[other].append((at, ends[end]))
    return [sorted((at, joined.first(place)) for at, place in cut) for cut in cuts]


def _rounded(point: Floats) -> Position:
    return round(float(point[0]), ROUNDING), round(float(point[1]), ROUNDING)


class _Joined:
    """Which end points are one junction (union-find); each is named by its smallest member."""

    def __init__(self, places: Iterable[Position]) -> None:
        self.parent = {place: place for place in places}

    def first(self, place: Position) -> Position:
        while self.parent[place] != place:
            place = self.parent[place]
        return place

    def join(self, a: Position, b: Position) -> None:
        low, high = sorted((self.first(a), self.first(b)))
        self.parent[high] = low


def _cut_line(line: _Line, cut: Cut, number: Mapping[Position, int]) -> list[Piece]:
    """Return the pieces of a line between its junctions; each piece begins and ends exactly at them."""
    along = metres_along(line.coords)
    scale = along[-1] / cut[-1][0] if cut[-1][0] else 1.0  # the plane's metres differ a little from the earth's
    parts: list[tuple[Position, Position, Floats]] = []
    for (low, start), (high, end) in pairwise(cut):
        coords = part_of_line(line.coords, along, low * scale, high * scale).copy()
        coords[0], coords[-1] = start, end
        is_loop = start == end and len(coords) > 2
        if start != end or is_loop:
            parts.append((start, end, coords))
    metres = [line_metres(coords) for _, _, coords in parts]
    total = sum(metres)
    return [
        Piece(
            road=line.road,
            start=number[start],
            end=number[end],
            line=LineString(coords),
            metres=length,
            share=length / total,
        )
        for (start, end, coords), length in zip(parts, metres, strict=True)
        if length > 0
    ]

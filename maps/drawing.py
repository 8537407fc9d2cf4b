"""The map of a crew sheet as SVG: our own drawing, because paper needs labels, line styles and a scale of its own.

The tree is built with ElementTree, so that no name can become markup. Lengths in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree import ElementTree as ET

from shapely.geometry import LineString

from maps.bundles import bundle
from maps.frame import Arrangement, Frame, arrange, fit
from maps.ground import draw_base, draw_ground, draw_inset, draw_scale
from maps.labels import REACH, Box, Point, Wanted, box_around, place_markers, place_names, shorten, text_width
from maps.pictures import Closure, Named, Numbered, Picture
from maps.road_names import draw_road_names
from maps.scene import Line, LonLat, as_geometries
from maps.styles import DAY_STYLES
from maps.svg import add_box, add_circle, add_clip, add_group, add_path, add_text, show

MARGIN = 11.0
SPACING = 0.85  # between the lines of two days on one road
NAME_SIZE, NUMBER_SIZE, SMALL_SIZE, TOWNSHIP_SIZE = 3.1, 2.4, 2.2, 3.0
MARKER = 4.4
INSET, SCALE_BOX = (46.0, 38.0), (50.0, 10.0)
HIDDEN = 0.8  # millimetres of route that a name in the background may hide
SNAPPED_METRES = 2_000.0  # a leg starts where its base meets the road, at most so far away
CLOSED_SIZE = 2.8
CROSSES, CROSS = 2.4, 0.6  # a closed road: how far apart its crosses stand, and half of their width
READABLE = 0.005  # millimetres a metre: 40 km on a sheet of 200 mm
BETWEEN_NAMES = 0.8  # so that two names on one height are not read as one
LONGEST_NAME = 13.0  # ems on the map; the tables have the whole name
NEAR, AROUND = (0.3,), (0.3, 3.0, 7.0)  # names in the background stay near; a township's may float over its land


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that still wants a place."""

    text: str
    style: str
    size: float
    wanted: Wanted


@dataclass(slots=True)
class _Sheet:
    """The drawing under way: what is taken, what may be covered if need be, what still wants a name."""

    svg: ET.Element
    ink: ET.Element  # clipped at the frame
    frame: Frame
    taken: list[Box]
    lines: list[LineString] = field(default_factory=list)
    names: list[_Name] = field(default_factory=list)

    def want(
        self, text: str, *, beside: Box, size: float, style: str, weight: float, reach: tuple[float, ...] = REACH
    ) -> None:
        """Ask for a name beside a marker."""
        shown = shorten(text, LONGEST_NAME)
        width = text_width(shown) * size + BETWEEN_NAMES
        most = math.inf if weight >= 1 else HIDDEN  # names in the background make way for routes
        wanted = Wanted(beside=beside, width=width, height=1.2 * size, weight=weight, reach=reach, most_covered=most)
        self.names.append(_Name(shown, style, size, wanted))


def draw_circuit(picture: Picture, *, width: float, height: float) -> str:
    """Return an ``<svg>`` of a team's week, ``width`` by ``height`` millimetres."""
    found = _arrange(picture, width, height)
    inset, scale = found.boxes
    svg = ET.Element("svg", {"class": "map", "viewBox": f"0 0 {show(width)} {show(height)}", "role": "img"})
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    svg.set("style", f"width:{show(width)}mm;height:{show(height)}mm")
    ink = add_group(svg, "ink")
    ink.set("clip-path", add_clip(svg, "map-edge", found.frame.box))
    sheet = _Sheet(svg, ink, found.frame, [inset, scale])
    draw_ground(ink, found.frame, picture.backdrop)
    _draw_days(sheet, picture)
    _draw_closures(sheet, picture.closures)
    _draw_places(sheet, picture)
    _draw_names(sheet)
    places = [name.wanted.beside for name in sheet.names]
    draw_road_names(ink, found.frame, picture.backdrop, taken=[*sheet.taken, *places], lines=sheet.lines)
    bases = [base.at for base in picture.bases]
    draw_inset(svg, inset, backdrop=picture.backdrop, lines=picture.lines, bases=bases, shown=found.frame)
    draw_scale(svg, scale, scale=found.frame.scale, north=picture.north_word)
    add_box(svg, found.frame.edge, "frame")
    return ET.tostring(svg, encoding="unicode")


def _arrange(picture: Picture, width: float, height: float) -> Arrangement:
    """Show the stops large; the bases and the whole way with them while the stops can still be told apart."""
    bases = [base.at for base in picture.bases]
    stops = [stop.at for stop in picture.stops] or bases
    way = [point for line in picture.lines for point in line]
    frames = [
        (fit(points, width=width, height=height, margin=MARGIN), points)
        for points in ([*stops, *bases, *way], [*stops, *bases], stops)
    ]
    closest = frames[-1][0].scale
    frame, points = next(
        (frame, points)
        for frame, points in frames
        if frame.scale > 0.67 * closest or (frame.scale > READABLE and _is_told_apart(frame, stops))
    )
    named = [point for point in points if point in stops or point in bases]
    return arrange(frame, points=named, lines=picture.lines, sizes=[INSET, SCALE_BOX])


def _is_told_apart(frame: Frame, stops: Sequence[LonLat]) -> bool:
    """Return whether most markers stay beside each other at their places."""
    at = [frame.xy(stop) for stop in stops]
    crowded = sum(any(math.dist(a, b) < MARKER for b in at if b is not a) for a in at)
    return crowded <= len(at) / 4


def _draw_days(sheet: _Sheet, picture: Picture) -> None:
    """Draw the days' strands, white below them, then what is only guessed as thin dashes."""
    frame = sheet.frame
    on_paper = {day.weekday: frame.visible(as_geometries(day.lines), 0.05) for day in picture.days}
    strands = bundle(on_paper, spacing=SPACING)
    routes = add_group(sheet.ink, "routes")
    add_path(routes, [line for lines in strands.values() for line in lines], "casing")
    for weekday, lines in strands.items():
        style = DAY_STYLES[weekday]
        dash = {"stroke_dasharray": style.dash} if style.dash else {}
        add_path(routes, lines, "thread", stroke=style.colour)  # keeps dashes together
        add_path(routes, lines, f"route day-{weekday}", stroke=style.colour, **dash)
        sheet.lines.extend(LineString(line) for line in lines if len(line) > 1)
    for day in picture.days:
        add_path(routes, frame.visible(as_geometries(day.walks)), "walk", stroke=DAY_STYLES[day.weekday].colour)
        guesses = frame.visible(as_geometries(day.guesses))
        add_path(routes, guesses, "route guess", stroke=DAY_STYLES[day.weekday].colour)
        sheet.lines.extend(LineString(line) for line in guesses)
        for line in guesses:
            _want_word(sheet, line, picture.estimated_word)


def _want_word(sheet: _Sheet, line: Sequence[Point], word: str) -> None:
    """Ask for the word "estimated" at the middle of a guessed leg."""
    middle = LineString(line).interpolate(0.5, normalized=True)
    beside = box_around((middle.x, middle.y), 0.2, 0.2)
    sheet.want(word, beside=beside, size=SMALL_SIZE, style="estimated", weight=0.5, reach=NEAR)


def _draw_closures(sheet: _Sheet, closures: Sequence[Closure]) -> None:
    """Draw closed roads as rows of crosses, which a grey print keeps, and say when they are closed."""
    group = add_group(sheet.ink, "closed")
    for road in closures:
        parts = [LineString(part) for part in sheet.frame.visible(as_geometries(road.lines)) if len(part) > 1]
        for part in parts:
            count = max(1, round(part.length / CROSSES))
            marks = [part.interpolate((k + 0.5) / count, normalized=True) for k in range(count)]
            strokes = [stroke for mark in marks for stroke in _cross(mark.x, mark.y)]
            add_path(group, strokes, "cross-casing")
            add_path(group, strokes, "cross-mark")
        sheet.lines.extend(parts)
        if parts:
            middle = max(parts, key=lambda part: part.length).interpolate(0.5, normalized=True)
            beside = box_around((middle.x, middle.y), 4 * CROSS, 4 * CROSS)
            sheet.want(road.words, beside=beside, size=CLOSED_SIZE, style="name closed-name", weight=2)


def _cross(x: float, y: float) -> tuple[list[Point], list[Point]]:
    return [(x - CROSS, y - CROSS), (x + CROSS, y + CROSS)], [(x - CROSS, y + CROSS), (x + CROSS, y - CROSS)]


def _draw_places(sheet: _Sheet, picture: Picture) -> None:
    places = add_group(sheet.ink, "places")
    for village in picture.villages:
        at = sheet.frame.xy(village.at)
        if not box_around(at, 1, 1).is_inside(sheet.frame.box):
            continue
        add_circle(places, at, 0.5, "village")
        sheet.want(
            village.name, beside=box_around(at, 1, 1), size=SMALL_SIZE, style="village-name", weight=0.1, reach=NEAR
        )
    for township in picture.townships:
        at = sheet.frame.xy(township.at)
        spaced = "\u2006".join(township.name)  # thin spaces, as townships are lettered on Chinese sheets
        sheet.want(spaced, beside=box_around(at, 0, 0), size=TOWNSHIP_SIZE, style="township", weight=0.2, reach=AROUND)
    for base in picture.bases:
        at = sheet.frame.xy(base.at)
        if box_around(at, 4, 4).is_inside(sheet.frame.box):
            box = draw_base(places, at)
            sheet.taken.append(box)
            sheet.want(base.name, beside=box, size=NAME_SIZE, style="name base-name", weight=5)
        else:
            _draw_exit(sheet, base, picture.lines)
    _draw_stops(sheet, picture.stops)


def _draw_exit(sheet: _Sheet, base: Named, lines: Sequence[Line]) -> None:
    """Where the way to a base outside the map leaves it: an arrow, the base's name and the kilometres left."""
    at = sheet.frame.xy(base.at)
    for line in lines:
        on_paper = sheet.frame.line(line)
        if math.dist(at, on_paper[-1]) < math.dist(at, on_paper[0]):
            on_paper.reverse()
        inside = [box_around(point, 2, 2).is_inside(sheet.frame.box) for point in on_paper]
        is_ours = math.dist(at, on_paper[0]) < SNAPPED_METRES * sheet.frame.scale
        if not is_ours or inside[0] or not any(inside):
            continue
        first = inside.index(True)
        metres = sum(math.dist(a, b) for a, b in pairwise(on_paper[: first + 1])) / sheet.frame.scale
        box = _draw_arrow(sheet.ink, on_paper[first], towards=on_paper[first - 1])
        sheet.taken.append(box)
        said = f"{shorten(base.name, LONGEST_NAME - 5)} {metres / 1000:.0f} km"
        sheet.want(said, beside=box, size=NAME_SIZE, style="name base-name", weight=5)
        return


def _draw_arrow(ink: ET.Element, at: Point, *, towards: Point) -> Box:
    turn = math.degrees(math.atan2(towards[1] - at[1], towards[0] - at[0]))
    place = f"translate({show(at[0])} {show(at[1])}) rotate({show(turn)})"
    ET.SubElement(ink, "path", {"class": "arrow", "d": "M1.9 0L-1.2 -1.7L-0.5 0L-1.2 1.7Z", "transform": place})
    return box_around(at, 3, 3)


def _draw_stops(sheet: _Sheet, stops: Sequence[Numbered]) -> None:
    """Draw the numbers at their villages, moved apart where they would cover each other."""
    anchors = [sheet.frame.xy(stop.at) for stop in stops]
    sizes = [max(MARKER, sum(_room(number) for number, _ in stop.numbers)) for stop in stops]
    boxes = place_markers(
        [(at, size, MARKER) for at, size in zip(anchors, sizes, strict=True)], taken=sheet.taken, frame=sheet.frame.box
    )
    group = add_group(sheet.ink, "stops")
    for stop, anchor, box in zip(stops, anchors, boxes, strict=True):
        _draw_leader(group, anchor, box)
        _draw_marker(group, stop, box)
        sheet.taken.append(box)
        sheet.want(stop.name, beside=box, size=NAME_SIZE, style="name", weight=3)


def _draw_leader(group: ET.Element, anchor: Point, box: Box) -> None:
    if math.dist(anchor, box.centre) > 0.3:
        add_path(group, [[anchor, box.centre]], "leader")
        add_circle(group, anchor, 0.65, "spot")


def _draw_marker(group: ET.Element, stop: Numbered, box: Box) -> None:
    """Draw one circle, or a pill with every number of a village that is visited more than once."""
    x, y = box.centre
    colour = DAY_STYLES[stop.numbers[0][1]].colour
    add_box(group, box.shrunk(0.2), "marker", radius=(MARKER - 0.4) / 2, stroke=colour)
    left = x - sum(_room(number) for number, _ in stop.numbers) / 2
    for number, weekday in stop.numbers:
        at = (left + _room(number) / 2, y)
        add_text(group, number, at, NUMBER_SIZE, "number", fill=DAY_STYLES[weekday].colour)
        left += _room(number)


def _room(number: str) -> float:
    """Return the width a stop number takes inside its marker."""
    return NUMBER_SIZE * text_width(number) + 1.3


def _draw_names(sheet: _Sheet) -> None:
    """Place what the crew must read first; names in the background take the room that is left."""
    group = add_group(sheet.ink, "names")
    for names in ([n for n in sheet.names if n.wanted.weight >= 1], [n for n in sheet.names if n.wanted.weight < 1]):
        wanted = [name.wanted for name in names]
        boxes = place_names(wanted, taken=sheet.taken, lines=sheet.lines, frame=sheet.frame.box)
        for name, box in zip(names, boxes, strict=True):
            if box is None:
                continue
            sheet.taken.append(box)
            if name.wanted.reach is REACH and not box.overlaps(name.wanted.beside, 2.0):
                add_path(
                    group,
                    [[_nearest(name.wanted.beside, box.centre), _nearest(box, name.wanted.beside.centre)]],
                    "leader",
                )
            _write(group, name, box)


def _write(group: ET.Element, name: _Name, box: Box) -> None:
    """Write a name from the side that faces its marker: widths are estimated, and the slack belongs at the far end."""
    middle = (box.top + box.bottom) / 2
    if box.left >= name.wanted.beside.right:
        add_text(group, name.text, (box.left, middle), name.size, name.style, text_anchor="start")
    elif box.right <= name.wanted.beside.left:
        add_text(group, name.text, (box.right, middle), name.size, name.style, text_anchor="end")
    else:
        add_text(group, name.text, box.centre, name.size, name.style)


def _nearest(box: Box, point: Point) -> Point:
    """Return the point of the box that is nearest to the point."""
    return min(max(point[0], box.left), box.right), min(max(point[1], box.top), box.bottom)

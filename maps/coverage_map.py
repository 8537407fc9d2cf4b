"""The map of a summary: which villages get every visit that is asked, which lack some, which all.

The states differ in shape, so that a grey print tells them apart. Lengths in millimetres.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from maps.frame import METRES_PER_DEGREE, arrange, fit
from maps.ground import draw_base, draw_ground, draw_scale
from maps.labels import Point, Wanted, box_around, place_names, shorten, text_width
from maps.pictures import Named
from maps.scene import Backdrop, LonLat
from maps.svg import add_box, add_group, add_text, show
from planner.evaluation import State

MARGIN, SCALE_BOX = 4.0, (50.0, 10.0)
BASE = 4.2  # millimetres of a hospital's symbol
NAME_SIZE, TOWNSHIP_SIZE, LONGEST_NAME = 2.1, 3.1, 12.0
MOST_NAMES = 400  # beyond it villages that get every visit stay without a name: the table has them all
NEAR, NEARBY, AROUND = (0.25, 1.2), (0.25, 1.2, 2.6), (0.3, 3.0, 6.0, 9.0)  # what is owed may stand farther off
WEIGHTS: dict[State, float] = {"none": 9.0, "some": 8.0, "all": 1.0, "unasked": 0.5}
SIZES: dict[State, float] = {"none": 3.0, "some": 3.0, "all": 1.7, "unasked": 1.3}
ORDER: tuple[State, ...] = ("unasked", "all", "some", "none")  # what matters most is drawn last


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A village on the map."""

    name: str
    at: LonLat
    state: State


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    style: str
    size: float
    wanted: Wanted


def coverage_height(spots: Sequence[Spot], backdrop: Backdrop, *, width: float, least: float, most: float) -> float:
    """Return the height at which a map of that width shows the county without bare margins."""
    frame = fit(_extent(spots, backdrop), width=width, height=most, margin=MARGIN)
    lats = [point[1] for point in _extent(spots, backdrop)]
    along = (max(lats) - min(lats)) * METRES_PER_DEGREE * frame.scale
    return min(most, max(least, along + 2 * MARGIN))


def draw_coverage(
    spots: Sequence[Spot],
    townships: Sequence[Named],
    bases: Sequence[Named],
    backdrop: Backdrop,
    *,
    width: float,
    height: float,
    north: str,
) -> str:
    """Return an ``<svg>`` of the county with a symbol for each village."""
    frame = fit(_extent(spots, backdrop), width=width, height=height, margin=MARGIN)
    places = [*(spot.at for spot in spots), *(base.at for base in bases)]
    found = arrange(frame, points=places, lines=backdrop.boundary, sizes=[SCALE_BOX])
    frame, (corner,) = found.frame, found.boxes
    svg = ET.Element("svg", {"class": "map", "viewBox": f"0 0 {show(width)} {show(height)}", "role": "img"})
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    svg.set("style", f"width:{show(width)}mm;height:{show(height)}mm")
    draw_ground(svg, frame, backdrop)
    group = add_group(svg, "places")
    taken, names = [corner], list[_Name]()
    for base in bases:
        at = frame.xy(base.at)
        room = box_around(at, BASE, BASE)
        if room.is_inside(frame.box) and not any(room.overlaps(other) for other in taken):  # one for a street of them
            taken.append(draw_base(group, at))
    for spot in sorted(spots, key=lambda s: ORDER.index(s.state)):
        at = frame.xy(spot.at)
        draw_symbol(group, spot.state, at)
        beside = box_around(at, SIZES[spot.state], SIZES[spot.state])
        taken.append(beside)
        if spot.state in {"some", "none"} or len(spots) <= MOST_NAMES:
            names.append(_name(spot, at))
    names += [_township(township, frame.xy(township.at)) for township in townships]
    names = sorted(names, key=lambda name: -name.wanted.weight)[:MOST_NAMES]
    boxes = place_names([name.wanted for name in names], taken=taken, lines=[], frame=frame.box)
    for name, box in zip(names, boxes, strict=True):
        if box is not None:
            add_text(group, name.text, box.centre, name.size, name.style)
    draw_scale(svg, corner, scale=frame.scale, north=north)
    add_box(svg, frame.edge, "frame")
    return ET.tostring(svg, encoding="unicode")


def draw_symbol(parent: ET.Element, state: State, at: Point) -> None:
    """Draw the symbol of a state: a dot, an open triangle, a black square with a cross, a small ring."""
    x, y = at
    if state in {"all", "unasked"}:
        radius = show(SIZES[state] / 2)
        ET.SubElement(parent, "circle", {"class": f"village {state}", "cx": show(x), "cy": show(y), "r": radius})
        return
    half = SIZES[state] / 2
    if state == "some":
        way = f"M{show(x)} {show(y - half)}L{show(x + half)} {show(y + 0.8 * half)}H{show(x - half)}Z"
        ET.SubElement(parent, "path", {"class": "village some", "d": way})
        return
    square = box_around(at, 1.8 * half, 1.8 * half)
    add_box(parent, square, "village none")
    arm = 0.5 * half
    way = f"M{show(x - arm)} {show(y - arm)}l{show(2 * arm)} {show(2 * arm)}m0 {show(-2 * arm)}l{show(-2 * arm)} "
    ET.SubElement(parent, "path", {"class": "crossing", "d": way + show(2 * arm)})


def symbol(state: State) -> str:
    """Return the symbol by itself, for a legend or a table."""
    svg = ET.Element("svg", {"class": "map symbol", "viewBox": "0 0 4 4"})
    draw_symbol(svg, state, (2.0, 2.0))
    return ET.tostring(svg, encoding="unicode")


def _extent(spots: Sequence[Spot], backdrop: Backdrop) -> list[LonLat]:
    return [*(spot.at for spot in spots), *(point for line in backdrop.boundary for point in line)]


def _name(spot: Spot, at: Point) -> _Name:
    shown = shorten(spot.name, LONGEST_NAME)
    beside = box_around(at, SIZES[spot.state], SIZES[spot.state])
    wanted = Wanted(
        beside=beside,
        width=text_width(shown) * NAME_SIZE,
        height=1.15 * NAME_SIZE,
        weight=WEIGHTS[spot.state],
        reach=NEARBY if spot.state in {"some", "none"} else NEAR,
    )
    return _Name(shown, f"village-name {spot.state}-name", NAME_SIZE, wanted)


def _township(township: Named, at: Point) -> _Name:
    """Letter a township as Chinese maps do: spaced out, and anywhere over its land."""
    shown = shorten(township.name, LONGEST_NAME)
    if all(unicodedata.east_asian_width(char) in "WF" for char in shown):
        shown = "\u2006".join(shown)
    width = text_width(shown) * TOWNSHIP_SIZE
    wanted = Wanted(beside=box_around(at, 0, 0), width=width, height=1.15 * TOWNSHIP_SIZE, weight=5.0, reach=AROUND)
    return _Name(shown, "township", TOWNSHIP_SIZE, wanted)

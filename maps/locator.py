"""The small map on a village notice, where one may be shown: the village, its neighbours, roads and rivers.

It shows no route and no base: nothing of a team's work. Lengths in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import nsmallest
from xml.etree import ElementTree as ET

from maps.frame import fit
from maps.ground import draw_ground, draw_scale
from maps.labels import Box, Wanted, box_around, place_names, shorten, text_width
from maps.scene import Backdrop, LonLat
from maps.svg import add_box, add_circle, add_group, add_text, show

NEIGHBOURS = 5  # villages that are surely on the map beside the one it is about
MARGIN = 9.0
NAME_SIZE, OWN_SIZE, LONGEST_NAME = 3.4, 5.0, 12.0
SCALE_WIDTH, SCALE_HEIGHT = 44.0, 10.0

Place = tuple[str, LonLat]  # a village's name and where it is


def draw_locator(
    own: Place, others: Sequence[Place], backdrop: Backdrop, *, width: float, height: float, north: str
) -> str:
    """Return an ``<svg>`` of a village and what lies around it."""
    near = nsmallest(NEIGHBOURS, others, key=lambda place: (_distance(own[1], place[1]), place[0]))
    frame = fit([own[1], *(at for _, at in near)], width=width, height=height, margin=MARGIN)
    svg = ET.Element("svg", {"class": "map", "viewBox": f"0 0 {show(width)} {show(height)}", "role": "img"})
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    svg.set("style", f"width:{show(width)}mm;height:{show(height)}mm")
    draw_ground(svg, frame, backdrop)
    corner = Box(left=0, top=height - SCALE_HEIGHT, right=SCALE_WIDTH, bottom=height)
    west, south, east, north_edge = frame.extent
    close = [place for place in others if west <= place[1][0] <= east and south <= place[1][1] <= north_edge]
    shown = [place for place in close if box_around(frame.xy(place[1]), 2, 2).is_inside(frame.box)]
    _draw_places(svg, [(own[0], frame.xy(own[1])), *((name, frame.xy(at)) for name, at in shown)], corner, frame.box)
    draw_scale(svg, corner, scale=frame.scale, north=north)
    add_box(svg, frame.edge, "frame")
    return ET.tostring(svg, encoding="unicode")


def _draw_places(svg: ET.Element, places: Sequence[tuple[str, tuple[float, float]]], corner: Box, edge: Box) -> None:
    """Draw the dots, the first one large, and the names for which there is room."""
    group = add_group(svg, "places")
    taken, wanted = [corner], []
    for k, (name, at) in enumerate(places):
        add_circle(group, at, 0.9 if k else 2.2, "village" if k else "own")
        size = NAME_SIZE if k else OWN_SIZE
        spot = box_around(at, 2, 2) if k else box_around(at, 5, 5)
        taken.append(spot)
        room = text_width(shorten(name, LONGEST_NAME)) * size
        wanted.append(Wanted(beside=spot, width=room, height=1.2 * size, weight=1.0 if k else 9.0, reach=(0.4, 2.5)))
    boxes = place_names(wanted, taken=taken, lines=[], frame=edge)
    for k, ((name, _), box) in enumerate(zip(places, boxes, strict=True)):
        if box is not None:
            style = "village-name" if k else "name own-name"
            add_text(group, shorten(name, LONGEST_NAME), box.centre, NAME_SIZE if k else OWN_SIZE, style)


def _distance(a: LonLat, b: LonLat) -> float:
    return math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1])), a[1] - b[1])

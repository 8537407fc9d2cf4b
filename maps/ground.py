"""What lies under and around a circuit on paper: land, rivers, roads, boundary, scale bar, north arrow, inset."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from maps.frame import Frame, fit
from maps.labels import Box, Point
from maps.scene import Backdrop, Line, LonLat, as_geometries
from maps.svg import add_box, add_circle, add_clip, add_group, add_path, add_text, path_of, show

BAR_STEPS = (1, 2, 5)
INSET_DETAIL = 0.25
MAJOR_RANKS = 2  # of roads, in the inset


def draw_ground(svg: ET.Element, frame: Frame, backdrop: Backdrop) -> None:
    """Draw the county below everything else; what lies outside its boundary is tinted."""
    ground = add_group(svg, "ground")
    _draw_outside(ground, frame, backdrop)
    add_path(ground, frame.visible(backdrop.river_index.near(*frame.extent)), "river")
    for rank, roads in reversed(list(enumerate(backdrop.roads_by_rank))):
        add_path(ground, frame.visible(roads.near(*frame.extent)), f"road road-{rank}")
    add_path(ground, frame.visible(backdrop.boundary_index.near(*frame.extent)), "boundary")


def _draw_outside(ground: ET.Element, frame: Frame, backdrop: Backdrop) -> None:
    rings = [frame.line(line) for line in backdrop.boundary if len(line) > 3 and line[0] == line[-1]]
    if not rings:
        return
    w, h = frame.width, frame.height
    sheet = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)]
    way = path_of([sheet, *rings], is_closed=True)
    ET.SubElement(ground, "path", {"class": "outside", "d": way, "fill-rule": "evenodd"})


def draw_scale(svg: ET.Element, box: Box, *, scale: float, north: str) -> None:
    """Draw a north arrow and a bar of a round number of kilometres, at most two thirds of the box long."""
    metres = round_length((box.right - box.left - 15) / scale)
    length = metres * scale
    box = _tight(box, length + 15)
    group = add_group(svg, "scale")
    add_box(group, box, "furniture")
    x, middle = box.left + 5.0, (box.top + box.bottom) / 2
    arrow = f"M{show(x)} {show(middle - 3.6)}l1.7 5.6l-1.7 -1.3l-1.7 1.3z"
    ET.SubElement(group, "path", {"class": "arrow", "d": arrow})
    add_text(group, north, (x, middle + 3.2), 2.3, "small strong")
    left = box.left + 10.0
    bar = Box(left=left, top=middle + 1.2, right=left + length, bottom=middle + 2.1)
    add_box(group, bar, "bar")
    add_box(group, Box(left=left, top=bar.top, right=left + length / 2, bottom=bar.bottom), "bar bar-dark")
    for share in (0.0, 0.5, 1.0):
        said = f"{share * metres / 1000:g}" + (" km" if share == 1.0 else "")
        add_text(group, said, (left + share * length, middle - 0.8), 2.3, "small")


def _tight(box: Box, width: float) -> Box:
    """Return the box narrowed towards the side of the map it stands at."""
    if box.left == 0:
        return Box(left=0, top=box.top, right=width, bottom=box.bottom)
    return Box(left=box.right - width, top=box.top, right=box.right, bottom=box.bottom)


def round_length(longest: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 … metres that is not longer."""
    best, unit = 1.0, 1.0
    while unit <= longest:
        best = max([best, *(step * unit for step in BAR_STEPS if step * unit <= longest)])
        unit *= 10
    return best


def draw_inset(
    svg: ET.Element, box: Box, *, backdrop: Backdrop, lines: Sequence[Line], bases: Sequence[LonLat], shown: Frame
) -> None:
    """Draw the whole circuit in its county, with the frame of the main map on it."""
    county = backdrop.boundary or [road.points for road in backdrop.roads]
    extent = [*(point for line in (*county, *lines) for point in line), *bases]
    frame = fit(extent, width=box.right - box.left, height=box.bottom - box.top, margin=2.0)
    group = add_group(svg, "inset")
    add_box(group, box, "furniture")
    inner = ET.SubElement(group, "g", {"transform": f"translate({show(box.left)} {show(box.top)})"})
    inner.set("clip-path", add_clip(group, "inset-edge", frame.box))
    _draw_outside(inner, frame, backdrop)
    for style, indexes in (
        ("river", [backdrop.river_index]),
        ("road road-1", backdrop.roads_by_rank[:MAJOR_RANKS]),
        ("boundary", [backdrop.boundary_index]),
    ):
        found = [part for index in indexes for part in frame.visible(index.near(*frame.extent), INSET_DETAIL)]
        add_path(inner, found, style)
    add_path(inner, frame.visible(as_geometries(lines), INSET_DETAIL), "circuit")
    for base in bases:
        x, y = frame.xy(base)
        add_box(inner, Box(left=x - 0.9, top=y - 0.9, right=x + 0.9, bottom=y + 0.9), "base")
    _draw_extent(inner, frame, shown)


def _draw_extent(inner: ET.Element, frame: Frame, shown: Frame) -> None:
    """Draw where the main map is: a rectangle of the same ground."""
    ratio = frame.scale / shown.scale
    x, y = frame.xy((shown.lon, shown.lat))
    left, top = x - (shown.width / 2 + shown.dx) * ratio, y - (shown.height / 2 + shown.dy) * ratio
    edge = Box(left=left, top=top, right=left + shown.width * ratio, bottom=top + shown.height * ratio)
    add_box(inner, edge, "extent")


def draw_base(parent: ET.Element, at: Point) -> Box:
    """Draw a hospital (a white cross on black) and return the room it takes."""
    x, y = at
    box = Box(left=x - 2.1, top=y - 2.1, right=x + 2.1, bottom=y + 2.1)
    add_circle(parent, at, 2.6, "halo")
    add_box(parent, box, "base", radius=0.5)
    add_box(parent, Box(left=x - 1.4, top=y - 0.45, right=x + 1.4, bottom=y + 0.45), "cross")
    add_box(parent, Box(left=x - 0.45, top=y - 1.4, right=x + 0.45, bottom=y + 1.4), "cross")
    return box

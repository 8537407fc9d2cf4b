"""The few SVG elements our maps are made of, built as a tree so that text stays text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from maps.labels import Box, Point


def show(number: float) -> str:
    """Return a length with at most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if number else "0"


def path_of(lines: Iterable[Sequence[Point]], *, is_closed: bool = False) -> str:
    """Return the ``d`` of a path through the lines."""
    end = "Z" if is_closed else ""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" if is_closed else f"{x:.2f} {y:.2f}" for x, y in line) + end
        for line in lines
        if len(line) > 1
    )


def add_group(parent: ET.Element, name: str) -> ET.Element:
    """Return a new group of that class inside the parent."""
    return ET.SubElement(parent, "g", {"class": name})


def add_path(parent: ET.Element, lines: Iterable[Sequence[Point]], name: str, **style: str) -> None:
    """Draw the lines as one path; nothing when there are none."""
    way = path_of(lines)
    if way:
        ET.SubElement(parent, "path", {"class": name, "d": way, **_attributes(style)})


def add_box(parent: ET.Element, box: Box, name: str, radius: float = 0.0, **style: str) -> None:
    """Draw a rectangle."""
    sides = {
        "x": show(box.left),
        "y": show(box.top),
        "width": show(box.right - box.left),
        "height": show(box.bottom - box.top),
    }
    rounded = {"rx": show(radius)} if radius else {}
    ET.SubElement(parent, "rect", {"class": name, **sides, **rounded, **_attributes(style)})


def add_circle(parent: ET.Element, centre: Point, radius: float, name: str, **style: str) -> None:
    """Draw a circle."""
    place = {"cx": show(centre[0]), "cy": show(centre[1]), "r": show(radius)}
    ET.SubElement(parent, "circle", {"class": name, **place, **_attributes(style)})


def add_text(parent: ET.Element, text: str, centre: Point, size: float, name: str, **style: str) -> None:
    """Write a text around its middle."""
    place = {"x": show(centre[0]), "y": show(centre[1] + 0.36 * size), "font-size": show(size)}
    ET.SubElement(parent, "text", {"class": name, **place, **_attributes(style)}).text = text


def add_clip(svg: ET.Element, name: str, box: Box) -> str:
    """Define a clipping rectangle and return the reference to it; the name is unique on the sheet."""
    add_box(ET.SubElement(svg, "clipPath", {"id": name}), box, "clip")
    return f"url(#{name})"


def _attributes(style: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in style.items()}

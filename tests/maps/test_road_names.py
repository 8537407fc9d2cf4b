"""Names of roads on a drawn map: along the road, beside it, and never on anything else."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import pytest
from shapely.geometry import LineString
from shapely.geometry import box as rectangle

from maps.frame import METRES_PER_DEGREE, Frame
from maps.labels import Box, Point, box_around
from maps.road_names import MOST, SIZE, RoadName, draw_road_names
from maps.scene import Backdrop, LonLat, RoadLine

FRAME = Frame(lon=0.0, lat=0.0, scale=0.001, width=100.0, height=80.0)  # a millimetre is a kilometre


def at(x: float, y: float) -> LonLat:
    """Return the place that lies there on the map."""
    return (x - 50.0) * 1000 / METRES_PER_DEGREE, (40.0 - y) * 1000 / METRES_PER_DEGREE


def road(name: str, *points: Point, road_class: str = "primary") -> RoadLine:
    """Return a road through points of the map."""
    return RoadLine(points=tuple(at(*point) for point in points), road_class=road_class, name=name)


def named(
    *roads: RoadLine, taken: tuple[Box, ...] = (), lines: tuple[LineString, ...] = ()
) -> tuple[list[RoadName], ET.Element]:
    """Return the names placed on the map, and what was drawn."""
    svg = ET.Element("svg")
    return draw_road_names(svg, FRAME, Backdrop(roads=roads), taken=taken, lines=lines), svg


@pytest.mark.parametrize(
    ("a", "b", "angle"),
    [((10, 40), (90, 40), 0), ((90, 40), (10, 40), 0), ((20, 70), (80, 10), -45), ((20, 10), (80, 70), 45)],
)
def test_a_name_lies_along_its_road_beside_it_and_is_read_from_the_left(a: Point, b: Point, angle: float) -> None:
    """Whichever way the road was drawn: its angle, in the middle, no letter on the line, none farther than 5 mm."""
    (name,), svg = named(road("国道", a, b))
    line = LineString([a, b])
    assert name.angle == pytest.approx(angle, abs=0.01)
    assert line.distance(LineString([name.centre, name.centre])) == pytest.approx(1.9, abs=0.01)
    assert math.dist(name.centre, (50, 40)) < 2.5
    assert all(line.distance(rectangle(b.left, b.top, b.right, b.bottom)) < 5 for b in name.letters)
    (text,) = svg.iter("text")
    assert (text.text, text.attrib["class"]) == ("国道", "road-name")
    assert text.attrib["transform"].startswith(f"rotate({angle} ")


def test_an_upright_road_is_read_upwards() -> None:
    """Never upside down: -90 degrees on a page, whichever way the road was drawn."""
    for a, b in (((50, 10), (50, 70)), ((50, 70), (50, 10))):
        (name,), _ = named(road("国道", a, b))
        assert name.angle == pytest.approx(-90)


def test_a_winding_road_has_no_name() -> None:
    """A zigzag of 4 mm has no place for a name of 7 mm, though a straight stretch after it has; one of 1 mm has."""
    zigzag = [(10 + 4.0 * k, 40 + 4.0 * (k % 2)) for k in range(20)]
    assert named(road("三岭路", *zigzag))[0] == []
    assert len(named(road("三岭路", *zigzag, (98, 44)))[0]) == 1
    gentle = [(10 + 4.0 * k, 40 + 1.0 * (k % 2)) for k in range(20)]
    (name,), _ = named(road("三岭路", *gentle))
    line = LineString(gentle)
    assert not any(line.intersects(rectangle(b.left, b.top, b.right, b.bottom)) for b in name.letters)


def test_a_name_gives_way_to_what_is_there_and_is_left_out_without_room() -> None:
    """A box on one side: the other; routes on both sides all along: none; nothing touches what was there."""
    line = road("国道", (10, 40), (90, 40))
    above, below = box_around((50, 36), 90, 6), box_around((50, 44), 90, 6)
    (name,), _ = named(line, taken=(above,))
    assert name.centre[1] > 40
    assert not any(letter.overlaps(above, 0.2) for letter in name.letters)
    assert named(line, taken=(above, below))[0] == []
    routes = tuple(LineString([(0, y), (100, y)]) for y in (36.5, 38, 39, 41, 42, 43.5))
    assert named(line, lines=routes)[0] == []


def test_a_name_keeps_off_the_edge() -> None:
    """A road along the edge is named on its inner side, every letter on the map."""
    (name,), _ = named(road("国道", (10, 1.5), (90, 1.5)))
    assert name.centre[1] > 1.5
    assert all(letter.is_inside(FRAME.box) for letter in name.letters)


def test_names_are_few_each_once_and_the_largest_roads_first() -> None:
    """Twelve village roads in pieces, one of them a main road too, a track, one without a name: the main road and 7."""
    lanes = [
        road(f"村道{chr(0x4E00 + k)}", (x, 2.0 + 6 * k), (x + 44, 2.0 + 6 * k), road_class="tertiary")
        for k in range(12)
        for x in (3.0, 47.0)
    ]
    main = road("国道", (5, 76), (95, 76))
    lanes.append(road("国道", (50, 73), (95, 73), road_class="tertiary"))
    found, _ = named(*lanes, road("机耕路", (5, 79), (95, 79), road_class="track"), road(" ", (5, 74), (95, 74)), main)
    texts = [name.text for name in found]
    assert texts[0] == "国道"
    assert len(texts) == len(set(texts)) == MOST
    assert "机耕路" not in texts
    letters = [(name.text, letter) for name in found for letter in name.letters]
    assert not any(a.overlaps(b) for text, a in letters for other, b in letters if text != other)


def test_letters_of_a_turned_name_are_those_of_the_level_one_turned() -> None:
    """At 90 degrees a name of three signs is a column of three squares."""
    level, turned = RoadName("一二三", (50, 40), 0.0).letters, RoadName("一二三", (50, 40), 90.0).letters
    assert [box.centre for box in level] == [pytest.approx((50 + SIZE * k, 40)) for k in (-1, 0, 1)]
    assert [box.centre for box in turned] == [pytest.approx((50, 40 + SIZE * k)) for k in (-1, 0, 1)]


def test_hostile_names_stay_text() -> None:
    """Markup in a road's name is written as it is."""
    hostile = "<img onerror=x>"
    _, svg = named(road(hostile, (5, 40), (95, 40)))
    assert [text.text for text in svg.iter("text")] == [hostile]
    assert "<img" not in ET.tostring(svg, encoding="unicode")

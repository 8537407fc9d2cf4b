"""Numbers and names on a map never cover each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from shapely.geometry import LineString

from maps.labels import Box, Wanted, box_around, place_markers, place_names, shorten, text_width

FRAME = Box(left=0, top=0, right=100, bottom=100)


def test_text_width_counts_a_chinese_character_as_one_em() -> None:
    """Four characters are four ems; a combining accent takes no room."""
    assert text_width("五梅坪村") == 4.0
    assert text_width("e\u0301") == text_width("e")


def test_shorten_keeps_a_name_that_fits_and_cuts_one_that_does_not() -> None:
    """The cut name ends in an ellipsis and is not wider than asked."""
    assert shorten("五梅坪", 4) == "五梅坪"
    assert shorten("五梅坪五梅坪", 4) == "五梅坪…"


def test_place_markers_leaves_a_lone_marker_on_its_place() -> None:
    """Nothing is in the way: the middle is the anchor."""
    (box,) = place_markers([((50.0, 50.0), 4.0, 4.0)], taken=(), frame=FRAME)
    assert box.centre == (50.0, 50.0)


def test_place_markers_moves_markers_apart_that_share_a_place() -> None:
    """Ten markers on one point: none overlaps another, all are within the frame."""
    boxes = place_markers([((50.0, 50.0), 4.0, 4.0)] * 10, taken=(), frame=FRAME)
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(box.is_inside(FRAME) for box in boxes)


def test_place_names_covers_nothing_on_a_crowded_map() -> None:
    """Sixty names beside random markers: those placed cover no marker, no other name, and stay in the frame."""
    rng = np.random.default_rng(1)
    spots = [(float(x), float(y)) for x, y in rng.uniform(5, 95, size=(60, 2))]
    markers = place_markers([(spot, 4.0, 4.0) for spot in spots], taken=(), frame=FRAME)
    wanted = [Wanted(beside=marker, width=12, height=3.6) for marker in markers]
    boxes = [box for box in place_names(wanted, taken=markers, lines=(), frame=FRAME) if box]
    assert len(boxes) > 40
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert not any(box.overlaps(marker) for box in boxes for marker in markers)
    assert all(box.is_inside(FRAME) for box in boxes)


def test_place_names_prefers_the_side_without_a_line() -> None:
    """A road runs to the right of the marker: the name goes to the left."""
    marker = box_around((50, 50), 4, 4)
    road = LineString([(52, 50), (90, 50)])
    (box,) = place_names([Wanted(beside=marker, width=10, height=3)], taken=[marker], lines=[road], frame=FRAME)
    assert box is not None
    assert box.right < 50


def test_place_names_drops_the_lighter_of_two_when_there_is_room_for_one() -> None:
    """A frame that holds one name: the heavier is written."""
    frame = Box(left=0, top=0, right=16, bottom=4.2)
    marker = box_around((2.1, 2.1), 4, 4)
    light = Wanted(beside=marker, width=10, height=3, weight=1)
    heavy = Wanted(beside=marker, width=10, height=3, weight=2)
    found = place_names([light, heavy], taken=[marker], lines=(), frame=frame)
    assert found[0] is None
    assert found[1] is not None

"""The county under a map: what is drawn is what every line, looked at one by one, would give."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from maps.frame import Frame
from maps.labels import Box, _crossed, overlaps, sides
from maps.scene import LineIndex, LonLat, as_geometries

WEST, SOUTH, SIZE = 110.0, 29.0, 0.6  # degrees


def random_line(rng: random.Random) -> tuple[LonLat, ...]:
    """Return a crooked road somewhere in the county; the odd one goes nowhere."""
    lon, lat = WEST + SIZE * rng.random(), SOUTH + SIZE * rng.random()
    line = [(lon, lat)]
    for _ in range(rng.randrange(12)):
        lon, lat = lon + rng.uniform(-0.03, 0.03), lat + rng.uniform(-0.03, 0.03)
        line.append((lon, lat))
    return tuple(line)


def lengths(parts: Sequence[Sequence[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Return the parts as plain lists."""
    return [list(part) for part in parts]


@pytest.mark.parametrize("seed", range(20))
def test_lines_found_by_the_index_are_drawn_as_one_by_one(seed: int) -> None:
    """Frames of any place, size and shift: the index loses no line, and every part has the same points in order."""
    rng = random.Random(seed)
    lines = [random_line(rng) for _ in range(200)]
    frame = Frame(
        lon=WEST + SIZE * rng.random(),
        lat=SOUTH + SIZE * rng.random(),
        scale=rng.choice((0.002, 0.01, 0.05)),
        width=182.0,
        height=62.0,
        dx=rng.uniform(-20, 20),
        dy=rng.uniform(-20, 20),
    )
    found = LineIndex(lines).near(*frame.extent)
    one_by_one = [part for line in lines for part in frame.visible(as_geometries([line]))]
    assert lengths(frame.visible(found)) == lengths(one_by_one)
    assert frame.scale < 0.05 or len(found) < len(lines) / 2


def test_no_lines_are_no_parts() -> None:
    """A county without rivers."""
    frame = Frame(lon=WEST, lat=SOUTH, scale=0.01, width=182.0, height=62.0)
    assert frame.visible(LineIndex(()).near(*frame.extent)) == []


def test_boxes_compared_together_are_compared_as_one_by_one() -> None:
    """Random boxes: the table of overlaps is that of ``Box.overlaps``."""
    rng = random.Random(1)

    def box() -> Box:
        left, top = rng.uniform(0, 50), rng.uniform(0, 50)
        return Box(left=left, top=top, right=left + rng.uniform(1, 15), bottom=top + rng.uniform(1, 5))

    some, others = [box() for _ in range(40)], [box() for _ in range(30)]
    table = overlaps(sides(some), sides(others), 0.1)
    assert table.tolist() == [[one.overlaps(other, 0.1) for other in others] for one in some]


def test_leader_over_a_marker_is_counted() -> None:
    """From (0, 0): past the box at (4..6, -1..1) to (10, 0), short of it to (3, 0), beside it to (10, 9)."""
    marker = sides([Box(left=4, top=-1, right=6, bottom=1)])
    assert _crossed((0.0, 0.0), [(10.0, 0.0), (3.0, 0.0), (10.0, 9.0), (0.0, 5.0)], marker) == [1, 0, 0, 0]

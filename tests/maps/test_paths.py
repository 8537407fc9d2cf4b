"""The lines that legs follow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maps.geo import line_metres
from maps.paths import LegPaths
from maps.travel import travel_matrix
from tests.maps.road_builders import MONDAY, closure, degrees, network, place, road, square, square_places

TUESDAY = MONDAY + timedelta(days=1)


def near(*points: tuple[float, float]) -> list[object]:
    """Return points in kilometres as degrees, equal to 0.2 m."""
    return [pytest.approx(degrees(*point), abs=2e-6) for point in points]


def test_line_follows_the_roads_in_the_direction_driven() -> None:
    """From the spur to corner b: over c, back against the lines as drawn."""
    found = LegPaths(square(), square_places())
    assert list(found.line("spur", "b", MONDAY)) == near((12, 10), (10, 10), (10, 0))
    assert list(found.line("b", "spur", MONDAY)) == near((10, 0), (10, 10), (12, 10))


def test_line_begins_and_ends_where_the_vehicle_stops() -> None:
    """Two villages beside one road: the line is the piece of road between them."""
    found = LegPaths(network(road("r", (0, 0), (9, 0))), [place("v", 2, 0.2), place("w", 5, -0.4)])
    assert list(found.line("w", "v", MONDAY)) == near((5, 0), (2, 0))


def test_line_goes_round_a_road_while_it_is_closed() -> None:
    """On Tuesday "bc" is closed: the way from b to c is over a and d."""
    found = LegPaths(square(), square_places(), [closure("bc", TUESDAY)])
    assert list(found.line("b", "c", MONDAY)) == near((10, 0), (10, 10))
    assert list(found.line("b", "c", TUESDAY)) == near((10, 0), (0, 0), (0, 10), (10, 10))


def test_line_keeps_to_the_roads_of_the_vehicle_class() -> None:
    """The short cut is only for motorcycles."""
    rows = [road("cut", (0, 0), (10, 0), access="motorcycle"), road("up", (0, 0), (5, 5)), road("on", (5, 5), (10, 0))]
    found = LegPaths(network(*rows), [place("v", 0, 0), place("w", 10, 0)])
    assert list(found.line("v", "w", MONDAY, "motorcycle")) == near((0, 0), (10, 0))
    assert list(found.line("v", "w", MONDAY, "car")) == near((0, 0), (5, 5), (10, 0))


def test_line_is_straight_without_a_network_or_a_way() -> None:
    """No roads, or a village cut off: the two places themselves."""
    straight = near((10, 10), (12, 10))
    assert list(LegPaths(None, square_places()).line("c", "spur", MONDAY)) == straight
    cut_off = LegPaths(square(), square_places(), [closure("spur", MONDAY)])
    assert list(cut_off.line("c", "spur", MONDAY)) == straight


def test_line_between_two_places_at_one_stop_has_no_length() -> None:
    """The stop, twice; so too from a place to itself."""
    found = LegPaths(network(road("r", (0, 0), (9, 0))), [place("v", 4, 0.1), place("w", 4, -0.1)])
    assert list(found.line("v", "w", MONDAY)) == near((4, 0), (4, 0))
    assert list(found.line("v", "v", MONDAY)) == near((4, 0), (4, 0))


def test_length_of_a_line_is_the_matrix_of_the_leg() -> None:
    """Roads that wind, places along them: drawn metres and matrix metres agree to 1 %."""
    wave = [(x / 2, 0.3 * (x % 3)) for x in range(60)]
    found = network(road("wave", *wave), road("flat", (0, 0), (14.5, 0)), road("back", wave[-1], (0, 9), (0, 0)))
    places = [place(f"v{k}", 1.7 * k, 0.2) for k in range(12)]
    matrix, paths = travel_matrix(found, places), LegPaths(found, places)
    for i, a in enumerate(matrix.place_ids):
        for j, b in enumerate(matrix.place_ids):
            assert line_metres(paths.line(a, b, MONDAY)) == pytest.approx(matrix.metres[i, j], rel=0.01, abs=1)


def test_unknown_place_is_a_mistake_of_the_caller() -> None:
    """A place that was not given has no line."""
    with pytest.raises(KeyError, match="nowhere"):
        LegPaths(square(), square_places()).line("base", "nowhere", MONDAY)

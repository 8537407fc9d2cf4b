"""Where places meet the road."""

from __future__ import annotations

import pytest

from maps.network import RoadNetwork
from maps.snapping import Place, Snap, snap_open, snap_places
from tests.maps.road_builders import network, place, road

NO_CLOSURE: frozenset[str] = frozenset()


def where(found: RoadNetwork, *places: Place) -> list[tuple[str, float, int]]:
    """Return (road id, km from its start, metres away) of each place."""
    snaps = [snap for snap in snap_places(found.segments, places) if snap is not None]
    return [(found.segments.road_ids[s.segment], s.decimetres / 10_000, round(s.metres)) for s in snaps]


def test_place_meets_the_nearest_point_of_the_nearest_road() -> None:
    """A village 200 m north of kilometre 4."""
    assert where(network(road("r", (0, 0), (10, 0))), place("v", 4, 0.2)) == [("r", 4.0, 200)]


def test_place_prefers_a_connected_road_to_a_nearer_one_that_leads_nowhere() -> None:
    """A parking lot at 100 m is passed over for the county road at 300 m, not for one at 500 m."""
    found = network(road("county", (-10, 0), (10, 0)), road("lot", (0, 0.4), (0.1, 0.4)))
    assert where(found, place("base", -5, 0), place("v", 0, 0.3))[1][0] == "county"
    far = network(road("county", (-10, 0), (10, 0)), road("lot", (0, 0.6), (0.1, 0.6)))
    assert where(far, place("base", -5, 0), place("v", 0, 0.5))[1][0] == "lot"


def test_place_prefers_the_roads_of_the_base_to_longer_ones() -> None:
    """The base stands on the shorter of two networks: a village between them goes to the base's."""
    found = network(road("long", (-50, 0), (50, 0)), road("short", (-10, 1), (10, 1)))
    assert where(found, place("base", 5, 1.4), place("v", 0, 0.45))[1][0] == "short"
    assert where(found, place("base", 5, -0.4), place("v", 0, 0.55))[1][0] == "long"


def test_dead_end_one_way_road_is_not_preferred() -> None:
    """A one-way spur can be entered but not left: the two-way road a little farther is used."""
    found = network(
        road("r", (-5, 0), (0, 0)), road("r2", (0, 0), (5, 0)), road("spur", (0, 0), (0, 0.5), one_way=True)
    )
    assert where(found, place("base", -3, 0), place("v", 0.1, 0.2))[1][0] == "r2"


def test_place_stops_at_the_landing_and_not_in_the_middle_of_the_river() -> None:
    """A village on the bank half-way along a ferry's line meets the road at a landing."""
    found = network(road("r", (-5, 0), (0, 0)), road("f", (0, 0), (0, 2), kind="ferry"))
    ((_, _, metres),) = where(found, place("v", 0.2, 1.4))
    assert metres == pytest.approx(632, abs=1)


def test_no_place_stops_in_a_tunnel_or_on_a_motorway() -> None:
    """A village above a tunnel goes to the old road 500 m away."""
    rows = [road("old", (0, 0), (10, 0)), road("t", (0, 0.5), (10, 0.5), kind="tunnel")]
    fast = road("m", (0, 0.6), (10, 0.6), road_class="motorway")
    assert where(network(*rows, fast), place("v", 5, 0.5))[0][0] == "old"


def test_walk_is_counted_from_three_hundred_metres() -> None:
    """At 300 m the vehicle stops beside the place; at 400 m the team walks 520 m at 4 km/h: 7.8 minutes."""
    assert Snap(segment=0, decimetres=0, metres=300, nearest_metres=300).walk_ms == 0
    assert Snap(segment=0, decimetres=0, metres=400, nearest_metres=400).walk_ms == 468_000


def test_place_beyond_two_kilometres_is_not_reached() -> None:
    """1.9 km away is a walk, 2.1 km is out of reach."""
    found = network(road("r", (0, 0), (10, 0))).segments
    places = [place("v", 5, 1.9), place("w", 5, 2.1)]
    near, far = snap_open(found, places, snap_places(found, places), found.is_open(None, NO_CLOSURE))
    assert near is not None
    assert far is None


def test_place_on_a_closed_road_moves_at_most_three_hundred_metres() -> None:
    """With the spur closed, the village 200 m up it is served from its foot; the one 1 km up is not."""
    found = network(road("r", (-5, 0), (5, 0)), road("spur", (0, 0), (0, 3))).segments
    places = [place("near", 0, 0.2), place("up", 0, 1), place("v", 3, 0)]
    snaps = snap_places(found, places)
    near, up, other = snap_open(found, places, snaps, found.is_open(None, frozenset({"spur"})))
    assert near is not None
    assert found.road_ids[near.segment] == "r"
    assert (up, other) == (None, snaps[2])


def test_place_at_a_junction_stays_when_one_of_its_roads_closes() -> None:
    """A village at the foot of the closed spur is still on the open road."""
    found = network(road("r", (-5, 0), (0, 0)), road("s", (0, 0), (5, 0)), road("spur", (0, 0), (0, 3))).segments
    places = [place("v", 0, 0)]
    snaps = snap_places(found, places)
    for closed in ("r", "s", "spur"):
        assert snap_open(found, places, snaps, found.is_open(None, frozenset({closed}))) == snaps

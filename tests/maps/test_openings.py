"""Which closed roads are told of: those that would help somebody, alone or together, and the travel they would give."""

from __future__ import annotations

from dataclasses import replace

from maps.openings import road_openings
from planner.errors import Where
from planner.model import Opening
from planner.values import RoadClosure
from tests.builders import day
from tests.maps.road_builders import WEEK, build, closure, leg, network, place, road, square, square_places

ALL_WEEK = day(0), day(6)


def openings(*closures: RoadClosure) -> tuple[Opening, ...]:
    """Return the openings of the square."""
    places = square_places()
    matrices, _ = build(square(), *places, closures=closures)
    return road_openings(square(), matrices, places=places, horizon=WEEK, road_closures=closures)


def ids(found: tuple[Opening, ...]) -> list[list[str]]:
    """Return the roads of each opening."""
    return [[closed.id for closed in opening.closures] for opening in found]


def test_road_that_cuts_a_village_off_is_told_with_the_travel_it_would_give() -> None:
    """The spur is closed on two days: the matrix of these days, with its 22 minutes again."""
    (opening,) = openings(replace(closure("spur", day(1), day(2)), reason="snow", where=Where(file="c.csv", row=4)))
    (row,) = opening.closures
    assert (row.called, row.reason, row.days.first_day, row.where) == ("spur", "snow", day(1), Where("c.csv", row=4))
    (matrix,) = opening.travel
    assert matrix.days == row.days
    assert leg(matrix, "base", "spur") == (22, 22_000)


def test_closed_road_beside_a_way_as_short_is_not_told() -> None:
    """Without cd the spur is reached by b as quickly; d is reached from the base."""
    assert openings(closure("cd", *ALL_WEEK)) == ()


def test_roads_that_are_needed_together_are_told_together() -> None:
    """bc and cd both lead to c: either helps. With the spur closed too, it needs one of them besides."""
    assert ids(openings(closure("bc", *ALL_WEEK), closure("cd", *ALL_WEEK))) == [["bc"], ["cd"]]
    three = openings(*(closure(name, *ALL_WEEK) for name in ("bc", "cd", "spur")))
    assert ids(three) == [["bc"], ["cd"], ["cd", "spur"]]


def test_row_that_closes_several_stretches_is_one_opening() -> None:
    """A name closes both stretches to the village: opened together, told once by name and ids."""
    roads = network(road("r1", (0, 0), (5, 0), name="Gorge road"), road("r2", (5, 0), (10, 0), name="Gorge road"))
    where = Where(file="closures.csv", row=2)
    closures = tuple(replace(closure(name, *ALL_WEEK), where=where) for name in ("r1", "r2"))
    places = place("base", 0, 0), place("v", 10, 0)
    matrices, _ = build(roads, *places, closures=closures)
    (opening,) = road_openings(roads, matrices, places=places, horizon=WEEK, road_closures=closures)
    assert [row.called for row in opening.closures] == ["Gorge road (r1, r2)"]


def test_road_that_saves_half_an_hour_is_told_and_one_that_saves_less_is_not() -> None:
    """Round the square to b is 30 instead of 10 minutes each way: 40 more there and back."""
    assert ids(openings(closure("ab", *ALL_WEEK))) == [["ab"]]
    near = network(road("short", (0, 0), (10, 0)), road("round", (0, 0), (5, 8), (10, 0)))  # 18.9 km round
    places = place("base", 0, 0), place("v", 10, 0)
    closures = (closure("short", *ALL_WEEK),)
    matrices, _ = build(near, *places, closures=closures)
    assert road_openings(near, matrices, places=places, horizon=WEEK, road_closures=closures) == ()


def test_no_roads_no_openings() -> None:
    """Estimated travel knows of no closure."""
    matrices, _ = build(None, *square_places())
    assert road_openings(None, matrices, places=square_places(), horizon=WEEK, road_closures=()) == ()

"""What the report says about the travel matrices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maps.network import set_season
from tests.maps.road_builders import MONDAY, build, closure, leg, network, place, road, square, square_places


def test_place_cut_off_by_a_closure_is_listed_with_its_days() -> None:
    """With the spur closed on Tuesday, the village at its end is cut off on Tuesday: one line, whatever the pairs."""
    tuesday = MONDAY + timedelta(days=1)
    matrices, report = build(square(), *square_places(), closures=(closure("spur", tuesday),))
    assert leg(matrices[1], "base", "spur") == (-1, -1)
    assert leg(matrices[1], "spur", "spur") == (0, 0)
    assert [(u.place_id, u.legs) for u in report.unreachable] == [("spur", 8)]
    assert [str(issue.problem) for issue in report.issues] == ["No road leads there and back (2026-03-03): spur."]


def test_villages_that_no_base_reaches_are_listed_and_not_the_base() -> None:
    """Three villages on an island of roads, one with the base: the three are cut off, though they are more."""
    found = network(road("r", (0, 0), (10, 0)), road("island", (20, 0), (30, 0)))
    _, report = build(found, place("base", 1, 0), place("v", 2, 0), *(place(f"w{k}", 21 + k, 0) for k in range(3)))
    assert [(u.place_id, u.legs) for u in report.unreachable] == [("w0", 4), ("w1", 4), ("w2", 4)]


def test_unknown_closed_road_is_reported() -> None:
    """The closure of a road that is not on the map says so."""
    _, report = build(square(), *square_places(), closures=(closure("r99", MONDAY),))
    (issue,) = report.issues
    assert issue.is_warning
    assert "nothing is closed: r99" in str(issue)


def test_closed_road_that_the_season_closes_too_is_not_unknown() -> None:
    """A ford closed by high water keeps its id."""
    found = set_season(network(road("r", (0, 0), (9, 0)), road("ford", (9, 0), (9, 1), kind="ford")), "wet")
    _, report = build(found, place("base", 1, 0), place("v", 2, 0), closures=(closure("ford", MONDAY),))
    assert report.issues == ()


def test_many_remote_places_are_one_sentence() -> None:
    """50 villages 3 km from the road: one line with 12 names and "38 more", in both languages."""
    places = [place(f"v{k:02d}", k / 10, 3) for k in range(50)]
    _, report = build(network(road("r", (0, 0), (9, 0))), place("base", 0, 0), *places)
    remote, unreached = report.issues
    assert len(report.far_snaps) == len(report.unreachable) == 50
    assert "v11 (3000 m) and 38 more" in str(remote)
    assert "另有 38 个" in unreached.in_language("zh")


def test_road_data_of_another_region_are_named_as_such() -> None:
    """No place within 2 km: the data or the coordinates are wrong, and the report says which to check."""
    _, report = build(network(road("r", (0, 0), (9, 0))), place("base", 400, 0), place("v", 410, 0))
    assert str(report.issues[0].problem) == "No place is within 2 km of a road of the road data."


def test_probable_mapping_gap_is_reported() -> None:
    """A road that ends 20 m before another is named; one that ends 40 m before it is not."""
    for gap_km, expected in ((0.02, ["side"]), (0.04, [])):
        found = network(road("r", (0, 0), (10, 0)), road("side", (4, gap_km), (4, 3)))
        _, report = build(found, place("base", 1, 0), place("v", 2, 0))
        named = [str(issue.problem.values["few"]) for issue in report.issues if "30 m" in str(issue)]
        assert named == expected


def test_river_between_a_village_and_the_road_used_is_asked_about() -> None:
    """The road beside the village is not joined to the base's: the farther one is used, and that is said."""
    found = network(road("r", (0, 0), (10, 0)), road("beyond", (4, 0.25), (5, 0.25)))
    _, report = build(found, place("base", 1, 0), place("v", 4.5, 0.2))
    assert [str(i.problem) for i in report.issues] == [
        "Beside a road that does not join the others, so that a farther one is used: v."
    ]


def test_without_roads_closures_are_said_to_be_ignored() -> None:
    """A closure needs a road."""
    _, report = build(None, *square_places(), closures=(closure("ab", MONDAY),))
    assert "not taken into account without road data: ab" in str(report.issues[1])


def test_every_sentence_is_also_chinese() -> None:
    """Each warning of a bad county is said in Chinese."""
    found = network(road("r", (0, 0), (10, 0), road_class="?"), road("side", (4, 0.02), (4, 0.3)))
    places = [place("base", 1, 0), place("far", 3, -0.9), place("remote", 3, -9), place("beside", 4.1, 0.28)]
    _, report = build(found, *places, closures=(closure("zz", MONDAY),))
    said = [issue.in_language("zh") for issue in report.issues]
    assert len(said) == 7
    assert not [sentence for sentence in said if " the " in sentence or "Check" in sentence]


def test_places_are_told_by_name_and_id() -> None:
    """A scheduler knows villages by name and finds them in the table by id; an id that is the name stands once."""
    places = [replace(p, name=f"{p.id}村") for p in (place("base", 1, 0), place("v", 2, 0), place("w", 3, 3))]
    _, report = build(network(road("r", (0, 0), (10, 0))), *places, place("x", 4, 3))
    far, unreached = report.issues
    assert "w村 (w; 3000 m), x (3000 m)" in str(far)
    assert unreached.in_language("zh").startswith("没有可往返的道路：w村 (w), x。")
    assert "欠访" in unreached.in_language("zh")

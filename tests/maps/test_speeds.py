"""The speed table and its formula."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maps.speeds import Road, drive_seconds, load_speeds, speed_kmh

SPEEDS = load_speeds()
PAVED = Road(road_id="r", road_class="primary")
GRAVEL = Road(road_id="r", road_class="tertiary", surface="gravel")


@pytest.mark.parametrize(
    ("changes", "kmh"),
    [
        ({}, 60),
        ({"max_kmh": 50.0}, 40),  # 0.8 of the limit
        ({"max_kmh": 120.0}, 60),  # the class decides
        ({"surface": "dirt"}, 25),
        ({"surface": "ground"}, 25),  # another word for dirt
        ({"surface": "unheard of"}, 60),
        ({"smoothness": "bad"}, 40),
        ({"smoothness": "impassable"}, 0),
        ({"road_class": "track"}, 15),
        ({"road_class": "track", "tracktype": "grade1"}, 25),
        ({"road_class": "track", "tracktype": "grade5"}, 7),
        ({"tracktype": "grade5"}, 60),  # only a track has a grade
        ({"road_class": "unheard of"}, 25),
        ({"road_class": "县道"}, 50),
    ],
)
def test_dry_speed_is_the_least_of_class_limit_and_caps(changes: dict[str, str | float], kmh: float) -> None:
    """The speed is min(class, 0.8 of the limit, cap of the surface, cap of the smoothness)."""
    assert speed_kmh(replace(PAVED, **changes), "dry", SPEEDS) == pytest.approx(kmh)  # type: ignore[arg-type]


def test_wet_season_slows_only_unpaved_roads() -> None:
    """Wet: gravel 40 becomes 24, asphalt stays 60."""
    assert speed_kmh(GRAVEL, "wet", SPEEDS) == pytest.approx(24)
    assert speed_kmh(PAVED, "wet", SPEEDS) == pytest.approx(60)


def test_winter_slows_paved_and_unpaved_roads() -> None:
    """Winter: gravel 40 becomes 20, asphalt 60 becomes 42."""
    assert speed_kmh(GRAVEL, "winter", SPEEDS) == pytest.approx(20)
    assert speed_kmh(PAVED, "winter", SPEEDS) == pytest.approx(42)


def test_track_without_surface_counts_as_unpaved() -> None:
    """A track is unpaved unless its surface says otherwise: 15 becomes 9 in the wet."""
    track = Road(road_id="r", road_class="track")
    assert speed_kmh(track, "wet", SPEEDS) == pytest.approx(9)
    assert speed_kmh(replace(track, surface="asphalt"), "wet", SPEEDS) == pytest.approx(15)


def test_ferry_takes_its_crossing_and_a_wait() -> None:
    """25 minutes and 10 of waiting are 35; of unknown time, 2 km at 10 km/h are 12 and 10."""
    ferry = Road(road_id="f", road_class="ferry", is_ferry=True)
    assert drive_seconds(replace(ferry, crossing_minutes=25), 2000, 1.0, "dry", SPEEDS) == pytest.approx(35 * 60)
    assert drive_seconds(ferry, 2000, 1.0, "dry", SPEEDS) == pytest.approx(22 * 60)


def test_half_of_a_ferry_takes_half_of_its_time() -> None:
    """A crossing cut at a landing shares time and wait by length."""
    ferry = Road(road_id="f", road_class="ferry", is_ferry=True, crossing_minutes=20)
    assert drive_seconds(ferry, 500, 0.5, "dry", SPEEDS) == pytest.approx(15 * 60)


def test_stated_crossing_time_is_not_believed_beyond_120_kmh() -> None:
    """60 km in one minute take 30."""
    hasty = replace(PAVED, crossing_minutes=1)
    assert drive_seconds(hasty, 60_000, 1.0, "dry", SPEEDS) == pytest.approx(1800)


def test_fords_are_closed_in_the_wet_and_passes_in_winter() -> None:
    """High water closes a ford, snow a pass, and nothing else."""
    ford, high_pass = replace(PAVED, is_ford=True), replace(PAVED, is_pass=True)
    closed = {
        (name, season)
        for name, found in (("ford", ford), ("pass", high_pass))
        for season in ("dry", "wet", "winter")
        if drive_seconds(found, 100, 1.0, season, SPEEDS) is None  # type: ignore[arg-type]
    }
    assert closed == {("ford", "wet"), ("pass", "winter")}


def test_calibration_lengthens_every_drive() -> None:
    """With a calibration of 1.5 a minute's drive takes 90 seconds."""
    slow = replace(SPEEDS, values={**SPEEDS.values, ("calibration", "time"): 1.5})
    assert drive_seconds(PAVED, 1000, 1.0, "dry", slow) == pytest.approx(90)

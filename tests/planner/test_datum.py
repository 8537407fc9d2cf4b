"""Systems of coordinates: known values, the way there and back, and nothing at all outside China."""

from __future__ import annotations

import numpy as np
import pytest

from maps.geo import great_circle_metres
from planner.datum import Datum, from_wgs84, is_in_china, to_wgs84

SHIFTED: tuple[Datum, ...] = ("GCJ-02", "BD-09")
CITIES = {
    "Beijing": (116.3912, 39.9067),
    "Kashgar": (75.99, 39.47),
    "Mohe": (122.37, 53.48),
    "Heihe": (127.53, 50.24),
    "Fuyuan": (134.30, 48.36),
    "Sanya": (109.51, 18.25),
    "Mengla": (101.56, 21.46),
    "Ruili": (97.85, 24.01),
    "Hekou": (103.96, 22.53),
    "Yadong": (88.91, 27.48),
    "Sangzhi": (110.16, 29.40),
    "Dongxing": (107.97, 21.55),
    "Hunchun": (130.37, 42.86),
}
ABROAD = {
    "Andorra": (1.52, 42.51),
    "Tokyo": (139.69, 35.69),
    "Hanoi": (105.85, 21.03),
    "Ulaanbaatar": (106.91, 47.92),
    "Seoul": (126.98, 37.57),
    "Delhi": (77.21, 28.61),
    "Taipei": (121.56, 25.03),
    "Kigali": (30.06, -1.95),
    "New York": (-74.0, 40.7),
}


def inside(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random places in China."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(73, 136, count), rng.uniform(18, 54, count)
    held = is_in_china(lon, lat)
    return lon[held], lat[held]


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_has_the_published_values(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    """The pairs that other implementations are tested with, in Shanghai, Shenzhen and Beijing, to a centimetre."""
    assert from_wgs84(*wgs84, "GCJ-02") == pytest.approx(gcj02, abs=1e-7)


def test_bd09_has_the_published_value() -> None:
    """The example of Baidu's own conversion service, to a metre."""
    found = from_wgs84(114.21892734521, 29.575429778924, "BD-09")
    assert great_circle_metres(*found, 114.23075194741752, 29.579084275155) < 1


@pytest.mark.parametrize("datum", SHIFTED)
def test_round_trip_inside_china_is_exact_to_a_millimetre(datum: Datum) -> None:
    """Thousands of places, in both directions; a metre was asked for."""
    lon, lat = inside(20_000, seed=1)
    assert len(lon) > 8_000
    there = from_wgs84(lon, lat, datum)
    back = to_wgs84(*there, datum)
    assert great_circle_metres(lon, lat, *back).max() < 1e-3
    again = from_wgs84(*back, datum)
    assert great_circle_metres(*there, *again).max() < 1e-3


@pytest.mark.parametrize(("datum", "least", "most"), [("GCJ-02", 20, 900), ("BD-09", 300, 2_000)])
def test_shift_inside_china_is_some_hundred_metres(datum: Datum, least: float, most: float) -> None:
    """So far that a village is on the wrong bank of the river: the shift is really made everywhere inside."""
    lon, lat = inside(5_000, seed=2)
    metres = great_circle_metres(lon, lat, *from_wgs84(lon, lat, datum))
    assert least < metres.min()
    assert metres.max() < most


@pytest.mark.parametrize("datum", SHIFTED)
@pytest.mark.parametrize("place", ABROAD.values(), ids=ABROAD)
def test_outside_china_nothing_moves(place: tuple[float, float], datum: Datum) -> None:
    """The identity to the last bit, in both directions, also for neighbours within China's latitudes."""
    assert tuple(map(float, from_wgs84(*place, datum))) == place
    assert tuple(map(float, to_wgs84(*place, datum))) == place


@pytest.mark.parametrize("place", CITIES.values(), ids=CITIES)
def test_border_cities_are_inside(place: tuple[float, float]) -> None:
    """The farthest counties in every direction are shifted like Beijing."""
    assert bool(is_in_china(*place))


def test_cgcs2000_is_taken_as_wgs84() -> None:
    """They differ by less than any village is wide."""
    assert tuple(map(float, to_wgs84(110.16, 29.4, "CGCS2000"))) == (110.16, 29.4)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e300, -180.0])
def test_what_is_no_place_stays_as_it_is(odd: float) -> None:
    """No warning, no exception: whoever reads the table says what is wrong with it."""
    for convert in (from_wgs84, to_wgs84):
        lon, _ = convert(odd, 30.0, "BD-09")
        assert float(lon) == odd or np.isnan(odd)

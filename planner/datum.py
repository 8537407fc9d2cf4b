"""WGS-84 (GPS), GCJ-02 (Amap, Tencent), BD-09 (Baidu) and CGCS2000: the same place in another system's degrees.

Inside China maps must be drawn shifted by a secret function that everybody knows: 50 to 800 metres, another way from
county to county. CGCS2000, the national system, is WGS-84 to within a decimetre and is taken as the same.
Outside China nothing is shifted.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Datum = Literal["WGS-84", "GCJ-02", "BD-09", "CGCS2000"]
DATUMS: tuple[Datum, ...] = ("WGS-84", "GCJ-02", "BD-09", "CGCS2000")
Floats = NDArray[np.float64]

KRASSOVSKY_METRES, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323  # the ellipsoid of the shift
ROUNDS = 8  # of the inverse; each takes away 95 % or more of the error, so that nanometres are left
# Coarse boxes (west, south, east, north), drawn wide: some places beyond the border count as inside.
INSIDE = (
    (79.4462, 42.8899, 96.33, 49.2204),
    (109.6872, 39.3742, 135.1, 54.1415),
    (73.1246, 29.5297, 124.143255, 42.8899),
    (82.9684, 26.7186, 97.0352, 29.5297),
    (97.0253, 20.414096, 124.367395, 29.5297),
    (107.975793, 17.871542, 111.744104, 20.414096),
)
OUTSIDE = (  # parts of those boxes that are other countries, and Taiwan
    (119.921265, 21.785006, 122.497559, 25.398623),
    (101.8652, 20.0988, 106.665, 22.284),
    (106.4525, 20.4878, 108.051, 21.49),
    (109.0323, 50.3257, 119.127, 55.8175),
    (127.4568, 50.3257, 137.0227, 55.8175),
    (131.2662, 42.5692, 137.0227, 44.8922),
)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees in another system (arrays broadcast)."""
    x, y = (np.asarray(degrees, dtype=np.float64) for degrees in (lon, lat))
    if datum in {"WGS-84", "CGCS2000"}:
        return x, y
    with np.errstate(all="ignore"):  # what is no place on earth is nowhere inside, and stays as it is
        moved, inside = _shifted(x, y, datum), is_in_china(x, y)
    return np.where(inside, moved[0], x), np.where(inside, moved[1], y)


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Return degrees of a system in WGS-84: the place whose shift leads there, found by fixed-point iteration."""
    x, y = (np.asarray(degrees, dtype=np.float64) for degrees in (lon, lat))
    if datum in {"WGS-84", "CGCS2000"}:
        return x, y
    found_x, found_y = x, y
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            moved_x, moved_y = _shifted(found_x, found_y, datum)
            found_x, found_y = found_x + (x - moved_x), found_y + (y - moved_y)
        inside = is_in_china(found_x, found_y)
    return np.where(inside, found_x, x), np.where(inside, found_y, y)


def is_in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return whether places lie where maps are shifted."""
    x, y = np.asarray(lon), np.asarray(lat)

    def in_any(boxes: tuple[tuple[float, float, float, float], ...]) -> NDArray[np.bool_]:
        hits = [(west <= x) & (x <= east) & (south <= y) & (y <= north) for west, south, east, north in boxes]
        return np.asarray(np.logical_or.reduce(hits), dtype=np.bool_)

    return in_any(INSIDE) & ~in_any(OUTSIDE)


def _shifted(lon: Floats, lat: Floats, datum: Datum) -> tuple[Floats, Floats]:
    x, y = _gcj02(lon, lat)
    return _bd09(x, y) if datum == "BD-09" else (x, y)


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the shift as it was found out by comparing maps; the numbers mean nothing."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    angle = np.radians(lat)
    magic = 1 - ECCENTRICITY * np.sin(angle) ** 2
    along_meridian = KRASSOVSKY_METRES * (1 - ECCENTRICITY) / (magic * np.sqrt(magic))
    along_parallel = KRASSOVSKY_METRES / np.sqrt(magic) * np.cos(angle)
    return lon + np.degrees(east / along_parallel), lat + np.degrees(north / along_meridian)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return what Baidu makes of GCJ-02."""
    turn = np.pi * 3000 / 180
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * turn)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006

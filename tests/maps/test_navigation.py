"""Links for a driver's phone: the right system of coordinates, the right order, and names that cannot break out."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from maps.navigation import amap_link, baidu_link, geo_uri
from tests.maps.hostile import NAMES

PLACE = (121.5272106, 31.1774276)  # in WGS-84; 121.531542 31.175304 in GCJ-02


def test_geo_link_is_in_wgs84_latitude_first() -> None:
    """As RFC 5870 has it."""
    assert geo_uri(*PLACE) == "geo:31.177428,121.527211"


def test_geo_link_for_amap_is_in_gcj02() -> None:
    """The published pair of values, latitude first; abroad it is the same as ever."""
    assert geo_uri(*PLACE, "GCJ-02") == "geo:31.175304,121.531542"
    assert geo_uri(1.5218, 42.5063, "GCJ-02") == geo_uri(1.5218, 42.5063) == "geo:42.506300,1.521800"


def test_amap_link_is_in_gcj02_longitude_first() -> None:
    """The published pair of values; the link says that they are shifted already."""
    asked = parse_qs(urlsplit(amap_link(*PLACE, "黄木滩村")).query)
    assert asked["to"] == ["121.531542,31.175304,黄木滩村"]
    assert asked["coordinate"] == ["gaode"]


def test_baidu_link_is_in_bd09_latitude_first() -> None:
    """BD-09 is GCJ-02 moved on by about 0.0065 and 0.006 degrees."""
    asked = parse_qs(urlsplit(baidu_link(*PLACE, "黄木滩村")).query)
    lat, lon = map(float, asked["location"][0].split(","))
    assert (lon, lat) == pytest.approx((121.531542 + 0.0065, 31.175304 + 0.006), abs=1e-3)
    assert abs(lon - 121.531542) > 0.004
    assert asked["coord_type"] == ["bd09ll"]
    assert asked["title"] == ["黄木滩村"]


def test_links_abroad_are_not_shifted() -> None:
    """Andorra la Vella is where it is in every program."""
    assert "to=1.521800,42.506300," in amap_link(1.5218, 42.5063, "x")
    assert "location=42.506300,1.521800&" in baidu_link(1.5218, 42.5063, "x")


@pytest.mark.parametrize("name", [*NAMES, "a,b&to=1,2#x", "half \ud800"])
def test_hostile_name_stays_one_word_of_the_link(name: str) -> None:
    """Only letters, digits and %XX: no space, quote, bracket or second parameter; read back it is the name."""
    for link, key in ((amap_link(*PLACE, name), "to"), (baidu_link(*PLACE, name), "title")):
        assert re.fullmatch(r"[\w.~:/?=&,%-]+", link, re.ASCII)
        found = parse_qs(urlsplit(link).query)[key]
        assert len(found) == 1
        assert found[0].endswith(name.replace("\ud800", "?"))
        assert len(parse_qs(urlsplit(link).query)) == (5 if key == "to" else 6)

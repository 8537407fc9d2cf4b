"""Links that lead a driver's phone to a place, each in the system of coordinates the program expects."""

from __future__ import annotations

from urllib.parse import quote

from planner.datum import Datum, from_wgs84

DECIMALS = 6  # of a degree: a hand's breadth


def geo_uri(lon: float, lat: float, datum: Datum = "WGS-84") -> str:
    """Return the link every map program knows (RFC 5870): latitude first, and WGS-84 as the standard has it.

    Bare, without ``?q=``: with ``geo:0,0?q=`` an iPhone opens the Gulf of Guinea, a label after ``q=`` loses the place
    in Waze and OsmAnd, and Baidu's maps know no ``q`` at all. Another ``datum`` is for the one program that takes
    these links in its own system against the standard: Amap, GCJ-02.
    """
    x, y = _written(lon, lat, datum)
    return f"geo:{y},{x}"


def amap_link(lon: float, lat: float, name: str) -> str:
    """Return the link that opens the way there in Amap (高德), which takes GCJ-02, longitude first."""
    x, y = _written(lon, lat, "GCJ-02")
    return (
        f"https://uri.amap.com/navigation?to={x},{y},{_word(name)}&mode=car&coordinate=gaode&callnative=1&src=xunzhen"
    )


def baidu_link(lon: float, lat: float, name: str) -> str:
    """Return the link that shows the place in Baidu's maps (百度), which take BD-09, latitude first."""
    x, y = _written(lon, lat, "BD-09")
    title = _word(name)
    return (
        f"https://api.map.baidu.com/marker?location={y},{x}&title={title}&content={title}"
        "&coord_type=bd09ll&output=html&src=xunzhen"
    )


def _written(lon: float, lat: float, datum: Datum) -> tuple[str, str]:
    x, y = from_wgs84(lon, lat, datum)
    return f"{float(x):.{DECIMALS}f}", f"{float(y):.{DECIMALS}f}"


def _word(name: str) -> str:
    """Return a name as it may stand in a link: every letter but the plainest as %XX."""
    return quote(name.encode("utf-8", "replace"), safe="")

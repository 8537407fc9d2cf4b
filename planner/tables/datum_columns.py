"""The column that says in which system of coordinates a place or line is given, and the words for the systems."""

from __future__ import annotations

from collections.abc import Iterable

from planner.datum import DATUMS, Datum
from planner.language import text
from planner.tables.column import Column
from planner.tables.words import half_width

WORDS: dict[Datum, tuple[str, ...]] = {
    "WGS-84": ("地球坐标", "wgs84", "wgs 84", "gps", "gps坐标", "epsg:4326", "wgs-84坐标", "wgs84坐标"),
    "GCJ-02": (
        "火星坐标",
        "gcj02",
        "gcj 02",
        "gcj",
        "amap",
        "gaode",
        "高德",
        "高德坐标",
        "腾讯",
        "腾讯坐标",
        "国测局坐标",
    ),
    "BD-09": ("百度坐标", "bd09", "bd 09", "bd09ll", "baidu", "百度", "bd"),
    "CGCS2000": ("国家2000", "cgcs 2000", "cgcs-2000", "epsg:4490", "国家2000坐标", "2000坐标", "大地2000"),
}

DATUM = Column(
    name="datum",
    zh="坐标系",
    kind="choice",
    choices={datum: WORDS[datum][0] for datum in DATUMS},
    synonyms={word: datum for datum in DATUMS for word in WORDS[datum][1:]},
    example="GCJ-02",
    example_zh="火星坐标",
    default=text("as the settings say, else WGS-84"),
    description=text(
        "The system the coordinates of the row are in: WGS-84 (GPS), GCJ-02 (Amap, Tencent), BD-09 (Baidu) or "
        'CGCS2000. For a whole table it may stand in the heading: "lon (GCJ-02)".'
    ),
    aliases=("coordinate_system", "crs", "坐标系统", "坐标基准"),
)


def datums_in_headings(headings: Iterable[str]) -> frozenset[Datum]:
    """Return the systems that headings name in brackets, in any language."""
    return frozenset(found for heading in headings if (found := _datum_in_brackets(heading)) is not None)


def _datum_in_brackets(heading: str) -> Datum | None:
    inside = half_width(heading).partition("(")[2].partition(")")[0]
    plain = " ".join(inside.split()).casefold()
    return next((d for d in DATUMS if plain in {d.casefold(), *(word.casefold() for word in WORDS[d])}), None)

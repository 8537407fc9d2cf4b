"""Degrees, minutes and seconds, as maps and receivers show them: 110°15′30″, 110°15.5′, 东经110度15分30秒."""

from __future__ import annotations

import re

from planner.tables.words import half_width

SIDES = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "东": "E", "西": "W", "北": "N", "南": "S"}
SIGNS = ((r"''|′′|[″”“\"]|秒", '"'), (r"[′’‘´`']|分", "'"), (r"[°º˚]|度", "°"))
PARTS = re.compile(
    r"(?P<sign>[-+])?(?P<before>[EWNS])?(?P<degrees>\d{1,3}(?:\.\d{1,12})?)°"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d{1,12})?)'(?:(?P<seconds>\d{1,2}(?:\.\d{1,12})?)\")?)?(?P<after>[EWNS])?"
)


def read_degrees(written: str, sides: str) -> float | None:
    """Return decimal degrees of a text with degree signs; None when it is not one, or its parts contradict each other.

    ``sides`` are the letters of the positive and the negative side, EW or NS. Only the last part may have a fraction.
    """
    match = PARTS.fullmatch(_plain(written))
    if match is None:
        return None
    parts = [part for part in match.group("degrees", "minutes", "seconds") if part is not None]
    named = [side for side in match.group("before", "after") if side is not None]
    if any("." in part for part in parts[:-1]) or any(float(part) >= 60 for part in parts[1:]):
        return None
    if len(named) > 1 or any(side not in sides for side in named) or (named and match["sign"]):
        return None
    value = sum(float(part) / (1, 60, 3600)[k] for k, part in enumerate(parts))
    return -value if match["sign"] == "-" or named == [sides[1]] else value


def looks_like_degrees(written: str) -> bool:
    """Return whether a degree sign stands in the text."""
    return "°" in _plain(written)


def _plain(written: str) -> str:
    """Return the text with one sign for each unit and one letter for each side, without spaces."""
    plain = "".join(half_width(written).split()).upper()
    for word, letter in SIDES.items():
        plain = plain.replace(word, letter)
    for pattern, sign in SIGNS:
        plain = re.sub(pattern, sign, plain)
    return plain

"""The legs of a plan cut where their ways part, so that a road that many of them follow is stored once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from maps.scene import Line, LonLat
from maps.web import Step, Web, key

DECIMALS = 5  # about a metre
SAME_POINT = 1.4e-5  # degrees: two roundings of one place


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """The lines, and for each leg the numbers of those it follows."""

    lines: tuple[Line, ...]
    by_leg: tuple[tuple[int, ...], ...]


def cut_legs(legs: Sequence[Line]) -> Stretches:
    """Return the stretches of the legs; each leads away from where the first leg starts, whichever way it is driven."""
    web = Web(SAME_POINT)
    ways = []
    for number, leg in enumerate(legs):
        way = web.add([rounded(point) for point in leg], number)
        web.ends.update((way[0], way[-1]))
        ways.append(way)
    number_of: dict[Step, int] = {}
    lines: list[Line] = []
    for chain in web.chains():
        number_of.update((key(a, b), len(lines)) for a, b in pairwise(chain))
        lines.append(tuple(web.points[node] for node in chain))
    by_leg = tuple(tuple(dict.fromkeys(number_of[key(a, b)] for a, b in pairwise(way))) for way in ways)
    return Stretches(lines=tuple(lines), by_leg=by_leg)


def rounded(point: LonLat) -> LonLat:
    """Return the place to about a metre."""
    return round(point[0], DECIMALS), round(point[1], DECIMALS)

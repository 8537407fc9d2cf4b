"""The last pages of a crew sheet: a QR code for each stop, which a phone reads without a network.

A code holds a ``geo:`` link and nothing else: no name, so that nothing of the tables gets into a link, and the code
stays small (25 x 25 modules). Pages are laid out here, not by the browser; a strip is as high as in
``assets/print.css``, whatever the names are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import segno
from markupsafe import Markup

from maps.navigation import geo_uri
from maps.pages import day_label
from maps.pictures import stop_number
from maps.styles import DAY_LETTERS
from planner.datum import Datum
from planner.language import Text, say, text
from planner.model import Base, Problem, Site
from planner.plan import Circuit, Route, is_night_away
from planner.values import clock

Thing = TypeVar("Thing")

CODES_KEPT = 1024  # a village has the same code every week, and to make one takes as long as a table
QUIET = 4  # modules of white around a code, as the standard (ISO/IEC 18004) asks
ACROSS, STRIPS = 6, 6  # codes in a strip, strips on a page

HOW = text(
    "Point the phone's camera at a code (or tap it on a screen): the map program opens at the place. "
    "No network is needed where its map is on the phone."
)
WGS84_SHIFTED = text(
    "Coordinates: WGS-84. Amap (高德) takes them for its own and shows a place some 500 m off; "
    "the setting navigation_codes makes codes for Amap."
)
AMAP_SHIFTED = text("Coordinates: GCJ-02, for Amap (高德). Other map programs show a place some 500 m off.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCard:
    """A code and what stands beside it."""

    number: str
    time: str
    name: str
    township: str
    uri: str
    code: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A line of codes, all of one day."""

    letter: str
    day: str
    cards: tuple[CodeCard, ...]


@lru_cache(maxsize=CODES_KEPT)
def qr_code(link: str) -> Markup:
    """Return the link as a QR code: an SVG element, black on white, with its quiet zone."""
    made = segno.make(link, error="m", micro=False, boost_error=False)
    # Black and white are written out: a page's colours must not reach a code. Digits and letters of ours only.
    svg = made.svg_inline(border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass="code", lineclass=None)
    return Markup(svg)


def code_pages(problem: Problem, circuit: Circuit, *, datum: Datum, language: str) -> Iterator[Sequence[Strip]]:
    """Yield the strips of each page: days stay together where they can, and every strip says its day."""
    page: list[Strip] = []
    for route in circuit.routes:
        for part in _parted(tuple(_strips(problem, route, datum, language)), STRIPS):
            if len(page) + len(part) > STRIPS:
                yield page
                page = []
            page.extend(part)
    if page:
        yield page


def code_notes(problem: Problem, circuit: Circuit, *, datum: Datum, language: str) -> list[str]:
    """Return what to do with the codes, and which map programs they would mislead."""
    return [say(note, language) for note in (HOW, *_warnings(problem, circuit, datum))]


def _warnings(problem: Problem, circuit: Circuit, datum: Datum) -> Iterator[Text]:
    """Tell of shifted maps where maps are shifted: nowhere outside mainland China."""
    places = [problem.site_by_id[stop.site_id] for route in circuit.routes for stop in route.stops]
    if any(geo_uri(site.lon, site.lat) != geo_uri(site.lon, site.lat, "GCJ-02") for site in places):
        yield AMAP_SHIFTED if datum == "GCJ-02" else WGS84_SHIFTED


def _parted(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    for k in range(0, len(things), size):
        yield things[k : k + size]


def _strips(problem: Problem, route: Route, datum: Datum, language: str) -> Iterator[Strip]:
    """Yield the strips of a day, filled evenly: seven codes stand as four and three, not as six and one."""
    letter, day = DAY_LETTERS[route.day.weekday()], day_label(route.day, language)
    cards = tuple(_cards(problem, route, datum, language))
    strips = max(1, math.ceil(len(cards) / ACROSS))
    for part in _parted(cards, max(1, math.ceil(len(cards) / strips))):
        yield Strip(letter=letter, day=day, cards=tuple(part))


def _cards(problem: Problem, route: Route, datum: Datum, language: str) -> Iterator[CodeCard]:
    for k, stop in enumerate(route.stops):
        site = problem.site_by_id[stop.site_id]
        yield _card(site, stop_number(route.day, k), stop.arrive_minute, datum)
    if is_night_away(problem.team_by_id[route.team_id], route):
        bed = problem.base_by_id.get(route.end_base) or problem.site_by_id[route.end_base]
        yield _card(bed, say(text("Overnight"), language), route.end_minute, datum)


def _card(place: Base | Site, number: str, arrive_minute: int, datum: Datum) -> CodeCard:
    uri = geo_uri(place.lon, place.lat, datum)
    township = place.township if isinstance(place, Site) else ""
    return CodeCard(
        number=number, time=clock(arrive_minute), name=place.name, township=township, uri=uri, code=qr_code(uri)
    )

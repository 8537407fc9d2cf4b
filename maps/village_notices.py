"""The notice a village hangs on its board: one A4 page for each village, black and white, large enough for old eyes.

Pages are laid out here, not by the browser: each line gets the largest size at which it fits, and when the page is too
full everything on it becomes smaller together. All lengths in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from maps.labels import text_width
from maps.pages import asset, environment, say_all
from planner.announcements import Announcement, HandOut, Offer, Session
from planner.day_words import dated_words, day_words, hours_words, lunar_words
from planner.language import Text, say, tag_of, text

WIDTH, ROOM = 182.0, 252.0  # of a page inside its margins, above the foot, without the rules between its parts
LEADING = 1.22  # height of a line, in its size
SAFE = 1.04  # real fonts may be a little wider than estimated
SCALES = (
    1.35,
    1.25,
    1.15,
    1.05,
    1.0,
    0.95,
    0.9,
    0.85,
    0.8,
    0.75,
    0.7,
    0.65,
    0.6,
    0.55,
    0.5,
    0.45,
    0.4,
    0.36,
    0.32,
    0.28,
)
GAP = 3.2  # around a row of days and between purposes, as in notice.css
LABEL_SIZE, LABEL_GAP = 0.8, 0.6  # of the word before a line: in sizes of the line, and in its own, as in notice.css
MAP_WIDTH, MAP_HEIGHT = 182.0, 62.0

WORDS = {
    "title": text("Mobile hospital: notice to the village"),
    "place": text("Place"),
    "hours": text("Time"),
    "services": text("Services"),
    "hosts": text("Who comes"),
    "bring": text("Please bring"),
    "results": text("Results"),
    "phone": text("Ask us"),
    "emergency": text("Emergency"),
    "changes": text("If anything changes, the village committee will announce it."),
    "review": text("Map review number"),
    "contents": text("Pages"),
}

DETAILS = ("services", "hosts", "bring", "results")
Kind = Literal["county", "title", "village", "offer", "date", "lunar", "hours", "detail", "place", "phone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text on the page: its size, and the label before it."""

    kind: Kind
    said: str
    size: float
    height: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBlock:
    """The visits for one purpose: title, days side by side in columns, hours they share, details."""

    title: Line
    columns: int
    days: tuple[tuple[Line, ...], ...]
    after: tuple[Line, ...]

    @property
    def height(self) -> float:
        """The room it takes."""
        rows = [self.days[k : k + self.columns] for k in range(0, len(self.days), self.columns)]
        grid = sum(max(sum(line.height for line in day) for day in row) + GAP for row in rows)
        return self.title.height + grid + sum(line.height for line in self.after) + GAP / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """A notice, laid out."""

    announcement: Announcement
    scale: float
    head: tuple[Line, ...]
    offers: tuple[OfferBlock, ...]
    last: tuple[Line, ...]
    map: Markup

    @property
    def height(self) -> float:
        """The room it takes."""
        lines = sum(line.height for line in (*self.head, *self.last))
        picture = (MAP_HEIGHT + 10.0) if self.map else 0.0
        return lines + sum(offer.height for offer in self.offers) + picture

    @property
    def fits(self) -> bool:
        """Whether it is one page."""
        return self.height <= ROOM


def notice_pages(
    announcements: Sequence[Announcement],
    *,
    language: str,
    county_name: str,
    draw_map: Callable[[Announcement], str] | None = None,
) -> tuple[NoticePage, ...]:
    """Return the notices, laid out; ``draw_map`` gives the SVG of a village's surroundings where a map may be shown."""
    words = say_all(WORDS, language)
    drawn = (Markup(draw_map(a)) if draw_map else Markup("") for a in announcements)  # built as a tree: names escaped
    return tuple(
        _lay_out(announcement, words, language, county_name, picture)
        for announcement, picture in zip(announcements, drawn, strict=True)
    )


def notices_document(
    pages: Sequence[NoticePage],
    *,
    language: str,
    heading: str,
    emergency_phone: str = "120",
    plan_label: str = "",
    review_number: str = "",
) -> str:
    """Return the notices as one HTML document, a page each; a list of the pages is shown on the screen only."""
    return (
        environment()
        .get_template("village_notices.html.j2")
        .render(
            language=tag_of(language),
            words=say_all(WORDS, language),
            label_column=f"{label_column(say_all(WORDS, language)):.2f}em",
            css=Markup(asset("notice.css")),  # our own file
            pages=pages,
            heading=heading,
            emergency_phone=emergency_phone,
            plan_label=plan_label,
            review_number=review_number,
        )
    )


def period_words(announcement: Announcement, language: str) -> str:
    """Return ``2 March 2026 to 29 March 2026``."""
    first, last = (dated_words(day, language) for day in (announcement.first_day, announcement.last_day))
    return say(text("{first} to {last}", first=first, last=last), language)


def _lay_out(
    announcement: Announcement, words: dict[str, str], language: str, county_name: str, picture: Markup
) -> NoticePage:
    """Return the page at the largest scale at which it fits, or at the smallest there is."""
    for scale in SCALES:
        page = NoticePage(
            announcement=announcement,
            scale=scale,
            head=tuple(_head(announcement, words, language, county_name, scale)),
            offers=tuple(_offer(announcement, offer, words, language, scale) for offer in announcement.offers),
            last=tuple(_last(announcement, words, language, scale)),
            map=picture,
        )
        if page.fits:
            break
    return page


def _head(
    announcement: Announcement, words: dict[str, str], language: str, county_name: str, scale: float
) -> Iterator[Line]:
    above = " · ".join(part for part in (county_name, announcement.township) if part)
    if above:
        yield _line("county", above, scale, most=6.5, least=4.5)
    yield _line("village", announcement.village, scale, most=25, least=10)
    yield _line("title", words["title"], scale, most=11.5, least=6)


def _offer(announcement: Announcement, offer: Offer, words: dict[str, str], language: str, scale: float) -> OfferBlock:
    count = max(len(each.sessions) for each in announcement.offers)
    count = count if len(announcement.offers) == 1 else max(count, 2)
    columns = 1 if len(offer.sessions) == 1 else 2 if count <= 16 else 3
    hours = {(session.open_minute, session.close_minute) for session in offer.sessions}
    is_shared = len(offer.sessions) > 1 and len(hours) == 1
    after = [_hours(offer.sessions[0], language, scale, most=19, label=words["hours"])] if is_shared else []
    return OfferBlock(
        title=_line("offer", say(offer.title, language), scale, most=8.5, least=5),
        columns=columns,
        days=tuple(_day(s, columns, count, language, scale, has_hours=not is_shared) for s in offer.sessions),
        after=(*after, *_details(offer, words, language, scale)),
    )


def _day(
    session: Session, columns: int, count: int, language: str, scale: float, *, has_hours: bool
) -> tuple[Line, ...]:
    """Return a day: the date large, with its weekday; the lunar date; the hours."""
    width = (WIDTH - 6 * (columns - 1)) / columns - 4
    most = 26.0 if count == 1 else 17.0 if columns == 1 else 13.5
    day = _line("date", day_words(session.day, language), scale, most=most, least=5, width=width)
    lunar = _line("lunar", lunar_words(session.day, language), scale, most=max(6.0, most / 2.4), least=4, width=width)
    hours = (_hours(session, language, scale, most=most * 0.9, width=width),) if has_hours else ()
    return (day, lunar, *hours)


def _hours(
    session: Session, language: str, scale: float, *, most: float, label: str = "", width: float = WIDTH
) -> Line:
    said = hours_words(session.open_minute, session.close_minute, language)
    return _line("hours", said, scale, most=most, least=5, width=width, label=label)


def _details(offer: Offer, words: dict[str, str], language: str, scale: float) -> Iterator[Line]:
    joiner = "；" if language == "zh" else "; "
    results = [*([offer.results] if offer.results else []), *(_handed_out(h, language) for h in offer.handed_out)]
    details = (offer.services, joiner.join(offer.hosts), offer.bring, joiner.join(results))
    for name, said in zip(DETAILS, details, strict=True):
        if said:
            yield _line("detail", said, scale, most=7.5, least=7.5, label=words[name], column=label_column(words))


def _handed_out(hand_out: HandOut, language: str) -> str:
    session = hand_out.session
    day = day_words(session.day, language)
    hours = hours_words(session.open_minute, session.close_minute, language)
    return " ".join(part for part in (day, hours, hand_out.place) if part)


def _last(announcement: Announcement, words: dict[str, str], language: str, scale: float) -> Iterator[Line]:
    place = announcement.place or announcement.village
    yield _line("place", place, scale, most=19, least=9, label=words["place"])
    calls = [" ".join(part for part in (office.phone, office.name) if part) for office in announcement.offices]
    if calls:
        joined = ("；" if language == "zh" else "; ").join(calls)
        yield _line("phone", joined, scale, most=13, least=7, label=words["phone"])


def _line(
    kind: Kind,
    said: str,
    scale: float,
    *,
    most: float,
    least: float,
    width: float = WIDTH,
    label: str = "",
    column: float = 0.0,
) -> Line:
    """Return a text at the largest size at which it is one line, or at the least, wrapped."""
    ems = max(text_width(one) for one in said.splitlines() or [""]) * SAFE
    before = LABEL_SIZE * (LABEL_GAP + max(column, label_ems(label))) if label else 0.0
    size = min(most * scale, max(least * scale, (width - 1) / (ems + before or 1.0)))
    room = max(width - 1 - before * size, size)
    lines = sum(max(1, _wrapped(one, room / size)) for one in said.splitlines() or [""])
    return Line(kind=kind, said=said, size=round(size, 2), height=lines * size * LEADING, label=label)


def label_ems(label: str) -> float:
    """Return the room of the label before a line, in its own size."""
    return text_width(label) * SAFE


def label_column(words: dict[str, str]) -> float:
    """Return the width of the labels of details, which stand below each other, in their own size."""
    return max(label_ems(words[name]) for name in DETAILS)


def _wrapped(said: str, ems: float) -> int:
    """Return how many lines a text takes; words that go over whole leave a gap at the end of a line."""
    width = text_width(said) * SAFE
    longest = max((text_width(word) for word in said.split()), default=0.0) if width > ems else 0.0
    loss = min(longest, ems / 3) if longest < width else 0.0
    return math.ceil(width / max(ems - loss, 1.0) - 1e-9)


def crowded(pages: Sequence[NoticePage]) -> list[Text]:
    """Return a sentence for each notice that is too full for one page."""
    return [
        text(
            'The notice of "{village}" is too long for one page: shorten the services or what to bring.',
            village=page.announcement.village,
        )
        for page in pages
        if not page.fits
    ]

"""A text message for each announced visit, to be sent the day before: short enough to be one message.

A message with any Chinese character holds 70 UTF-16 units, one of plain Latin letters 160 signs (GSM 03.38). Day,
hours, village and telephone are never left out; of the rest as much is said as fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from planner.announcements import Announcement, Offer, Session
from planner.day_words import date_words, lunar_words, short_weekday_words
from planner.language import say, text
from planner.values import clock

MOST_UNITS, MOST_PLAIN = 70, 160
PLAIN_ONCE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
PLAIN_TWICE = frozenset("^{}\\[~]|€")
SEPARATORS = re.compile(r"\s*[、；;，,。]\s*")
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # bidi controls


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One text message: what it says, the visit it is about, and whether it fits."""

    site_id: str
    village: str
    township: str
    day: date
    said: str

    @property
    def send_on(self) -> date:
        """The day before the visit."""
        return self.day - timedelta(days=1)

    @property
    def length(self) -> int:
        """Units used, as the network counts them."""
        return units(self.said)[0]

    @property
    def most(self) -> int:
        """Units that one message holds."""
        return units(self.said)[1]

    @property
    def fits(self) -> bool:
        """Whether it is one message, with everything that must be in it."""
        return self.length <= self.most


def messages(announcement: Announcement, language: str) -> Iterator[Message]:
    """Yield the message of each session, in the order of the days."""
    sessions = [(session, offer) for offer in announcement.offers for session in offer.sessions]
    for session, offer in sorted(sessions, key=lambda found: (found[0].day, found[0].open_minute)):
        yield Message(
            site_id=announcement.site_id,
            village=announcement.village,
            township=announcement.township,
            day=session.day,
            said=compose(announcement, offer, session, language),
        )


def compose(announcement: Announcement, offer: Offer, session: Session, language: str) -> str:
    """Return the fullest wording that fits, or the shortest one where none does."""
    said = ""
    for said in _wordings(announcement, offer, session, language):
        length, most = units(said)
        if length <= most:
            break
    return said


def units(said: str) -> tuple[int, int]:
    """Return how long a message is, and how long it may be, in the units of its alphabet."""
    if set(said) <= PLAIN_ONCE | PLAIN_TWICE:
        return len(said) + sum(sign in PLAIN_TWICE for sign in said), MOST_PLAIN
    return len(said.encode("utf-16-le", "replace")) // 2, MOST_UNITS


def one_line(value: str) -> str:
    """Return a text on one line; one that could turn what follows around is kept apart."""
    flat = " ".join(value.split())
    return f"\u2068{flat}\u2069" if TURNING & set(flat) else flat


def _wordings(announcement: Announcement, offer: Offer, session: Session, language: str) -> Iterator[str]:
    """Yield the message from its fullest to its shortest wording."""
    services = [part for part in SEPARATORS.split(one_line(offer.services or say(offer.title, language))) if part]
    village, place = one_line(announcement.village), one_line(announcement.place)
    bring = one_line(offer.bring)
    where = _where(village, place, language)
    days = [_day(session, language, has_lunar=True), _day(session, language, has_lunar=False)]
    phone = one_line(offer.offices[0].phone) if offer.offices else ""
    for day, brought in dict.fromkeys(((days[0], bring), (days[0], ""), (days[1], ""))):
        for count in range(len(services), 0, -1):
            what = _listed(services[:count], language, is_whole=count == len(services))
            yield _message((day, session, where, phone), language, what=what, bring=brought)
    for spot in dict.fromkeys((where, village)):
        for day in (*days, date_words(session.day, language)):
            yield _message((day, session, spot, phone), language)


def _day(session: Session, language: str, *, has_lunar: bool) -> str:
    day, weekday = date_words(session.day, language), short_weekday_words(session.day, language)
    if not has_lunar:
        return say(text("{date} ({weekday})", date=day, weekday=weekday), language)
    lunar = lunar_words(session.day, language).removeprefix("农历")
    return say(text("{date} ({weekday}, {lunar})", date=day, weekday=weekday, lunar=lunar), language)


def _where(village: str, place: str, language: str) -> str:
    """Return the village and where in it; what the place repeats of the village's name is said once."""
    if village in place:
        return place
    shared = "村" if village.endswith("村") and place.startswith("村") else ""
    place = place.removeprefix(shared)
    return say(text("{village}, {place}", village=village, place=place), language) if place else village


def _listed(services: list[str], language: str, *, is_whole: bool) -> str:
    listed = ("、" if language == "zh" else ", ").join(services)
    return listed if is_whole else say(text("{services} and more", services=listed), language)


def _message(known: tuple[str, Session, str, str], language: str, *, what: str = "", bring: str = "") -> str:
    """Return the message; it begins with the day, so that no village's name can make a formula of it."""
    day, session, where, phone = known
    hours = f"{clock(session.open_minute)}-{clock(session.close_minute)}"
    parts = [text("{day} {hours}, {where}", day=day, hours=hours, where=where)]
    parts += [text(": {services}", services=what)] if what else []
    parts += [text(". Bring: {bring}", bring=bring)] if bring else []
    parts += [text(". Phone: {phone}", phone=phone)] if phone else []
    return "".join(say(part, language) for part in parts)

"""What leaves the office: the village notices and the text messages of a plan, written and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from maps.locator import Place, draw_locator
from maps.scene import Backdrop
from maps.village_notices import (
    MAP_HEIGHT,
    MAP_WIDTH,
    NoticePage,
    crowded,
    notice_pages,
    notices_document,
    period_words,
)
from planner.announcements import Announcement, announce
from planner.language import Text, say, text
from planner.model import Problem
from planner.plan import Plan
from planner.sms import Message, messages
from planner.tables.dataset import CountySettings
from planner.tables.sms_file import write_sms

DrawMap = Callable[[Announcement], str]


def write_public(
    problem: Problem,
    plan: Plan,
    facts: CountySettings,
    folder: Path,
    language: str,
    *,
    backdrop: Backdrop,
    plan_label: str,
) -> tuple[Text, ...]:
    """Write the notices, all of a period in one file and a file for each township, and ``sms.csv``.

    Returns a sentence for each notice that is too long for its page and each village whose messages are too long.
    """
    folder.mkdir()
    told = announce(problem, plan, hotline=facts.notice_phone, office_phone=facts.phone)
    sent = [message for one in told for message in messages(one, language)]
    write_sms(folder / "sms.csv", sent, language)
    draw_map = partial(_draw_map, _places(problem), backdrop, language) if facts.map_review_number else None
    found: list[Text] = []
    for first in sorted({one.first_day for one in told}):
        period = [one for one in told if one.first_day == first]
        pages = notice_pages(period, language=language, county_name=facts.name, draw_map=draw_map)
        _write_period(pages, facts, folder, language, plan_label)
        found += crowded(pages)
    return (*found, *too_long(sent))


def _write_period(
    pages: Sequence[NoticePage], facts: CountySettings, folder: Path, language: str, plan_label: str
) -> None:
    townships = sorted({page.announcement.township for page in pages})
    parts = [("", pages)]
    if len(townships) > 1:
        parts += [(name, [page for page in pages if page.announcement.township == name]) for name in townships]
    for number, (township, chosen) in enumerate(parts):
        about = chosen[0].announcement
        heading = " ".join(part for part in (facts.name, township, period_words(about, language)) if part)
        document = notices_document(
            chosen,
            language=language,
            heading=heading,
            emergency_phone=facts.emergency_phone,
            plan_label=plan_label,
            review_number=facts.map_review_number,
        )
        called = township if number else say(text("all"), language)
        write_page(folder / file_name(about.first_day, number, called), document)


def _places(problem: Problem) -> list[tuple[str, Place]]:
    """Return the villages that a map in public may name: those with a rule that is announced."""
    public = [site for site in problem.sites if any(rule.is_announced for rule in site.rules)]
    return [(site.id, (site.name, (site.lon, site.lat))) for site in public]


def _draw_map(places: Sequence[tuple[str, Place]], backdrop: Backdrop, language: str, about: Announcement) -> str:
    own = (about.village, (about.lon, about.lat))
    others = [place for site_id, place in places if site_id != about.site_id]
    north = say(text("N"), language)
    return draw_locator(own, others, backdrop, width=MAP_WIDTH, height=MAP_HEIGHT, north=north)


def too_long(sent: Sequence[Message]) -> list[Text]:
    """Return a sentence for each village whose text message cannot be made short enough."""
    worst: dict[str, Message] = {}
    for message in sent:
        if not message.fits and message.length > getattr(worst.get(message.site_id), "length", 0):
            worst[message.site_id] = message
    return [
        text(
            'The text message of "{village}" has {length} characters, {most} at most: shorten its name or telephone.',
            village=message.village,
            length=message.length,
            most=message.most,
        )
        for message in worst.values()
    ]


def write_page(path: Path, content: str) -> None:
    """Write text as UTF-8; what no text may hold, as in the name of a file from an old disk, becomes "?"."""
    path.write_text(content, encoding="utf-8", errors="replace")


def file_name(first_day: date, number: int, called: str) -> str:
    """Return the name of a page that nothing in the tables can break: its first day, its number, safe letters."""
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in called)[:40]
    return f"{first_day:%Y-%m-%d}_{number:03d}_{safe}.html"

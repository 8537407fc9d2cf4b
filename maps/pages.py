"""What all our HTML pages share: templates that escape by themselves, shipped assets, dates in a language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from babel.dates import format_date, get_day_names
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from planner.language import Text, locale_of, say, text

FOLDER = Path(__file__).parent
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# What could end the script element, or be taken for a template by whoever renders the page once more.
UNSAFE = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&{}$`'\u2028\u2029"})


@cache
def environment() -> Environment:
    """Return the templates: every value is escaped, a missing one is an error."""
    loader = FileSystemLoader(FOLDER / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def asset(*parts: str) -> str:
    """Return the text of a shipped file, for example ``asset("leaflet", "leaflet.js")``."""
    return FOLDER.joinpath("assets", *parts).read_text(encoding="utf-8")


def safe_json(value: object) -> str:
    """Return JSON that may stand inside a ``<script type="application/json">``, whatever names it holds."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return JSON_STRING.sub(lambda found: found[0].translate(UNSAFE), plain)


def say_all(words: Mapping[str, Text], language: str) -> dict[str, str]:
    """Return the words of a page in the language."""
    return {name: say(word, language) for name, word in words.items()}


def day_label(day: date, language: str) -> str:
    """Return ``Mon 2 Mar`` or ``周一 03-02``."""
    return format_date(day, "EEE MM-dd" if language == "zh" else "EEE d MMM", locale=locale_of(language))


def weekday_name(weekday: int, language: str) -> str:
    """Return ``Mon`` or ``周一`` for 0."""
    names = get_day_names("abbreviated", locale=locale_of(language))
    return str(names[weekday])


def week_label(monday: date, language: str) -> str:
    """Return ``Week 10 of 2026: 2 Mar to 8 Mar``, weeks counted as in ISO 8601."""
    year, number, _ = monday.isocalendar()
    pattern = "MM-dd" if language == "zh" else "d MMM"
    first, last = (format_date(d, pattern, locale=locale_of(language)) for d in (monday, monday + timedelta(days=6)))
    sentence = text("Week {number} of {year}: {first} to {last}", number=number, year=year, first=first, last=last)
    return say(sentence, language)

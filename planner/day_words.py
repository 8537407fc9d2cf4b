"""Days and hours as villagers read them: solar and lunar date, weekday, morning or afternoon."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from planner.calendar import lunar_date
from planner.language import locale_of, say, text
from planner.values import DateRange, clock

NOON = 12 * 60


def date_words(day: date, language: str) -> str:
    """Return ``4 March`` or ``3月4日``."""
    return format_date(day, "M月d日" if language == "zh" else "d MMMM", locale=locale_of(language))


def dated_words(day: date, language: str) -> str:
    """Return the day with its year: ``4 March 2026`` or ``2026年3月4日``."""
    return format_date(day, "y年M月d日" if language == "zh" else "d MMMM y", locale=locale_of(language))


def span_words(days: DateRange, language: str) -> str:
    """Return ``20 Feb – 4 Mar`` or ``2月20日–3月4日``; one day as that day."""
    pattern, dash = ("M月d日", "–") if language == "zh" else ("d MMM", " – ")
    said = [format_date(day, pattern, locale=locale_of(language)) for day in (days.first_day, days.last_day)]
    return dash.join(dict.fromkeys(said))


def weekday_words(day: date, language: str) -> str:
    """Return ``Wednesday`` or ``星期三``."""
    return format_date(day, "EEEE", locale=locale_of(language))


def day_words(day: date, language: str) -> str:
    """Return ``Wednesday 4 March`` or ``3月4日 星期三``."""
    parts = (weekday_words(day, language), date_words(day, language))
    return " ".join(reversed(parts) if language == "zh" else parts)


def short_weekday_words(day: date, language: str) -> str:
    """Return ``Wed`` or ``周三``."""
    return format_date(day, "EEE", locale=locale_of(language))


def lunar_words(day: date, language: str) -> str:
    """Return ``lunar month 1, day 16`` or ``农历正月十六``; a leap month (闰月) is called so."""
    lunar = lunar_date(day)
    is_zh = language == "zh"
    month: int | str = lunar.month_zh if is_zh else lunar.month
    number: int | str = lunar.day_zh if is_zh else lunar.day
    if lunar.is_leap:
        return say(text("lunar leap month {month}, day {day}", month=month, day=number), language)
    return say(text("lunar month {month}, day {day}", month=month, day=number), language)


def hours_words(open_minute: int, close_minute: int, language: str) -> str:
    """Return ``08:15–11:00``, in Chinese ``上午8:15–11:00`` or ``上午11:30–下午1:00``: as villagers tell the time."""
    if language != "zh":
        return f"{clock(open_minute)}–{clock(close_minute)}"
    (before, opens), (after, closes) = _told(open_minute), _told(close_minute)
    is_said_once = before == after or (before == "上午" and close_minute == NOON)
    return f"{before}{opens}–{closes}" if is_said_once else f"{before}{opens}–{after}{closes}"


def _told(minute: int) -> tuple[str, str]:
    """Return the part of the day and the time in it: 12:45 is 中午12:45, 13:50 is 下午1:50."""
    hour, rest = divmod(minute, 60)
    part = "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    return part, f"{hour - 12 if hour > 12 else hour}:{rest:02d}"

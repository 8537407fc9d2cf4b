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
    """Return ``08:15–11:00``, in Chinese with 上午 or 下午 before it; nothing is put before hours that span noon."""
    hours = f"{clock(open_minute)}–{clock(close_minute)}"
    if language != "zh":
        return hours
    return f"上午{hours}" if close_minute <= NOON + 30 else f"下午{hours}" if open_minute >= NOON else hours

"""The small languages people write in cells: weekdays, frequencies, times of day, market days, in English and Chinese.

Every function returns ``None`` for words it does not understand; ``cells`` turns that into a message.
"""

from __future__ import annotations

import re

from planner.rules import NthWeekday, Period
from planner.values import DAY_MINUTES

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_UNSEEN = {0x200B: None, 0xFEFF: None, 0x2060: None}  # zero-width characters that come with copied text
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_CHINESE_DAYS = {character: k for k, character in enumerate("一二三四五六日")} | {"天": 6}
_DAY_GROUPS = {
    "daily": range(7),
    "every day": range(7),
    "每天": range(7),
    "每日": range(7),
    "weekdays": range(5),
    "workdays": range(5),
    "工作日": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
    "周末": range(5, 7),
}
_NUMERALS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_PERIODS: dict[str, Period] = {
    "week": "week",
    "wk": "week",
    "w": "week",
    "周": "week",
    "星期": "week",
    "month": "month",
    "m": "month",
    "月": "month",
    "quarter": "quarter",
    "q": "quarter",
    "季度": "quarter",
    "季": "quarter",
    "horizon": "horizon",
    "全程": "horizon",
}
_ADVERBS: dict[str, tuple[int, Period, int]] = {
    "weekly": (1, "week", 1),
    "每周": (1, "week", 1),
    "fortnightly": (1, "week", 2),
    "monthly": (1, "month", 1),
    "每月": (1, "month", 1),
    "quarterly": (1, "quarter", 1),
    "每季度": (1, "quarter", 1),
}
_SLASHED = re.compile(r"(\d{1,3})\s*次?\s*/\s*(\d{1,2})?\s*([a-z]+?|周|星期|月|季度|季|全程)s?")
_PER = re.compile(r"(\d{1,3})\s*(?:x|times?|visits?)?\s*(?:per|a|every|each)\s+(?:(\d{1,2})\s+)?([a-z]+?)s?")
_CHINESE = re.compile(
    r"每?([\d一二两三四五六七八九十]{0,2})个?(周|星期|月|季度|季)([\d一二两三四五六七八九十]{1,2})[次天回]"
)
_CLOCK = re.compile(r"(上午|下午)?(\d{1,2})(?:[:.](\d{2})(?::00)?|点(半|(?:(\d{1,2})分?))?|时)?\s*(am|pm)?")
_NTH = re.compile(r"(-1|[1-5]|last|最后一?个?|第[1-5一二三四五]个?)(?:st|nd|rd|th(?!u))?(?: of)?\s*(.+)")


def half_width(written: str) -> str:
    """Return the text with full-width letters, digits and signs made plain, outer spaces and unseen signs removed."""
    return written.translate(_WIDE).translate(_UNSEEN).strip()


def split_list(written: str, separators: str = r"[;,、\n|]") -> list[str]:
    """Return the parts of a list in a cell, full-width separators included, empty parts left out."""
    return [part.strip() for part in re.split(separators, half_width(written)) if part.strip()]


def read_weekday(word: str) -> int | None:
    """Return 0 (Monday) to 6 for one weekday: Mon, Tuesday, 周三, 星期日 or 1 to 7."""
    plain = re.sub(r"^(星期|礼拜|周)", "", half_width(word).casefold()).rstrip(".")
    if plain in _LONG_DAYS:
        return _LONG_DAYS.index(plain)
    if plain in _ENGLISH_DAYS:
        return _ENGLISH_DAYS.index(plain)
    if plain in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(plain) - 1
    return _CHINESE_DAYS.get(plain, _SHORT_DAYS.get(plain))


def _weekdays_of_part(part: str) -> frozenset[int] | None:
    if part in _DAY_GROUPS:
        return frozenset(_DAY_GROUPS[part])
    ends = [read_weekday(end) for end in re.split(r"\s*[-~–—至到]\s*", part)]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        return frozenset((ends[0] + k) % 7 for k in range((ends[1] - ends[0]) % 7 + 1))
    if len(ends) == 1 and ends[0] is not None:
        return frozenset({ends[0]})
    run = re.sub(r"星期|礼拜|周", "", part)
    if len(ends) == 1 and run and all(character in _CHINESE_DAYS for character in run):
        return frozenset(_CHINESE_DAYS[character] for character in run)
    return None


def read_weekdays(written: str) -> frozenset[int] | None:
    """Return the weekdays of ``Mon;Thu``, ``Mon-Fri``, ``周一三五``, ``周一至周五`` or ``1,3,5``."""
    plain = half_width(written).casefold()
    whole = _weekdays_of_part(plain)
    if whole is not None:
        return whole
    parts = [_weekdays_of_part(part) for part in split_list(plain, r"[;,、\s|/+&和]+")]
    if not parts or any(part is None for part in parts):
        return None
    return frozenset().union(*(part for part in parts if part is not None))


def read_weekday_sets(written: str) -> tuple[frozenset[int], ...] | None:
    """Return the combinations of ``Mon+Thu|Tue+Fri`` or ``周一+周四|周二+周五``, sorted."""
    sets = [read_weekdays(part) for part in split_list(written, r"[|;或\n]")]
    if not sets or any(days is None for days in sets):
        return None
    return tuple(sorted({days for days in sets if days is not None}, key=sorted))


def read_nth_weekdays(written: str) -> tuple[NthWeekday, ...] | None:
    """Return the days of ``2Tue;-1Fri`` or ``第二个周二;最后一个周五``, sorted."""
    found = []
    for part in split_list(written):
        match = _NTH.fullmatch(part.casefold())
        weekday = read_weekday(match[2]) if match else None
        if match is None or weekday is None:
            return None
        nth = -1 if match[1].startswith(("last", "最后", "-1")) else _numeral(match[1].strip("第个"))
        found.append(NthWeekday(nth=nth, weekday=weekday))
    return tuple(sorted(set(found), key=lambda day: (day.nth, day.weekday))) or None


def _numeral(word: str) -> int:
    """Return 1 to 99 of Arabic or simple Chinese numerals; an empty word is 1."""
    if not word:
        return 1
    if word.isdigit():
        return int(word)
    if len(word) == 2:  # 十二 or 二十
        return 10 + _NUMERALS[word[1]] if word[0] == "十" else _NUMERALS[word[0]] * 10
    return _NUMERALS[word]


def read_frequency(written: str) -> tuple[int, Period, int] | None:
    """Return (visits, per, every) of ``2/week``, ``1/2 weeks``, ``once``-like adverbs or ``每周2次``."""
    plain = half_width(written).casefold()
    if plain in _ADVERBS:
        return _ADVERBS[plain]
    match = _SLASHED.fullmatch(plain) or _PER.fullmatch(plain)
    if match and match[3] in _PERIODS:
        return int(match[1]), _PERIODS[match[3]], int(match[2] or 1)
    match = _CHINESE.fullmatch(plain)
    if match and all(len(word) < 2 or word.isdigit() or "十" in word for word in (match[1], match[3])):
        return _numeral(match[3]), _PERIODS[match[2]], _numeral(match[1])
    return None


def say_frequency(visits: int, per: Period, every: int) -> str:
    """Return the short form, the same for every way of writing it: ``2/week`` or ``1/2 weeks``."""
    return f"{visits}/{per}" if every == 1 else f"{visits}/{every} {per}s"


def read_clock(written: str) -> int | None:
    """Return minutes after midnight of ``8:00``, ``08:00:00``, ``8点半``, ``下午2点`` or ``2 pm``; 24:00 is 1440."""
    match = _CLOCK.fullmatch(half_width(written).casefold())
    if not match:
        return None
    hour = int(match[2])
    minute = 30 if match[4] == "半" else int(match[3] or match[5] or 0)
    if (match[1] == "下午" or match[6] == "pm") and hour < 12:
        hour += 12
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= DAY_MINUTES else None


def read_span(written: str) -> tuple[int, int] | None:
    """Return (start, end) in minutes of ``08:00-12:00``."""
    ends = [read_clock(end) for end in re.split(r"\s*(?:[-~–—−至到]|\bto\b)\s*", half_width(written))]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return ends[0], ends[1]


def read_market_digits(written: str) -> frozenset[int] | None:
    """Return the last digits of ``3;8``, ``3 8`` or ``逢三逢八``; 10 is 0."""
    plain = re.sub(r"[逢初]|农历|公历|\b(lunar|solar)\b", " ", half_width(written).casefold())
    digits: set[int] = set()
    for part in split_list(plain, r"[;,、\s|/和]+"):
        if part.isdecimal() and int(part[:4]) <= 10:
            digits.add(int(part) % 10)
        elif all(character in _NUMERALS for character in part):
            digits.update(_NUMERALS[character] % 10 for character in part)
        else:
            return None
    return frozenset(digits) or None

"""The small languages of cells."""

from __future__ import annotations

from typing import Any

import pytest

from planner.rules import NthWeekday
from planner.tables.words import (
    half_width,
    read_clock,
    read_frequency,
    read_market_digits,
    read_nth_weekdays,
    read_span,
    read_weekday_sets,
    read_weekdays,
    say_frequency,
)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("Mon;Thu", {MON, THU}),
        ("monday, friday", {MON, FRI}),
        ("Mon-Fri", {MON, TUE, WED, THU, FRI}),
        ("Sat-Mon", {SAT, SUN, MON}),
        ("周一至周五", {MON, TUE, WED, THU, FRI}),
        ("周一到五", {MON, TUE, WED, THU, FRI}),
        ("周一、周三", {MON, WED}),
        ("星期二 星期日", {TUE, SUN}),
        ("一三五", {MON, WED, FRI}),
        ("周一三五", {MON, WED, FRI}),
        ("礼拜天", {SUN}),
        ("１，３，５", {MON, WED, FRI}),
        ("1-5", {MON, TUE, WED, THU, FRI}),
        ("工作日", {MON, TUE, WED, THU, FRI}),
        ("weekend", {SAT, SUN}),
        ("每天", set(range(7))),
        ("8", None),
        ("0", None),
        ("Xyz", None),
        ("Mon-", None),
        ("", None),
    ],
)
def test_weekdays_are_read(written: str, days: set[int] | None) -> None:
    """Weekdays in English, Chinese and numbers, single, listed and from-to."""
    assert read_weekdays(written) == (None if days is None else frozenset(days))


def test_weekday_sets_are_read_in_both_languages() -> None:
    """Combinations mean the same in English and Chinese, in any order."""
    expected = (frozenset({MON, THU}), frozenset({TUE, FRI}))
    for written in ("Mon+Thu|Tue+Fri", "周二+周五|周一+周四", "周一周四或周二周五", "Tue+Fri；Mon+Thu"):
        assert read_weekday_sets(written) == expected


def test_nth_weekdays_are_read_in_both_languages() -> None:
    """2Tue is 第二个周二; the last one is -1."""
    expected = (NthWeekday(nth=-1, weekday=FRI), NthWeekday(nth=2, weekday=TUE))
    for written in ("2Tue;-1Fri", "2nd Tue; last Friday", "第二个周二；最后一个周五", "第2个星期二、最后周五"):
        assert read_nth_weekdays(written) == expected
    assert read_nth_weekdays("6Tue") is None


@pytest.mark.parametrize(
    ("written", "frequency"),
    [
        ("2/week", (2, "week", 1)),
        ("2 / weeks", (2, "week", 1)),
        ("1/2 weeks", (1, "week", 2)),
        ("1 per 3 months", (1, "month", 3)),
        ("2 times per week", (2, "week", 1)),
        ("每周2次", (2, "week", 1)),
        ("每周两天", (2, "week", 1)),
        ("每两周一次", (1, "week", 2)),
        ("每2个月１次", (1, "month", 2)),
        ("每季度1次", (1, "quarter", 1)),
        ("一周两次", (2, "week", 1)),
        ("2次/月", (2, "month", 1)),
        ("每月十二次", (12, "month", 1)),
        ("monthly", (1, "month", 1)),
        ("每周", (1, "week", 1)),
        ("2/day", None),
        ("weekly round", None),
        ("每周三三次", None),
        ("2", None),
    ],
)
def test_short_frequencies_are_read(written: str, frequency: Any) -> None:
    """Short forms give visits, period and number of periods."""
    assert read_frequency(written) == frequency
    if frequency is not None:
        assert read_frequency(say_frequency(*frequency)) == frequency


@pytest.mark.parametrize(
    ("written", "minute"),
    [
        ("08:00", 480),
        ("8：05", 485),
        ("08:00:00", 480),
        ("24:00", 1440),
        ("8点", 480),
        ("8点半", 510),
        ("8点15分", 495),
        ("下午2点", 840),
        ("2 pm", 840),
        ("12:30 pm", 750),
        ("24:01", None),
        ("08:60", None),
        ("8", 480),
        ("noon", None),
    ],
)
def test_times_of_day_are_read(written: str, minute: int | None) -> None:
    """Times become minutes after midnight."""
    assert read_clock(written) == minute


def test_span_is_read_with_any_dash() -> None:
    """Hyphen, dash, tilde, 至 and to join two times; full-width signs count too."""
    for written in ("08:00-12:00", "08:00–12:00", "8:00～12:00", "８：００－１２：００", "8点至12点", "08:00 to 12:00"):
        assert read_span(written) == (480, 720)
    assert read_span("08:00-10:00-12:00") is None


@pytest.mark.parametrize("written", ["3;8", "3 8", "逢三逢八", "三八", "逢３、８", "农历三、八", "初三、初八"])
def test_market_days_are_read(written: str) -> None:
    """逢三逢八 are the days that end in 3 or 8."""
    assert read_market_digits(written) == {3, 8}


def test_market_day_ten_is_zero() -> None:
    """逢十 is the 10th, 20th and 30th; 11 is no last digit."""
    assert read_market_digits("五;十") == read_market_digits("5;10") == {5, 0}
    assert read_market_digits("11") is None


def test_half_width_leaves_chinese_alone() -> None:
    """Full-width letters, digits and spaces become plain; unseen signs go; Chinese stays."""
    assert half_width("　Ｖ０１\u200b村 ") == "V01村"

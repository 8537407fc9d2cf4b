"""Which days are worked: public holidays, make-up days, the user's own rows, closures and markets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planner.calendar import (
    CalendarOverride,
    build_calendar,
    day_name,
    is_market_day,
    is_site_open,
    is_team_working,
    lunar_date,
    visit_days,
)
from planner.errors import ModelError
from planner.language import say
from planner.model import Calendar, Horizon, Task
from planner.values import DateRange, MarketDays
from tests.builders import MONDAY, day, team, tiny_problem, village, weekly

SPRING = Horizon(start=date(2026, 2, 9), days=21)
MAKEUP_SATURDAY, NEW_YEAR = date(2026, 2, 14), date(2026, 2, 17)


def spring(*overrides: CalendarOverride) -> Calendar:
    """Return the three weeks around the Spring Festival of 2026."""
    return build_calendar(SPRING, overrides=overrides)[0]


def test_makeup_saturday_and_spring_festival_of_2026() -> None:
    """2026-02-14 is worked for the holiday; 2026-02-17 is New Year's day."""
    assert spring().kinds[MAKEUP_SATURDAY] == "makeup"
    assert spring().kinds[NEW_YEAR] == "holiday"


def test_spring_festival_of_2026_lasts_nine_days() -> None:
    """The announced run off is 15 to 23 February, its weekends included."""
    off = [d for d, kind in spring().kinds.items() if kind == "holiday"]
    assert off == [date(2026, 2, d) for d in range(15, 24)]


def test_weekend_at_edge_of_horizon_belongs_to_the_holiday_outside() -> None:
    """A horizon that starts on Saturday 2026-02-21 still knows the festival before it."""
    calendar, _ = build_calendar(Horizon(start=date(2026, 2, 21), days=3))
    assert set(calendar.kinds.values()) == {"holiday"}


def test_weekend_before_new_years_day_belongs_to_it() -> None:
    """Monday 2024-01-01 makes three days off with the last weekend of 2023, though it lies in the next year."""
    calendar, _ = build_calendar(Horizon(start=date(2023, 12, 29), days=3))
    assert list(calendar.kinds.values()) == ["workday", "holiday", "holiday"]


def test_plain_weekend_is_no_holiday() -> None:
    """The weekend of 2026-03-07 touches no holiday."""
    calendar, _ = build_calendar(Horizon(start=MONDAY, days=7))
    assert list(calendar.kinds.values()) == ["workday"] * 5 + ["weekend"] * 2


def test_known_years_give_no_warning() -> None:
    """The make-up days of 2026 are announced."""
    assert build_calendar(SPRING)[1] == ()


def test_2027_warns_that_makeup_days_are_not_known() -> None:
    """The warning names the year, asks for the calendar sheet, and appears once."""
    _, issues = build_calendar(Horizon(start=date(2026, 12, 21), days=28))
    assert [issue.is_warning for issue in issues] == [True]
    assert str(issues[0]) == (
        "sheet calendar: The make-up workdays (调休) of 2027 are not yet known, so holidays there are a guess. "
        "When they are announced, list the holidays and make-up days of 2027 in the sheet."
    )


def test_2027_does_not_warn_when_overrides_cover_it() -> None:
    """A row for 2027, even outside the horizon, says that the user knows the year."""
    own = CalendarOverride(day=date(2027, 10, 9), kind="makeup")
    assert build_calendar(Horizon(start=date(2027, 3, 1), days=28), overrides=[own])[1] == ()


def test_2027_warns_when_overrides_cover_only_another_year() -> None:
    """A row for 2026 says nothing of 2027."""
    own = CalendarOverride(day=date(2026, 12, 25), kind="holiday")
    assert len(build_calendar(Horizon(start=date(2026, 12, 21), days=28), overrides=[own])[1]) == 1


def test_country_without_makeup_days_does_not_warn() -> None:
    """France works no weekend for a holiday, and its weekend beside one stays a weekend."""
    calendar, issues = build_calendar(Horizon(start=date(2028, 7, 13), days=4), country="FR")
    assert issues == ()
    assert list(calendar.kinds.values()) == ["workday", "holiday", "weekend", "weekend"]


def test_unknown_country_is_refused() -> None:
    """The message quotes the code."""
    with pytest.raises(ModelError, match='no calendar of public holidays for the country "ZZ"'):
        build_calendar(SPRING, country="ZZ")


def test_overrides_win() -> None:
    """The county works on New Year's day and keeps a festival of its own."""
    calendar = spring(
        CalendarOverride(day=NEW_YEAR, kind="workday", name="flood"),
        CalendarOverride(day=date(2026, 2, 11), kind="holiday", name="{temple} fair"),
        CalendarOverride(day=MAKEUP_SATURDAY, kind="weekend"),
    )
    assert [calendar.kinds[d] for d in (NEW_YEAR, date(2026, 2, 11), MAKEUP_SATURDAY)] == [
        "workday",
        "holiday",
        "weekend",
    ]
    assert MAKEUP_SATURDAY not in calendar.names
    assert str(day_name(calendar, date(2026, 2, 11))) == "{temple} fair"


def test_two_kinds_for_one_day_are_refused() -> None:
    """Which row would win may not depend on their order."""
    rows = [CalendarOverride(day=NEW_YEAR, kind=kind) for kind in ("workday", "holiday")]
    with pytest.raises(ModelError, match="gives 2026-02-17 two kinds, holiday and workday"):
        build_calendar(SPRING, overrides=rows)


def test_unknown_kind_is_refused() -> None:
    """Only the four kinds have a meaning."""
    with pytest.raises(ModelError, match="must be workday, weekend, holiday or makeup"):
        CalendarOverride(day=NEW_YEAR, kind="strike")  # type: ignore[arg-type]


def test_every_chinese_holiday_of_known_years_has_its_chinese_name() -> None:
    """No English name reaches a Chinese page from 2023 to 2026, and 2027 as far as it is guessed."""
    untranslated = set()
    for year in range(2023, 2028):
        calendar, _ = build_calendar(Horizon(start=date(year, 1, 1), days=365))
        names = {say(day_name(calendar, d) or "", "zh") for d in calendar.names}
        untranslated |= {name for name in names if name.isascii()}
    assert untranslated == set()


def test_ordinary_day_has_no_name() -> None:
    """Only holidays and make-up days are named."""
    assert day_name(spring(), SPRING.start) is None


@pytest.mark.parametrize(("weekdays", "works"), [({0, 1}, True), ({4}, True), ({5, 6}, False), (set(), False)], ids=str)
def test_makeup_saturday_is_worked_by_teams_that_work_on_weekdays(weekdays: set[int], works: bool) -> None:
    """The make-up Saturday stands for a weekday, so a weekend team stays at home."""
    assert is_team_working(spring(), team(weekdays=frozenset(weekdays)), MAKEUP_SATURDAY) is works


def test_holiday_is_worked_only_by_teams_that_work_holidays() -> None:
    """New Year's day is a Tuesday, which both teams work."""
    assert not is_team_working(spring(), team(), NEW_YEAR)
    assert is_team_working(spring(), team(works_holidays=True), NEW_YEAR)


def test_day_off_wins_over_everything() -> None:
    """A team that works holidays has its own days off."""
    resting = team(works_holidays=True, days_off=frozenset({NEW_YEAR}))
    assert not is_team_working(spring(), resting, NEW_YEAR)


def test_weekend_is_worked_by_its_weekday() -> None:
    """Sunday 2026-03-01 is worked by a Sunday team only."""
    sunday = date(2026, 3, 1)
    assert is_team_working(spring(), team(weekdays=frozenset({6})), sunday)
    assert not is_team_working(spring(), team(), sunday)


def test_site_is_open_on_holiday_only_when_it_allows_that() -> None:
    """The health station for working people holds its sessions on holidays."""
    assert not is_site_open(spring(), village("a"), NEW_YEAR)
    assert is_site_open(spring(), village("a", is_holiday_allowed=True), NEW_YEAR)
    assert is_site_open(spring(), village("a"), MAKEUP_SATURDAY)


def test_site_is_shut_from_first_to_last_day_of_a_closure() -> None:
    """Both ends are closed, and a holiday permission does not open them."""
    closed = (DateRange(first_day=date(2026, 2, 10), last_day=date(2026, 2, 11)),)
    site = village("a", closed=closed, is_holiday_allowed=True)
    assert [is_site_open(spring(), site, date(2026, 2, d)) for d in (9, 10, 11, 12)] == [True, False, False, True]


def test_lunar_market_on_three_and_eight() -> None:
    """The lunar year begins on 17 February 2026: 初三 is the 19th, 初八 the 24th; its first month has 30 days."""
    site = village("a", market_days=MarketDays(digits=frozenset({3, 8})))
    hits = [d for d in Horizon(start=NEW_YEAR, days=33).dates if is_market_day(site, d)]
    expected = ["2026-02-19", "2026-02-24", "2026-03-01", "2026-03-06", "2026-03-11", "2026-03-16", "2026-03-21"]
    assert [d.isoformat() for d in hits] == expected


def test_solar_market_follows_the_day_of_the_month() -> None:
    """Digits 0 and 5 of March: 5, 10, 15, 20, 25, 30."""
    site = village("a", market_days=MarketDays(digits=frozenset({0, 5}), calendar="solar"))
    hits = [d.day for d in Horizon(start=date(2026, 3, 1), days=31).dates if is_market_day(site, d)]
    assert hits == [5, 10, 15, 20, 25, 30]


def test_site_without_market_has_no_market_day() -> None:
    """Nothing to hit, nothing to miss."""
    assert not is_market_day(village("a"), NEW_YEAR)


def test_visit_days_hold_the_teams_that_could_come() -> None:
    """One team works Monday to Friday, the other on Tuesday and Saturday."""
    other = team("two", weekdays=frozenset({1, 5}))
    problem = tiny_problem(teams=(other, team()))
    found = visit_days(problem, Task("a", "weekly"))
    names = {d: [t.id for t in teams] for d, teams in found.items()}
    assert names == {day(0): ["one"], day(1): ["one", "two"], day(2): ["one"], day(3): ["one"], day(4): ["one"]} | {
        day(5): ["two"]
    }


def test_visit_days_leave_out_teams_without_skill() -> None:
    """Nobody can do ultrasound: no day is left."""
    problem = tiny_problem(sites=(village("a", weekly(skills=frozenset({"ultrasound"}))),))
    assert visit_days(problem, Task("a", "weekly")) == {}


def test_visit_days_of_joint_session_need_every_class() -> None:
    """Medicine works all week, public health on Wednesday only: Wednesday is left, with both."""
    both = frozenset({"medicine", "public_health"})
    doctors = team("doctors", skills=frozenset({"medicine"}))
    nurses = team("nurses", skills=frozenset({"public_health"}), weekdays=frozenset({2}))
    problem = tiny_problem(teams=(doctors, nurses), sites=(village("a", weekly(composition=both)),))
    found = visit_days(problem, Task("a", "weekly"))
    assert {d: [t.id for t in teams] for d, teams in found.items()} == {day(2): ["doctors", "nurses"]}


def test_visit_days_follow_site_and_team_holidays_together() -> None:
    """On New Year's day a holiday team comes to a site that allows it, and to no other."""
    open_site, shut_site = village("a", is_holiday_allowed=True), village("b")
    problem = replace(tiny_problem(sites=(open_site, shut_site), teams=(team(works_holidays=True),)), calendar=spring())
    assert NEW_YEAR in visit_days(problem, Task("a", "weekly"))
    assert NEW_YEAR not in visit_days(problem, Task("b", "weekly"))


@pytest.mark.parametrize(
    ("festival", "month", "number", "is_leap"),
    [
        (date(2024, 2, 10), 1, 1, False),  # Spring Festival
        (date(2025, 1, 29), 1, 1, False),
        (date(2026, 2, 17), 1, 1, False),
        (date(2027, 2, 6), 1, 1, False),
        (date(2025, 10, 6), 8, 15, False),  # Mid-Autumn
        (date(2025, 7, 24), 6, 30, False),  # the last day of the sixth month
        (date(2025, 7, 25), 6, 1, True),  # the leap sixth month begins
        (date(2025, 8, 23), 7, 1, False),
        (date(2033, 12, 22), 11, 1, True),  # the year whose leap month many tables have wrong
        (date(2000, 2, 5), 1, 1, False),
        (date(2100, 2, 9), 1, 1, False),
    ],
)
def test_lunar_date_of_known_days(festival: date, month: int, number: int, is_leap: bool) -> None:
    """Spring Festival, Mid-Autumn and leap months fall where the almanac has them, from 2000 to 2100."""
    found = lunar_date(festival)
    assert (found.month, found.day, found.is_leap) == (month, number, is_leap)


def test_lunar_months_of_a_century_are_whole() -> None:
    """Day by day the date goes on by one or begins a month, after 29 or 30 days; every year has 12 or 13 months."""
    months: list[list[int]] = []
    for ordinal in range(date(2025, 1, 29).toordinal(), date(2027, 2, 6).toordinal()):
        found = lunar_date(date.fromordinal(ordinal))
        if found.day == 1:
            months.append([])
        months[-1].append(found.day)
    assert all(days == list(range(1, len(days) + 1)) and len(days) in {29, 30} for days in months)
    assert len(months) == 13 + 12  # 2025 has a leap month

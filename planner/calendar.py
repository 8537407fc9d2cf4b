"""Horizon -> working days: public holidays, make-up workdays, days off, closures, market days.

Four kinds of day. ``workday`` and ``weekend`` follow the weekday. ``holiday`` is a public holiday. ``makeup``
(调休) is a weekend day on which the country works because a weekday of a holiday was given away.
The user's own rows win over the public calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from planner.errors import Issue, ModelError, Where
from planner.language import Text, text
from planner.model import Calendar, DayKind, Horizon, Problem, Site, Task, Team, may_visit
from planner.values import require, week_of

if TYPE_CHECKING:
    from holidays import HolidayBase

# The State Council announces a year's make-up workdays in the autumn before. These years were compared with the
# announcements; a year goes in when the ``holidays`` package has it, since without it the week before a long
# holiday looks like a weekend on which the country in fact works.
MAKEUP_YEARS_KNOWN = {"CN": range(2023, 2027)}
# In China the weekend beside a public holiday belongs to the announced run of days off (放假).
WHOLE_RUNS_OFF = frozenset({"CN"})
MAKEUP_NAME = "Make-up workday"
SUBSTITUTED_NAME = "Day off, worked on another day"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarOverride:
    """One row of the user's calendar: what kind of day it really is. It wins over the public calendar."""

    day: date
    kind: DayKind
    name: str = ""

    def __post_init__(self) -> None:
        require(
            self.kind in {"workday", "weekend", "holiday", "makeup"},
            text("The kind of {day} must be workday, weekend, holiday or makeup.", day=self.day),
        )


def build_calendar(
    horizon: Horizon, *, country: str = "CN", overrides: Iterable[CalendarOverride] = ()
) -> tuple[Calendar, tuple[Issue, ...]]:
    """Return the kind and name of every day, and a warning per year whose make-up workdays are not known.

    ``country`` is an ISO 3166 code known to the ``holidays`` package. Raises ModelError for an unknown country
    and for a day to which the overrides give two kinds.
    """
    own = _by_day(overrides)
    public = _public_calendar(country, horizon)
    kinds: dict[date, DayKind] = {day: _public_kind(public, country, day) for day in horizon.dates}
    names = {day: _public_name(public, day) for day, kind in kinds.items() if kind in {"holiday", "makeup"}}
    for day in sorted(set(own) & set(kinds)):
        kinds[day] = own[day].kind
        names.pop(day, None)
        if own[day].name:
            names[day] = own[day].name
    own_years = {day.year for day in own}
    years = sorted({day.year for day in horizon.dates})
    issues = tuple(_unknown_makeup_days(year) for year in years if _is_guess(country, year) and year not in own_years)
    return Calendar(horizon=horizon, kinds=kinds, names=dict(sorted(names.items()))), issues


def _by_day(overrides: Iterable[CalendarOverride]) -> dict[date, CalendarOverride]:
    found: dict[date, CalendarOverride] = {}
    for override in sorted(overrides, key=lambda o: (o.day, o.kind, o.name)):
        first = found.setdefault(override.day, override)
        require(
            first.kind == override.kind,
            text(
                "The calendar gives {day} two kinds, {one} and {other}.",
                day=override.day,
                one=first.kind,
                other=override.kind,
            ),
            text("Keep one row for each day."),
        )
    return found


def _public_calendar(country: str, horizon: Horizon) -> HolidayBase:
    from holidays import country_holidays  # noqa: PLC0415 - the feasts of all religions load for a third of a second

    # The last weekend of December may belong to New Year's Day: look a few days further.
    years = range(horizon.start.year, (horizon.last + 3 * ONE_DAY).year + 1)
    try:
        return country_holidays(country, years=years, language="en_US")
    except NotImplementedError as error:
        problem = text('There is no calendar of public holidays for the country "{country}".', country=country)
        raise ModelError(problem, text("Write a two-letter code such as CN.")) from error


def _public_kind(public: HolidayBase, country: str, day: date) -> DayKind:
    if day in public.weekend_workdays:
        return "makeup"
    if day in public:
        return "holiday"
    if day.weekday() not in public.weekend:
        return "workday"
    beside_holiday = country in WHOLE_RUNS_OFF and _holiday_beside(public, day) is not None
    return "holiday" if beside_holiday else "weekend"


def _holiday_beside(public: HolidayBase, day: date) -> date | None:
    """Return the holiday that a plain weekend day touches, over other plain weekend days."""
    for step in (-ONE_DAY, ONE_DAY):
        other = day + step
        while other.weekday() in public.weekend and other not in public and other not in public.weekend_workdays:
            other += step
        if other in public and other not in public.weekend_workdays:
            return other
    return None


def _public_name(public: HolidayBase, day: date) -> str:
    """Return a plain English name that the Chinese catalogue can translate."""
    if day in public.weekend_workdays:
        return MAKEUP_NAME
    named = day if day in public else _holiday_beside(public, day)
    name = public.get(named or day, "")
    if name.startswith("Day off (substituted"):
        return SUBSTITUTED_NAME
    return name.replace(" (observed)", "").replace(" (estimated)", "")


def _is_guess(country: str, year: int) -> bool:
    return country in MAKEUP_YEARS_KNOWN and year not in MAKEUP_YEARS_KNOWN[country]


def _unknown_makeup_days(year: int) -> Issue:
    return Issue(
        where=Where(sheet=text("calendar")),
        problem=text(
            "The make-up workdays (调休) of {year} are not yet known, so holidays there are a guess.", year=year
        ),
        remedy=text("When they are announced, list the holidays and make-up days of {year} in the sheet.", year=year),
        is_warning=True,
    )


def day_name(calendar: Calendar, day: date) -> Text | None:
    """Return the name of a holiday or make-up day as a sentence that can be said in Chinese, or None."""
    return Text(calendar.names[day]) if day in calendar.names else None


def is_team_working(calendar: Calendar, team: Team, day: date) -> bool:
    """Return whether the team works that day of the horizon. A make-up day stands for a weekday of Monday to Friday."""
    if day in team.days_off:
        return False
    kind = calendar.kinds[day]
    if kind == "holiday":
        return team.works_holidays
    if kind == "makeup":
        return any(weekday < 5 for weekday in team.weekdays)
    return day.weekday() in team.weekdays


def may_sleep_out(calendar: Calendar, team: Team, day: date) -> bool:
    """Return whether the team may sleep away from its base after that day: it works on the next day of the week too."""
    after = day + ONE_DAY
    works = all(other in calendar.kinds and is_team_working(calendar, team, other) for other in (day, after))
    return team.may_sleep_out and works and week_of(day) == week_of(after)


def is_site_open(calendar: Calendar, site: Site, day: date) -> bool:
    """Return whether the site can be visited that day: not closed, and no public holiday unless the site allows it."""
    if any(day in closure for closure in site.closed):
        return False
    return site.is_holiday_allowed or calendar.kinds[day] != "holiday"


def is_market_day(site: Site, day: date) -> bool:
    """Return whether the site holds its market that day (逢三逢八: the 3rd, 8th, 13th, ... of the month)."""
    market = site.market_days
    if market is None:
        return False
    day_of_month = lunar_date(day).day if market.calendar == "lunar" else day.day
    return day_of_month % 10 in market.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class LunarDate:
    """A day of the Chinese calendar, in numbers and as the Chinese write them (正, 十六)."""

    month: int
    day: int
    is_leap: bool  # the second month of that number in its year
    month_zh: str
    day_zh: str


@cache
def lunar_date(day: date) -> LunarDate:
    """Return the day in the Chinese calendar; cached because one takes 2 ms."""
    from lunar_python import Solar  # noqa: PLC0415 - only for market days by the moon

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return LunarDate(
        month=abs(lunar.getMonth()),
        day=lunar.getDay(),
        is_leap=lunar.getMonth() < 0,
        month_zh=lunar.getMonthInChinese().removeprefix("闰"),
        day_zh=lunar.getDayInChinese(),
    )


def visit_days(problem: Problem, task: Task) -> Mapping[date, tuple[Team, ...]]:
    """Return the days on which the site is open and the teams that could come then, sorted by id.

    Days with no team are left out. For a joint session (composition) a day stays only when the teams of the day
    together hold every class asked. The rule's own weekdays are not looked at (``recurrence.rule_days`` is).
    """
    site, classes = problem.site_by_id[task.site_id], problem.rule_by_task[task].composition
    calendar = problem.calendar
    candidates = [team for team in problem.teams if may_visit(problem, team, task)]
    found: dict[date, tuple[Team, ...]] = {}
    for day in problem.horizon.dates:
        if not is_site_open(calendar, site, day):
            continue
        teams = tuple(team for team in candidates if is_team_working(calendar, team, day))
        if teams and classes <= frozenset[str]().union(*(team.skills for team in teams)):
            found[day] = teams
    return found

"""How often a site is to be visited, by whom and for how long."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planner.language import Text, text
from planner.values import DAY_MINUTES, Window, require, require_id, require_whole

SHORT_FORM = re.compile(r"(\d+)/(?:(\d+) )?(week|month|quarter|horizon)s?")  # as tables name them
Period = Literal["week", "month", "quarter", "horizon"]
MOST_PRIORITY = 5  # must be
PERIODS: tuple[Period, ...] = ("week", "month", "quarter", "horizon")


@dataclass(frozen=True, slots=True, kw_only=True)
class NthWeekday:
    """For example the second Tuesday of the month: ``nth=2, weekday=1``; ``nth=-1`` is the last one."""

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        fits = self.nth in {1, 2, 3, 4, 5, -1} and 0 <= self.weekday <= 6
        require(
            fits, text("An nth weekday is the 1st to 5th or the last (-1) of a weekday from Monday (0) to Sunday (6).")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTime:
    """How long a visit takes: set-up, people at a throughput, and a fixed tail (30-minute observation)."""

    setup_minutes: int = 0
    people: int = 0
    people_per_hour: float = 0.0
    tail_minutes: int = 0

    def __post_init__(self) -> None:
        for name in ("setup_minutes", "tail_minutes"):
            require_whole(getattr(self, name), name=name, subject=text("service time"), low=0, high=DAY_MINUTES)
        require_whole(self.people, name="people", subject=text("service time"), low=0, high=1_000_000)
        throughput_known = self.people == 0 or (math.isfinite(self.people_per_hour) and self.people_per_hour > 0)
        require(
            throughput_known,
            text("Service time for {people} people needs people_per_hour above 0.", people=self.people),
        )

    @property
    def minutes(self) -> int:
        """Whole minutes, part minutes rounded up."""
        for_people = math.ceil(60 * self.people / self.people_per_hour) if self.people else 0
        return self.setup_minutes + for_people + self.tail_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The rule whose visits are followed, at which site, and after how many days: a result handed over 18 days later.

    What it asks is said in ``planner.follow_ups``.
    """

    rule_id: str
    site_id: str | None = None  # None: the site of the follow-up itself
    min_days: int
    max_days: int

    def __post_init__(self) -> None:
        for name in ("min_days", "max_days"):
            require_whole(getattr(self, name), name=name, subject=text("follow-up"), low=1, high=400)
        require(
            self.min_days <= self.max_days,
            text(
                "A follow-up at least {low} and at most {high} days later can never be made.",
                low=self.min_days,
                high=self.max_days,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRule:
    """How often one site is to be visited for one purpose, by whom and for how long.

    A site with a weekly clinic and a monthly round has two rules. Exactly ``visits`` visits are asked in
    each block of ``every`` periods (weeks run Monday to Sunday; ``planner.recurrence`` says what a period
    cut off by the horizon asks). Explicit ``dates`` or ``nth_weekdays`` replace counting: each names its visit.
    """

    id: str
    name: str = ""
    visits: int = 1
    per: Period = "week"
    every: int = 1
    min_gap_days: int = 1
    max_gap_days: int | None = None
    weekdays: frozenset[int] = frozenset()  # empty: any day
    weekday_sets: tuple[frozenset[int], ...] = ()  # allowed combinations within a week: Mon+Thu or Tue+Fri
    nth_weekdays: tuple[NthWeekday, ...] = ()
    dates: tuple[date, ...] = ()
    same_weekday: bool = False  # the weekday(s) of the first week are kept in all weeks
    same_team: bool = False  # hard: all visits by one team; soft consistency is always counted
    last_visited: date | None = None
    held: tuple[date, ...] = ()  # before the plan, as far as it is known: the last is ``last_visited``, or before it
    missed: tuple[date, ...] = ()  # before the plan: visits that were planned and not made
    service: ServiceTime = ServiceTime(setup_minutes=30)
    load: int = 0  # doses or kits used by a visit
    windows: tuple[Window, ...] = ()  # empty: those of the site
    skills: frozenset[str] = frozenset()  # one team has all of them
    composition: frozenset[str] = frozenset()  # each is held by at least one of the teams that come together
    priority: int = 3  # 1 (may wait) to 5 (must be)
    is_owned: bool = True  # False: ownership of the site does not bind this rule (a shared specialist)
    preferred_team: str | None = None
    services: str = ""  # what is offered, for notices
    bring: str = ""  # what people bring along, for notices
    results: str = ""  # when and where results are handed out, for notices
    is_announced: bool = True  # False: never on a village notice or in a text message (home visits)
    follows: FollowUp | None = None  # ``visits`` per horizon are then the most; each is asked by a visit it follows

    @property
    def missed_since(self) -> tuple[date, ...]:
        """The visits missed since the last one that was held: the village still waits for one."""
        return tuple(day for day in self.missed if self.last_visited is None or day > self.last_visited)

    @property
    def called(self) -> Text | str:
        """Return the rule as people call it: its name, else what its short form says, else its id."""
        short = None if self.name else SHORT_FORM.fullmatch(self.id)
        if short is None:
            return self.name or self.id
        visits, every, per = short.groups()
        if every:
            return {
                "week": text("{visits} per {every} weeks", visits=visits, every=every),
                "month": text("{visits} per {every} months", visits=visits, every=every),
                "quarter": text("{visits} per {every} quarters", visits=visits, every=every),
            }.get(per, self.id)
        return {
            "week": text("{visits} per week", visits=visits),
            "month": text("{visits} per month", visits=visits),
            "quarter": text("{visits} per quarter", visits=visits),
            "horizon": text("{visits} in the whole plan", visits=visits),
        }[per]

    def __post_init__(self) -> None:
        require_id(self.id, kind=text("rule"))
        subject = text('rule "{id}"', id=self.id)
        for name, low, high in (
            ("visits", 1, 400),
            ("every", 1, 60),
            ("min_gap_days", 1, 400),
            ("load", 0, 10**6),
            ("priority", 1, MOST_PRIORITY),
        ):
            require_whole(getattr(self, name), name=name, subject=subject, low=low, high=high)
        require(self.per in PERIODS, text("{subject}: per must be week, month, quarter or horizon.", subject=subject))
        if self.max_gap_days is not None:
            require_whole(self.max_gap_days, name="max_gap_days", subject=subject, low=1, high=1000)
            require(
                self.min_gap_days <= self.max_gap_days,
                text(
                    "{subject}: min_gap_days {low} is larger than max_gap_days {high}.",
                    subject=subject,
                    low=self.min_gap_days,
                    high=self.max_gap_days,
                ),
                text("Lower min_gap_days or raise max_gap_days."),
            )
        self._check_days(subject)

    def _check_days(self, subject: Text) -> None:
        weekdays = set(self.weekdays).union(*self.weekday_sets)
        require(
            weekdays <= set(range(7)), text("{subject}: weekdays run from Monday (0) to Sunday (6).", subject=subject)
        )
        sizes_fit = all(len(days) == self.visits for days in self.weekday_sets)
        weekly = not self.weekday_sets or (self.per == "week" and self.every == 1)
        require(
            sizes_fit and weekly,
            text(
                "{subject}: each allowed combination must name {visits} weekdays, and the rule must be per week.",
                subject=subject,
                visits=self.visits,
            ),
        )
        in_order = all(list(days) == sorted(set(days)) for days in (self.dates, self.held, self.missed))
        require(in_order, text("{subject}: dates must be in order, each once.", subject=subject))
        ways = [bool(self.dates), bool(self.nth_weekdays), bool(self.weekday_sets)]
        require(
            sum(ways) <= 1,
            text("{subject}: give only one of dates, nth weekdays and weekday combinations.", subject=subject),
        )
        counts_freely = self.follows is None or (self.per == "horizon" and not any(ways))
        require(
            counts_freely,
            text("{subject}: a follow-up counts its visits per horizon and names no dates.", subject=subject),
            text("Set per to horizon, and leave dates and weekdays of the month empty."),
        )

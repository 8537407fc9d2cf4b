"""Small values the domain is built of: windows, breaks, date ranges, and the checks that refuse bad ones.

A time of day is a whole number of minutes after midnight (``480`` is 08:00): arithmetic on ``datetime.time``
is not defined, and a shift never passes midnight. ``clock`` writes it for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from planner.errors import ModelError, Where
from planner.language import Text, text

DAY_MINUTES = 24 * 60
LARGEST_PRICE = 100_000  # kilometres; the sums of a year stay exact
FIRST_YEAR, LAST_YEAR = 2000, 2100  # of every date that people write; anything else is a slip
MarketCalendar = Literal["lunar", "solar"]


def clock(minute: int) -> str:
    """Return minutes after midnight as ``08:05``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def require(condition: bool, problem: Text, remedy: Text | None = None) -> None:
    """Raise ModelError with the sentence unless the condition holds."""
    if not condition:
        raise ModelError(problem, remedy)


def require_whole(value: object, *, name: str, subject: Text, low: int, high: int) -> None:
    """Raise ModelError unless the value is a whole number from low to high, both included."""
    fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    require(
        fits,
        text(
            "{subject}: {name} must be a whole number from {low} to {high}, but is {value}.",
            subject=subject,
            name=Text(name),  # the heading of its column, in the language
            low=low,
            high=high,
            value=repr(value),
        ),
    )


def require_price(value: object, *, name: str, subject: Text) -> None:
    """Raise ModelError unless the value is a price: a number of kilometres from 0 to ``LARGEST_PRICE``."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST_PRICE
    require(
        fits,
        text(
            "{subject}: {name} must be a number from {low} to {high}, but is {value}.",
            subject=subject,
            name=Text(name),
            low=0,
            high=LARGEST_PRICE,
            value=repr(value),
        ),
    )


def require_id(value: object, *, kind: Text) -> None:
    """Raise ModelError unless the value can name a thing: some text, not too long, no NUL."""
    fits = isinstance(value, str) and bool(value.strip()) and "\x00" not in value and len(value) <= 120
    require(
        fits,
        text("{kind} id must be 1 to 120 characters of text, but is {value}.", kind=kind, value=repr(value)[:60]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a day, ``start_minute`` to ``end_minute``; a visit's service lies wholly inside one."""

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        fits = 0 <= self.start_minute < self.end_minute <= DAY_MINUTES
        require(
            fits,
            text(
                "A time window must start before it ends, within one day; found {start} to {end}.",
                start=clock(self.start_minute),
                end=clock(self.end_minute),
            ),
            text("Write it as 08:00-12:00."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LunchBreak:
    """A rest of ``minutes`` that starts between ``earliest_minute`` and ``latest_minute``.

    It is taken between two activities or on the road, never during a visit. A team that is home by the latest
    time to begin it, or leaves when it could have ended, eats at its base (``timing.needs_lunch``).
    """

    earliest_minute: int
    latest_minute: int
    minutes: int

    def __post_init__(self) -> None:
        fits = 0 <= self.earliest_minute <= self.latest_minute < DAY_MINUTES and 0 < self.minutes <= 240
        require(
            fits, text("The lunch break must start at the earliest before the latest time, and last 1 to 240 minutes.")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """Days from ``first_day`` to ``last_day``, both included."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        require(
            self.first_day <= self.last_day,
            text("The first day {first} is after the last day {last}.", first=self.first_day, last=self.last_day),
        )

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def meets(self, other: DateRange) -> bool:
        """Return whether the two have a day in common."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadClosure:
    """A road that cannot be driven on some days."""

    road_id: str
    days: DateRange
    reason: str = ""
    where: Where = field(default=Where(), compare=False)  # its row


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A row of the tables that closes a village or a road, as people are told of it."""

    kind: Literal["village", "road"]
    id: str
    name: str = ""  # of a road; empty: the id
    days: DateRange
    reason: str = ""
    where: Where = field(default=Where())

    @property
    def called(self) -> str:
        """Return the name people know, with the id of the tables in brackets where it is another."""
        return f"{self.name} ({self.id})" if self.name not in {"", self.id} else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDays:
    """Market days by the last digit of the day of the (lunar or solar) month: 逢三逢八 is ``{3, 8}``."""

    digits: frozenset[int]
    calendar: MarketCalendar = "lunar"

    def __post_init__(self) -> None:
        fits = bool(self.digits) and all(0 <= digit <= 9 for digit in self.digits)
        require(fits, text("Market days are last digits from 0 to 9, at least one."))


def week_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())

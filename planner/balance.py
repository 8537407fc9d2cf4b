"""What an even workload is: the band around the mean, and the hours outside it. The one place for this arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from planner.language import text
from planner.values import require, require_price

Scope = Literal["team", "institution"]
SCOPES: tuple[Scope, ...] = ("team", "institution")
DECIMALS = 9  # of an hour: equal loads give a difference of exactly nothing, and no price tells it from the sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How even the work of teams (or of institutions) should be; soft, at a price in kilometres.

    ``spread`` is the allowed difference from the mean as a fraction: 0.10 is plus or minus 10 per cent.
    """

    spread: float = 0.10
    scope: Scope = "team"
    price_per_hour: float = 20.0  # of each hour outside the band

    def __post_init__(self) -> None:
        fits = isinstance(self.spread, int | float) and 0 <= self.spread <= 1
        require(fits, text("The spread of the workload must be from 0 to 1, but is {value}.", value=repr(self.spread)))
        require(self.scope in SCOPES, text("The workload is compared over teams or institutions."))
        require_price(self.price_per_hour, name="price_per_hour", subject=text("prices"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The work of a team, or of the teams of an institution: hours on duty, and days on which it could work (> 0)."""

    name: str
    hours: float
    days: int

    @property
    def hours_per_day(self) -> float:
        """Hours on duty for each day on which it could work: what is compared."""
        return self.hours / self.days


def mean_hours(loads: Iterable[Load]) -> float:
    """Return the hours of all together for each of their days; 0 where there is nobody.

    It is the mean weighted by days: a team that works two days a week counts for two fifths of one that works five.
    """
    known = list(loads)
    days = sum(load.days for load in known)
    return sum(load.hours for load in known) / days if days else 0.0


def hours_outside(loads: Sequence[Load], spread: float) -> tuple[float, ...]:
    """Return, for each load, the hours it has beyond its share of the band, or lacks up to it; 0 inside.

    The band is mean x (1 - spread) to mean x (1 + spread) in hours per day; a load's share is that times its days.
    """
    mean = mean_hours(loads)
    return tuple(
        round(
            max(0.0, load.hours - load.days * mean * (1 + spread), load.days * mean * (1 - spread) - load.hours),
            DECIMALS,
        )
        for load in loads
    )

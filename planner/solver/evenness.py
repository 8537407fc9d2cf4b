"""How evenly the work of the county is shared out while its groups are searched one by one.

The mean is that of all teams, so the price of one group's plan depends on how long the others work: their minutes are
kept here, as the search stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from planner.balance import Load, hours_outside
from planner.model import Problem
from planner.solver.instance import Floats
from planner.workload import parties


class Evenness:
    """The minutes on duty of every team, and what it costs that they are not shared out evenly."""

    def __init__(self, problem: Problem) -> None:
        self.balance = problem.balance
        self.parties = parties(problem, problem.balance) if problem.balance else ()
        self.minutes: dict[str, int] = {}

    @property
    def is_asked(self) -> bool:
        """Whether it makes any difference."""
        return self.balance is not None and self.balance.price_per_hour > 0 and len(self.parties) > 1

    def price(self, changed: Mapping[str, int]) -> float:
        """Return the price of the hours outside the band when some teams work so many minutes, the others as now."""
        if self.balance is None or not self.is_asked:
            return 0.0
        loads = self._loads({**self.minutes, **changed})
        return self.balance.price_per_hour * sum(hours_outside(loads, self.balance.spread))

    def others(self, teams: AbstractSet[str]) -> Floats:
        """Return the minutes of each party without the teams given, after a row for nobody."""
        known = {team: minutes for team, minutes in self.minutes.items() if team not in teams}
        return np.array([0.0, *(sum(known.get(team, 0) for team in party.teams) for party in self.parties)])

    def leaning(self, changed: Mapping[str, int]) -> Leaning:
        """Return what a little more work of each team would cost when some teams work so many minutes."""
        if self.balance is None or not self.is_asked:
            return UPRIGHT
        loads, spread = self._loads({**self.minutes, **changed}), self.balance.spread
        days = sum(load.days for load in loads)
        mean = 60 * sum(load.hours for load in loads) / days
        bands: dict[str, _Band] = {}
        moved = 0.0
        for party, load in zip(self.parties, loads, strict=True):
            band = _Band(60 * load.hours, load.days * mean * (1 - spread), load.days * mean * (1 + spread))
            moved += load.days * ((1 - spread) * (band.minutes < band.low) - (1 + spread) * (band.minutes > band.high))
            bands |= dict.fromkeys(party.teams, band)
        per_minute = self.balance.price_per_hour / 60
        return Leaning(bands, per_minute, per_minute * moved / days)

    def _loads(self, minutes: Mapping[str, int]) -> list[Load]:
        return [
            Load(name=party.name, hours=sum(minutes.get(team, 0) for team in party.teams) / 60, days=party.days)
            for party in self.parties
        ]


@dataclass(frozen=True, slots=True)
class _Band:
    minutes: float
    low: float
    high: float

    def outside(self, more: float) -> float:
        return max(0.0, self.minutes + more - self.high, self.low - self.minutes - more)


@dataclass(frozen=True, slots=True)
class Leaning:
    """What more work would about cost: the distance of the team's own party from its band, and all bands a little.

    The same estimate as the compiled search makes of a place (``kernel.evenness``).
    """

    bands: Mapping[str, _Band]
    per_minute: float
    tilt: float

    def price(self, team: str, minutes: float) -> float:
        """Return the price of so many more minutes of a team; below 0 where it works too little."""
        band = self.bands.get(team)
        if band is None:
            return 0.0
        return self.per_minute * (band.outside(minutes) - band.outside(0.0)) + self.tilt * minutes


UPRIGHT = Leaning({}, 0.0, 0.0)  # where nobody minds how the work is shared out

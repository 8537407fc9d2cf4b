"""What a visit would cost on a team's day, before the circuits are known: insertion into a reference route.

Fisher and Jaikumar (1981) price the assignment of customers to vehicles by the detour to a seed. Here the
seed of a slot (a team's day) is first one far village, later the route that the circuits made of the slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planner.model import UNREACHABLE, Problem, Task, Team

Slot = tuple[str, date]  # team id, day
NO_ROAD_COST = 1e6  # marks a detour without a road; such choices are left out, never priced


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPrice:
    """Cost and minutes of the slot once it is used, and of each task added to it."""

    open_cost: float
    open_minutes: int
    task_cost: Mapping[Task, float]
    task_minutes: Mapping[Task, int]

    def scaled(self, factor: float) -> SlotPrice:
        """Return the price with the tasks' costs multiplied; minutes stay."""
        return replace(self, task_cost={task: factor * cost for task, cost in self.task_cost.items()})


@dataclass(frozen=True, slots=True)
class _Legs:
    """Legs of one team's day at its speed: cost and minutes between places, as arrays and as rows."""

    index: Mapping[str, int]
    cost: NDArray[np.float64]
    minutes: NDArray[np.int64]
    cost_rows: list[list[float]]
    minute_rows: list[list[int]]


class Pricer:
    """Prices slots of one problem; remembers the legs of each team and matrix."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._legs: dict[tuple[str, float, int], _Legs] = {}

    def legs(self, team: Team, day: date) -> _Legs:
        """Return the legs of the team on the day."""
        matrix = self.problem.matrix(team, day)
        key = (team.access_class, team.speed_factor, id(matrix))
        if key not in self._legs:
            weights = self.problem.weights
            minutes = np.ceil(matrix.minutes / team.speed_factor - 1e-9).astype(np.int64)
            cost = weights.per_km * matrix.metres / 1000 + weights.per_duty_hour * minutes / 60
            has_road = matrix.minutes != UNREACHABLE
            cost, minutes = np.where(has_road, cost, NO_ROAD_COST), np.where(has_road, minutes, 10**6)
            self._legs[key] = _Legs(matrix.index, cost, minutes, cost.tolist(), minutes.tolist())
        return self._legs[key]

    def price_by_seed(self, slot: Slot, seed: str | None, tasks: Sequence[Task]) -> SlotPrice:
        """Price a slot whose route is not known: the detour from the way base - seed site - base."""
        team = self.problem.team_by_id[slot[0]]
        legs = self.legs(team, slot[1])
        places = [team.base, *([seed] if seed else []), team.last_base]
        cost, minutes = self._detours(legs, places, tasks)
        way = [legs.index[place] for place in places]
        open_cost = float(legs.cost[way[:-1], way[1:]].sum()) if seed else 0.0
        open_minutes = int(legs.minutes[way[:-1], way[1:]].sum()) if seed else 0
        return SlotPrice(open_cost=open_cost, open_minutes=open_minutes, task_cost=cost, task_minutes=minutes)

    def price_by_route(self, slot: Slot, route: Sequence[Task], tasks: Sequence[Task]) -> SlotPrice:
        """Price a slot by the route it has now: detours of new tasks, savings of those that are in it."""
        team = self.problem.team_by_id[slot[0]]
        legs = self.legs(team, slot[1])
        places = [team.base, *(task.site_id for task in route), team.last_base]
        cost, minutes = self._detours(legs, places, tasks)
        for k, task in enumerate(route):
            others = places[: k + 1] + places[k + 2 :]
            own_cost, own_minutes = self._detours(legs, others, [task])
            cost.update(own_cost)
            minutes.update(own_minutes)
        way = [legs.index[place] for place in places]
        open_cost = float(legs.cost[way[:-1], way[1:]].sum()) - sum(cost[task] for task in route)
        open_minutes = int(legs.minutes[way[:-1], way[1:]].sum()) - sum(minutes[task] for task in route)
        return SlotPrice(
            open_cost=max(0.0, open_cost) if route else 0.0,
            open_minutes=max(0, open_minutes) if route else 0,
            task_cost=cost,
            task_minutes=minutes,
        )

    def _detours(
        self, legs: _Legs, places: Sequence[str], tasks: Sequence[Task]
    ) -> tuple[dict[Task, float], dict[Task, int]]:
        """Return the cheapest detour to each task's site from the way over the places, and its minutes."""
        way = np.array([legs.index[place] for place in places])
        sites = np.array([legs.index[task.site_id] for task in tasks], dtype=np.int64)
        before, after = way[:-1, None], way[1:, None]
        detour = legs.cost[before, sites] + legs.cost[sites, after] - np.minimum(legs.cost[before, after], NO_ROAD_COST)
        best = detour.argmin(axis=0)
        low, high = way[best], way[best + 1]
        minutes = legs.minutes[low, sites] + legs.minutes[sites, high] - legs.minutes[low, high]
        cheapest = np.maximum(detour.min(axis=0), 0.0)
        pairs = zip(tasks, cheapest.tolist(), np.maximum(minutes, 0).tolist(), strict=True)
        found = [(task, cost, time) for task, cost, time in pairs]
        return {task: cost for task, cost, _ in found}, {task: time for task, _, time in found}

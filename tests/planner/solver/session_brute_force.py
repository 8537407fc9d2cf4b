"""Tiny problems with joint sessions solved by trying everything: days, crews, orders, and when sessions open."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations, pairwise, permutations, product
from math import inf

import numpy as np

from planner.model import Problem, Site, Task
from planner.solver.compiled import meetings_of
from planner.solver.meetings import Tasks
from tests.builders import MONDAY, team
from tests.planner.solver.brute_force import NOON, Best, EveryWay, Sets, tiny_county

QUARTER = 15
CLASSES = ("nurse", "public")

Openings = dict[Task, int]
Between = tuple[tuple[Task, tuple[int, int]], ...]


def tiny_session_county(seed: int) -> Problem:
    """Return a random problem of at most 7 visits and 2 or 3 teams, some sites joint, all times on the quarter hour."""
    problem, dice = tiny_county(seed), random.Random(f"joint {seed}")
    joint = dice.choice((1, 2, 2))  # on one day no more, or there were too many openings to try
    travel = problem.travel[0]
    quarters = QUARTER * np.ceil(travel.minutes / (2 * QUARTER)).astype(np.int64)
    others = tuple(team(f"t{k}", lunch=dice.choice((None, NOON))) for k in range(len(problem.teams), 3))
    teams = (*problem.teams, *others[: dice.choice((1, 1, 2))])
    classes = [CLASSES[:1], CLASSES[1:], dice.choice((CLASSES, CLASSES[:1], CLASSES[1:]))]
    named = {one.id: frozenset(dice.choice(classes[k:])) if k else frozenset(classes[0]) for k, one in enumerate(teams)}
    return replace(
        problem,
        sites=(*(_joint(site) for site in problem.sites[:joint]), *problem.sites[joint:]),
        teams=tuple(replace(one, skills=named[one.id] | {"doctor"}, speed_factor=1.0) for one in teams),
        travel=(replace(travel, minutes=quarters),),
    )


def _joint(site: Site) -> Site:
    (rule,) = site.rules
    return replace(site, rules=(replace(rule, skills=frozenset(), composition=frozenset(CLASSES)),))


class EverySession(EveryWay):
    """All plans of a problem with joint sessions, all of whose times are on the quarter hour."""

    def __init__(self, problem: Problem) -> None:
        self.cheapest: dict[tuple[str, frozenset[Task], Between], tuple[float, Tasks]] = {}
        self.least: dict[tuple[str, frozenset[Task]], float] = {}
        self.days: dict[tuple[tuple[str, frozenset[Task]], ...], tuple[float, dict[str, Tasks], Openings]] = {}
        super().__init__(problem)

    def _crews(self, task: Task, teams: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the sets of teams that can make a visit, without those of which one could stay at home."""
        composition = self.search.frames[task].rule.composition
        if not composition:
            return [(name,) for name in teams]
        skills = {name: self.problem.team_by_id[name].skills for name in teams}
        sets = [set(crew) for size in range(1, 4) for crew in combinations(teams, size)]
        able = [crew for crew in sets if composition <= set().union(*(skills[name] for name in crew))]
        return [tuple(sorted(crew)) for crew in able if not any(other < crew for other in able)]

    def best(self) -> Best:
        """Return the cheapest of all; the clock knows when its joint sessions open."""
        super().best()
        for day, met in meetings_of(self.found.state):
            sets = {name: frozenset(tasks) for (name, other), tasks in self.found.state.items() if other == day}
            _, _, openings = self._day(sets)
            tasks = {task for tasks in met.values() for task in tasks}
            self.search.clock.agree(day, met, {task: openings[task] for task in openings if task in tasks})
        return self.found

    def _fits(self, name: str, tasks: frozenset[Task]) -> bool:
        """Return whether a team may do so much in a day, had it neither to wait nor to eat."""
        return self._least(name, tasks) < inf

    def _drive(self, slots: Sets, price: float) -> None:
        """Take the cheapest orders of the days, and the cheapest minutes for the sessions."""
        if price + sum(self._least(name, tasks) for (name, _), tasks in slots.items()) >= self.found.cost:
            return
        days = {day: {n: tasks for (n, d), tasks in slots.items() if d == day} for day in {day for _, day in slots}}
        routes = {day: self._day(sets) for day, sets in days.items()}
        cost = price + sum(route[0] for route in routes.values())
        if cost < self.found.cost:
            state = {(name, day): order for day, found in routes.items() for name, order in found[1].items()}
            self.found = Best(cost, dict(sorted(state.items())))

    def _day(self, sets: Mapping[str, frozenset[Task]]) -> tuple[float, dict[str, Tasks], Openings]:
        """Return the cheapest orders of the teams' days, their price, and when sessions open; all days are alike."""
        key = tuple(sorted(sets.items()))
        if key not in self.days:
            joint = sorted({task for one, other in combinations(sets.values(), 2) for task in one & other})
            best: tuple[float, dict[str, Tasks], Openings] = (inf, {}, {})
            least = sum(self._least(name, tasks) for name, tasks in sets.items())
            for minutes in product(*(self._minutes(task, sets) for task in joint)):
                openings = dict(zip(joint, minutes, strict=True))
                routes = {name: self._cheapest(name, tasks, openings) for name, tasks in sets.items()}
                cost = sum(route[0] for route in routes.values())
                if cost < best[0]:
                    best = (cost, {name: route[1] for name, route in routes.items()}, openings)
                if best[0] < least + 1e-9:
                    break
            self.days[key] = best
        return self.days[key]

    def _minutes(self, task: Task, sets: Mapping[str, frozenset[Task]]) -> range:
        """Return the quarter hours at which a session may open within its windows and the shifts of its teams."""
        shifts = [self.problem.team_by_id[name].shift for name, tasks in sets.items() if task in tasks]
        windows = self.problem.windows(task)
        first = max(min(w.start_minute for w in windows), *(shift.start_minute for shift in shifts)) - QUARTER
        last = min(max(w.end_minute for w in windows), *(shift.end_minute for shift in shifts))
        return range(first, last - self.problem.rule_by_task[task].service.minutes + 1, QUARTER)

    def _cheapest(self, name: str, tasks: frozenset[Task], openings: Openings | None = None) -> tuple[float, Tasks]:
        """Return the cheapest order of a team's day and its price; all days have the same roads."""
        between = tuple((t, (m, m + QUARTER)) for t, m in sorted((openings or {}).items()) if t in tasks)
        key = (name, tasks, between)
        if key not in self.cheapest:
            orders = permutations(sorted(tasks))
            ways = ((self._price(name, order, between), order) for order in orders)
            self.cheapest[key] = min(ways, default=(0.0, ()))
        return self.cheapest[key]

    def _least(self, name: str, tasks: frozenset[Task]) -> float:
        """Return the price of a team's day in the cheapest order, had it neither to wait nor to eat."""
        if (name, tasks) not in self.least:
            self.least[name, tasks] = min(map(partial(self._work, name), permutations(sorted(tasks))), default=0.0)
        return self.least[name, tasks]

    def _work(self, name: str, order: Tasks) -> float:
        crew, weights = self.problem.team_by_id[name], self.problem.weights
        places = [crew.base, *(task.site_id for task in order), crew.last_base]
        legs = [self.problem.leg(crew, MONDAY, *ends) or (0, 0) for ends in pairwise(places) if len(set(ends)) > 1]
        minutes = sum(leg[0] for leg in legs) + sum(self.problem.rule_by_task[t].service.minutes for t in order)
        if minutes > crew.shift.end_minute - crew.shift.start_minute:
            return inf
        return weights.per_km * sum(leg[1] for leg in legs) / 1000 + weights.per_duty_hour * minutes / 60

    def _price(self, name: str, order: Tasks, between: Between) -> float:
        route = self.ledger.clock.route(name, MONDAY, order, dict(between))
        if route is None:
            return inf
        weights = self.problem.weights
        return (
            weights.per_km * route.metres / 1000 + weights.per_duty_hour * (route.end_minute - route.start_minute) / 60
        )

"""Exact insertion: places for visits in timed routes, to start the circuits and to place what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from planner.model import Problem, Task
from planner.solver.clock import Clock, Tasks
from planner.solver.dates import keeps_dates, missing_visits
from planner.solver.days import Choice, minutes_out
from planner.solver.frame import Frame
from planner.solver.proxy import NO_ROAD_COST, Pricer, Slot
from planner.solver.state import Ledger, State, coupled_teams, visits_of, without_empty

MAX_TRIES = 60  # places tried exactly for one visit, cheapest first
MAX_COVERS = 24  # sets of teams tried for one joint session


@dataclass(frozen=True, slots=True)
class Place:
    """A place for one visit: the day, and where it stands in the routes of the teams that come."""

    cost: float
    day: date
    positions: tuple[tuple[str, int], ...]


class Inserter:
    """Finds places in the routes of one problem."""

    def __init__(self, problem: Problem, frames: Mapping[Task, Frame], clock: Clock, pricer: Pricer) -> None:
        self.problem, self.frames, self.clock, self.pricer = problem, frames, clock, pricer
        self.ledger = Ledger(problem, frames, clock)

    def build(self, choice: Choice) -> State:
        """Return routes over the chosen days and teams; what does not fit a day is left out."""
        state: dict[Slot, Tasks] = {}
        for day in sorted({day for _, day in choice}):
            teams_of: dict[Task, list[str]] = {}
            for team, other in sorted(choice):
                if other == day:
                    for task in choice[team, day]:
                        teams_of.setdefault(task, []).append(team)
            # Joint sessions first: they bind several teams; then far and long visits, which bind most.
            for task in sorted(teams_of, key=lambda t: (-len(teams_of[t]), self._ease(teams_of[t][0], day, t), t)):
                places = self._places(state, task, day, tuple(teams_of[task]))
                state = self._first_fitting(state, task, sorted(places, key=_order)) or state
        return without_empty(state)

    def rebuild(self, state: State, choice: Choice) -> State:
        """Return the state with its days changed to the choice; tasks that stay keep their order."""
        kept = {slot: tuple(t for t in tasks if t in choice.get(slot, ())) for slot, tasks in state.items()}
        kept = dict(without_empty(kept))
        added: dict[tuple[date, Task], list[str]] = {}
        for (team, day), tasks in sorted(choice.items()):
            for task in tasks:
                if task not in kept.get((team, day), ()):
                    added.setdefault((day, task), []).append(team)
        for (day, task), teams in sorted(added.items()):
            places = sorted(self._places(kept, task, day, tuple(teams)), key=_order)
            kept = self._first_fitting(kept, task, places) or kept
        return self._whole_sessions(kept, choice)

    def _whole_sessions(self, state: State, choice: Choice) -> State:
        """Take out joint sessions of which only a part found a place."""
        wanted, made = visits_of(choice), visits_of(state)
        broken = {(t, day) for t, days in made.items() for day, teams in days.items() if teams != wanted[t][day]}
        return without_empty(
            {slot: tuple(task for task in tasks if (task, slot[1]) not in broken) for slot, tasks in state.items()}
        )

    def serve_owed(self, state: State, tasks: Iterable[Task], *, with_lent: bool) -> State:
        """Return the state with owed visits placed where the rules and the routes leave room, dearest first."""
        for task in sorted(tasks, key=lambda t: (-self.frames[t].rule.priority, t)):
            frame = self.frames[task]
            for _ in range(frame.asked):
                days = visits_of({s: t for s, t in state.items() if task in t}).get(task, {})
                if not any(missing_visits(frame, days)):
                    break
                places = sorted(self._all_places(state, frame, days, with_lent=with_lent), key=_order)
                found = self._first_fitting(state, task, places)
                if found is None:
                    break
                state = found
        return state

    def _ease(self, team: str, day: date, task: Task) -> float:
        legs = self.pricer.legs(self.problem.team_by_id[team], day)
        base, site = legs.index[self.problem.team_by_id[team].base], legs.index[task.site_id]
        return -float(legs.cost[base, site]) - self.frames[task].rule.service.minutes

    def _all_places(
        self, state: State, frame: Frame, days: Mapping[date, tuple[str, ...]], *, with_lent: bool
    ) -> Iterator[Place]:
        price_before = self.ledger.task_cost(frame.task, days)
        for day, teams in (frame.teams_by_day if with_lent else frame.own_by_day).items():
            if day in days or not keeps_dates(frame, [*days, day]):
                continue
            for cover in self._covers(frame, teams, days):
                soft = self.ledger.task_cost(frame.task, {**days, day: cover}) - price_before
                for place in self._places(state, frame.task, day, cover):
                    yield Place(place.cost + soft, day, place.positions)

    def _covers(
        self, frame: Frame, teams: Sequence[str], days: Mapping[date, tuple[str, ...]]
    ) -> Iterator[tuple[str, ...]]:
        """Yield the sets of teams that could come together, without idle members."""
        if frame.rule.same_team and days:
            together = next(iter(days.values()))
            if set(together) <= set(teams):
                yield together
            return
        if not frame.rule.composition:
            yield from ((team,) for team in teams)
            return
        skills = {team: self.problem.team_by_id[team].skills for team in teams}
        able = [[team for team in teams if skill in skills[team]] for skill in sorted(frame.rule.composition)]
        seen: list[tuple[str, ...]] = []
        for picked in product(*able):
            cover = tuple(sorted(set(picked)))
            if cover not in seen:
                seen.append(cover)
                yield cover
            if len(seen) >= MAX_COVERS:
                return

    def _places(self, state: State, task: Task, day: date, teams: tuple[str, ...]) -> Iterator[Place]:
        """Yield the places in the teams' routes that can be driven, before windows and lunch are looked at."""
        options = []
        for team in teams:
            route = state.get((team, day), ())
            if task in route:
                continue
            costs = self._detours(team, day, route, task)
            options.append([(cost, team, k) for k, cost in enumerate(costs) if cost < NO_ROAD_COST / 2])
        for picked in product(*options):
            yield Place(sum(p[0] for p in picked), day, tuple((team, k) for _, team, k in picked))

    def _detours(self, team: str, day: date, route: Tasks, task: Task) -> list[float]:
        """Return the detour cost at each position; none when the service alone is too long for the day."""
        rules = self.problem.rule_by_task
        if sum(rules[t].service.minutes for t in (*route, task)) > minutes_out(self.problem, team):
            return []
        crew = self.problem.team_by_id[team]
        legs = self.pricer.legs(crew, day)
        way = [legs.index[place] for place in (crew.base, *(t.site_id for t in route), crew.last_base)]
        site = legs.index[task.site_id]
        pairs = zip(way, way[1:], strict=False)
        return [float(legs.cost[a, site] + legs.cost[site, b] - legs.cost[a, b]) for a, b in pairs]

    def _first_fitting(self, state: State, task: Task, places: Sequence[Place]) -> dict[Slot, Tasks] | None:
        for place in places[:MAX_TRIES]:
            changed = dict(state)
            for team, k in place.positions:
                route = state.get((team, place.day), ())
                changed[team, place.day] = (*route[:k], task, *route[k:])
            if place.positions and self._fits(changed, place):
                return changed
        return None

    def _fits(self, state: State, place: Place) -> bool:
        teams = {team for team, _ in place.positions}
        if len(teams) == 1 and not self._has_sessions(state, place):
            team = next(iter(teams))
            return self.clock.route(team, place.day, state[team, place.day]) is not None
        day = {team: tasks for (team, other), tasks in state.items() if other == place.day and tasks}
        met = next(found for found in coupled_teams(day) if teams & set(found))
        return self.clock.day(place.day, {team: day[team] for team in met}) is not None

    def _has_sessions(self, state: State, place: Place) -> bool:
        route = state[place.positions[0][0], place.day]
        return any(self.frames[task].rule.composition for task in route)


def _order(place: Place) -> tuple[float, date, tuple[tuple[str, int], ...]]:
    return place.cost, place.day, place.positions

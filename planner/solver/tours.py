"""Tours of several days: far visits gathered on days that follow each other, with the nights at a lodging.

One visit moved to the far side of a night gains nothing; all of them together do. So a tour is made as a whole: a
lodging, two or three days, the visits to which the lodging is nearer than the base. What was done on these days finds
other places, the routing model looks over the week, and the tour stays when the exact cost falls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from planner.calendar import may_sleep_out
from planner.model import Task, Team
from planner.plan import Route
from planner.solver.dates import keeps_dates, missing_visits
from planner.solver.frame import Group
from planner.solver.insertion import Inserter
from planner.solver.meetings import Tasks
from planner.solver.proxy import Slot
from planner.solver.state import State, VisitDays, visits_of, without_empty
from planner.values import week_of

MOST_DAYS = 3
MOST_LODGINGS = 3  # of one team in one week, those that save most
MOST_VISITS = 12  # tried for one tour
MOST_ROUTED = 2  # of the tours of one team and week, the cheapest
NEAR_MISS = 1.02  # a tour this close to the best cost is worth routing
MIN_GAIN = 1e-6

RouteWeek = Callable[[State, str], State]  # (state, team id) -> the state with the team's week routed anew


@dataclass(frozen=True, slots=True)
class _Tour:
    """A team's nights at one lodging between days that follow each other."""

    team: Team
    lodging: str
    days: tuple[date, ...]

    def ends(self, day: date) -> tuple[str, str]:
        """Return where a day of the tour starts and ends."""
        start = self.team.base if day == self.days[0] else self.lodging
        return start, self.team.last_base if day == self.days[-1] else self.lodging


class TourMaker:
    """Makes tours in the states of one problem; remembers the weeks in which none paid."""

    def __init__(self, inserter: Inserter) -> None:
        self.inserter, self.ledger, self.frames = inserter, inserter.ledger, inserter.frames
        self.problem, self.clock, self.pricer = inserter.problem, inserter.clock, inserter.pricer
        self._tried: set[tuple[str, date, tuple[tuple[Slot, Tasks], ...]]] = set()

    def improve(self, group: Group, state: State, week: date, route: RouteWeek) -> State:
        """Return the state with tours in the week wherever they make the group cheaper."""
        for name in group.teams:
            team = self.problem.team_by_id[name]
            if not team.may_sleep_out or self._is_joint(state, name, week):
                continue
            seen = (name, week, tuple((slot, tasks) for slot, tasks in state.items() if week_of(slot[1]) == week))
            if seen not in self._tried:
                self._tried.add(seen)
                state = self._with_team(group, state, team, week, route)
        return state

    def _is_joint(self, state: State, team: str, week: date) -> bool:
        """Return whether the team meets others in the week, which it then spends at home."""
        return any(
            self.frames[task].rule.composition
            for (other, day), tasks in state.items()
            if other == team and week_of(day) == week
            for task in tasks
        )

    def _with_team(self, group: Group, state: State, team: Team, week: date, route: RouteWeek) -> State:
        best, cost = state, self.ledger.cost(group, state)
        tried: list[tuple[float, State]] = []
        for tour in self._tours(group, state, team, week):
            if self.inserter.remaining() <= 0:
                break
            changed = self._with_tour(group, state, tour)
            tried.append((self.ledger.cost(group, changed), changed))
        tried.sort(key=lambda pair: pair[0])
        for before, changed in tried[:MOST_ROUTED]:
            routed = route(changed, team.id) if before < NEAR_MISS * cost else changed
            found = self.ledger.cost(group, routed)
            if found < cost - MIN_GAIN:
                best, cost = routed, found
        return best

    def _tours(self, group: Group, state: State, team: Team, week: date) -> Iterator[_Tour]:
        """Yield the tours worth trying: to the lodgings that save most, on every two or three days in a row."""
        days = [week + timedelta(days=k) for k in range(7)]
        is_open = [may_sleep_out(self.problem.calendar, team, day) for day in days]
        visits = self._visits(group, state, team, week)
        saved = {}
        for lodging in sorted(team.lodgings - {team.last_base}):
            far = self._far_visits(team, lodging, visits, week)
            saved[lodging] = sum(self._way(team, team.base, t) - self._way(team, lodging, t) for t in far)
        for lodging in sorted((name for name in saved if saved[name] > 0), key=lambda n: (-saved[n], n))[
            :MOST_LODGINGS
        ]:
            for length in range(2, min(MOST_DAYS, team.nights_away + 1) + 1):
                for k in range(len(days) - length + 1):
                    if all(is_open[k : k + length - 1]):
                        yield _Tour(team, lodging, tuple(days[k : k + length]))

    def _visits(self, group: Group, state: State, team: Team, week: date) -> list[Task]:
        """Return the tasks visited in the week or owed that the team could do then; no joint sessions."""
        made = visits_of(state)
        found = []
        for task in group.tasks:
            frame, days = self.frames[task], made.get(task, {})
            is_here = any(week_of(day) == week for day in days) or any(missing_visits(frame, days))
            may_come = any(team.id in teams and week_of(day) == week for day, teams in frame.own_by_day.items())
            if is_here and may_come and not frame.rule.composition:
                found.append(task)
        return found

    def _far_visits(self, team: Team, lodging: str, visits: list[Task], week: date) -> list[Task]:
        """Return the visits that are nearer to the lodging than to the base, the nearest first."""
        near = {task: self._way(team, lodging, task) for task in visits}
        far = [task for task in visits if near[task] < self._way(team, team.base, task)]
        return sorted(far, key=lambda task: (near[task], task))[:MOST_VISITS]

    def _way(self, team: Team, place: str, task: Task) -> float:
        legs = self.pricer.legs(team, next(iter(self.frames[task].teams_by_day)))
        return legs.cost_rows[legs.index[place]][legs.index[task.site_id]]

    def _with_tour(self, group: Group, state: State, tour: _Tour) -> State:
        """Return the state with the tour made of far visits; what stood in its way is placed again."""
        week = week_of(tour.days[0])
        far = self._far_visits(tour.team, tour.lodging, self._visits(group, state, tour.team, week), week)
        slots = {(tour.team.id, day) for day in tour.days}
        freed = {task for slot in slots for task in state.get(slot, ())} | set(far)
        kept: dict[Slot, Tasks] = {
            slot: tuple(t for t in tasks if t not in far) if week_of(slot[1]) == week else tasks
            for slot, tasks in state.items()
            if slot not in slots
        }
        others = visits_of(kept)
        done: dict[date, Tasks] = dict.fromkeys(tour.days, ())
        for task in far:
            done = self._placed(tour, done, task, others.get(task, {}))
        changed = dict(sorted({**kept, **{(tour.team.id, day): tasks for day, tasks in done.items()}}.items()))
        return self.inserter.serve_owed(without_empty(changed), sorted(freed), with_lent=False)

    def _placed(self, tour: _Tour, done: dict[date, Tasks], task: Task, others: VisitDays) -> dict[date, Tasks]:
        """Return the days of the tour with the visit at its cheapest place, or as they are when there is none."""
        frame = self.frames[task]
        if frame.rule.same_team and any(teams != (tour.team.id,) for teams in others.values()):
            return done
        best, least = done, float("inf")
        for day, tasks in done.items():
            before = self._timed(tour, day, tasks)
            if tour.team.id not in frame.own_by_day.get(day, ()) or not keeps_dates(frame, [*others, day]):
                continue
            for k in range(len(tasks) + 1):
                longer = (*tasks[:k], task, *tasks[k:])
                after = self._timed(tour, day, longer)
                if after is not None and self._cost(after) - self._cost(before) < least:
                    best, least = {**done, day: longer}, self._cost(after) - self._cost(before)
        return best

    def _timed(self, tour: _Tour, day: date, tasks: Tasks) -> Route | None:
        return self.clock.route(tour.team.id, day, tasks, ends=tour.ends(day))

    def _cost(self, route: Route | None) -> float:
        weights = self.problem.weights
        if route is None:
            return 0.0
        return (
            weights.per_km * route.metres / 1000 + weights.per_duty_hour * (route.end_minute - route.start_minute) / 60
        )

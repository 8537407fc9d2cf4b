"""Exact insertion: places for visits in timed routes, to start the circuits and to place what is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise, product

from planner.joint import Crew
from planner.lone import session_on
from planner.model import Task
from planner.solver.dates import keeps_dates, missing_visits
from planner.solver.days import Choice, minutes_out
from planner.solver.evenness import UPRIGHT, Leaning
from planner.solver.frame import Frame
from planner.solver.led import led_frame
from planner.solver.meetings import Tasks
from planner.solver.nights import day_ends
from planner.solver.proxy import Pricer
from planner.solver.state import Ledger, State, VisitDays, coupled_teams, visits_of, visits_of_task, without_empty
from planner.values import week_of

MAX_TRIES = 60  # places tried exactly for one visit, cheapest first
NEAR_TEAMS = 8  # teams tried first for a visit, by the way from their base; all others when none of these has time
MAX_COVERS = 24  # sets of teams tried for one joint session


@dataclass(frozen=True, slots=True)
class Place:
    """A place for one visit: the day, and where it stands in the routes of the teams that come."""

    cost: float
    day: date
    positions: tuple[tuple[str, int], ...]


class Inserter:
    """Finds places in the routes of one problem."""

    def __init__(
        self, frames: Mapping[Task, Frame], ledger: Ledger, pricer: Pricer, remaining: Callable[[], float]
    ) -> None:
        self.problem, self.frames, self.clock = ledger.problem, frames, ledger.clock
        self.ledger, self.pricer, self.remaining = ledger, pricer, remaining
        self._near: dict[Task, frozenset[str]] = {}
        self._known_crews: dict[tuple[Task, tuple[tuple[str, int], ...], frozenset[str]], tuple[Crew, ...]] = {}

    def build(self, choice: Choice) -> State:
        """Return routes over the chosen days and teams; what does not fit a day is left out."""
        state: State = {}
        for day in sorted({day for _, day in choice}):
            teams_of: dict[Task, list[str]] = {}
            for team, other in sorted(choice):
                if other == day:
                    for task in choice[team, day]:
                        teams_of.setdefault(task, []).append(team)
            # Joint sessions first: they bind several teams; then far and long visits, which bind most.
            for task in sorted(teams_of, key=lambda t: (-len(teams_of[t]), -self._way_out(teams_of[t][0], day, t), t)):
                places = self._places(state, task, day, tuple(teams_of[task]))
                found = self._first_fitting(state, task, sorted(places, key=_order))
                state = found[0] if found else state
        return without_empty(state)

    def rebuild(self, state: State, choice: Choice) -> State:
        """Return the state with its days changed to the choice; tasks that stay keep their order."""
        kept: State = {slot: tuple(t for t in tasks if t in choice.get(slot, ())) for slot, tasks in state.items()}
        kept = without_empty(kept)
        added: dict[tuple[date, Task], list[str]] = {}
        for (team, day), tasks in sorted(choice.items()):
            for task in tasks:
                if task not in kept.get((team, day), ()):
                    added.setdefault((day, task), []).append(team)
        for (day, task), teams in sorted(added.items()):
            places = sorted(self._places(kept, task, day, tuple(teams)), key=_order)
            found = self._first_fitting(kept, task, places)
            kept = found[0] if found else kept
        return self._whole_sessions(kept, choice)

    def _whole_sessions(self, state: State, choice: Choice) -> State:
        """Take out joint sessions of which only a part found a place."""
        wanted, made = visits_of(choice), visits_of(state)
        broken = {(t, day) for t, days in made.items() for day, teams in days.items() if teams != wanted[t][day]}
        return without_empty(
            {slot: tuple(task for task in tasks if (task, slot[1]) not in broken) for slot, tasks in state.items()}
        )

    def serve_owed(self, state: State, tasks: Iterable[Task], *, with_lent: bool, in_order: bool = False) -> State:
        """Return the state with owed visits placed where the rules and the routes leave room.

        The tasks that matter most come first, unless they are to be taken ``in_order``.
        """
        leaders = self.problem.leader_by_task
        ordered = tasks if in_order else sorted(tasks, key=lambda t: (-self.frames[t].rule.priority, t))
        for task in ordered:
            if self.remaining() <= 0:
                break
            frame = (
                led_frame(self.problem, self.frames[task], visits_of(state)) if task in leaders else self.frames[task]
            )
            state = self._serve(state, frame, with_lent=with_lent)
        return state

    def _serve(self, state: State, frame: Frame, *, with_lent: bool) -> State:
        """Return the state with the task's owed visits placed, period by period."""
        days = visits_of_task(state, frame.task)
        teams_by_day = frame.teams_by_day if with_lent else frame.own_by_day
        near = self._nearest_teams(frame)
        for quota, short in zip(frame.quotas, missing_visits(frame, days), strict=True):
            open_days = {day: teams for day, teams in teams_by_day.items() if day in quota}
            near_days = {day: tuple(t for t in teams if t in near) for day, teams in open_days.items()}
            fixed_days = {day: teams for day, teams in open_days.items() if day in frame.fixed}
            for _ in range(short):
                tried = [fixed_days, near_days, *([open_days] if near_days != open_days else [])]
                found = next(filter(None, (self._serve_once(state, frame, days, them) for them in tried if them)), None)
                if found is None:
                    break
                state, place = found
                days[place.day] = tuple(sorted(team for team, _ in place.positions))
        return state

    def _serve_once(
        self, state: State, frame: Frame, days: VisitDays, open_days: VisitDays
    ) -> tuple[State, Place] | None:
        places = sorted(self._all_places(state, frame, days, open_days), key=_order)
        return self._first_fitting(state, frame.task, places)

    def _nearest_teams(self, frame: Frame) -> frozenset[str]:
        """Return the teams to try first; joint sessions need the whole choice."""
        if frame.task not in self._near:
            teams = sorted({team for teams in frame.teams_by_day.values() for team in teams})
            if len(teams) > NEAR_TEAMS and not frame.rule.composition:
                day = next(iter(frame.teams_by_day))
                known = {team for came in frame.own_by_day.values() for team in came}
                teams.sort(key=lambda team: (team not in known, self._way_out(team, day, frame.task), team))
                teams = teams[:NEAR_TEAMS]
            self._near[frame.task] = frozenset(teams)
        return self._near[frame.task]

    def _way_out(self, team: str, day: date, task: Task) -> float:
        legs = self.pricer.legs(self.problem.team_by_id[team], day)
        return legs.cost_rows[legs.index[self.problem.team_by_id[team].base]][legs.index[task.site_id]]

    def _all_places(self, state: State, frame: Frame, days: VisitDays, open_days: VisitDays) -> Iterator[Place]:
        leaning = self.ledger.leaning(state)
        for day, teams in open_days.items():
            if day in days or not keeps_dates(frame, [*days, day]):
                continue
            for cover in self._covers(frame, day, teams, days):
                soft = self.ledger.made_cost(frame.task, {**days, day: cover})
                for place in self._places(state, frame.task, day, cover, leaning):
                    yield Place(place.cost + soft, day, place.positions)

    def _covers(self, frame: Frame, day: date, teams: Sequence[str], days: VisitDays) -> Iterator[Crew]:
        """Yield the sets of teams that could come together, without idle members."""
        if frame.rule.same_team and days:
            together = next(iter(days.values()))
            if set(together) <= set(teams):
                yield together
            return
        if not frame.rule.composition:
            yield from ((team,) for team in teams)
            return
        yield from self._crews(frame, day, teams)

    def _crews(self, frame: Frame, day: date, teams: Sequence[str]) -> tuple[Crew, ...]:
        """Return the nearest sets of teams that can hold a joint session, with those fixed for it where they can."""
        able = [self.problem.team_by_id[team] for team in teams]
        named = frame.crew_by_day.get(day, frozenset())
        key = frame.task, tuple((team.id, id(self.problem.matrix(team, day))) for team in able), named
        if key not in self._known_crews:
            session = session_on(self.problem, frame.task, day, able)
            found = tuple(islice(session.crews(named), MAX_COVERS)) or tuple(islice(session.crews(), MAX_COVERS))
            self._known_crews[key] = found
        return self._known_crews[key]

    def _places(
        self, state: State, task: Task, day: date, teams: tuple[str, ...], leaning: Leaning = UPRIGHT
    ) -> Iterator[Place]:
        """Yield the places in the teams' routes that can be driven, before windows and lunch are looked at."""
        options = []
        for team in teams:
            route = state.get((team, day), ())
            if task in route:
                continue
            ends = self._ends(state, team, day)
            detours = self._detours(team, day, route, task, ends, leaning=leaning)
            options.append([(cost, team, k) for k, cost in detours])
        for picked in product(*options):
            yield Place(sum(p[0] for p in picked), day, tuple((team, k) for _, team, k in picked))

    def _ends(self, state: State, team: str, day: date) -> tuple[str, str]:
        """Return where the team's day starts and ends as things stand."""
        crew = self.problem.team_by_id[team]
        if not crew.may_sleep_out:
            return crew.base, crew.last_base
        week = {slot: tasks for slot, tasks in state.items() if slot[0] == team and week_of(slot[1]) == week_of(day)}
        return day_ends(self.problem, self.ledger.nights(week)).get((team, day), (crew.base, crew.last_base))

    def _detours(
        self, team: str, day: date, route: Tasks, task: Task, ends: tuple[str, str], *, leaning: Leaning
    ) -> Iterator[tuple[int, float]]:
        """Yield position and detour cost where driving and service alone leave time on the day.

        The way from and to the bases takes none of a team that may sleep out: its nights may change.
        """
        rules, crew = self.problem.rule_by_task, self.problem.team_by_id[team]
        legs = self.pricer.legs(crew, day)
        way = [legs.index[place] for place in (ends[0], *(t.site_id for t in route), ends[1])]
        site = legs.index[task.site_id]
        inside = way[1:-1] if crew.may_sleep_out else way
        driven = sum(legs.minute_rows[a][b] for a, b in pairwise(inside)) if route else 0
        served = sum(rules[t].service.minutes for t in route) + rules[task].service.minutes
        left = minutes_out(self.problem, team) - served - driven
        if left < 0:
            return
        from_site, from_site_minutes = legs.cost_rows[site], legs.minute_rows[site]
        for k, (a, b) in enumerate(pairwise(way)):
            direct, direct_minutes = (legs.cost_rows[a][b], legs.minute_rows[a][b]) if route else (0.0, 0)
            is_end = crew.may_sleep_out and k in {0, len(route)}
            longer = legs.minute_rows[a][site] + from_site_minutes[b] - direct_minutes
            if is_end or longer <= left:
                uneven = leaning.price(team, longer + rules[task].service.minutes)
                yield k, legs.cost_rows[a][site] + from_site[b] - direct + uneven

    def _first_fitting(self, state: State, task: Task, places: Sequence[Place]) -> tuple[State, Place] | None:
        for place in places[:MAX_TRIES]:
            changed = dict(state)
            for team, k in place.positions:
                route = state.get((team, place.day), ())
                changed[team, place.day] = (*route[:k], task, *route[k:])
            if place.positions and self._fits(changed, place):
                return changed, place
        return None

    def _fits(self, state: State, place: Place) -> bool:
        teams = {team for team, _ in place.positions}
        if len(teams) == 1 and not self._has_sessions(state, place):
            team = next(iter(teams))
            return self.ledger.can_work(state, team, place.day)
        day = {team: tasks for (team, other), tasks in state.items() if other == place.day and tasks}
        met = next(found for found in coupled_teams(day) if teams & set(found))
        return self.clock.day(place.day, {team: day[team] for team in met}) is not None and all(
            self.ledger.can_work(state, team, place.day) for team in met
        )

    def _has_sessions(self, state: State, place: Place) -> bool:
        route = state[place.positions[0][0], place.day]
        return any(self.frames[task].rule.composition for task in route)


def _order(place: Place) -> tuple[float, date, tuple[tuple[str, int], ...]]:
    return place.cost, place.day, place.positions

"""A group of tasks and teams -> the arrays of the compiled search, and its answers back to routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from planner.calendar import is_market_day, is_team_working
from planner.model import UNREACHABLE, Problem, Task, Team
from planner.solver.calendars import graph_of_rule
from planner.solver.crews import Parts, number_parts
from planner.solver.dates import owed_weight
from planner.solver.engine import Answer
from planner.solver.frame import Frame, Group
from planner.solver.graphs import CalendarGraph
from planner.solver.instance import NEVER, NODE, SLOT, TASK, Floats, Instance, Ints, Records
from planner.solver.led import led_frame
from planner.solver.meetings import Tasks
from planner.solver.proxy import Slot
from planner.solver.state import State, visits_of
from planner.timing import needs_lunch
from planner.trips import supplies_of
from planner.values import Window
from planner.workload import Party, parties

NEIGHBOURS = 40

Openings = Mapping[tuple[Task, date], int]  # the minute from which on the teams of a joint session start


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A group as an instance, with the names that its numbers stand for.

    A team that may make several trips a day has slots of the instance for them, side by side.
    """

    problem: Problem
    instance: Instance
    parts: Parts
    slots: tuple[Slot, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The task that each of the search's is, or is a part of."""
        return self.parts.tasks

    def state_of(self, answer: Answer) -> State:
        """Return the routes of an answer; where a team loads again follows from them (``planner.trips``)."""
        found: dict[Slot, Tasks] = {}
        for s, route in answer.routes:
            found[self.slots[s]] = (*found.get(self.slots[s], ()), *(self.tasks[k] for k in route))
        return found

    def openings_of(self, answer: Answer) -> Openings:
        """Return when the joint sessions of an answer open."""
        first = self.instance.slots["day"].searchsorted(range(self.instance.days)).tolist()
        return {(self.tasks[k], self.slots[first[d]][1]): minute for k, d, minute in answer.openings}

    def answer_of(self, state: State, openings: Openings, frames: Mapping[Task, Frame], price: float) -> Answer:
        """Return a state of these tasks and slots, when its sessions open, and its price, as numbers."""
        first_of = {slot: s for s, slot in reversed([*enumerate(self.slots)])}
        row_of, made = self.parts.answer_rows(state), visits_of(state)
        routes = sorted(
            (first_of[team, day] + number, tuple(row_of[task, day, team] for task in trip))
            for (team, day), tasks in state.items()
            for number, trip in self._trips((team, day), tasks)
        )
        firsts = [(row, task) for row, task in enumerate(self.tasks) if self.parts.part[row] == 0]
        led = {task: led_frame(self.problem, frames[task], made) for _, task in firsts}
        short = {task: owed_weight(led[task], made.get(task, ())) for _, task in firsts}
        held = sorted(
            (row, int(self.instance.slots["day"][first_of[team, day]]), openings[task, day])
            for (task, day, team), row in row_of.items()
            if (task, day) in openings
        )
        return Answer(
            price=price,
            routes=tuple(routes),
            owed=tuple(row for row, task in firsts for _ in range(short[task])),
            openings=tuple(held),
        )

    def _trips(self, slot: Slot, tasks: Tasks) -> Iterator[tuple[int, Tasks]]:
        """Yield the trips of a day, spread over the slots that the day has."""
        team = self.problem.team_by_id[slot[0]]
        bounds = (0, *supplies_of(self.problem, team, slot[1], tasks), len(tasks))
        for k, (first, last) in enumerate(pairwise(bounds)):
            yield (2 * k + 1) * slots_of(team) // (2 * (len(bounds) - 1)), tasks[first:last]


def number_group(problem: Problem, frames: Mapping[Task, Frame], group: Group) -> Numbered:
    """Return the group's tasks, slots, roads and calendars as arrays."""
    parts = number_parts(problem, frames, _in_rows(group))
    teams = [problem.team_by_id[team] for team in group.teams]
    dates = [
        day for day in problem.horizon.dates if any(is_team_working(problem.calendar, team, day) for team in teams)
    ]
    worked = [(team, day) for day in dates for team in teams if is_team_working(problem.calendar, team, day)]
    slots = [(team, day) for team, day in worked for _ in range(slots_of(team))]
    places = _places(group.tasks, teams)
    profiles = _profiles(problem, worked)
    legs = [_legs(problem, team, day, places) for team, day in profiles.values()]
    graph_first, nodes, edge_from, graph_of = _graphs(frames, group, dates)
    starts = _starts(problem, parts.tasks, teams)
    tasks = _tasks(problem, frames, parts, places=places, starts=starts)
    tasks["graph"] = [graph_of[task] for task in parts.tasks]
    _write_led(group, parts.tasks, tasks)
    balance = problem.balance
    compared = parties(problem, balance) if balance else ()
    instance = Instance(
        leg_price=np.stack([price for price, _ in legs]),
        leg_minutes=np.stack([minutes for _, minutes in legs]),
        slots=_slots(
            problem,
            slots,
            teams=teams,
            dates=dates,
            places=places,
            profiles=list(profiles),
            compared=compared,
            is_timed=bool(tasks["windows"].any() or tasks["others"].any()),
        ),
        day_first=np.searchsorted([dates.index(day) for _, day in slots], range(len(dates) + 1)).astype(np.int64),
        tasks=tasks,
        starts=starts,
        visit_price=np.repeat(
            _visit_prices(problem, frames, parts, worked), [slots_of(team) for team, _ in worked], axis=1
        ),
        graph_first=graph_first,
        nodes=nodes,
        edge_from=edge_from,
        near=_near(legs[0][0], tasks),
        idle_price=np.array([problem.weights.per_duty_hour / 60]),
        weekday=np.array([day.weekday() for day in dates], np.int64),
        party_days=np.array([0.0, *(party.days for party in compared)]),
        evenness=np.array([balance.price_per_hour, balance.spread] if balance else [0.0, 0.0]),
        crews=parts.crews_by_day(frames, group.teams, dates),
    )
    return Numbered(problem=problem, instance=instance, parts=parts, slots=tuple((team.id, day) for team, day in slots))


def _in_rows(group: Group) -> tuple[Task, ...]:
    """Return the tasks of a group in the order of their rows: followers after their leaders."""
    behind = group.held - set(group.linked)
    linked = {task: found.followers for task, found in group.linked.items()}
    return tuple(row for task in group.tasks if task not in behind for row in (task, *linked.get(task, ())))


def _write_led(group: Group, rows: Sequence[Task], tasks: Records) -> None:
    """Write into the records of tasks which of them follow which."""
    for row, task in enumerate(rows):
        if task in group.linked and tasks["behind"][row] == 0:
            count = len(group.linked[task].followers)
            tasks["led"][row], tasks["behind"][row + 1 : row + 1 + count] = count, range(1, count + 1)


def trips_of(team: Team) -> int:
    """Return how many trips of a team's day the search sees: one where nothing would have to be loaded again."""
    return 1 if team.capacity_per_day is None else team.trips_per_day


def slots_of(team: Team) -> int:
    """Return how many slots a team's day has: with k trips there is room for k - 1 before and after the first."""
    return 2 * trips_of(team) - 1


def _places(tasks: Iterable[Task], teams: Iterable[Team]) -> dict[str, int]:
    names = {base for team in teams for base in (team.base, team.last_base)} | {task.site_id for task in tasks}
    return {name: k for k, name in enumerate(sorted(names))}


def _profile_key(problem: Problem, team: Team, day: date) -> tuple[int, float]:
    return id(problem.matrix(team, day)), team.speed_factor


def _profiles(problem: Problem, slots: Iterable[tuple[Team, date]]) -> dict[tuple[int, float], tuple[Team, date]]:
    """Return one slot for each kind of roads and speed."""
    found: dict[tuple[int, float], tuple[Team, date]] = {}
    for team, day in slots:
        found.setdefault(_profile_key(problem, team, day), (team, day))
    return found


def _legs(problem: Problem, team: Team, day: date, places: Mapping[str, int]) -> tuple[Floats, Floats]:
    """Return what each leg costs and the minutes it takes."""
    matrix, weights = problem.matrix(team, day), problem.weights
    chosen = np.ix_([matrix.index[place] for place in places], [matrix.index[place] for place in places])
    minutes = np.ceil(matrix.minutes[chosen] / team.speed_factor - 1e-9)
    price = weights.per_km * matrix.metres[chosen] / 1000 + weights.per_duty_hour * minutes / 60
    is_missing = matrix.minutes[chosen] == UNREACHABLE
    same = np.eye(len(places), dtype=bool)
    price, minutes = (np.where(is_missing, NEVER, values) for values in (price, minutes))
    return np.where(same, 0.0, price), np.where(same, 0.0, minutes)


def _slots(
    problem: Problem,
    slots: Sequence[tuple[Team, date]],
    *,
    teams: Sequence[Team],
    dates: Sequence[date],
    places: Mapping[str, int],
    profiles: Sequence[tuple[int, float]],
    compared: Sequence[Party],
    is_timed: bool,
) -> Records:
    found = np.zeros(len(slots), SLOT)
    number = {team.id: k for k, team in enumerate(teams)}
    party_of = {team: q for q, party in enumerate(compared, 1) for team in party.teams}
    for s, (row, (team, day)) in enumerate(zip(found, slots, strict=True)):
        shift, lunch = team.shift, team.lunch
        row["day"], row["team"], row["kind"] = dates.index(day), number[team.id], number[team.id]
        row["party"] = party_of.get(team.id, 0)
        row["profile"] = profiles.index(_profile_key(problem, team, day))
        row["start"], row["end"] = places[team.base], places[team.last_base]
        row["stops"] = 2**31 if team.max_stops_per_day is None else team.max_stops_per_day
        row["capacity"] = NEVER if team.capacity_per_day is None else team.capacity_per_day
        row["opens"], row["closes"] = shift.start_minute, shift.end_minute
        row["longest"] = shift.end_minute - shift.start_minute
        if lunch is not None and needs_lunch(team, shift.start_minute, shift.end_minute):
            row["lunch_first"], row["lunch_last"] = lunch.earliest_minute, lunch.latest_minute
            row["lunch_minutes"] = lunch.minutes
        row["timed"] = is_timed or row["lunch_minutes"] > 0
        row["trips"], row["most"] = slots_of(team), trips_of(team)
        if row["trips"] > 1:
            is_next = s > 0 and slots[s - 1] == slots[s]
            row["trip"] = found[s - 1]["trip"] + 1 if is_next else 0
            row["together"], row["longest"] = row["longest"], NEVER
            row["resupply"] = team.resupply_minutes
    return found


def _starts(problem: Problem, tasks: Sequence[Task], teams: Sequence[Team]) -> Floats:
    """Return the first and last minute at which services may start; no row where every shift lies inside a window."""
    shift = Window(
        start_minute=min(team.shift.start_minute for team in teams),
        end_minute=max(team.shift.end_minute for team in teams),
    )
    rows = []
    for task in tasks:
        service, windows = problem.rule_by_task[task].service.minutes, problem.windows(task)
        is_free = any(w.start_minute <= shift.start_minute and shift.end_minute <= w.end_minute for w in windows)
        spans = [(w.start_minute, w.end_minute - service) for w in windows if w.end_minute - w.start_minute >= service]
        rows.append([] if is_free else sorted(spans))
    found = np.full((len(tasks), max(1, *map(len, rows)) if rows else 1, 2), NEVER)
    for k, row in enumerate(rows):
        found[k, : len(row)] = np.array(row).reshape(-1, 2)
    return found


def _tasks(
    problem: Problem,
    frames: Mapping[Task, Frame],
    parts: Parts,
    *,
    places: Mapping[str, int],
    starts: Floats,
) -> Records:
    found = np.zeros(len(parts.tasks), TASK)
    found["place"] = [places[task.site_id] for task in parts.tasks]
    found["windows"] = (starts[:, :, 0] < NEVER).sum(axis=1)
    for row, task in zip(found, parts.tasks, strict=True):
        frame, rule = frames[task], frames[task].rule
        has_choice = frame.asked > 1 and len(parts.crews[task] or frame.own_teams) > 1
        row["one_team"] = has_choice and rule.same_team
        row["team_price"] = problem.weights.per_extra_team_at_site if has_choice else 0.0
        if problem.weights.per_extra_weekday and min(frame.asked, frame.weekdays_kept) > frame.fewest_weekdays:
            row["weekdays"], row["weekday_price"] = frame.fewest_weekdays, problem.weights.per_extra_weekday
        row["asked"] = frame.asked
        row["minutes"], row["load"] = rule.service.minutes, rule.load
        row["owed_price"] = problem.weights.per_unserved_visit * rule.priority
    parts.write(found)
    return found


def _visit_prices(
    problem: Problem, frames: Mapping[Task, Frame], parts: Parts, slots: Sequence[tuple[Team, date]]
) -> Floats:
    """Return the price of each visit beyond driving: its minutes, a lent or another team, a missed market.

    What a session costs once, whoever comes, is in the price of its first part; the preferred team takes it off.
    """
    weights = problem.weights
    found = np.full((len(parts.tasks), len(slots)), NEVER)
    column = {(team.id, day): s for s, (team, day) in enumerate(slots)}
    for k, task in enumerate(parts.tasks):
        frame, site = frames[task], problem.site_by_id[task.site_id]
        service = weights.per_duty_hour * frame.rule.service.minutes / 60
        able = {team for crew in parts.crews[task] for team in crew} if frame.rule.composition else frame.own_teams
        is_once = parts.part[k] == 0
        for day, teams in frame.own_by_day.items():
            off_market = is_once and site.market_days is not None and not is_market_day(site, day)
            for team in able.intersection(teams):
                found[k, column[team, day]] = (
                    service
                    + weights.per_missed_market_day * off_market
                    + weights.per_lent_visit * (team in frame.lent)
                    + weights.per_visit_by_other_team * (is_once and frame.rule.preferred_team is not None)
                    - weights.per_visit_by_other_team * (frame.rule.preferred_team == team)
                )
    return found


def _graphs(
    frames: Mapping[Task, Frame], group: Group, dates: Sequence[date]
) -> tuple[Ints, Records, Ints, dict[Task, int]]:
    """Return the calendar graphs end to end, each once (firsts, nodes, edges), and which of them each task has."""
    index = {day: k for k, day in enumerate(dates)}
    known: dict[CalendarGraph, int] = {}
    whole = {task: found.graph for task, found in group.linked.items()}
    whole |= {task: found.graph for found in group.linked.values() for task in found.followers}
    graph_of = {
        task: known.setdefault(whole.get(task) or graph_of_rule(frames[task]), len(known)) for task in group.tasks
    }
    return (*join_graphs([_as_numbers(graph, index) for graph in known]), graph_of)


NumberedGraph = tuple[Sequence[int], Sequence[bool], Sequence[Sequence[int]], Sequence[int]]


def _as_numbers(graph: CalendarGraph, index: Mapping[date, int]) -> NumberedGraph:
    members = graph.members or (0,) * len(graph.days)
    days = [
        -1 - member if day is None else member * len(index) + index[day]
        for day, member in zip(graph.days, members, strict=True)
    ]
    return days, graph.is_end, graph.parents, graph.owed


def join_graphs(graphs: Sequence[NumberedGraph]) -> tuple[Ints, Records, Ints]:
    """Return graphs (days, ends, parents, owed) as the arrays graph_first, nodes and edge_from of an instance."""
    firsts, edges = [0], list[int]()
    rows: list[tuple[int, bool, int, int]] = []
    for graph in graphs:
        for day, is_end, before, owed in zip(*graph, strict=True):
            rows.append((day, is_end, len(edges), owed))
            edges += [firsts[-1] + parent for parent in before]
        firsts.append(len(rows))
    rows.append((-1, False, len(edges), 0))
    return np.array(firsts, np.int64), np.array(rows, NODE), np.array(edges or [0], np.int64)


def _near(price: Floats, tasks: Records) -> Ints:
    """Return for each task the others by what it costs to drive there and back, nearest first, its own parts last."""
    places, first = tasks["place"], np.arange(len(tasks)) - tasks["part"]
    way = price[np.ix_(places, places)]
    way = way + way.T
    way[first[:, None] == first[None, :]] = np.inf
    found: Ints = np.argsort(way, axis=1, kind="stable")[:, : min(NEIGHBOURS, len(places) - 1)].astype(np.int64)
    return found

"""The calendar question, CP-SAT: on which days each task is visited and by which teams.

The recurrence rules, the teams' days and loads are exact here; travel is only estimated, by the prices of
``proxy``. What the circuits then refuse comes back as cuts (sets of tasks that do not fit one day) and margins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from planner.calendar import is_market_day
from planner.model import Problem, Task
from planner.solver.circuits import may_need_lunch
from planner.solver.dayrules import add_date_rules
from planner.solver.frame import Frame, Group, without_idle
from planner.solver.proxy import NO_ROAD_COST, Slot, SlotPrice

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

COST_SCALE = 100  # CP-SAT counts hundredths of the unit of cost
OVER_COST = 2.0  # for each estimated minute beyond the shift; the circuits judge whether it is real
MOST_MINUTES = 10**6
GAP_LIMIT = 0.002  # the prices are estimates: a proof of the last 0.2 % is worth nothing

Choice = Mapping[Slot, tuple[Task, ...]]  # the tasks of each team's day, sorted


@dataclass(frozen=True, slots=True)
class Cut:
    """Tasks that cannot all be on one day of one of the teams."""

    tasks: frozenset[Task]
    teams: frozenset[str]
    days: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysQuestion:
    """What the calendar model is asked. ``keep`` is where to start, ``changes`` how many new choices there may be."""

    group: Group
    prices: Mapping[Slot, SlotPrice]
    margins: Mapping[Slot, int] = field(default_factory=dict)
    cuts: tuple[Cut, ...] = ()
    keep: Choice | None = None
    changes: int | None = None
    seed: int = 1
    effort: float = 1.0  # deterministic seconds
    guard_seconds: float = 30.0


def choose_days(problem: Problem, frames: Mapping[Task, Frame], question: DaysQuestion) -> Choice | None:
    """Return a choice of days and teams, or None when none was found within the effort.

    Asked visits that find no day are left out at the price of an unserved visit.
    """
    days = _DaysModel(problem, frames, question)
    from ortools.sat.python import cp_model  # noqa: PLC0415 - few counties ask, and it loads for half a second

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = question.seed % 2**31
    solver.parameters.max_deterministic_time = question.effort
    solver.parameters.max_time_in_seconds = max(0.01, question.guard_seconds)
    solver.parameters.relative_gap_limit = GAP_LIMIT
    status = solver.solve(days.model)
    return days.choice(solver) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else None


class _DaysModel:
    """The CP-SAT model of one group, built on construction."""

    def __init__(self, problem: Problem, frames: Mapping[Task, Frame], question: DaysQuestion) -> None:
        self.problem, self.question = problem, question
        self.frames = {task: frames[task] for task in question.group.tasks}
        from ortools.sat.python import cp_model  # noqa: PLC0415 - see above

        self.model = cp_model.CpModel()
        self.costs: list[tuple[Any, float]] = []
        self.comes: dict[tuple[Task, str, date], Any] = {}
        self.in_slot: dict[Slot, list[Task]] = {}
        for task, frame in self.frames.items():
            self._add_task(task, frame)
        for slot in sorted(self.in_slot):
            self._add_slot(slot)
        for cut in question.cuts:
            self._add_cut(cut)
        self._keep()
        self.model.minimize(sum(round(COST_SCALE * cost) * variable for variable, cost in self.costs))

    def _add_task(self, task: Task, frame: Frame) -> None:
        """Add the choices of a task: one team a day, or every class of a joint session covered."""
        made: dict[date, Any] = {}
        for day, teams in frame.own_by_day.items():
            comes = {
                team: self._choice_of(task, team, day) for team in teams if self._price(task, team, day) is not None
            }
            if not comes:
                continue
            if frame.rule.composition:
                made[day] = self._add_session(frame, comes)
            else:
                made[day] = sum(comes.values())
                if len(comes) > 1:
                    self.model.add_at_most_one(comes.values())
        add_date_rules(self.model, self.problem, frame, made, self.costs)
        self._add_consistency(task, frame, made)

    def _price(self, task: Task, team: str, day: date) -> float | None:
        cost = self.question.prices[team, day].task_cost[task]
        return cost if cost < NO_ROAD_COST / 2 else None

    def _choice_of(self, task: Task, team: str, day: date) -> Any:
        comes = self.model.new_bool_var("")
        self.comes[task, team, day] = comes
        self.in_slot.setdefault((team, day), []).append(task)
        self.costs.append((comes, self.question.prices[team, day].task_cost[task] + self._soft_cost(task, team, day)))
        return comes

    def _soft_cost(self, task: Task, team: str, day: date) -> float:
        weights, frame = self.problem.weights, self.frames[task]
        site = self.problem.site_by_id[task.site_id]
        is_other = not frame.rule.composition and frame.rule.preferred_team not in {None, team}
        is_off_market = site.market_days is not None and not is_market_day(site, day)
        return (
            weights.per_lent_visit * (team in frame.lent)
            + weights.per_visit_by_other_team * is_other
            + weights.per_missed_market_day * is_off_market
        )

    def _add_session(self, frame: Frame, comes: Mapping[str, Any]) -> Any:
        held = self.model.new_bool_var("")
        for team in comes.values():
            self.model.add_implication(team, held)
        for skill in sorted(frame.rule.composition):
            able = [comes[team] for team in comes if skill in self.problem.team_by_id[team].skills]
            self.model.add_bool_or([*able, held.negated()])
        if frame.rule.preferred_team is not None:
            price = self.problem.weights.per_visit_by_other_team
            self.costs += [(held, price), (comes.get(frame.rule.preferred_team, 0), -price)]
        return held

    def _add_consistency(self, task: Task, frame: Frame, made: Mapping[date, Any]) -> None:
        """Count the teams of a task; with ``same_team`` the teams of one visit are those of all."""
        teams = sorted({team for other, team, _ in self.comes if other == task} if len(frame.own_teams) > 1 else ())
        if len(teams) < 2 or (frame.asked < 2 and not frame.rule.composition):
            return
        used = {team: self.model.new_bool_var("") for team in teams}
        for team in teams:
            self.costs.append((used[team], self.problem.weights.per_extra_team_at_site))
        for day in made:
            for team in teams:
                comes = self.comes.get((task, team, day))
                if comes is not None:
                    self.model.add_implication(comes, used[team])
                if frame.rule.same_team and frame.rule.composition:
                    self.model.add((0 if comes is None else comes) >= made[day] + used[team] - 1)
        if frame.rule.same_team and not frame.rule.composition:
            self.model.add_at_most_one(used.values())

    def _add_slot(self, slot: Slot) -> None:
        team, tasks = self.problem.team_by_id[slot[0]], self.in_slot[slot]
        comes = {task: self.comes[task, slot[0], slot[1]] for task in tasks}
        rules = {task: self.frames[task].rule for task in tasks}
        if team.capacity_per_day is not None:
            most = team.capacity_per_day * team.trips_per_day
            self.model.add(sum(rules[task].load * comes[task] for task in tasks) <= most)
        if team.max_stops_per_day is not None:
            self.model.add(sum(comes.values()) <= team.max_stops_per_day)
        self._add_minutes(slot, comes)
        self._add_windows(comes)

    def _add_minutes(self, slot: Slot, comes: Mapping[Task, Any]) -> None:
        """Bound the service of the day exactly, and price estimated minutes beyond the shift."""
        price = self.question.prices[slot]
        service = {task: self.frames[task].rule.service.minutes for task in comes}
        longest = minutes_out(self.problem, slot[0])
        self.model.add(sum(service[task] * comes[task] for task in comes) <= longest)
        is_open = self.model.new_bool_var("")
        self.model.add_max_equality(is_open, comes.values())
        self.costs.append((is_open, price.open_cost))
        over = self.model.new_int_var(0, MOST_MINUTES, "")
        used = sum((service[task] + price.task_minutes[task]) * comes[task] for task in comes)
        margin = self.question.margins.get(slot, 0)
        self.model.add(over >= used + price.open_minutes * is_open - (longest - margin))
        self.costs.append((over, OVER_COST))

    def _add_windows(self, comes: Mapping[Task, Any]) -> None:
        """Bound how many visits fit into a set of windows: each lies wholly in one of them."""
        windows = {task: self.problem.windows(task) for task in comes}
        service = {task: self.frames[task].rule.service.minutes for task in comes}
        for spans in sorted(set(windows.values()), key=lambda found: [(w.start_minute, w.end_minute) for w in found]):
            inside = [
                task
                for task in comes
                if all(
                    any(a.start_minute <= w.start_minute and w.end_minute <= a.end_minute for a in spans)
                    for w in windows[task]
                )
            ]
            shortest = min(service[task] for task in inside)
            if shortest == 0:
                continue
            room = sum((w.end_minute - w.start_minute) // shortest for w in spans)
            if room < len(inside):
                self.model.add(sum(comes[task] for task in inside) <= room)

    def _add_cut(self, cut: Cut) -> None:
        for team in sorted(cut.teams):
            for day in sorted(cut.days):
                found = [self.comes.get((task, team, day)) for task in sorted(cut.tasks)]
                variables = [variable for variable in found if variable is not None]
                if len(variables) == len(cut.tasks):
                    self.model.add(sum(variables) <= len(variables) - 1)

    def _keep(self) -> None:
        """Start from the choice kept, and stay near it where changes are limited."""
        if self.question.keep is None:
            return
        kept = {(task, slot[0], slot[1]) for slot, tasks in self.question.keep.items() for task in tasks}
        for key, comes in self.comes.items():
            self.model.add_hint(comes, key in kept)
        if self.question.changes is not None:
            added = sum(comes for key, comes in self.comes.items() if key not in kept)
            self.model.add(added <= self.question.changes)

    def choice(self, solver: cp_model.CpSolver) -> Choice:
        """Return the days and teams chosen."""
        coming: dict[tuple[Task, date], list[str]] = {}
        for (task, team, day), comes in self.comes.items():
            if solver.boolean_value(comes):
                coming.setdefault((task, day), []).append(team)
        found: dict[Slot, list[Task]] = {}
        for (task, day), teams in coming.items():
            for team in without_idle(self.problem, self.frames[task].rule, teams):
                found.setdefault((team, day), []).append(task)
        return {slot: tuple(sorted(found[slot])) for slot in sorted(found)}


def minutes_out(problem: Problem, team: str) -> int:
    """Return the most minutes of driving and service in a team's day: all of the shift but lunch, or a half day."""
    crew = problem.team_by_id[team]
    shift = crew.shift.end_minute - crew.shift.start_minute
    if crew.lunch is None or not may_need_lunch(crew):
        return shift
    after = crew.shift.end_minute - crew.lunch.earliest_minute - crew.lunch.minutes
    before = crew.lunch.latest_minute - crew.shift.start_minute
    return max(shift - crew.lunch.minutes, after, before)

"""The groups of a county that the compiled search takes; those with nights away only as if all came home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from planner.model import Problem, Task
from planner.plan import Plan
from planner.solver.clock import Clock
from planner.solver.engine import HOT, WARM, Answer, Herd, cool_all
from planner.solver.frame import Frame, Group
from planner.solver.instance import MAY_BE, Floats
from planner.solver.meetings import Tasks, shared_tasks
from planner.solver.numbers import Numbered, Openings, number_group, trips_of
from planner.solver.state import State, by_day, coupled_teams, state_of_plan

FIRST_SHARE = 0.8  # of the seconds left that a fall of the temperature takes; circuits and another fall take the rest


def is_compilable(problem: Problem, group: Group) -> bool:
    """Return whether the compiled search decides all there is to decide: every team is home each night."""
    return may_start(problem, group) and not may_sleep(problem, group)


def may_start(problem: Problem, group: Group) -> bool:
    """Return whether the compiled search can plan the group as if all came home each night.

    Where a team makes several trips a day, no session needs several teams, and that team's days end where they begin.
    """
    roamers = [team for team in map(problem.team_by_id.__getitem__, group.teams) if trips_of(team) > 1]
    has_session = any(problem.rule_by_task[task].composition for task in group.tasks)
    strays = any(team.last_base != team.base for team in roamers)
    return not strays and not (roamers and has_session)


def may_sleep(problem: Problem, group: Group) -> bool:
    """Return whether some team of the group may sleep out."""
    return any(problem.team_by_id[team].may_sleep_out for team in group.teams)


class CompiledGroup:
    """One group with its chains."""

    def __init__(self, clock: Clock, frames: Mapping[Task, Frame], group: Group, seed: int) -> None:
        self.group, self.frames, self.clock = group, frames, clock
        self.numbered: Numbered = number_group(clock.problem, frames, group)
        self.herd = Herd(self.numbered.instance, seed)
        self.seen: Answer | None = None

    def start(self) -> State | None:
        """Make the first plan; None when no plan within all limits was found."""
        self.herd.start()
        return self.news()

    def best(self) -> State | None:
        """Return the cheapest plan; None when there is none within all limits."""
        best = self.herd.best
        return take_over(self.clock, self.numbered, best) if best.price < MAY_BE else None

    def news(self) -> State | None:
        """Return the cheapest plan when it is another than last time."""
        best = self.herd.best
        if best == self.seen or best.price >= MAY_BE:
            return None
        self.seen = best
        return take_over(self.clock, self.numbered, best)

    def go_on_from(self, state: State, cost: float) -> None:
        """Let the chains set out from their best plan, or from one made elsewhere when that is cheaper."""
        if cost < self.herd.best.price:
            openings = openings_of(self.clock, state)
            self.seen = self.herd.elsewhere = self.numbered.answer_of(state, openings, self.frames, cost)
        self.herd.meet()

    def set_out(self, state: State, cost: float, others: Floats) -> None:
        """Let the chains set out from a plan, beside other teams that work so many minutes of each party."""
        openings = openings_of(self.clock, state)
        self.herd.set_out(self.numbered.answer_of(state, openings, self.frames, cost), others)
        self.seen = self.herd.best


def take_over(clock: Clock, numbered: Numbered, answer: Answer) -> State:
    """Return the routes of an answer, and let the clock know when its joint sessions open."""
    state, openings = numbered.state_of(answer), numbered.openings_of(answer)
    for day, tasks_by_team in meetings_of(state):
        clock.agree(day, tasks_by_team, {task: openings[task, day] for task in shared_tasks(tasks_by_team)})
    return state


def take_plan(clock: Clock, plan: Plan) -> State:
    """Return the routes of a plan, and let the clock know when its joint sessions open."""
    state, starts = state_of_plan(plan), dict[tuple[Task, date], int]()
    for route, stop in plan.visits():
        starts[stop.task, route.day] = min(stop.start_minute, starts.get((stop.task, route.day), stop.start_minute))
    for day, tasks_by_team in meetings_of(state):
        clock.agree(day, tasks_by_team, {task: starts[task, day] for task in shared_tasks(tasks_by_team)})
    return state


def openings_of(clock: Clock, state: State) -> Openings:
    """Return when the joint sessions of a state open, all of which can be held."""
    return {
        (task, day): opening
        for day, tasks_by_team in meetings_of(state)
        for task, opening in (clock.openings(day, tasks_by_team) or {}).items()
    }


def meetings_of(state: State) -> Iterator[tuple[date, dict[str, Tasks]]]:
    """Yield the days of the teams that meet, those that meet together."""
    for day, tasks_by_team in by_day(state).items():
        for teams in coupled_teams(tasks_by_team):
            if len(teams) > 1:
                yield day, {team: tasks_by_team[team] for team in teams}


def cool_groups(
    groups: Sequence[CompiledGroup],
    *,
    number: int,
    seconds: float | None,
    may_go_on: Callable[[], bool],
    on_pause: Callable[[], None],
) -> None:
    """Anneal all groups once: for most of the seconds left, or (None) for one counted round."""
    cool_all(
        [group.herd for group in groups],
        seconds=None if seconds is None else FIRST_SHARE * seconds,
        rounds=1 if seconds is None else None,
        hot=HOT if number == 1 else WARM,
        may_go_on=may_go_on,
        on_pause=on_pause,
    )

"""What the circuits refuse, as cuts for the calendar question (logic-based Benders, Hooker and Ottosson 2003)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, permutations

from planner.model import Problem, Task, Team
from planner.solver.clock import Clock
from planner.solver.days import Choice, Cut
from planner.solver.frame import Frame, Group
from planner.solver.proxy import Slot
from planner.solver.state import State

MARGIN_MINUTES = 20  # taken off the estimate of a slot that refused a visit without a provable reason
PROVABLE_SIZE = 4  # tasks whose every order is tried


def refused_visits(choice: Choice, state: State) -> list[tuple[Task, Slot]]:
    """Return what the choice asked for and no route does on that day, in order."""
    done = {(task, day) for (_, day), tasks in state.items() for task in tasks}
    return [(task, slot) for slot in sorted(choice) for task in choice[slot] if (task, slot[1]) not in done]


def learn_cuts(
    clock: Clock, frames: Mapping[Task, Frame], group: Group, choice: Choice, refused: Iterable[tuple[Task, Slot]]
) -> tuple[list[Cut], dict[Slot, int]]:
    """Return small sets of tasks that provably do not fit one day together, and margins where no such set was found."""
    cuts: list[Cut] = []
    margins: dict[Slot, int] = {}
    for task, slot in refused:
        found = _conflict(clock, frames, slot, task, choice[slot])
        if found is None:
            margins[slot] = MARGIN_MINUTES
        else:
            cuts.append(_everywhere(clock.problem, group, slot, found))
    return cuts, margins


def _conflict(
    clock: Clock, frames: Mapping[Task, Frame], slot: Slot, task: Task, tasks: Iterable[Task]
) -> frozenset[Task] | None:
    others = sorted(other for other in tasks if other != task)
    if any(frames[other].rule.composition for other in (task, *others)):
        return None  # joint sessions depend on other teams' days
    if clock.problem.team_by_id[slot[0]].may_sleep_out:
        return None  # what fits depends on the nights
    for size in range(1, PROVABLE_SIZE):
        for some in combinations(others, size):
            if not _fits_in_some_order(clock, slot, (task, *some)):
                return frozenset((task, *some))
    return None


def _fits_in_some_order(clock: Clock, slot: Slot, tasks: tuple[Task, ...]) -> bool:
    return any(clock.route(slot[0], slot[1], order) is not None for order in permutations(tasks))


def _everywhere(problem: Problem, group: Group, slot: Slot, tasks: frozenset[Task]) -> Cut:
    """Return the cut for all teams of the group that work alike and all days with the same roads."""
    team = problem.team_by_id[slot[0]]
    alike = {name for name in group.teams if _profile(problem.team_by_id[name]) == _profile(team)}
    days = {day for day in problem.horizon.dates if problem.matrix(team, day) is problem.matrix(team, slot[1])}
    return Cut(tasks, frozenset(alike), frozenset(days))


def _profile(team: Team) -> tuple[object, ...]:
    """Return everything about a team that decides whether a set of tasks fits its day."""
    return (
        team.base,
        team.last_base,
        team.shift,
        team.lunch,
        team.speed_factor,
        team.access_class,
        team.capacity_per_day,
        team.trips_per_day,
        team.resupply_minutes,
        team.max_stops_per_day,
    )

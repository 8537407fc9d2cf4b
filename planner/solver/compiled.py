"""The groups of a county that the compiled search takes: all but those with joint sessions or nights away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from planner.model import Problem, Task
from planner.solver.engine import HOT, WARM, Answer, Herd, cool_all
from planner.solver.frame import Frame, Group
from planner.solver.instance import MAY_BE, Floats
from planner.solver.numbers import Numbered, number_group
from planner.solver.state import State

FIRST_SHARE = 0.8  # of the seconds left that a fall of the temperature takes; circuits and another fall take the rest


def is_compilable(problem: Problem, frames: Mapping[Task, Frame], group: Group) -> bool:
    """Return whether the compiled search takes the group: no session needs several teams, and none may sleep out."""
    has_session = any(frames[task].rule.composition for task in group.tasks)
    teams = (problem.team_by_id[team] for team in group.teams)
    return not has_session and not any(team.nights_away and team.lodgings for team in teams)


class CompiledGroup:
    """One group with its chains."""

    def __init__(self, problem: Problem, frames: Mapping[Task, Frame], group: Group, seed: int) -> None:
        self.group, self.frames = group, frames
        self.numbered: Numbered = number_group(problem, frames, group)
        self.herd = Herd(self.numbered.instance, seed)
        self.seen: Answer | None = None

    def start(self) -> State | None:
        """Make the first plan; None when no plan within all limits was found."""
        self.herd.start()
        return self.news()

    def news(self) -> State | None:
        """Return the cheapest plan when it is another than last time."""
        best = self.herd.best
        if best == self.seen or best.price >= MAY_BE:
            return None
        self.seen = best
        return self.numbered.state_of(best)

    def go_on_from(self, state: State, cost: float) -> None:
        """Let the chains set out from their best plan, or from one made elsewhere when that is cheaper."""
        if cost < self.herd.best.price:
            self.seen = self.herd.elsewhere = self.numbered.answer_of(state, self.frames, cost)
        self.herd.meet()

    def set_out(self, state: State, cost: float, others: Floats) -> None:
        """Let the chains set out from a plan, beside other teams that work so many minutes of each party."""
        self.herd.set_out(self.numbered.answer_of(state, self.frames, cost), others)
        self.seen = self.herd.best


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

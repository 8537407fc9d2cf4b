"""The search: days by CP-SAT, circuits by the routing model, and what one refuses goes back to the other.

Groups that share no team are searched one by one. A group's first plan takes its prices from seed villages;
each later round prices the days by the routes at hand, lets CP-SAT move some visits, and lets the routing
model make the circuits of the weeks again. A change stays when the exact cost of the group falls.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from planner.model import Problem, Task
from planner.solver.circuits import SearchLimits
from planner.solver.clock import Clock
from planner.solver.cuts import learn_cuts, refused_visits
from planner.solver.dates import missing_visits
from planner.solver.days import Choice, Cut, DaysQuestion, choose_days
from planner.solver.frame import Group, build_frames, independent_groups
from planner.solver.insertion import Inserter
from planner.solver.proxy import Pricer, Slot, SlotPrice
from planner.solver.seeds import seed_prices, slot_tasks
from planner.solver.state import Ledger, State, visits_of
from planner.solver.subsets import team_subsets
from planner.solver.weeks import improve_week
from planner.values import week_of

CUT_ROUNDS = 3  # how often the first plan of a group goes back to the calendar question
PATIENCE = 6  # rounds without a gain after which a group is left alone
IMPROVE_SOLUTIONS = 400  # of the routing model's guided search, for one week
FIRST_EFFORT = 2.0  # deterministic seconds of the first calendar question of a group
ROUND_EFFORT = 0.5
MIN_GAIN = 1e-6


@dataclass(slots=True)
class _Progress:
    """What the search remembers of a group."""

    group: Group
    cuts: list[Cut] = field(default_factory=list)
    margins: dict[Slot, int] = field(default_factory=dict)
    cost: float = float("inf")
    idle_rounds: int = 0


class Search:
    """A search on one problem. ``remaining`` tells the seconds left; it stops steps, it decides nothing else."""

    def __init__(self, problem: Problem, seed: int, remaining: Callable[[], float]) -> None:
        self.problem, self.seed, self.remaining = problem, seed, remaining
        self.clock = Clock(problem)
        self.pricer = Pricer(problem)
        self.frames = build_frames(problem, self.clock)
        self.ledger = Ledger(problem, self.frames, self.clock)
        self.inserter = Inserter(problem, self.frames, self.clock, self.pricer)
        self.progress = [_Progress(group) for group in independent_groups(self.frames)]
        self.state: State = {}

    def start(self) -> None:
        """Make the first complete plan."""
        for number, progress in enumerate(self.progress):
            share = self.remaining() / (len(self.progress) - number)
            self._first_plan(progress, share)

    def answer(self) -> State:
        """Return the best state, with lent teams where the owners could not come.

        Lent visits are placed last and afresh each time: in the search itself groups stay independent.
        """
        return self.inserter.serve_owed(self.state, self._owed(self.state, self.frames), with_lent=True)

    def _owed(self, state: State, tasks: Iterable[Task]) -> list[Task]:
        made = visits_of(state)
        return [task for task in tasks if any(missing_visits(self.frames[task], made.get(task, {})))]

    def improve(self, number: int) -> bool:
        """Search each group once more; return whether any may still improve."""
        for progress in self.progress:
            if progress.idle_rounds >= PATIENCE:
                continue
            if self.remaining() <= 0:
                return True
            self._improve_group(progress, number)
        return any(progress.idle_rounds < PATIENCE for progress in self.progress)

    def _first_plan(self, progress: _Progress, share: float) -> None:
        group = progress.group
        prices = seed_prices(self.problem, self.frames, group, self.pricer)
        keep: Choice | None = None
        for attempt in range(CUT_ROUNDS):
            choice = self._choose(progress, prices, keep, effort=FIRST_EFFORT, guard=share / 2)
            if choice is None:
                break
            state = self._circuits(group, self.inserter.build(choice), choice, solutions=0)
            self._take(progress, state)
            refused = refused_visits(choice, state)
            if not refused or self.remaining() <= 0:
                break
            self._learn(progress, choice, refused)
            keep = choice
        if progress.cost == float("inf"):  # no choice within the effort: place visit by visit
            self._take(progress, self.inserter.serve_owed(self._part(group), group.tasks, with_lent=False))

    def _improve_group(self, progress: _Progress, number: int) -> None:
        group, before = progress.group, progress.cost
        dice = random.Random(f"{self.seed} {number} {group.tasks[0]}")
        current = self._part(group)
        if len(group.tasks) > 1:
            prices = _noisy(self._route_prices(group, current), dice, 0.3 * (number % 3))
            changes = max(2, sum(map(len, current.values())) // dice.choice((4, 8, 16)))
            choice = self._choose(
                progress, prices, _as_choice(current), effort=ROUND_EFFORT, guard=self.remaining(), changes=changes
            )
            if choice is not None:
                state = self.inserter.rebuild(current, choice)
                self._take(progress, self._circuits(group, state, choice, solutions=0, only_changed=current))
        self._take(progress, self._polish(group, self._part(group), dice))
        progress.idle_rounds = 0 if progress.cost < before - MIN_GAIN else progress.idle_rounds + 1

    def _polish(self, group: Group, state: State, dice: random.Random) -> State:
        """Return the state with one week searched longer."""
        week = dice.choice(self.problem.horizon.weeks)
        return self._weeks(group, state, [week], solutions=IMPROVE_SOLUTIONS)

    def _choose(
        self,
        progress: _Progress,
        prices: dict[Slot, SlotPrice],
        keep: Choice | None,
        *,
        effort: float,
        guard: float,
        changes: int | None = None,
    ) -> Choice | None:
        question = DaysQuestion(
            group=progress.group,
            prices=prices,
            margins=progress.margins,
            cuts=tuple(progress.cuts),
            keep=keep,
            changes=changes,
            seed=self.seed,
            effort=effort,
            guard_seconds=guard,
        )
        return choose_days(self.problem, self.frames, question)

    def _circuits(
        self, group: Group, state: State, choice: Choice, *, solutions: int, only_changed: State | None = None
    ) -> State:
        """Return the state with its weeks routed, and what the routes refuse placed elsewhere where there is room."""
        weeks = [week for week in self.problem.horizon.weeks if _is_changed(week, state, only_changed)]
        state = self._weeks(group, state, weeks, solutions=solutions)
        return self.inserter.serve_owed(state, group.tasks, with_lent=False)

    def _weeks(self, group: Group, state: State, weeks: Iterable[date], *, solutions: int) -> State:
        """Return the state with each week routed anew, wherever that is sound and cheaper."""
        for week in weeks:
            for teams in team_subsets(self.problem, group, state, week):
                if self.remaining() <= 0:
                    return state
                state = self._week(group, state, week, teams, solutions)
        return state

    def _week(self, group: Group, state: State, week: date, teams: tuple[str, ...], solutions: int) -> State:
        owed = self._owed(state, group.tasks)
        limits = SearchLimits(solutions=solutions, guard_seconds=max(0.05, self.remaining()))
        changed = improve_week(self.problem, self.frames, state, week=week, teams=teams, owed=owed, limits=limits)
        is_better = self.ledger.cost(group, changed) < self.ledger.cost(group, state) - MIN_GAIN
        return changed if is_better else state

    def _take(self, progress: _Progress, state: State) -> None:
        """Keep the group's state when it costs less."""
        cost = self.ledger.cost(progress.group, state)
        if cost < progress.cost - MIN_GAIN:
            others = {slot: t for slot, t in self.state.items() if slot[0] not in progress.group.teams}
            self.state = dict(sorted({**others, **state}.items()))
            progress.cost = cost

    def _part(self, group: Group) -> State:
        return {slot: tasks for slot, tasks in self.state.items() if slot[0] in group.teams}

    def _learn(self, progress: _Progress, choice: Choice, refused: list[tuple[Task, Slot]]) -> None:
        cuts, margins = learn_cuts(self.clock, self.frames, progress.group, choice, refused)
        progress.cuts += [cut for cut in dict.fromkeys(cuts) if cut not in progress.cuts]
        for slot, minutes in margins.items():
            progress.margins[slot] = progress.margins.get(slot, 0) + minutes

    def _route_prices(self, group: Group, state: State) -> dict[Slot, SlotPrice]:
        return {
            slot: self.pricer.price_by_route(slot, state.get(slot, ()), tasks)
            for slot, tasks in slot_tasks(self.frames, group).items()
        }


def _noisy(prices: dict[Slot, SlotPrice], dice: random.Random, amount: float) -> dict[Slot, SlotPrice]:
    """Return the prices with each slot's tasks made dearer or cheaper together, so that neighbours move together."""
    return {slot: price.scaled(1 + dice.uniform(-amount, amount)) for slot, price in prices.items()}


def _as_choice(state: State) -> Choice:
    return {slot: tuple(sorted(tasks)) for slot, tasks in state.items()}


def _is_changed(week: date, state: State, before: State | None) -> bool:
    """Return whether the week's visits differ from those before (None: from nothing)."""
    if before is None:
        return True
    inside = [{s: set(t) for s, t in found.items() if week_of(s[1]) == week} for found in (state, before)]
    return inside[0] != inside[1]

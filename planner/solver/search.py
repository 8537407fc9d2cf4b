"""The search: compiled where it can be, else days by CP-SAT; circuits by the routing model, which has the last word.

Groups that share no team are searched by themselves, by the compiled search (``engine``). It knows of no night away: a
group whose teams may sleep out is first planned as if all came home, then gets tours, and all its days from the
calendar question, which learns from what the circuits refuse; each later round re-places some neighbouring villages,
prices the days by the routes at hand and asks again. A change stays when the exact cost of the group falls.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from planner.model import Problem, Task
from planner.plan import Plan
from planner.solver.clock import Clock
from planner.solver.compiled import CompiledGroup, cool_groups, is_compilable, may_sleep, may_start, take_plan
from planner.solver.cuts import learn_cuts, refused_visits
from planner.solver.dates import missing_visits
from planner.solver.days import Choice, Cut, DaysQuestion, choose_days
from planner.solver.fixed import keep_pins
from planner.solver.frame import Group, build_frames
from planner.solver.insertion import Inserter
from planner.solver.led import in_order_of_leading
from planner.solver.linked import linked_groups, with_followers_alone
from planner.solver.proxy import Pricer, Slot, SlotPrice
from planner.solver.seeds import seed_prices, slot_tasks
from planner.solver.state import Ledger, State, visits_of, without_empty
from planner.solver.subsets import team_subsets
from planner.solver.tours import TourMaker
from planner.solver.weeks import improve_week
from planner.values import week_of

CUT_ROUNDS = 3  # how often the first calendar question of a group is asked again with what the circuits refused
PATIENCE = 8  # rounds without a gain after which a group whose teams may sleep out is left alone
COMPILED_PATIENCE = 2  # the same for a compiled group, which searches long in each round
ASK_EVERY = 3  # rounds between two calendar questions of a group
FIRST_EFFORT = 0.05  # deterministic seconds of a calendar question: each is about three of a slow core
ROUND_EFFORT = 0.1
LARGE_QUESTION = 20_000  # choices (task, team, day) beyond which the calendar question is left out
ROOM_TRIES = 30  # re-placements around owed visits before the first plan is handed in
AROUND_OWED = 0.5  # share of re-placements that look around owed visits, while there are any
HOME_SHARE = 0.3  # of a group's seconds in which it is planned as if all came home, where teams may sleep out
NEAR_MISS = 1.003  # a re-placement this close to the best cost is worth routing
MIN_GAIN = 1e-6


@dataclass(slots=True)
class _Progress:
    """What the search remembers of a group."""

    group: Group
    cuts: list[Cut] = field(default_factory=list)
    margins: dict[Slot, int] = field(default_factory=dict)
    cost: float = float("inf")
    idle_rounds: int = 0
    compiled: CompiledGroup | None = None
    may_sleep: bool = False

    @property
    def is_home(self) -> bool:
        """Whether the compiled search decides all: every team is home each night."""
        return self.compiled is not None and not self.may_sleep


class Search:
    """A search on one problem: compiled for the groups that are home each night, by re-placing as well for the others.

    ``remaining`` tells the seconds left; it stops steps, it decides nothing else. ``on_step`` is told now and then.
    """

    def __init__(
        self, problem: Problem, seed: int, remaining: Callable[[], float], on_step: Callable[[], None] = lambda: None
    ) -> None:
        self.problem, self.seed, self.remaining, self.on_step = problem, seed, remaining, on_step
        self.clock = Clock(problem)
        self.pricer = Pricer(problem)
        self.frames = with_followers_alone(problem, keep_pins(problem, build_frames(problem, self.clock)))
        self.ledger = Ledger(problem, self.frames, self.clock)
        self.inserter = Inserter(self.frames, self.ledger, self.pricer, remaining)
        self.tours = TourMaker(self.inserter)
        self.followers = in_order_of_leading(problem, self.frames)
        groups = linked_groups(problem, self.frames, lambda group: is_compilable(problem, group))
        self.progress = [_Progress(group) for group in groups]
        self.searched = frozenset(task for group in groups for task in group.tasks)
        self.state: State = {}
        self.is_begun = False

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan: one without visits counts when the first was not cut short before any was placed."""
        return self.is_begun or bool(self.state) or not self.progress

    def start(self) -> None:
        """Make the first complete plan."""
        for progress in self.progress:
            progress.may_sleep = may_sleep(self.problem, progress.group)
            if may_start(self.problem, progress.group):
                progress.compiled = CompiledGroup(self.clock, self.frames, progress.group, self.seed)
                self._take_news(progress, progress.compiled.start())
            if progress.cost == float("inf"):
                leading = [task for task in progress.group.tasks if task not in self.followers]
                state = self.inserter.serve_owed({}, leading, with_lent=False)
                following = [task for task in self.followers if task in progress.group.tasks]
                self._take(progress, self.inserter.serve_owed(state, following, with_lent=False, in_order=True))
            elif progress.may_sleep:
                self._take(progress, self._with_far(progress.group, self._part(progress.group)))
        self.is_begun = self.remaining() > 0

    def go_on_from(self, plan: Plan) -> None:
        """Take over what each group does in a plan, where that costs less; what is not searched comes afresh."""
        state = take_plan(self.clock, plan)
        for progress in self.progress:
            tasks, teams = frozenset(progress.group.tasks), frozenset(progress.group.teams)
            part = {slot: tuple(t for t in order if t in tasks) for slot, order in state.items() if slot[0] in teams}
            self._take(progress, without_empty(part))

    def route(self) -> None:
        """Make the circuits of every week."""
        for progress in self.progress:
            for week in self.problem.horizon.weeks:
                self._take(progress, self._weeks(progress.group, self._part(progress.group), [week]))
            self.on_step()
        self._tour()

    def _tour(self) -> None:
        """Make tours of several days in every week, after all weeks have been routed: they take longer."""
        for progress in self.progress:
            for week in self.problem.horizon.weeks:
                self._take(progress, self._toured(progress.group, self._part(progress.group), week))
                self.on_step()

    def ask_days(self) -> None:
        """Make room for what is owed where teams may sleep out, and ask the calendar question while circuits refuse."""
        for number, progress in enumerate(self._others):
            self._make_room(progress)
            share = self.remaining() / (len(self._others) - number)
            if share > 0 and self._is_askable(progress.group):
                self._ask_first(progress, share)
                self.on_step()

    @property
    def _others(self) -> list[_Progress]:
        return [progress for progress in self.progress if not progress.is_home]

    def answer(self) -> State:
        """Return the best state, with lent teams where the owners could not come, and with the follow-ups left.

        Both are placed last and afresh each time: in the search itself groups stay independent.
        """
        others = {task: frame for task, frame in self.frames.items() if task not in self.followers}
        may_borrow = [task for task, frame in others.items() if frame.teams_by_day != frame.own_by_day]
        state = self.ledger.turned(self.state)
        state = self.inserter.serve_owed(state, self._owed(state, may_borrow), with_lent=True)
        for with_lent in (False, True):
            state = self.inserter.serve_owed(state, self.followers, with_lent=with_lent, in_order=True)
        return state

    def improve(self, number: int, *, is_counted: bool) -> bool:
        """Search each group once more, for a round (counted) or most of the time left; return whether any may gain."""
        active = [progress for progress in self.progress if progress.idle_rounds < _patience(progress)]
        before = {id(progress): progress.cost for progress in active}
        self._anneal([progress for progress in active if progress.is_home], number, is_counted=is_counted)
        if number == 1:
            self._send_out([progress for progress in active if not progress.is_home], is_counted=is_counted)
        for progress in active:
            if self.remaining() <= 0:
                return True
            if progress.is_home:
                self._finish(progress)
            else:
                self._improve_group(progress, number)
            gained = progress.cost < before[id(progress)] - MIN_GAIN
            progress.idle_rounds = 0 if gained else progress.idle_rounds + 1
            if gained and self.ledger.evenness.is_asked:  # others may have work to give or take now
                for other in self.progress:
                    other.idle_rounds = 0
            self.on_step()
        return any(progress.idle_rounds < _patience(progress) for progress in self.progress)

    def _anneal(self, active: Sequence[_Progress], number: int, *, is_counted: bool) -> None:
        """Let the compiled search run on the groups given, from the best plan of each.

        All at once; where work is to be even one after the other, for each must know how long the others work.
        """
        compiled = [progress for progress in active if progress.compiled]
        if not compiled:
            return
        share = _tasks_in(active) / len(self.searched)
        seconds = None if is_counted else share * self.remaining()
        for batch in [[one] for one in compiled] if self.ledger.evenness.is_asked else [compiled]:
            part = _tasks_in(batch) / _tasks_in(compiled)
            self._cool(batch, number, seconds=None if seconds is None else part * seconds)

    def _send_out(self, active: Sequence[_Progress], *, is_counted: bool) -> None:
        """Search for plans in which all come home, and give them tours, where teams may sleep out.

        Where work is to be even the chains would have to set out from a plan with nights, which they cannot take over.
        """
        batch = [progress for progress in active if progress.compiled]
        if not batch or self.ledger.evenness.is_asked:
            return
        share = HOME_SHARE * _tasks_in(batch) / len(self.searched)
        self._cool(batch, 1, seconds=None if is_counted else share * self.remaining())
        for progress in batch:
            state = progress.compiled.best() if progress.compiled else None
            if state is not None and self.remaining() > 0:
                state = self._with_far(progress.group, state)
                for week in self.problem.horizon.weeks:
                    state = self._toured(progress.group, state, week)
                self._take(progress, state)
                self.on_step()

    def _with_far(self, group: Group, state: State) -> State:
        """Return a state in which all come home with what can only be reached, or fits in, with nights away."""
        return self.inserter.serve_owed(state, self._owed(state, group.tasks), with_lent=False)

    def _cool(self, batch: Sequence[_Progress], number: int, *, seconds: float | None) -> None:
        """Anneal some groups side by side."""
        groups = {id(progress): progress.compiled for progress in batch if progress.compiled}
        if not groups:
            return

        def take_news() -> None:
            for progress in batch:
                self._take_news(progress, groups[id(progress)].news())
            self.on_step()

        for progress in batch:
            self._send_on(progress, groups[id(progress)], number)
        cool_groups(
            list(groups.values()),
            number=number,
            seconds=seconds,
            may_go_on=lambda: self.remaining() > 0,
            on_pause=(lambda: None) if seconds is None else take_news,
        )
        take_news()

    def _send_on(self, progress: _Progress, compiled: CompiledGroup, number: int) -> None:
        """Let the chains of a group set out from its best plan; at first they are where they began."""
        part, evenness = self._part(progress.group), self.ledger.evenness
        if evenness.is_asked:
            compiled.set_out(part, progress.cost, evenness.others(frozenset(progress.group.teams)))
        elif number > 1:
            compiled.go_on_from(part, progress.cost)

    def _finish(self, progress: _Progress) -> None:
        """Route the group's weeks with OR-Tools, which judges what the compiled search planned."""
        for week in self.problem.horizon.weeks:
            self._take(progress, self._weeks(progress.group, self._part(progress.group), [week]))

    def _take_news(self, progress: _Progress, state: State | None) -> None:
        if state is not None:
            self._take(progress, state)

    def _make_room(self, progress: _Progress) -> None:
        """Re-place villages around owed visits, a few times, until none is owed."""
        dice = random.Random(f"{self.seed} room {progress.group.tasks[0]}")
        for _ in range(ROOM_TRIES):
            if self.remaining() <= 0 or not self._owed(self._part(progress.group), progress.group.tasks):
                return
            self._take(progress, self._replaced(progress, dice))

    def _is_askable(self, group: Group) -> bool:
        return sum(len(tasks) for tasks in slot_tasks(self.frames, group).values()) <= LARGE_QUESTION

    def _ask_first(self, progress: _Progress, share: float) -> None:
        group = progress.group
        prices = seed_prices(self.problem, self.frames, group, self.pricer)
        keep = _as_choice(self._part(group))
        for attempt in range(CUT_ROUNDS):
            effort = FIRST_EFFORT * 2**attempt
            choice = self._choose(progress, prices, keep, effort=effort, guard=share / 2)
            if choice is None or self.remaining() <= 0:
                return
            state = self._settle(group, self.inserter.build(choice), {})
            self._take(progress, state)
            refused = refused_visits(choice, state)
            if not refused or not self._owed(self._part(group), group.tasks):
                return
            self._learn(progress, choice, refused)

    def _improve_group(self, progress: _Progress, number: int) -> None:
        group = progress.group
        dice = random.Random(f"{self.seed} {number} {group.tasks[0]}")
        for _ in range(max(10, min(len(group.tasks), 60))):
            if self.remaining() <= 0:
                return
            self._take(progress, self._replaced(progress, dice))
        if number % ASK_EVERY == 0 and self._is_askable(group):
            self._take(progress, self._asked_again(progress, dice))
        week = dice.choice(self.problem.horizon.weeks)
        self._take(progress, self._weeks(group, self._part(group), [week], first=number))
        self._take(progress, self._toured(group, self._part(group), week))

    def _replaced(self, progress: _Progress, dice: random.Random) -> State:
        """Return the state with some neighbouring tasks taken out on all their days and placed again."""
        group, current = progress.group, self._part(progress.group)
        owed = self._owed(current, group.tasks) if dice.random() < AROUND_OWED else ()
        taken = self._neighbours(group, owed or group.tasks, dice, most=6 + 2 * progress.idle_rounds)
        kept = {slot: tuple(task for task in tasks if task not in taken) for slot, tasks in current.items()}
        state = self.inserter.serve_owed(without_empty(kept), taken, with_lent=False, in_order=True)
        if self.ledger.cost(group, state) < NEAR_MISS * progress.cost and state != current:
            state = self._settle(group, state, current)
        return state

    def _neighbours(self, group: Group, around: Sequence[Task], dice: random.Random, *, most: int) -> list[Task]:
        """Return from 2 to ``most`` tasks of the group near a random one of ``around``, in random order."""
        first = dice.choice(around)
        sites = self.problem.site_by_id
        middle = sites[first.site_id]

        def distance(task: Task) -> tuple[float, Task]:
            site = sites[task.site_id]
            return (site.lon - middle.lon) ** 2 + (site.lat - middle.lat) ** 2, task

        count = dice.randint(2, most)
        near = sorted((task for task in group.tasks if task != first), key=distance)[: 2 * count]
        taken = [first, *dice.sample(near, min(count - 1, len(near)))]
        dice.shuffle(taken)
        return taken

    def _asked_again(self, progress: _Progress, dice: random.Random) -> State:
        """Return the state after a calendar question priced by its own routes, with a limited number of changes."""
        group, current = progress.group, self._part(progress.group)
        prices = {
            slot: self.pricer.price_by_route(slot, current.get(slot, ()), tasks).scaled(dice.uniform(0.8, 1.2))
            for slot, tasks in slot_tasks(self.frames, group).items()
        }
        changes = max(2, sum(map(len, current.values())) // dice.choice((4, 8, 16)))
        keep = _as_choice(current)
        choice = self._choose(
            progress,
            prices,
            keep,
            effort=ROUND_EFFORT,
            guard=self.remaining(),
            changes=changes,
            seed=dice.randrange(10**6),
        )
        return current if choice is None else self._settle(group, self.inserter.rebuild(current, choice), current)

    def _choose(
        self,
        progress: _Progress,
        prices: dict[Slot, SlotPrice],
        keep: Choice,
        *,
        effort: float,
        guard: float,
        changes: int | None = None,
        seed: int | None = None,
    ) -> Choice | None:
        question = DaysQuestion(
            group=progress.group,
            prices=prices,
            margins=progress.margins,
            cuts=tuple(progress.cuts),
            keep=keep,
            changes=changes,
            seed=self.seed if seed is None else seed,
            effort=effort,
            guard_seconds=guard,
        )
        return choose_days(self.problem, self.frames, question)

    def _settle(self, group: Group, state: State, before: State) -> State:
        """Return the state with its changed weeks routed, and what was refused placed elsewhere where there is room."""
        weeks = [week for week in self.problem.horizon.weeks if _week_of(state, week) != _week_of(before, week)]
        return self.inserter.serve_owed(self._weeks(group, state, weeks), group.tasks, with_lent=False)

    def _weeks(self, group: Group, state: State, weeks: Iterable[date], *, first: int = 0) -> State:
        """Return the state with each week routed anew, wherever that is sound and cheaper."""
        for week in weeks:
            for teams in self._subsets(group, state, week, first=first):
                if self.remaining() <= 0:
                    return state
                state = self._week(group, state, week, teams)
        return state

    def _subsets(self, group: Group, state: State, week: date, *, first: int) -> Iterable[tuple[str, ...]]:
        """Return the sets of teams to route together; where work is to be even, each team by itself as well.

        The routing model does not know of evenness: what it moves from one team to another may be refused for it, and
        with it all that was gained within the teams.
        """
        together = team_subsets(self.problem, group, state, week, first=first)
        if not self.ledger.evenness.is_asked:
            return together
        return dict.fromkeys([*together, *team_subsets(self.problem, group, state, week, most=0)])

    def _toured(self, group: Group, state: State, week: date) -> State:
        """Return the state with tours of several days in the week, wherever they are cheaper."""

        def route(changed: State, team: str) -> State:
            subsets = team_subsets(self.problem, group, changed, week)
            return self._week(group, changed, week, next(teams for teams in subsets if team in teams))

        return self.tours.improve(group, state, week, route)

    def _week(self, group: Group, state: State, week: date, teams: tuple[str, ...]) -> State:
        owed = self._owed(state, group.tasks)
        changed = improve_week(
            self.problem,
            self.frames,
            state,
            week=week,
            teams=teams,
            owed=owed,
            guard_seconds=max(0.05, self.remaining()),
            nights=self.ledger.nights(state),
            held=group.held,
        )
        is_better = self.ledger.cost(group, changed) < self.ledger.cost(group, state) - MIN_GAIN
        return changed if is_better else state

    def _owed(self, state: State, tasks: Iterable[Task]) -> list[Task]:
        made = visits_of(state)
        return [task for task in tasks if any(missing_visits(self.frames[task], made.get(task, {})))]

    def _take(self, progress: _Progress, state: State) -> None:
        """Keep the group's state when it costs less."""
        cost = self.ledger.cost(progress.group, state)
        if cost < progress.cost - MIN_GAIN:
            others = {slot: t for slot, t in self.state.items() if slot[0] not in progress.group.teams}
            self.state = dict(sorted({**others, **state}.items()))
            progress.cost = cost
            self._note_work(progress)

    def _note_work(self, changed: _Progress) -> None:
        """Tell the ledger how long the group's teams work now; the price of uneven work is in every group's cost."""
        evenness = self.ledger.evenness
        if evenness.is_asked:
            before = evenness.price({})
            evenness.minutes |= self.ledger.minutes(changed.group, self._part(changed.group))
            for progress in self.progress:
                progress.cost += (evenness.price({}) - before) if progress is not changed else 0.0

    def _part(self, group: Group) -> State:
        return {slot: tasks for slot, tasks in self.state.items() if slot[0] in group.teams}

    def _learn(self, progress: _Progress, choice: Choice, refused: list[tuple[Task, Slot]]) -> None:
        cuts, margins = learn_cuts(self.clock, self.frames, progress.group, choice, refused)
        progress.cuts += [cut for cut in dict.fromkeys(cuts) if cut not in progress.cuts]
        for slot, minutes in margins.items():
            progress.margins[slot] = progress.margins.get(slot, 0) + minutes


def _tasks_in(progresses: Iterable[_Progress]) -> int:
    return sum(len(progress.group.tasks) for progress in progresses)


def _patience(progress: _Progress) -> int:
    return COMPILED_PATIENCE if progress.is_home else PATIENCE


def _as_choice(state: State) -> Choice:
    return {slot: tuple(sorted(tasks)) for slot, tasks in state.items()}


def _week_of(state: State, week: date) -> dict[Slot, set[Task]]:
    """Return what is done in the week, in whatever order."""
    return {slot: set(tasks) for slot, tasks in state.items() if week_of(slot[1]) == week}

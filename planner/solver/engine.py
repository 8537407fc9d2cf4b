"""Runs the compiled search: chains that anneal side by side, meet, and set out again from the best of them.

The number of chains and where they meet are fixed, so that counted in rounds the answer is the same on one core and on
ten. A chain may run in a thread: the compiled steps hold no lock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

import numpy as np

from planner.solver import kernel
from planner.solver.instance import MAY_BE, NEVER, Floats, Instance, Ints
from planner.solver.kernel import State, new_state

CHAINS = 2
STEPS_PER_TASK = 400  # of one chain in one round
FIRST_CHUNK, MOST_CHUNK = 500, 20_000  # steps between two looks at the clock
CHUNK_SECONDS = 0.05
POLL_SECONDS = 0.05
REPORT_SECONDS = 0.5  # between two reports of a chain
STRICT = 1e7  # no limit is worth breaking for it: the first plan keeps all that can be kept
REACH = 15  # neighbours looked at
NOISE = 0.7  # height of the noise on days, in mean ways from the base
HOT, COLD = 1.5, 0.015  # temperatures, in mean legs of the first plan
WARM = 0.25  # where later falls begin
WIDE = 6.0  # times as many visits are taken out in a step while it is hottest in a fall from hot
ROOMY = 2000.0  # steps of a chain for each task, in such a fall; where it has fewer, steps are less wide
MOST_OF_ALL = 0.35  # share of all visits beyond which no step grows
LONG_RUN = 12_000  # steps of a chain for each task after which another run from hot gains more than going on
SHARE, LAST_SHARE = 0.4, 0.1  # of what is left of a run that a fall takes; the last takes all when so little is left
LEAST_SHARE = 1e-3  # of the whole for which no fall is begun any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a chain ruins: the visits taken out in a step, and the shares of steps and strings of each kind."""

    least: int
    most: int
    longest: int  # string
    mixed: float  # share of steps whose strings may lie on several days
    one_day: float  # share of steps that touch one day only
    near: float  # share of steps that take out what is near instead of strings


# Small and quick beside wide and slow: which of the two does better differs from one county to the next.
STYLES = (
    Style(least=1, most=12, longest=10, mixed=0.5, one_day=0.5, near=0.2),
    Style(least=4, most=25, longest=10, mixed=0.0, one_day=0.15, near=0.2),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan in numbers: of each used slot its tasks in driving order, and the tasks with owed visits, once a visit.

    Joint sessions open at a minute: each part starts within the minutes allowed from then.
    """

    price: float
    routes: tuple[tuple[int, tuple[int, ...]], ...]
    owed: tuple[int, ...]
    openings: tuple[tuple[int, int, int], ...] = ()  # (task, day, minute) of the parts of joint sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One fall of the temperature: for how long (seconds of a chain, or steps), and between which temperatures."""

    seconds: float = NEVER
    steps: float = NEVER
    hot: float = HOT
    cold: float = COLD
    wide: float = 1.0  # times as many visits are taken out in a step at first, falling to once as many


class Chain:
    """One search of one instance from one seed. ``published`` is its best plan so far, for others to read."""

    def __init__(self, instance: Instance, seed: Sequence[int]) -> None:
        self.instance, self.style = instance, STYLES[seed[-1] % len(STYLES)]
        self.state: State = new_state(instance, seed)
        self.chunk = FIRST_CHUNK
        self.reach = min(REACH, instance.near.shape[1])
        head = self.state.head
        head["load_weight"] = head["minutes_weight"] = STRICT
        kernel.build(instance, self.state, self.reach)
        self.leg = _mean_leg(instance, self.state)
        load = float(instance.tasks["load"].mean()) or 1.0
        head["load_weight"], head["minutes_weight"] = self.leg / load, 1.0
        self.noise = NOISE * _mean_way(instance)
        self.published = answer_of(instance, self.state)

    @property
    def price(self) -> float:
        """The price of the best plan within all limits; NEVER when there was none."""
        return float(self.state.head[0]["best_price"])

    def cool(self, fall: Fall, should_stop: Callable[[], bool]) -> None:
        """Anneal through one fall of the temperature."""
        began = reported = time.monotonic()
        steps, is_counted = 0, fall.seconds >= NEVER
        while (used := max((time.monotonic() - began) / fall.seconds, steps / fall.steps)) < 1 and not should_stop():
            temperature = self.leg * fall.hot * (fall.cold / fall.hot) ** used
            self._run(temperature, times=self._times(fall, used, steps), is_counted=is_counted)
            steps += self.chunk
            if self.price < self.published.price and time.monotonic() - reported > REPORT_SECONDS:
                self.published, reported = answer_of(self.instance, self.state), time.monotonic()
        self.published = answer_of(self.instance, self.state)

    def _times(self, fall: Fall, used: float, steps: int) -> float:
        """Return how many times the visits of its style a step takes out, after so many steps of the fall."""
        most = max(1.0, MOST_OF_ALL * float(self.state.sums["stops"].sum()) / self.style.most)
        room = min(1.0, steps / max(used, 1e-9) / len(self.instance.tasks) / ROOMY)
        return min(most, 1.0 + room * (fall.wide - 1.0) * (1.0 - used))

    def _run(self, temperature: float, *, times: float = 1.0, is_counted: bool) -> None:
        began = time.monotonic()
        pace = kernel.Pace(
            hot=temperature,
            cold=temperature,
            least=int(times * self.style.least),
            most=int(times * self.style.most),
            longest=self.style.longest,
            reach=self.reach,
            level=self.noise,
            mixed=self.style.mixed,
            one_day=self.style.one_day,
            near=self.style.near,
        )
        kernel.run(self.instance, self.state, self.chunk, pace)
        took = time.monotonic() - began
        if not is_counted and not CHUNK_SECONDS / 2 < took < CHUNK_SECONDS * 2:
            self.chunk = int(np.clip(self.chunk * CHUNK_SECONDS / max(took, 1e-4), 20, MOST_CHUNK))

    def forget(self) -> None:
        """Go on as if no plan had been found yet."""
        self.state.head["best_price"] = NEVER
        self.published = replace(self.published, price=NEVER)

    def restart(self, answer: Answer) -> None:
        """Go on from a plan."""
        after, owed = links_of(self.instance, answer)
        opens = self.state.links["opens"]
        opens[:] = -1.0
        for task, day, minute in answer.openings:
            opens[task * self.instance.days + day] = minute
        kernel.load(self.instance, self.state, after, owed)

    def set_out(self, answer: Answer, others: Floats) -> None:
        """Begin anew from a plan within all limits, beside other teams that work so many minutes of each party.

        What was best beside other minutes is no measure any more.
        """
        state = self.state
        state.duty["others"] = others
        self.restart(answer)
        state.head[0]["best_price"] = state.head[0]["price"]
        sessions = len(state.best_after) - len(state.links)
        state.best_after[:] = np.concatenate([state.links["after"], state.links["opens"][:sessions]])
        state.best_owed[:] = state.owed
        self.published = answer_of(self.instance, state)


@dataclass(slots=True)
class Herd:
    """The chains of one instance."""

    instance: Instance
    seed: int
    chains: list[Chain] = field(default_factory=list)
    elsewhere: Answer | None = None  # a plan that was made by other means
    champion: Answer | None = None  # the best plan of earlier runs

    def start(self) -> None:
        """Make the first plans."""
        self.chains = [Chain(self.instance, (self.seed, k)) for k in range(CHAINS)]

    @property
    def best(self) -> Answer:
        """The cheapest plan of all."""
        return min(self.champion or self.best_of_run, self.best_of_run, key=lambda answer: answer.price)

    @property
    def best_of_run(self) -> Answer:
        """The cheapest plan that a chain has published in this run, or that was made elsewhere."""
        published = [chain.published for chain in self.chains]
        return min([*published, self.elsewhere or published[0]], key=lambda answer: answer.price)

    def begin_again(self) -> None:
        """Begin another run: the chains forget what was best, so that they find something else."""
        self.champion, self.elsewhere = self.best, None
        for chain in self.chains:
            chain.forget()

    def meet(self) -> None:
        """Send all chains on from the best plan of this run."""
        best = self.best_of_run
        if best.price < MAY_BE:
            for chain in self.chains:
                chain.restart(best)

    def set_out(self, answer: Answer, others: Floats) -> None:
        """Send all chains on from one plan, beside other teams that work so many minutes of each party."""
        self.elsewhere = self.champion = None
        for chain in self.chains:
            chain.set_out(answer, others)


def cool_all(
    herds: Sequence[Herd],
    *,
    seconds: float | None,
    rounds: float | None,
    hot: float,
    most_rounds: float = NEVER,
    may_go_on: Callable[[], bool],
    on_pause: Callable[[], None] = lambda: None,
) -> None:
    """Anneal all chains of all herds once, side by side on the machine's cores, for so many seconds or rounds in all.

    A fall may end after ``most_rounds`` before that. The time is shared out by the number of tasks. ``may_go_on`` and
    ``on_pause`` are called from this thread only.
    """
    is_stopped = False
    cores = min(os.cpu_count() or 1, CHAINS * len(herds))
    whole = sum(len(herd.instance.tasks) for herd in herds) * CHAINS
    with ThreadPoolExecutor(max(1, cores)) as pool:
        pending: set[Future[None]] = set()
        for herd in herds:
            tasks = len(herd.instance.tasks)
            own = NEVER if seconds is None else max(1e-3, seconds * cores * tasks / whole)
            steps = max(1.0, min(NEVER if rounds is None else rounds, most_rounds) * tasks * STEPS_PER_TASK)
            fall = Fall(seconds=own, steps=steps, hot=hot, wide=WIDE if hot >= HOT else 1.0)
            pending |= {pool.submit(chain.cool, fall, lambda: is_stopped) for chain in herd.chains}
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS)
            for future in done:
                future.result()
            is_stopped = is_stopped or not may_go_on()
            on_pause()


def search_instance(
    instance: Instance,
    *,
    seed: int,
    seconds: float | None = None,
    rounds: int | None = None,
    on_better: Callable[[Answer], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answer:
    """Search for the cheapest plan of an instance, for so many seconds or rounds, and return it."""
    herd = Herd(instance, seed)
    whole = float(seconds if seconds is not None else rounds or 0)
    began, told = time.monotonic(), NEVER

    def tell() -> None:
        nonlocal told
        if on_better is not None and herd.best.price < told:
            told = herd.best.price
            on_better(herd.best)

    def may_go_on() -> bool:
        return should_stop is None or not should_stop()

    def fall(part: float, hot: float, most_rounds: float = NEVER) -> float:
        """Anneal for a part of the seconds or rounds, or less; return what it took of them."""
        since = time.monotonic()
        is_timed = seconds is not None
        cool_all(
            [herd],
            seconds=part if is_timed else None,
            rounds=None if is_timed else part,
            hot=hot,
            most_rounds=most_rounds,
            may_go_on=may_go_on,
            on_pause=tell,
        )
        tell()
        return time.monotonic() - since if is_timed else min(part, most_rounds)

    herd.start()
    tell()
    left = whole - (time.monotonic() - began if seconds is not None else 0)
    run = left
    while left > LEAST_SHARE * whole and may_go_on():
        took = fall(SHARE * min(run, left), HOT, SHARE * LONG_RUN / STEPS_PER_TASK)
        run = left / max(1, round(left * SHARE / took))
        rest, left = run - took, left - run
        while rest > LEAST_SHARE * whole and may_go_on():
            herd.meet()
            rest -= fall(rest if rest <= LAST_SHARE * run else SHARE * rest, WARM)
        left += rest
        if left > LEAST_SHARE * whole and may_go_on():
            herd.begin_again()
    return herd.best


def answer_of(instance: Instance, state: State) -> Answer:
    """Return the best plan of a state."""
    visits = len(instance.tasks) * instance.days
    routes = list[tuple[int, tuple[int, ...]]]()
    for s in range(len(instance.slots)):
        tasks = tuple(item // instance.days for item in _walk(state.best_after, visits + s, visits))
        if tasks:
            routes.append((s, tasks))
    owed = list[int]()
    for task in np.flatnonzero(state.best_owed).tolist():
        owed += [task] * round(state.best_owed[task] / instance.tasks["owed_price"][task])
    price, openings = float(state.head[0]["best_price"]), _openings(instance, state, routes)
    return Answer(price=price, routes=tuple(routes), owed=tuple(owed), openings=openings)


def _openings(
    instance: Instance, state: State, routes: Sequence[tuple[int, tuple[int, ...]]]
) -> tuple[tuple[int, int, int], ...]:
    opens = state.best_after[len(state.links) :]
    if not len(opens):
        return ()
    made = [(task, int(instance.slots["day"][s])) for s, route in routes for task in route]
    found = [(task, day, int(opens[task * instance.days + day])) for task, day in sorted(made)]
    return tuple((task, day, minute) for task, day, minute in found if minute >= 0)


def _walk(after: Ints, start: int, visits: int) -> Iterator[int]:
    item = int(after[start])
    while item < visits:
        yield item
        item = int(after[item])


def links_of(instance: Instance, answer: Answer) -> tuple[Ints, Floats]:
    """Return a plan as links and owed money: the inverse of ``answer_of``."""
    tasks, slots, days = len(instance.tasks), len(instance.slots), instance.days
    visits = tasks * days
    after = np.full(visits + 2 * slots, -1, np.int64)
    after[visits : visits + slots] = np.arange(visits + slots, visits + 2 * slots)
    for s, route in answer.routes:
        item, day = visits + s, int(instance.slots["day"][s])
        for task in route:
            after[item] = task * days + day
            item = task * days + day
        after[item] = visits + slots + s
    owed = np.zeros(tasks)
    np.add.at(owed, list(answer.owed), instance.tasks["owed_price"][list(answer.owed)])
    return after, owed


def _mean_leg(instance: Instance, state: State) -> float:
    """Return the mean price of the legs that a plan drives."""
    links, sums = state.links, state.sums
    prices = []
    for s in np.flatnonzero(sums["stops"]).tolist():
        items = [len(links) - 2 * len(sums) + s]
        while len(items) < sums["stops"][s] + 2:
            items.append(int(links["after"][items[-1]]))
        places = links["place"][items]
        prices.append(instance.leg_price[instance.slots["profile"][s], places[:-1], places[1:]])
    mean = float(np.concatenate(prices).mean()) if prices else 0.0
    return mean if mean > 0 else 1.0  # where roads cost nothing there is still a temperature to fall


def _mean_way(instance: Instance) -> float:
    """Return the mean price of the way from the first base to a task, as high as the noise on days is."""
    way = instance.leg_price[0, instance.slots["start"][0], instance.tasks["place"]]
    known = way[way < MAY_BE]
    return float(known.mean()) if known.size else 0.0

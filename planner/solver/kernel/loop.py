"""The loop: take out, put back, keep or undo; and the doors through which Python calls the machine code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from planner.solver.instance import NEVER, Floats, Instance, Ints
from planner.solver.kernel.chance import _below, _random
from planner.solver.kernel.changes import _begin, _undo
from planner.solver.kernel.compiling import compiled, entry, small
from planner.solver.kernel.days import _return_task, _return_to_day
from planner.solver.kernel.evenness import _is_weighed, _weigh
from planner.solver.kernel.led import _return_led
from planner.solver.kernel.ruin import _order, _ruin_near, _ruin_strings, _ruin_team
from planner.solver.kernel.sessions import _return_session
from planner.solver.kernel.state import State
from planner.solver.kernel.sums import cost, refresh

BUILD_TRIES = 10
TEAMS = 0.05  # share of steps that take out a whole team or its day, where there are trips or teams have a price


class Pace(NamedTuple):
    """How ``run`` searches, in the order in which it reads them."""

    hot: float  # the temperature at first ..
    cold: float  # .. and at last
    least: int  # visits taken out in a step
    most: int
    longest: int  # string taken out
    reach: int  # neighbours looked at
    level: float  # height of the noise on days
    mixed: float  # share of the strings that may lie on several days
    one_day: float  # share of steps that touch one day only
    near: float  # share of steps that take out what is near instead of strings


BUILDING = Pace(hot=1.0, cold=1.0, least=0, most=0, longest=0, reach=0, level=0.0, mixed=0.0, one_day=0.0, near=0.0)


@compiled
def _adapted(weight: float, kept: int, accepted: int) -> float:
    """Return the weight of a limit that so many of the accepted plans kept: about half of them should."""
    if kept == 0 and accepted > 0:  # far too cheap: an owed visit may be worth a thousand times a minute
        return weight * 1.5
    if kept < 0.4 * accepted:
        return weight * 1.05
    return max(1e-4, weight * 0.96) if kept > 0.6 * accepted else weight


@compiled
def _adapt(t: State) -> None:
    """Make going over each limit dearer or cheaper."""
    head = t.head[0]
    head.load_weight = _adapted(head.load_weight, head.light, head.accepted)
    head.minutes_weight = _adapted(head.minutes_weight, head.short, head.accepted)
    head.accepted = head.light = head.short = 0


@small
def _return_all(p: Instance, t: State, only_day: int, reach: int, most: float) -> bool:
    """Put everything that was taken out back; return False when something has no place or the cost reaches ``most``.

    What is put back makes a plan dearer, so that a step which is too dear half way need not be ended; only the work may
    be shared out more evenly than half way, which is weighed last. The first plan is built of steps that nothing ends.
    """
    is_building = t.head[0].is_building != 0
    for k in range(t.head[0].tasks_taken):
        task = t.taken[k].task
        if is_building:  # the log has room for a step, not for a plan
            t.head[0].step += 1
            t.head[0].slots_touched = t.head[0].steps_logged = 0
        is_back = True
        if t.head[0].has_led and only_day < 0 and p.tasks[task].led + p.tasks[task].behind > 0:
            if p.tasks[task].led > 0:  # with all its followers
                is_back = _return_led(p, t, task, reach)
        elif p.tasks[task].others > 0:
            is_back = _return_session(p, t, task, only_day, reach)
        elif only_day >= 0:
            is_back = _return_to_day(p, t, task, only_day, reach)
        else:
            is_back = _return_task(p, t, task, reach)
        if not is_building and (not is_back or cost(t) - t.head[0].uneven >= most):
            return False
    if _is_weighed(p):
        _weigh(p, t)
        return cost(t) < most
    return True


@compiled
def _note(t: State) -> None:
    """Count an accepted plan, and keep it when it is the best within all limits."""
    head = t.head[0]
    is_light, is_short = head.over_load < 1e-6, head.over_minutes < 1e-6
    head.accepted += 1
    head.light += is_light
    head.short += is_short
    if is_light and is_short and head.missing == 0 and head.price < head.best_price - 1e-7:
        head.best_price = head.price
        head.improved += 1
        for k in range(len(t.links)):
            t.best_after[k] = t.links[k].after
        for k in range(len(t.owed)):
            t.best_owed[k] = t.owed[k]
        for k in range(len(t.links), len(t.best_after)):
            t.best_after[k] = int(t.links[k - len(t.links)].opens)


@small
def _ruin(p: Instance, t: State, pace: Pace) -> int:
    """Take something out; return the only day that it was taken from, or -1."""
    only_day = _below(t, t.days.shape[1]) if _random(t) < pace.one_day else -1
    if t.head[0].has_trips and _random(t) < TEAMS:
        only_day = -1
        _ruin_team(p, t)
    elif _random(t) < pace.near:
        _ruin_near(p, t, pace.most, only_day)
    else:
        _ruin_strings(p, t, pace.least, pace.most, pace.longest, only_day, pace.mixed)
    return only_day


@entry
def run(p: Instance, t: State, steps: int, pace: Pace) -> float:
    """Make steps of the search while the temperature falls; return the penalised cost.

    While a plan is built (``build``) a step puts back all that is missing, and keeps what has found a place.
    """
    head, is_building = t.head[0], t.head[0].is_building != 0
    refresh(p, t)
    temperature, cool = pace.hot, (pace.cold / pace.hot) ** (1.0 / max(1, steps))
    current = cost(t)
    for _ in range(steps):
        temperature *= cool
        _begin(t)
        only_day, height, most_cost = -1, 0.0, NEVER
        if is_building:
            _list_missing(p, t)
        else:
            only_day = _ruin(p, t, pace)
            height = pace.level if _random(t) < 0.7 else 0.0
            most_cost = current - temperature * np.log(1.0 - _random(t))
        if head.tasks_taken == 0:
            continue
        _order(p, t)
        for d in range(t.days.shape[1]):
            t.days[0, d].noise = height * _random(t)
        if _return_all(p, t, only_day, pace.reach, most_cost):
            current = cost(t)
            _note(t)
        else:
            _undo(p, t)
        if not is_building and head.step % 300 == 0:
            _adapt(t)
            refresh(p, t)
            current = cost(t)
    return current


@small
def _list_missing(p: Instance, t: State) -> None:
    """List the tasks that are neither visited nor owed as taken out."""
    days, head = t.days.shape[1], t.head[0]
    head.tasks_taken = 0
    for task in range(len(p.tasks)):
        is_made = t.owed[task] > 0 or p.tasks[task].part + p.tasks[task].behind > 0  # the first stands for all
        for d in range(days):
            is_made = is_made or t.links[task * days + d].slot >= 0
        if not is_made:
            taken = t.taken[head.tasks_taken]
            taken.task, taken.owed, taken.extra = task, 0.0, 0.0
            head.tasks_taken += 1
    head.missing = head.tasks_taken
    if head.missing == 0:
        _note(t)


def build(p: Instance, t: State, reach: int) -> int:
    """Put every task that is neither visited nor owed on its cheapest days; return how many have no place."""
    head = t.head[0]
    head["is_building"] = 1
    run(p, t, BUILD_TRIES, BUILDING._replace(reach=reach))  # what had a place only where nobody looked is tried again
    head["is_building"] = head["accepted"] = head["light"] = head["short"] = 0
    return int(head["missing"])


@entry
def load(p: Instance, t: State, after: Ints, owed: Floats) -> None:
    """Take over the links of a plan and what it owes."""
    days, slots = t.days.shape[1], len(p.slots)
    visits = len(p.tasks) * days
    for item in range(visits):
        t.links[item].slot = -1
    for s in range(slots):
        item = visits + s
        while item < visits + slots:
            following = after[item]
            t.links[item].after = following
            t.links[following].before = item
            if following < visits:
                t.links[following].slot = s
            item = following
    for task in range(len(p.tasks)):
        t.owed[task] = owed[task]
    refresh(p, t)

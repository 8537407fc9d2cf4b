"""What a step takes out: strings of neighbouring routes, or what is near; and in which order it returns."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.chance import _below, _random
from planner.solver.kernel.changes import _take_task
from planner.solver.kernel.compiling import apart, compiled
from planner.solver.kernel.state import State

MOST_OF_TEAM = 40  # visits taken out with a team


@compiled
def _take_string(p: Instance, t: State, visit: int, length: int, only_day: int, most: int) -> int:
    """Take out a string of a route that holds the visit; half the time one that keeps a middle part."""
    days = t.days.shape[1]
    visits = len(p.tasks) * days
    count = t.sums[t.links[visit].slot].stops
    length = min(length, count)
    skip = 0
    if 1 < length < count and _random(t) < 0.5:
        while length + skip < count and _random(t) > 0.1:
            skip += 1
    whole = length + skip
    # The string may begin up to whole - 1 places before the visit, but must lie inside the route.
    ahead, item = 0, visit
    while ahead < whole - 1 and t.links[item].after < visits:
        item = t.links[item].after
        ahead += 1
    first, back = visit, 0
    least = whole - 1 - ahead
    wanted = least + _below(t, whole - least)
    while back < wanted and t.links[first].before < visits:
        first = t.links[first].before
        back += 1
    gap_at = 1 + _below(t, length - 1) if skip > 0 else whole
    item, taken = first, 0
    for k in range(whole):
        if item >= visits or taken >= most:
            break
        following = t.links[item].after
        if not gap_at <= k < gap_at + skip:
            taken += _take_task(p, t, item // days, only_day)
        item = following
    return taken


@compiled
def _some_day(t: State, task: int) -> int:
    """Return a random day on which the task is visited, or any day when there is none."""
    days = t.days.shape[1]
    d = _below(t, days)
    for _ in range(days):
        if t.links[task * days + d].slot >= 0:
            return d
        d = (d + 1) % days
    return d


@compiled
def _ruin_strings(p: Instance, t: State, least: int, most: int, longest: int, only_day: int, mixed: float) -> None:
    """Take strings out of routes near a random task until up to ``most`` visits are gone."""
    seed = _below(t, len(p.tasks))
    day = only_day if only_day >= 0 else _some_day(t, seed)
    target = least + _below(t, most - least + 1)
    is_one_day = only_day >= 0 or _random(t) >= mixed
    taken = 0
    for k in range(-1, p.near.shape[1]):
        task = seed if k < 0 else p.near[seed, k]
        if t.is_out[task] == t.head[0].step:
            continue
        d = day if is_one_day else _some_day(t, task)
        visit = task * t.days.shape[1] + d
        s = t.links[visit].slot
        if s < 0 or (is_one_day and t.stamp[s] == t.head[0].step):
            continue
        taken += _take_string(p, t, visit, 1 + _below(t, min(longest, t.sums[s].stops)), only_day, target - taken)
        if taken >= target:
            return


@compiled
def _ruin_near(p: Instance, t: State, most: int, only_day: int) -> None:
    """Take out tasks near a random one."""
    seed = _below(t, len(p.tasks))
    target = 1 + _below(t, most)
    taken = _take_task(p, t, seed, only_day)
    for k in range(p.near.shape[1]):
        if taken >= target:
            return
        if _random(t) < 0.8:
            taken += _take_task(p, t, p.near[seed, k], only_day)


@apart
def _ruin_team(p: Instance, t: State) -> None:
    """Take out whatever the team of a random task does on any day, or on the day of a visit where it has no price.

    A team that has a price may then be spared; of a day the trips are made anew.
    """
    days = t.days.shape[1]
    visits = len(p.tasks) * days
    seed = _below(t, len(p.tasks))
    visit = seed * days + _some_day(t, seed)
    if t.links[visit].slot < 0:
        return
    s, taken = t.links[visit].slot, 0
    slot = p.slots[s]
    first, last = s - slot.trip, s - slot.trip + max(1, slot.trips)
    if slot.team_price > 0:
        first, last = 0, len(p.slots)
    for s in range(first, last):
        while p.slots[s].team == slot.team and t.links[visits + s].after < visits and taken < MOST_OF_TEAM:
            taken += _take_task(p, t, t.links[visits + s].after // days, -1)


@compiled
def _order(p: Instance, t: State) -> None:
    """Sort the tasks taken out: at random, or the heavy, far, near or least free ones first."""
    dice = _random(t)
    for k in range(t.head[0].tasks_taken):
        task, owed, extra = t.taken[k].task, t.taken[k].owed, t.taken[k].extra
        way = p.leg_price[0, p.slots[0].start, p.tasks[task].place]
        key = _random(t)
        if 0.4 <= dice < 0.6:
            key = -p.tasks[task].load
        elif 0.6 <= dice < 0.75:
            key = -way
        elif 0.75 <= dice < 0.85:
            key = way
        elif dice >= 0.85:
            graph = p.tasks[task].graph
            key += p.graph_first[graph + 1] - p.graph_first[graph]
        j = k
        while j > 0 and t.taken[j - 1].key > key:
            here, there = t.taken[j], t.taken[j - 1]
            here.key, here.task, here.owed, here.extra = there.key, there.task, there.owed, there.extra
            j -= 1
        here = t.taken[j]
        here.key, here.task, here.owed, here.extra = key, task, owed, extra

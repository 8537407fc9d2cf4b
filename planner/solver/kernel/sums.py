"""What the routes add up to: the sums of each slot, and the totals of the plan."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.compiling import apart, compiled, small
from planner.solver.kernel.evenness import _is_weighed, _weigh
from planner.solver.kernel.loyalty import _extra, _has_extra
from planner.solver.kernel.state import Row, State
from planner.solver.kernel.timing import _retime
from planner.solver.kernel.trips import _retime_day


@compiled
def _count(p: Instance, t: State, s: int, sign: float) -> None:
    """Add a slot's part to the totals (or take it out)."""
    sums, slot, head = t.sums[s], p.slots[s], t.head[0]
    head.price += sign * (sums.money + p.idle_price[0] * (sums.minutes - sums.work))
    head.over_load += sign * max(0.0, sums.load - slot.capacity)
    head.over_minutes += sign * (max(0.0, sums.minutes - slot.longest) + sums.late)
    if slot.party > 0:
        t.duty[slot.party].minutes += sign * sums.minutes


@small
def _copy(source: Row, target: Row) -> None:
    target.load, target.work, target.minutes = source.load, source.work, source.minutes
    target.late, target.money = source.late, source.money


@small
def _clear(sums: Row) -> None:
    sums.load = sums.work = sums.minutes = sums.late = sums.money = 0.0


@compiled
def _keep(t: State, s: int) -> None:
    """Remember a slot's sums the first time a step changes it."""
    head = t.head[0]
    if t.stamp[s] != head.step:
        t.stamp[s] = head.step
        t.touched[head.slots_touched] = s
        head.slots_touched += 1
        kept, now = t.kept_sums[s], t.sums[s]
        _copy(now, kept)


@compiled
def _add(p: Instance, t: State, task: int, s: int, before: int, after: int, sign: float) -> None:
    """Add a task between two items of a slot to its sums, or take it out (-1) when it stands there no more."""
    sums, slot = t.sums[s], p.slots[s]
    a, b, place = t.links[before].place, t.links[after].place, p.tasks[task].place
    f = slot.profile
    money = p.leg_price[f, a, place] + p.leg_price[f, place, b] + p.visit_price[task, s]
    time = p.leg_minutes[f, a, place] + p.leg_minutes[f, place, b] + p.tasks[task].minutes
    if sums.stops == 0:  # an empty slot drives nowhere
        money += slot.price
    else:
        money -= p.leg_price[f, a, b]
        time -= p.leg_minutes[f, a, b]
    sums.load += sign * p.tasks[task].load
    sums.work += sign * time
    sums.money += sign * money
    if not slot.timed:
        sums.minutes = sums.work


@compiled
def refresh(p: Instance, t: State) -> None:
    """Work all sums out again from the links: additions drift."""
    days, slots = t.days.shape[1], len(p.slots)
    visits = len(p.tasks) * days
    head = t.head[0]
    head.price = head.over_load = head.over_minutes = head.uneven = 0.0
    for q in range(len(t.duty)):
        t.duty[q].minutes = t.duty[q].others
    for s in range(slots):
        sums, slot = t.sums[s], p.slots[s]
        _clear(sums)
        sums.stops = sums.used = 0
        item = t.links[visits + s].after
        if item >= visits:
            continue
        sums.money = slot.price
        if t.sums[slot.purse].used == 0:
            head.price += slot.team_price
        t.sums[slot.purse].used += 1
        a, is_home = slot.start, False
        while not is_home:
            is_home = item >= visits
            b = t.links[item].place
            sums.money += p.leg_price[slot.profile, a, b]
            sums.work += p.leg_minutes[slot.profile, a, b]
            if not is_home:
                task = item // days
                sums.money += p.visit_price[task, s]
                sums.work += p.tasks[task].minutes
                sums.load += p.tasks[task].load
                sums.stops += 1
                item = t.links[item].after
            a = b
        sums.minutes = sums.work
        if slot.trips <= 1:
            if slot.timed:
                _retime(p, t, s)
            _count(p, t, s, 1.0)
    if head.has_trips:
        _count_trips(p, t)
    for task in range(len(p.tasks)):
        t.extra[task] = _extra(p, t, task) if _has_extra(p, task) else 0.0
        head.price += t.owed[task] + t.extra[task]
    if _is_weighed(p):
        _weigh(p, t)


@apart
def _count_trips(p: Instance, t: State) -> None:
    """Work out the times of the days that may have several trips, and add them to the totals."""
    for s in range(len(p.slots)):
        if p.slots[s].trips > 1:
            if p.slots[s].trip == 0:
                _retime_day(p, t, s)
            _count(p, t, s, 1.0)


@compiled
def cost(t: State) -> float:
    """Return the price and what is over the limits at its weights."""
    head = t.head[0]
    return head.price + head.load_weight * head.over_load + head.minutes_weight * head.over_minutes

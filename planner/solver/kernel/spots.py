"""The cheapest place of a task on a day."""

from __future__ import annotations

from planner.solver.instance import MAY_BE, NEVER, Instance
from planner.solver.kernel.chance import _random
from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.evenness import _is_weighed, _tilted
from planner.solver.kernel.state import MOST_ENDS, Row, State
from planner.solver.kernel.timing import _time
from planner.solver.kernel.trips import _find_trips, _price_trip

BLINK = 0.01  # share of places not looked at, so that ties and habits break


@small
def _is_loyal(p: Instance, task: int) -> bool:
    """Return whether it matters which of the teams comes to a task."""
    return p.tasks[task].one_team != 0 or p.tasks[task].team_price > 0


@small
def _spot(t: State, n: int, before: int, s: int) -> None:
    t.spots[n].before, t.spots[n].slot = before, s


@compiled
def _find_spots(p: Instance, t: State, task: int, d: int, reach: int) -> int:
    """List places for the task on a day: beside its neighbours, at the ends of routes, in an empty slot."""
    days, slots, n = t.days.shape[1], len(p.slots), 0
    visits = len(p.tasks) * days
    for k in range(reach):
        visit = p.near[task, k] * days + d
        s = t.links[visit].slot
        if s < 0 or p.visit_price[task, s] >= MAY_BE or t.sums[s].stops >= p.slots[s].stops:
            continue
        _spot(t, n, visit, s)
        _spot(t, n + 1, t.links[visit].before, s)
        n += 2
    t.head[0].looks += 1
    tag = t.head[0].looks
    if t.head[0].has_trips:
        return _find_trips(p, t, task, d, n)
    first, count = p.day_first[d], p.day_first[d + 1] - p.day_first[d]
    some, at = count, 0
    if count > MOST_ENDS and t.head[0].is_building == 0:  # a step must not cost more where there are more teams
        some, at = MOST_ENDS, int(_random(t) * count)
    for k in range(some):
        s = first + (at + k) % count
        if p.visit_price[task, s] >= MAY_BE or t.sums[s].stops >= p.slots[s].stops:
            continue
        if t.sums[s].stops == 0:
            kind = p.slots[s].kind
            if t.kind_seen[kind] != tag:
                t.kind_seen[kind] = tag
                _spot(t, n, visits + s, s)
                n += 1
        else:
            _spot(t, n, visits + s, s)
            _spot(t, n + 1, t.links[visits + slots + s].before, s)
            n += 2
    return n


@small
def _opening_price(t: State, slot: Row) -> float:
    """Return what it costs to use a slot that is empty, the price of a team that is out on no other day included."""
    if t.head[0].has_trips and t.sums[slot.purse].used == 0:
        return slot.price + slot.team_price
    return slot.price


@small
def _idle_minutes_price(p: Instance, t: State, s: int) -> float:
    """Return what the idle minutes of a slot's day cost; the first trip of several holds them."""
    first = s - p.slots[s].trip if t.head[0].has_trips else s
    return p.idle_price[0] * (t.sums[first].minutes - t.sums[first].work)


@compiled
def _detour_price(p: Instance, t: State, task: int, s: int, before: int) -> float:
    """Return the price of the legs, the slot and the load of a task in a slot after ``before``."""
    slot, sums, its = p.slots[s], t.sums[s], p.tasks[task]
    a, b, f = t.links[before].place, t.links[t.links[before].after].place, slot.profile
    price = p.leg_price[f, a, its.place] + p.leg_price[f, its.place, b]
    if sums.stops == 0:
        price += _opening_price(t, slot)
    else:
        price -= p.leg_price[f, a, b]
    load = sums.load + its.load
    if load > slot.capacity:
        price += t.head[0].load_weight * (load - max(sums.load, slot.capacity))
    return price


@compiled
def _detour_minutes(p: Instance, t: State, task: int, s: int, before: int) -> float:
    """Return the minutes of the legs and the service of a task in a slot after ``before``."""
    a, b, f = t.links[before].place, t.links[t.links[before].after].place, p.slots[s].profile
    place = p.tasks[task].place
    work = p.leg_minutes[f, a, place] + p.leg_minutes[f, place, b] + p.tasks[task].minutes
    if t.sums[s].stops > 0:
        work -= p.leg_minutes[f, a, b]
    return work


@compiled
def _price_day(p: Instance, t: State, task: int, d: int, reach: int) -> None:
    """Find the cheapest place of the task on a day; where it matters who comes, the cheapest of each team too."""
    is_loyal = _is_loyal(p, task)
    for row in range(t.days.shape[0] if is_loyal else 1):
        t.days[row, d].price = NEVER
    best, idle_price, has_trips = t.days[0, d], p.idle_price[0], t.head[0].has_trips != 0
    is_weighed = _is_weighed(p) and t.head[0].is_building == 0
    for k in range(_find_spots(p, t, task, d, reach)):
        before, s = t.spots[k].before, t.spots[k].slot
        slot, sums = p.slots[s], t.sums[s]
        own = t.days[slot.team + 1, d] if is_loyal else best
        price = _detour_price(p, t, task, s, before) + p.visit_price[task, s]
        work = tilt = 0.0
        if is_weighed:
            work = _detour_minutes(p, t, task, s, before)
            tilt = _tilted(p, t, slot.party, work)  # nearly: waiting counts as work, too
        price += tilt
        idle = _idle_minutes_price(p, t, s)
        if price - idle >= own.price or _random(t) < BLINK:  # no idle minute can be saved but those there are
            continue
        if not is_weighed:  # most places are too dear before anybody asks how long they take
            work = _detour_minutes(p, t, task, s, before)
        if has_trips and slot.trips > 1:
            price += _price_trip(p, t, s, task, before, work)
        else:
            minutes, late = sums.minutes + work, 0.0
            if slot.timed:
                minutes, late = _time(p, t, s, task, before)
                price += idle_price * (minutes - sums.work - work) - idle
                if is_weighed:
                    price += _tilted(p, t, slot.party, minutes - sums.minutes) - tilt
            was_over = max(0.0, sums.minutes - slot.longest) + sums.late
            price += t.head[0].minutes_weight * (max(0.0, minutes - slot.longest) + late - was_over)
        if price < best.price:
            best.price, best.place, best.slot = price, before, s
        if is_loyal and price < own.price:
            own.price, own.place, own.slot = price, before, s

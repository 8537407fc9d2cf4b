"""The compiled search: ruin some neighbouring visits, re-pick their days, put them back where it costs least.

Slack induction by string removals (Christiaens & Vanden Berghe 2020) for the ruin, with the periodic twist that a task
taken out leaves all its days and comes back on the cheapest path through its calendar graph, each day priced by its
cheapest insertion. Accepted by simulated annealing on the penalised cost; loads and minutes over the limit are
priced by weights that adapt (Vidal et al. 2012). A rejected step is undone from a log.

A *visit* is the number task * days + day. Visits of a slot form a doubly linked list between two sentinels. Nothing
is allocated here: the functions are compiled without reference counts, which made them fifty times faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.solver.machine_code import choose_cache

CACHE = choose_cache()  # before numba is imported: it looks once

from numba import njit  # noqa: E402

from planner.solver.instance import MAY_BE, NEVER, Floats, Instance, Ints, Records  # noqa: E402

BLINK = 0.01  # share of places not looked at, so that ties and habits break
BUILD_TRIES = 10
MOST_ENDS = 12  # routes of a day whose ends are looked at
LINK = np.dtype([("after", "i8"), ("before", "i8"), ("slot", "i8"), ("place", "i8")])
SUMS = np.dtype(
    [
        ("load", "f8"),
        ("work", "f8"),  # minutes of driving and service
        ("minutes", "f8"),  # from departure to return
        ("late", "f8"),  # minutes outside windows and shift
        ("money", "f8"),  # all but the price of idle minutes
        ("stops", "i8"),
    ]
)
WALK = np.dtype([("leg", "f8"), ("service", "f8"), ("start", "f8"), ("task", "i8")])
DAY = np.dtype([("price", "f8"), ("noise", "f8"), ("place", "i8"), ("slot", "i8"), ("is_open", "i8")])
SPOT = np.dtype([("before", "i8"), ("slot", "i8")])
STEP = np.dtype([("visit", "i8"), ("before", "i8"), ("slot", "i8"), ("is_put", "i8")])
TAKEN = np.dtype([("key", "f8"), ("owed", "f8"), ("extra", "f8"), ("task", "i8")])
PATH = np.dtype([("price", "f8"), ("parent", "i8")])
HEAD = np.dtype(
    [
        ("price", "f8"),
        ("over_load", "f8"),
        ("over_minutes", "f8"),
        ("load_weight", "f8"),
        ("minutes_weight", "f8"),
        ("best_price", "f8"),
        ("random", "u8"),
        ("step", "i8"),
        ("steps_logged", "i8"),
        ("slots_touched", "i8"),
        ("tasks_taken", "i8"),
        ("accepted", "i8"),
        ("light", "i8"),
        ("short", "i8"),
        ("improved", "i8"),
        ("missing", "i8"),
        ("looks", "i8"),
        ("is_building", "i8"),  # 1: every slot is looked at
    ]
)


class State(NamedTuple):
    """Where a search stands, and its scratch. Arrays only, changed in place."""

    head: Records  # (2,) of HEAD; the second row keeps the first three numbers for the way back
    links: Records  # (V + 2 S,) of LINK: V + s begins slot s, V + S + s ends it; slot -1: the visit is not made
    sums: Records  # (S,) of SUMS
    kept_sums: Records  # (S,) of SUMS, as before the step
    stamp: NDArray[np.int64]  # (S,) the step in which a slot was touched last
    touched: Ints  # (S,)
    owed: Floats  # (N,) money for owed visits now
    extra: Floats  # (N,) money for teams beyond the first
    is_out: NDArray[np.int64]  # (N,) the step in which a task was taken out last
    taken: Records  # of TAKEN
    log: Records  # of STEP
    days: Records  # (T + 1, D) of DAY: the cheapest insertion of the task at hand by any team, and by each
    spots: Records  # of SPOT: places for the task at hand on a day
    walk: Records  # of WALK: a route laid out to be timed
    path: Records  # (nodes,) of PATH
    kind_seen: Ints  # (kinds,) the look at a day at which an empty slot of the kind was found
    best_after: Ints  # (V + 2 S,) links of the best plan
    best_owed: Floats  # (N,)


def new_state(p: Instance, seed: int | Sequence[int]) -> State:
    """Return the state in which nothing is planned yet."""
    tasks, days, slots = len(p.tasks), p.days, len(p.slots)
    visits = tasks * days
    links = np.zeros(visits + 2 * slots, LINK)
    links["slot"] = -1
    links["place"][:visits] = np.repeat(p.tasks["place"], days)
    links["place"][visits : visits + slots] = p.slots["start"]
    links["place"][visits + slots :] = p.slots["end"]
    links["after"][visits : visits + slots] = np.arange(visits + slots, visits + 2 * slots)
    links["before"][visits + slots :] = np.arange(visits, visits + slots)
    head = np.zeros(2, HEAD)
    head["load_weight"] = head["minutes_weight"] = 1.0
    head["best_price"] = NEVER
    head["random"] = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] | np.uint64(1)
    return State(
        head=head,
        links=links,
        sums=np.zeros(slots, SUMS),
        kept_sums=np.zeros(slots, SUMS),
        stamp=np.full(slots, -1, np.int64),
        touched=np.zeros(slots, np.int64),
        owed=np.zeros(tasks),
        extra=np.zeros(tasks),
        is_out=np.full(tasks, -1, np.int64),
        taken=np.zeros(tasks, TAKEN),
        log=np.zeros(2 * visits + 2, STEP),
        days=np.zeros((int(p.slots["team"].max()) + 2, days), DAY),
        spots=np.zeros(2 * (p.near.shape[1] + max(MOST_ENDS, int(np.diff(p.day_first).max()))), SPOT),
        walk=np.zeros(tasks + 2, WALK),
        path=np.zeros(len(p.nodes), PATH),
        kind_seen=np.full(int(p.slots["kind"].max()) + 1, -1, np.int64),
        best_after=links["after"].copy(),
        best_owed=np.zeros(tasks),
    )


# Whole numbers are all 64 bits wide: each other width would compile the functions it reaches once more.
entry = njit(cache=True, nogil=True, _nrt=False)
compiled = njit(cache=True, nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
small = njit(inline="always", _nrt=False)


@compiled
def _random(t):
    """Return a number in [0, 1): xorshift64* (Vigna 2016), so that threads and machines agree."""
    x = t.head[0].random
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    t.head[0].random = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@small
def _below(t, n):
    return int(_random(t) * n)


@compiled
def _count(p, t, s, sign):
    """Add a slot's part to the totals (or take it out)."""
    sums, slot, head = t.sums[s], p.slots[s], t.head[0]
    head.price += sign * (sums.money + p.idle_price[0] * (sums.minutes - sums.work))
    head.over_load += sign * max(0.0, sums.load - slot.capacity)
    head.over_minutes += sign * (max(0.0, sums.minutes - slot.longest) + sums.late)


@small
def _copy(source, target):
    target.load, target.work, target.minutes = source.load, source.work, source.minutes
    target.late, target.money = source.late, source.money


@small
def _clear(sums):
    sums.load = sums.work = sums.minutes = sums.late = sums.money = 0.0


@compiled
def _keep(t, s):
    """Remember a slot's sums the first time a step changes it."""
    head = t.head[0]
    if t.stamp[s] != head.step:
        t.stamp[s] = head.step
        t.touched[head.slots_touched] = s
        head.slots_touched += 1
        kept, now = t.kept_sums[s], t.sums[s]
        _copy(now, kept)


@compiled
def _add(p, t, task, s, before, after, sign):
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
def _link(t, visit, before, s):
    after = t.links[before].after
    t.links[before].after = visit
    t.links[after].before = visit
    link = t.links[visit]
    link.before, link.after, link.slot = before, after, s
    t.sums[s].stops += 1


@compiled
def _unlink(t, visit):
    link = t.links[visit]
    t.links[link.before].after = link.after
    t.links[link.after].before = link.before
    t.sums[link.slot].stops -= 1
    link.slot = -1


@small
def _log(t, visit, before, s, is_put):
    step = t.log[t.head[0].steps_logged]
    step.visit, step.before, step.slot, step.is_put = visit, before, s, is_put
    t.head[0].steps_logged += 1


@compiled
def _lay_out(p, t, s, task, before):
    """Write a slot's route, with a task after ``before`` (task -1: as it is), into the walk; return its visits."""
    days = t.days.shape[1]
    visits = len(p.tasks) * days
    slot = p.slots[s]
    minutes, place, item, n = p.leg_minutes[slot.profile], slot.start, visits + s, 0
    is_waiting = task >= 0
    while True:
        if is_waiting and item == before:
            is_waiting, following = False, task
        else:
            item = t.links[item].after
            if item >= visits:
                break
            following = item // days
        row, there = t.walk[n], p.tasks[following].place
        row.leg, row.service, row.task = minutes[place, there], p.tasks[following].minutes, following
        place = there
        n += 1
    t.walk[n].leg = minutes[place, slot.end]
    return n


@compiled
def _earliest(p, task, ready):
    """Return the first minute at or after ``ready`` at which the service may start; -1: every window is over."""
    windows = p.tasks[task].windows
    if windows == 0:
        return ready
    for k in range(windows):
        if ready <= p.starts[task, k, 1]:
            return max(ready, p.starts[task, k, 0])
    return -1.0


@compiled
def _latest(p, task, planned, bound):
    """Return the last allowed start from ``planned`` to ``bound``; a visit that is late anyway stays as planned."""
    windows = p.tasks[task].windows
    if windows == 0:
        return bound
    found, is_inside = planned, False
    for k in range(windows):
        first, last = p.starts[task, k, 0], p.starts[task, k, 1]
        is_inside = is_inside or first <= planned <= last
        if first <= bound:
            found = max(found, min(bound, last))
    return found if is_inside else planned


@compiled
def _forward(p, t, slot, n, departure, gap):
    """Walk the route from a departure with the break before visit ``gap`` (-1: none).

    Returns the end, the minutes late and the start of the break; end -1 when the break is too late there. As
    ``planner.timing`` does.
    """
    leave, late, lunch = departure, 0.0, -1.0
    for k in range(n + 1):
        row = t.walk[k]
        ready = leave + row.leg
        if k == gap:
            if k < n and ready <= slot.lunch_last:  # eaten on arrival
                lunch = max(ready, slot.lunch_first)
                ready = lunch + slot.lunch_minutes
            else:  # before the leg or on the road
                lunch = max(leave, slot.lunch_first)
                if lunch > min(slot.lunch_last, ready):
                    return -1.0, late, lunch
                ready += slot.lunch_minutes
        if k == n:
            return ready, late, lunch
        row.start = _earliest(p, row.task, ready)
        if row.start < 0:
            row.start = ready
            late += ready - p.starts[row.task, p.tasks[row.task].windows - 1, 1]
        leave = row.start + row.service
    return leave, late, lunch


@compiled
def _departure(p, t, slot, n, gap):
    """Return the latest departure that leaves the end of the walk as it is."""
    bound, leave = t.walk[n - 1].start, slot.opens
    for k in range(n - 1, -1, -1):
        leave = bound - t.walk[k].leg
        if k == gap:
            leave = min(slot.lunch_last, leave - slot.lunch_minutes)
        if k > 0:
            before = t.walk[k - 1]
            bound = _latest(p, before.task, before.start, leave - before.service)
    return max(slot.opens, leave)


@compiled
def _time(p, t, s, task, before):
    """Return (minutes on duty, minutes late) of a slot with a task after ``before`` (task -1: as it is)."""
    slot = p.slots[s]
    n = _lay_out(p, t, s, task, before)
    end, late, lunch = _forward(p, t, slot, n, slot.opens, -1)
    leave = _departure(p, t, slot, n, -1)
    if slot.lunch_minutes > 0 and leave < slot.lunch_first + slot.lunch_minutes and end > slot.lunch_last:
        best, best_late, best_end, best_lunch = -1, NEVER, NEVER, NEVER
        for gap in range(n + 1):
            end, late, lunch = _forward(p, t, slot, n, slot.opens, gap)
            is_better = late < best_late or (late == best_late and (end, lunch) < (best_end, best_lunch))
            if end >= 0 and is_better:
                best, best_late, best_end, best_lunch = gap, late, end, lunch
        end, late, lunch = _forward(p, t, slot, n, slot.opens, best)
        leave = _departure(p, t, slot, n, best)
        if best < 0:
            late += slot.lunch_minutes
        elif _forward(p, t, slot, n, leave, best)[0] < 0:
            leave = slot.opens
    return end - leave, late + max(0.0, end - slot.closes)


@compiled
def _retime(p, t, s):
    """Work out the times of a slot."""
    sums = t.sums[s]
    sums.minutes, sums.late = _time(p, t, s, -1, -1)


@compiled
def _put(p, t, visit, before, s):
    """Put a visit into a slot after ``before``."""
    _keep(t, s)
    _count(p, t, s, -1.0)
    _add(p, t, visit // t.days.shape[1], s, before, t.links[before].after, 1.0)
    _link(t, visit, before, s)
    if p.slots[s].timed:
        _retime(p, t, s)
    _count(p, t, s, 1.0)
    _log(t, visit, before, s, 1)


@compiled
def _take(p, t, visit):
    """Take a visit out of its slot."""
    s, before, after = t.links[visit].slot, t.links[visit].before, t.links[visit].after
    _keep(t, s)
    _count(p, t, s, -1.0)
    _unlink(t, visit)
    _add(p, t, visit // t.days.shape[1], s, before, after, -1.0)
    if t.sums[s].stops == 0:  # rounding leaves nothing behind
        _clear(t.sums[s])
    elif p.slots[s].timed:
        _retime(p, t, s)
    _count(p, t, s, 1.0)
    _log(t, visit, before, s, 0)


@compiled
def _take_task(p, t, task, only_day):
    """Take a task out of all its days, or of one; return how many visits left."""
    head = t.head[0]
    if t.is_out[task] == head.step:
        return 0
    days = t.days.shape[1]
    if only_day >= 0:
        visit = task * days + only_day
        if t.links[visit].slot < 0:
            return 0
        _take(p, t, visit)
        count = 1
    else:
        count = 0
        for visit in range(task * days, task * days + days):
            if t.links[visit].slot >= 0:
                _take(p, t, visit)
                count += 1
        head.price -= t.owed[task] + t.extra[task]
    t.is_out[task] = head.step
    taken = t.taken[head.tasks_taken]
    taken.task, taken.owed, taken.extra = task, t.owed[task], t.extra[task]
    if only_day < 0:
        t.owed[task] = t.extra[task] = 0.0
    head.tasks_taken += 1
    return count


@small
def _is_loyal(p, task):
    """Return whether it matters which of the teams comes to a task."""
    return p.tasks[task].one_team != 0 or p.tasks[task].team_price > 0


@small
def _spot(t, n, before, s):
    t.spots[n].before, t.spots[n].slot = before, s


@compiled
def _find_spots(p, t, task, d, reach):
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


@compiled
def _price_day(p, t, task, d, reach):
    """Find the cheapest place of the task on a day; where it matters who comes, the cheapest of each team too."""
    is_loyal = _is_loyal(p, task)
    for row in range(t.days.shape[0] if is_loyal else 1):
        t.days[row, d].price = NEVER
    best, its = t.days[0, d], p.tasks[task]
    place, idle_price = its.place, p.idle_price[0]
    for k in range(_find_spots(p, t, task, d, reach)):
        before, s = t.spots[k].before, t.spots[k].slot
        slot, sums = p.slots[s], t.sums[s]
        own = t.days[slot.team + 1, d] if is_loyal else best
        a, b, f = t.links[before].place, t.links[t.links[before].after].place, slot.profile
        price = p.leg_price[f, a, place] + p.leg_price[f, place, b] + p.visit_price[task, s]
        work = p.leg_minutes[f, a, place] + p.leg_minutes[f, place, b] + its.minutes
        if sums.stops == 0:
            price += slot.price
        else:
            price -= p.leg_price[f, a, b]
            work -= p.leg_minutes[f, a, b]
        load = sums.load + its.load
        if load > slot.capacity:
            price += t.head[0].load_weight * (load - max(sums.load, slot.capacity))
        idle = idle_price * (sums.minutes - sums.work)
        if price - idle >= own.price or _random(t) < BLINK:  # no idle minute can be saved but those there are
            continue
        minutes, late = sums.minutes + work, 0.0
        if slot.timed:
            minutes, late = _time(p, t, s, task, before)
            price += idle_price * (minutes - sums.work - work) - idle
        was_over = max(0.0, sums.minutes - slot.longest) + sums.late
        price += t.head[0].minutes_weight * (max(0.0, minutes - slot.longest) + late - was_over)
        if price < best.price:
            best.price, best.place, best.slot = price, before, s
        if is_loyal and price < own.price:
            own.price, own.place, own.slot = price, before, s


@compiled
def _choose_days(p, t, task, row):
    """Return the end of the cheapest path through the task's calendar graph, and its price; -1 when there is none."""
    graph = p.tasks[task].graph
    best, best_price = -1, MAY_BE
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        d = p.nodes[node].day
        own = p.tasks[task].owed_price if d < 0 else t.days[row, d].price + t.days[0, d].noise
        come, parent = 0.0, -1
        first, last = p.nodes[node].edges, p.nodes[node + 1].edges
        if first < last:
            come = NEVER
            for e in range(first, last):
                before = p.edge_from[e]
                if t.path[before].price < come:
                    come, parent = t.path[before].price, before
        t.path[node].price = come + own
        t.path[node].parent = parent
        if p.nodes[node].is_end and come + own < best_price:
            best, best_price = node, come + own
    return best, best_price


@compiled
def _teams_on_path(p, t, node):
    """Return how many teams make the visits of a path when each day takes its cheapest."""
    count = 0
    while node >= 0:
        d, other = p.nodes[node].day, t.path[node].parent
        if d >= 0:
            is_new = True
            while other >= 0 and is_new:
                e = p.nodes[other].day
                is_new = e < 0 or p.slots[t.days[0, e].slot].team != p.slots[t.days[0, d].slot].team
                other = t.path[other].parent
            count += is_new
        node = t.path[node].parent
    return count


@compiled
def _choose_row(p, t, task):
    """Return which team's row (0: each day its cheapest) makes the task cheapest, teams beyond the first included."""
    best, best_price = 0, NEVER
    node, price = _choose_days(p, t, task, 0)
    if node >= 0:
        teams = _teams_on_path(p, t, node)
        if teams <= 1 or not p.tasks[task].one_team:
            best_price = price + p.tasks[task].team_price * max(0, teams - 1)
            if teams <= 1:
                return 0
    for row in range(1, t.days.shape[0]):
        node, price = _choose_days(p, t, task, row)
        if node >= 0 and price < best_price:
            best, best_price = row, price
    return best


@compiled
def _extra(p, t, task):
    """Return the price of the teams beyond the first that make a task now."""
    days, teams = t.days.shape[1], 0
    for d in range(days):
        s = t.links[task * days + d].slot
        is_new = s >= 0
        e = 0
        while is_new and e < d:
            other = t.links[task * days + e].slot
            is_new = other < 0 or p.slots[other].team != p.slots[s].team
            e += 1
        teams += is_new
    return p.tasks[task].team_price * max(0, teams - 1)


@compiled
def _return_task(p, t, task, reach):
    """Put a task back on its cheapest days; return False when it has none."""
    graph, days, head = p.tasks[task].graph, t.days.shape[1], t.head[0]
    for d in range(days):
        t.days[0, d].is_open = 0
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        d = p.nodes[node].day
        if d >= 0 and t.days[0, d].is_open == 0:
            t.days[0, d].is_open = 1
            _price_day(p, t, task, d, reach)
    row = _choose_row(p, t, task) if _is_loyal(p, task) else 0
    node, _ = _choose_days(p, t, task, row)
    if node < 0:
        return False
    owed = 0.0
    while node >= 0:
        d = p.nodes[node].day
        if d < 0:
            owed += p.tasks[task].owed_price
        else:
            _put(p, t, task * days + d, t.days[row, d].place, t.days[row, d].slot)
        node = t.path[node].parent
    t.owed[task] = owed
    t.extra[task] = _extra(p, t, task) if _is_loyal(p, task) else 0.0
    head.price += owed + t.extra[task]
    return True


@compiled
def _return_to_day(p, t, task, d, reach):
    """Put a task back on the one day it was taken from."""
    _price_day(p, t, task, d, reach)
    row = 0
    if _is_loyal(p, task):
        row = _loyal_row(p, t, task, d)
    best = t.days[row, d]
    if best.price >= MAY_BE:
        return False
    _put(p, t, task * t.days.shape[1] + d, best.place, best.slot)
    if _is_loyal(p, task):
        t.head[0].price -= t.extra[task]
        t.extra[task] = _extra(p, t, task)
        t.head[0].price += t.extra[task]
    return True


@compiled
def _loyal_row(p, t, task, d):
    """Return the row to use on one day of a task whose other days stay: a team that comes already, unless dearer."""
    days = t.days.shape[1]
    row, price, visits = 0, t.days[0, d].price + p.tasks[task].team_price, 0
    for e in range(days):
        s = t.links[task * days + e].slot
        if e != d and s >= 0:
            own = p.slots[s].team + 1
            if visits == 0 and p.tasks[task].one_team:
                return own
            visits += 1
            if t.days[own, d].price <= price:
                row, price = own, t.days[own, d].price
    return row


@small
def _begin(t):
    """Begin a step: nothing logged, nothing touched."""
    head, kept = t.head[0], t.head[1]
    head.step += 1
    head.steps_logged = head.slots_touched = head.tasks_taken = 0
    kept.price, kept.over_load, kept.over_minutes = head.price, head.over_load, head.over_minutes


@compiled
def _undo(t):
    """Play the step's log backwards and restore the sums of every slot it touched."""
    head, kept = t.head[0], t.head[1]
    for k in range(head.steps_logged - 1, -1, -1):
        step = t.log[k]
        if step.is_put:
            _unlink(t, step.visit)
        else:
            _link(t, step.visit, step.before, step.slot)
    for k in range(head.slots_touched):
        s = t.touched[k]
        was, now = t.kept_sums[s], t.sums[s]
        _copy(was, now)
    for k in range(head.tasks_taken):
        t.owed[t.taken[k].task] = t.taken[k].owed
        t.extra[t.taken[k].task] = t.taken[k].extra
    head.price, head.over_load, head.over_minutes = kept.price, kept.over_load, kept.over_minutes


@compiled
def _take_string(p, t, visit, length, only_day, most):
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
def _some_day(t, task):
    """Return a random day on which the task is visited, or any day when there is none."""
    days = t.days.shape[1]
    d = _below(t, days)
    for _ in range(days):
        if t.links[task * days + d].slot >= 0:
            return d
        d = (d + 1) % days
    return d


@compiled
def _ruin_strings(p, t, least, most, longest, only_day, mixed):
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
def _ruin_near(p, t, most, only_day):
    """Take out tasks near a random one."""
    seed = _below(t, len(p.tasks))
    target = 1 + _below(t, most)
    taken = _take_task(p, t, seed, only_day)
    for k in range(p.near.shape[1]):
        if taken >= target:
            return
        if _random(t) < 0.8:
            taken += _take_task(p, t, p.near[seed, k], only_day)


@compiled
def _order(p, t):
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


@compiled
def refresh(p, t):
    """Work all sums out again from the links: additions drift."""
    days, slots = t.days.shape[1], len(p.slots)
    visits = len(p.tasks) * days
    head = t.head[0]
    head.price = head.over_load = head.over_minutes = 0.0
    for s in range(slots):
        sums, slot = t.sums[s], p.slots[s]
        _clear(sums)
        sums.stops = 0
        item = t.links[visits + s].after
        if item >= visits:
            continue
        sums.money = slot.price
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
        if slot.timed:
            _retime(p, t, s)
        _count(p, t, s, 1.0)
    for task in range(len(p.tasks)):
        t.extra[task] = _extra(p, t, task) if p.tasks[task].team_price > 0 else 0.0
        head.price += t.owed[task] + t.extra[task]


@compiled
def cost(t):
    """Return the price and what is over the limits at its weights."""
    head = t.head[0]
    return head.price + head.load_weight * head.over_load + head.minutes_weight * head.over_minutes


@compiled
def _adapt(t):
    """Make going over a limit dearer or cheaper, so that about half of the plans keep it."""
    head = t.head[0]
    if head.light < 0.4 * head.accepted:
        head.load_weight *= 1.05
    elif head.light > 0.6 * head.accepted:
        head.load_weight = max(1e-4, head.load_weight * 0.96)
    if head.short < 0.4 * head.accepted:
        head.minutes_weight *= 1.05
    elif head.short > 0.6 * head.accepted:
        head.minutes_weight = max(1e-4, head.minutes_weight * 0.96)
    head.accepted = head.light = head.short = 0


@compiled
def _return_all(p, t, only_day, reach):
    """Put everything that was taken out back; return False when something has no place."""
    for k in range(t.head[0].tasks_taken):
        task = t.taken[k].task
        if only_day >= 0:
            if not _return_to_day(p, t, task, only_day, reach):
                return False
        elif not _return_task(p, t, task, reach):
            return False
    return True


@compiled
def _note(t):
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


@entry
def run(p, t, steps, hot, cold, least, most, longest, reach, level, mixed, one_day_share, near_share):
    """Make steps of the search while the temperature falls from ``hot`` to ``cold``; return the penalised cost.

    ``most`` visits and strings of at most ``longest`` are taken out in a step, ``reach`` neighbours are looked at,
    ``level`` is the height of the noise on days.
    """
    days = t.days.shape[1]
    refresh(p, t)
    temperature, cool = hot, (cold / hot) ** (1.0 / max(1, steps))
    current = cost(t)
    for step in range(steps):
        temperature *= cool
        _begin(t)
        only_day = _below(t, days) if _random(t) < one_day_share else -1
        if _random(t) < near_share:
            _ruin_near(p, t, most, only_day)
        else:
            _ruin_strings(p, t, least, most, longest, only_day, mixed)
        if t.head[0].tasks_taken == 0:
            continue
        _order(p, t)
        height = level if _random(t) < 0.7 else 0.0
        for d in range(days):
            t.days[0, d].noise = height * _random(t)
        is_whole = _return_all(p, t, only_day, reach)
        changed = cost(t)
        if is_whole and changed < current - temperature * np.log(1.0 - _random(t)):
            current = changed
            _note(t)
        else:
            _undo(t)
        if t.head[0].step % 300 == 0:
            _adapt(t)
            refresh(p, t)
            current = cost(t)
    return current


@compiled
def _missing(p, t):
    """List the tasks that are neither visited nor owed as taken out; return how many."""
    days, head = t.days.shape[1], t.head[0]
    head.tasks_taken = 0
    for task in range(len(p.tasks)):
        is_made = t.owed[task] > 0
        for d in range(days):
            is_made = is_made or t.links[task * days + d].slot >= 0
        if not is_made:
            taken = t.taken[head.tasks_taken]
            taken.task, taken.owed, taken.extra = task, 0.0, 0.0
            head.tasks_taken += 1
    head.missing = head.tasks_taken
    return head.missing


@entry
def build(p, t, reach):
    """Put every task that is neither visited nor owed on its cheapest days; return how many have no place."""
    refresh(p, t)
    for d in range(t.days.shape[1]):
        t.days[0, d].noise = 0.0
    t.head[0].is_building = 1
    for _ in range(BUILD_TRIES):  # a task whose only places were not looked at is tried again
        if _missing(p, t) == 0:
            break
        _order(p, t)
        for k in range(t.head[0].tasks_taken):
            t.head[0].step += 1
            t.head[0].slots_touched = t.head[0].steps_logged = 0
            _return_task(p, t, t.taken[k].task, reach)
    t.head[0].is_building = 0
    if _missing(p, t) == 0:
        _note(t)
    return t.head[0].missing


@entry
def load(p, t, after, owed):
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

"""The days of a task: the cheapest path through its calendar graph, and which teams come."""

from __future__ import annotations

from planner.solver.instance import MAY_BE, NEVER, Instance
from planner.solver.kernel.changes import _put
from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.loyalty import _extra, _favour_weekdays, _has_extra
from planner.solver.kernel.spots import _is_loyal, _price_day
from planner.solver.kernel.state import State


@small
def _arrive(p: Instance, t: State, node: int, own: float) -> float:
    """Note the cheapest way to a node of a calendar graph, whose parents are known; return its price with ``own``."""
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
    return come + own


@compiled
def _choose_days(p: Instance, t: State, task: int, row: int) -> tuple[int, float]:
    """Return the end of the cheapest path through the task's calendar graph, and its price; -1 when there is none."""
    graph = p.tasks[task].graph
    best, best_price = -1, MAY_BE
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        d = p.nodes[node].day
        own = p.nodes[node].owed * p.tasks[task].owed_price if d < 0 else t.days[row, d].price + t.days[0, d].noise
        price = _arrive(p, t, node, own)
        if p.nodes[node].is_end and price < best_price:
            best, best_price = node, price
    return best, best_price


@compiled
def _teams_on_path(p: Instance, t: State, node: int) -> int:
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
def _choose_row(p: Instance, t: State, task: int) -> int:
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
def _return_task(p: Instance, t: State, task: int, reach: int) -> bool:
    """Put a task back on its cheapest days; return False when it has none."""
    graph, days, head = p.tasks[task].graph, t.days.shape[1], t.head[0]
    for d in range(days):
        t.days[0, d].is_open = 0
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        d = p.nodes[node].day
        if d >= 0 and t.days[0, d].is_open == 0:
            t.days[0, d].is_open = 1
            _price_day(p, t, task, d, reach)
    if p.tasks[task].weekday_price > 0:
        _favour_weekdays(p, t, task)
    row = _choose_row(p, t, task) if _is_loyal(p, task) else 0
    node, _ = _choose_days(p, t, task, row)
    if node < 0:
        return False
    owed = 0.0
    while node >= 0:
        d = p.nodes[node].day
        if d < 0:
            owed += p.nodes[node].owed * p.tasks[task].owed_price
        else:
            _put(p, t, task * days + d, t.days[row, d].place, t.days[row, d].slot)
        node = t.path[node].parent
    t.owed[task] = owed
    t.extra[task] = _extra(p, t, task) if _has_extra(p, task) else 0.0
    head.price += owed + t.extra[task]
    return True


@compiled
def _return_to_day(p: Instance, t: State, task: int, d: int, reach: int) -> bool:
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
def _loyal_row(p: Instance, t: State, task: int, d: int) -> int:
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

"""Visits that follow others: a leader and its followers return together, on the cheapest days that go together.

Leader and followers are tasks one after another, its *members*. The leader's calendar graph holds the days of all: a
number in it is member * days + day. A member that is taken from a single day returns as any other task does.
"""

from __future__ import annotations

from planner.solver.instance import MAY_BE, NEVER, Instance
from planner.solver.kernel.changes import _put, _take
from planner.solver.kernel.compiling import apart, compiled
from planner.solver.kernel.days import _arrive
from planner.solver.kernel.loyalty import _extra, _favour_weekdays, _has_extra
from planner.solver.kernel.spots import _is_loyal, _price_day
from planner.solver.kernel.state import MOST_PATHS, State

TOLERANCE = 1e-9


@apart
def _return_led(p: Instance, t: State, leader: int, reach: int) -> bool:
    """Put a leader and its followers back on their cheapest days; return False when they have none."""
    for member in range(p.tasks[leader].led + 1):
        _offer(p, t, leader, member, reach)
    node, tries = -1, MOST_PATHS
    while node < 0 and tries > 0:
        tries -= 1
        _choose_offers(p, t, leader)
        node, _ = _choose_together(p, t, leader)
        if node < 0:
            return False
        if not _put_path(p, t, leader, node, reach, tries):
            _take_back(p, t, leader)
            node = -1
    if node < 0:
        return False
    while node >= 0:
        if p.nodes[node].day < 0:
            task = leader - 1 - p.nodes[node].day
            t.owed[task] += p.nodes[node].owed * p.tasks[task].owed_price
        node = t.path[node].parent
    for task in range(leader, leader + p.tasks[leader].led + 1):
        t.extra[task] = _extra(p, t, task) if _has_extra(p, task) else 0.0
        t.head[0].price += t.owed[task] + t.extra[task]
    return True


@apart
def _price_apart(p: Instance, t: State, task: int, d: int, reach: int) -> None:
    """Price a day of a task, as ``_price_day``."""
    _price_day(p, t, task, d, reach)


@compiled
def _offer(p: Instance, t: State, leader: int, member: int, reach: int) -> None:
    """Price the days of a member, and note what they cost."""
    graph, days, task = p.tasks[leader].graph, t.days.shape[1], leader + member
    for d in range(days):
        t.days[0, d].is_open = 0
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        d = p.nodes[node].day - member * days
        if 0 <= d < days and t.days[0, d].is_open == 0:
            t.days[0, d].is_open = 1
            _price_apart(p, t, task, d, reach)
    if p.tasks[task].weekday_price > 0:
        _favour_weekdays(p, t, task)
    for row in range(t.days.shape[0] if _is_loyal(p, task) else 1):
        for d in range(days):
            offer, price = t.offers[row, member * days + d], t.days[row, d]
            offer.price, offer.place, offer.slot = price.price, price.place, price.slot


@compiled
def _choose_together(p: Instance, t: State, leader: int) -> tuple[int, float]:
    """Return the end of the cheapest path through the leader's graph, each member by its row; -1: there is none."""
    graph, days = p.tasks[leader].graph, t.days.shape[1]
    best, best_price = -1, MAY_BE
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        number = p.nodes[node].day
        if number < 0:
            own = p.nodes[node].owed * p.tasks[leader - 1 - number].owed_price
        else:
            d = number % days
            own = t.offers[t.offers[0, number - d].row, number].price + t.days[0, d].noise
        price = _arrive(p, t, node, own)
        if p.nodes[node].is_end and price < best_price:
            best, best_price = node, price
    return best, best_price


@compiled
def _choose_offers(p: Instance, t: State, leader: int) -> None:
    """Choose for each member the row, its team's or that of each day's cheapest: one after the other while it pays."""
    days, members, is_loyal = t.days.shape[1], p.tasks[leader].led + 1, False
    for member in range(members):
        t.offers[0, member * days].row = 0
        is_loyal = is_loyal or _is_loyal(p, leader + member)
    if not is_loyal:
        return
    best = _price_together(p, t, leader)
    for member in range(members):
        if _is_loyal(p, leader + member):
            chosen = t.offers[0, member * days]
            kept = chosen.row
            for row in range(1, t.days.shape[0]):
                chosen.row = row
                price = _price_together(p, t, leader)
                if price < best:
                    best, kept = price, row
            chosen.row = kept


@apart
def _price_together(p: Instance, t: State, leader: int) -> float:
    """Return the price of the cheapest path, teams beyond the first included.

    At least NEVER where a member would need one team and has several: each such member adds that much.
    """
    node, price = _choose_together(p, t, leader)
    if node < 0:
        return (p.tasks[leader].led + 2) * NEVER
    for member in range(p.tasks[leader].led + 1):
        task = leader + member
        if _is_loyal(p, task) and t.offers[0, member * t.days.shape[1]].row == 0:
            beyond = _teams_of_member(p, t, node, member) - 1
            if beyond > 0:
                price += NEVER if p.tasks[task].one_team else p.tasks[task].team_price * beyond
    return price


@compiled
def _teams_of_member(p: Instance, t: State, node: int, member: int) -> int:
    """Return how many teams make the visits of a member on a path when each day takes its cheapest."""
    days, count = t.days.shape[1], 0
    low, high = member * days, (member + 1) * days
    while node >= 0:
        number, other = p.nodes[node].day, t.path[node].parent
        if low <= number < high:
            is_new = True
            while other >= 0 and is_new:
                before = p.nodes[other].day
                if low <= before < high:
                    is_new = p.slots[t.offers[0, before].slot].team != p.slots[t.offers[0, number].slot].team
                other = t.path[other].parent
            count += is_new
        node = t.path[node].parent
    return count


@compiled
def _put_path(p: Instance, t: State, leader: int, node: int, reach: int, tries: int) -> bool:
    """Put the visits of a path where they cost least; return False when that fails.

    What a member leaves of its day for another is not known before. Where that is less than was offered, the offer is
    made dearer and, while there are ``tries`` left, another path may be the cheaper.
    """
    days = t.days.shape[1]
    while node >= 0:
        number = p.nodes[node].day
        if number >= 0:
            d = number % days
            task, row = leader + number // days, t.offers[0, number - d].row
            if _is_visited(p, t, leader, d):  # another member, a moment ago: what it left room for is not known
                _price_apart(p, t, task, d, reach)
                price, was = t.days[row, d].price, t.offers[row, number].price
                t.offers[row, number].price = max(price, was)
                if price >= MAY_BE or (price > was + TOLERANCE and tries > 0):
                    return False
                _put(p, t, task * days + d, t.days[row, d].place, t.days[row, d].slot)
            else:
                _put(p, t, task * days + d, t.offers[row, number].place, t.offers[row, number].slot)
        node = t.path[node].parent
    return not _is_torn(p, t, leader)


@compiled
def _is_visited(p: Instance, t: State, leader: int, d: int) -> bool:
    """Return whether any member is visited on a day."""
    days = t.days.shape[1]
    count = 0
    for task in range(leader, leader + p.tasks[leader].led + 1):
        count += t.links[task * days + d].slot >= 0
    return count > 0


@compiled
def _is_torn(p: Instance, t: State, leader: int) -> bool:
    """Return whether several teams make the visits of a member that must have one."""
    days = t.days.shape[1]
    for task in range(leader, leader + p.tasks[leader].led + 1):
        team = -1
        for visit in range(task * days, (task + 1) * days if p.tasks[task].one_team else task * days):
            s = t.links[visit].slot
            if s >= 0 and team >= 0 and p.slots[s].team != team:
                return True
            if s >= 0:
                team = p.slots[s].team
    return False


@apart
def _take_back(p: Instance, t: State, leader: int) -> None:
    """Take out what was put in."""
    days = t.days.shape[1]
    for visit in range(leader * days, (leader + p.tasks[leader].led + 1) * days):
        if t.links[visit].slot >= 0:
            _take(p, t, visit)

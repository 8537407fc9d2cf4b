"""Joint sessions: which crew of teams holds one on a day, when it opens, and where it stands in each team's day.

A session opens at a minute chosen when it is put in, and each of its teams starts within the minutes allowed from then
(``together``). So the times of a slot depend on no other slot. To open at another minute, a session is taken out and
put back: candidates are the times at which a team would come by itself, at the earliest and without waiting.
"""

from __future__ import annotations

import numpy as np

from planner.solver.instance import MAY_BE, NEVER, Instance
from planner.solver.kernel.chance import _below, _random
from planner.solver.kernel.changes import _put
from planner.solver.kernel.compiling import apart, compiled, small
from planner.solver.kernel.days import _choose_days
from planner.solver.kernel.evenness import _is_weighed, _tilted
from planner.solver.kernel.layout import _lay_out
from planner.solver.kernel.loyalty import _extra, _favour_weekdays, _has_extra
from planner.solver.kernel.spots import BLINK, _detour_minutes, _detour_price, _find_spots, _is_loyal
from planner.solver.kernel.state import Row, State
from planner.solver.kernel.timing import _forward, _latest, _latest_together, _settle, _time

ANY_MINUTE = 0.3  # share of sessions for which a random minute is tried first
MOST_CREWS = 24  # of a session looked at on a day


@small
def _member(p: Instance, t: State, crew: int, part: int) -> int:
    """Return the team of a crew that makes a part; -1: the crew has no more teams."""
    return int(p.crews[crew, t.days.shape[1] + part])


@small
def _seat(p: Instance, t: State, d: int, crew: int, part: int) -> int:
    """Return where in ``calls`` it is noted how a part is put in, past those of the teams."""
    days = t.days.shape[1]
    size = p.crews.shape[1] - days
    return len(t.calls) - ((crew + 1) * days - d) * size + part


@apart
def _return_session(p: Instance, t: State, task: int, only_day: int, reach: int) -> bool:
    """Put a session back on its cheapest days, or on the one it was taken from; return False when it has none."""
    head = t.head[0]
    _open_days(p, t, task, only_day)
    best = NEVER
    for d in range(t.days.shape[1]):
        if t.days[0, d].is_open:
            noise = t.days[0, d].noise
            _price_session(p, t, task, d, reach, best - noise)
            if p.tasks[task].asked == 1:  # only the best day counts
                best = min(best, t.days[0, d].price + noise)
    row = _choose_crew(p, t, task, only_day)
    if row < 0:
        return False
    for d in range(t.days.shape[1]):
        if t.days[0, d].is_open:
            _hold(p, t, task, d, row)
    if _has_extra(p, task):
        head.price -= t.extra[task]
        t.extra[task] = _extra(p, t, task)
        head.price += t.extra[task]
    return True


@compiled
def _open_days(p: Instance, t: State, task: int, only_day: int) -> None:
    """Mark the days on which the session could be held."""
    graph = p.tasks[task].graph
    for d in range(t.days.shape[1]):
        t.days[0, d].is_open = d == only_day
    for node in range(p.graph_first[graph], p.graph_first[graph + 1]):
        if only_day < 0 and p.nodes[node].day >= 0:
            t.days[0, p.nodes[node].day].is_open = 1


@compiled
def _choose_crew(p: Instance, t: State, task: int, only_day: int) -> int:
    """Choose days and who comes: keep only the chosen days marked, note what is owed, return the row; -1: no days."""
    if only_day >= 0:
        row = _session_row(p, t, task, only_day) if _is_loyal(p, task) else 0
        return row if t.days[row, only_day].price < MAY_BE else -1
    if p.tasks[task].weekday_price > 0:
        _favour_weekdays(p, t, task)
    row, best_price = -1, MAY_BE
    for other in range(p.tasks[task].crews + 1 if _is_loyal(p, task) else 1):
        node, price = _choose_days(p, t, task, other)
        if node < 0:
            continue
        beyond = _teams_beyond(p, t, task, node) if other == 0 else 0
        if beyond > 0 and p.tasks[task].one_team:
            continue
        if price + p.tasks[task].team_price * beyond < best_price:
            row, best_price = other, price + p.tasks[task].team_price * beyond
        if other == 0 and beyond == 0:
            break
    if row < 0:
        return -1
    for d in range(t.days.shape[1]):
        t.days[0, d].is_open = 0
    node, _ = _choose_days(p, t, task, row)
    owed = 0.0
    while node >= 0:
        d = p.nodes[node].day
        if d >= 0:
            t.days[0, d].is_open = 1
        else:
            owed += p.nodes[node].owed * p.tasks[task].owed_price
        node = t.path[node].parent
    t.owed[task] = owed
    t.head[0].price += owed
    return row


@compiled
def _price_session(p: Instance, t: State, task: int, d: int, reach: int, most: float) -> None:
    """Find the crew for which the session is cheapest on a day; where it matters who comes, price every crew.

    The day has no price when that is ``most`` or more.
    """
    is_loyal, its = _is_loyal(p, task), p.tasks[task]
    best = t.days[0, d]
    best.price = NEVER
    for row in range(1, its.crews + 1):
        t.days[row, d].price = NEVER
    spots = _find_spots(p, t, task, d, reach)
    _call_freely(p, t, task, d, spots)
    some, at = its.crews, 0
    if some > MOST_CREWS and t.head[0].is_building == 0 and not is_loyal:
        some, at = MOST_CREWS, _below(t, its.crews)
    for k in range(some):
        crew = (at + k) % its.crews
        if p.crews[its.crew_first + crew, d] == 0:
            continue
        _gather(p, t, task, d, crew, spots, most if is_loyal else min(most, best.price))
        if t.days[crew + 1, d].price < best.price:
            best.price, best.place = t.days[crew + 1, d].price, crew


@compiled
def _call_freely(p: Instance, t: State, task: int, d: int, spots: int) -> None:
    """Price each place, and for each team find when it would come to its cheapest one if it had not to meet anybody."""
    days, idle_price = t.days.shape[1], p.idle_price[0]
    is_weighed = _is_weighed(p) and t.head[0].is_building == 0
    t.links[task * days + d].opens = -1.0
    for s in range(p.day_first[d], p.day_first[d + 1]):
        call = t.calls[p.slots[s].team]
        call.price, call.slot = NEVER, s
    for k in range(spots):
        spot = t.spots[k]
        s, before = spot.slot, spot.before
        slot, sums, call = p.slots[s], t.sums[s], t.calls[p.slots[s].team]
        price, work = _detour_price(p, t, task, s, before), _detour_minutes(p, t, task, s, before)
        price += p.visit_price[task + 1, s]
        if is_weighed:
            price += _tilted(p, t, slot.party, work)  # nearly: waiting counts as work, too
        idle = idle_price * (sums.minutes - sums.work)
        spot.price, spot.work = price - idle, work
        if _random(t) < BLINK or price >= MAY_BE:
            spot.price = NEVER
            continue
        if spot.price < call.price:
            whole = _price_call(p, t, task, s, before, spot.price, work)
            if whole < call.price:
                call.price, call.place = whole, before
    for s in range(p.day_first[d], p.day_first[d + 1]):
        call = t.calls[p.slots[s].team]
        if call.price < MAY_BE:
            _time_call(p, t, task, s, p.slots[s].team)


@compiled
def _price_call(p: Instance, t: State, task: int, s: int, before: int, price: float, work: float) -> float:
    """Return the price of a place, its waiting and lateness included, when the session opens as noted in ``opens``."""
    sums, longest = t.sums[s], p.slots[s].longest
    minutes, late = _time(p, t, s, task, before)
    price += p.idle_price[0] * (minutes - sums.work - work)
    if _is_weighed(p) and t.head[0].is_building == 0:
        price += _tilted(p, t, p.slots[s].party, minutes - sums.minutes) - _tilted(p, t, p.slots[s].party, work)
    was_over = max(0.0, sums.minutes - longest) + sums.late
    return price + t.head[0].minutes_weight * (max(0.0, minutes - longest) + late - was_over)


@compiled
def _time_call(p: Instance, t: State, task: int, s: int, team: int) -> None:
    """Note when a team would start at its cheapest place: at the earliest, without waiting, and at the very last."""
    call, slot = t.calls[team], p.slots[s]
    n = _lay_out(p, t, s, task, call.place)
    leave, _, _, gap = _settle(p, t, s, n)
    at = 0
    while t.walk[at].task != task:
        at += 1
    _forward(p, t, slot, n, slot.opens, gap)
    call.early = t.walk[at].start
    _forward(p, t, slot, n, leave, gap)
    call.late = t.walk[at].start
    call.last = _last_start(p, t, slot, n, at, gap)


@compiled
def _last_start(p: Instance, t: State, slot: Row, n: int, at: int, gap: int) -> float:
    """Return the latest start of a visit of the walk that leaves the rest of the day, the break in its gap, in time."""
    bound = slot.closes
    for k in range(n, at - 1, -1):
        if k < n:
            row = t.walk[k]
            bound -= row.service
            if row.opens < 0:
                bound = _latest(p, row.task, row.start, bound)
            else:
                bound = _latest_together(p, row.task, row.start, bound, row.opens)
        if k > at:
            bound -= t.walk[k].leg
        if k > at and k == gap:
            bound = min(slot.lunch_last, bound - slot.lunch_minutes)
    return bound


@compiled
def _gather(p: Instance, t: State, task: int, d: int, crew: int, spots: int, most: float) -> None:
    """Price the session with a crew, opened when it is cheapest; nothing is noted when that is ``most`` or more."""
    its = p.tasks[task]
    row, size, first = its.crew_first + crew, 0, _member(p, t, its.crew_first + crew, 0)
    bound, slowest = 0.0, first
    while size <= its.others and _member(p, t, row, size) >= 0:
        team = _member(p, t, row, size)
        bound += t.calls[team].price
        if t.calls[team].late > t.calls[slowest].late:
            slowest = team
        size += 1
    if bound >= MAY_BE:
        return
    s = t.calls[first].slot
    own = p.visit_price[task, s] - p.visit_price[task + 1, s]  # of the session itself, whoever comes
    bound += own
    if bound >= most:
        return
    if size == 1:
        _note_opening(p, t, task, d, crew, -1.0, bound)
        return
    for turn in range(size + 1):  # first the team that comes last
        team = slowest if turn == 0 else _member(p, t, row, turn - 1)
        if turn > 0 and team == slowest:
            continue
        early, late, last = t.calls[team].early, t.calls[team].late, t.calls[team].last
        for k in range(-1, 5):
            start = last if k == 4 else (late if k < 2 else early) - its.together * (1 - k % 2)
            if k < 0:  # any minute may be as cheap, and leave others more room
                start = np.floor(early + _random(t) * (last - early))
            start = _opening(p, task, start)
            is_doubled = (2 <= k < 4 and early == late) or (k < 0 and (turn > 0 or _random(t) > ANY_MINUTE))
            if start < 0 or is_doubled:
                continue
            price = own + _call_all(p, t, task, d, crew, spots, start, most - own)
            if price < most:
                most = price
                _note_opening(p, t, task, d, crew, start, price)
            if most <= bound + 1e-9:
                return


@compiled
def _opening(p: Instance, task: int, start: float) -> float:
    """Return the first useful minute to open a session from ``start`` on; -1: every window is over."""
    windows = p.tasks[task].windows
    for k in range(windows):
        if start <= p.starts[task, k, 1]:
            return max(start, p.starts[task, k, 0])
    return max(start, 0.0) if windows == 0 else -1.0


@compiled
def _call_all(p: Instance, t: State, task: int, d: int, crew: int, spots: int, start: float, most: float) -> float:
    """Return the price of all teams of a crew at a session that opens at ``start``; NEVER from ``most`` on."""
    t.links[task * t.days.shape[1] + d].opens = start
    whole, row = 0.0, p.tasks[task].crew_first + crew
    for part in range(p.tasks[task].others + 1):
        team = _member(p, t, row, part)
        if team < 0:
            break
        s, best = t.calls[team].slot, NEVER
        for k in range(spots):
            spot = t.spots[k]
            if spot.slot == s and spot.price < best:
                price = _price_call(p, t, task, s, spot.before, spot.price, spot.work)
                if price < best:
                    best, t.calls[team].place = price, spot.before
        whole += best
        if whole >= most:
            return NEVER
    return whole


@compiled
def _note_opening(p: Instance, t: State, task: int, d: int, crew: int, start: float, price: float) -> None:
    """Note the price of a crew, when it opens the session, and where that stands in the days of its teams."""
    t.days[crew + 1, d].price, t.days[crew + 1, d].opens = price, start
    for part in range(p.tasks[task].others + 1):
        team = _member(p, t, p.tasks[task].crew_first + crew, part)
        if team >= 0:
            seat, call = t.calls[_seat(p, t, d, crew, part)], t.calls[team]
            seat.place, seat.slot = call.place, call.slot


@compiled
def _hold(p: Instance, t: State, task: int, d: int, row: int) -> None:
    """Put all parts of a session into the day as priced in a row (0: by the cheapest crew)."""
    crew = t.days[0, d].place if row == 0 else row - 1
    days = t.days.shape[1]
    for part in range(p.tasks[task].others + 1):
        if _member(p, t, p.tasks[task].crew_first + crew, part) >= 0:
            visit, seat = (task + part) * days + d, t.calls[_seat(p, t, d, crew, part)]
            t.links[visit].opens = t.days[crew + 1, d].opens
            _put(p, t, visit, seat.place, seat.slot)


@compiled
def _is_in(p: Instance, t: State, crew: int, team: int) -> bool:
    k, most = t.days.shape[1], p.crews.shape[1]
    while k < most and p.crews[crew, k] != team:
        k += 1
    return k < most


@compiled
def _teams_beyond(p: Instance, t: State, task: int, node: int) -> int:
    """Return how many teams beyond the largest crew hold a session on a path when each day takes its cheapest."""
    first, count, most = p.tasks[task].crew_first, 0, 0
    while node >= 0:
        d = p.nodes[node].day
        if d >= 0:
            size = 0
            for part in range(p.tasks[task].others + 1):
                team = _member(p, t, first + t.days[0, d].place, part)
                if team >= 0:
                    size += 1
                    other, is_new = t.path[node].parent, True
                    while other >= 0 and is_new:
                        e = p.nodes[other].day
                        is_new = e < 0 or not _is_in(p, t, first + t.days[0, e].place, team)
                        other = t.path[other].parent
                    count += is_new
            most = max(most, size)
        node = t.path[node].parent
    return count - most


@compiled
def _session_row(p: Instance, t: State, task: int, d: int) -> int:
    """Return the row to use on one day of a session whose other days stay: the crew that comes already, if it pays."""
    days, best, best_price, is_held = t.days.shape[1], 1, NEVER, False
    for crew in range(p.tasks[task].crews):
        strangers = 0
        for visit in range(task * days, (task + p.tasks[task].others + 1) * days):
            s = t.links[visit].slot
            if s >= 0:
                is_held = True
                strangers += not _is_in(p, t, p.tasks[task].crew_first + crew, p.slots[s].team)
        if strangers > 0 and p.tasks[task].one_team:
            t.days[crew + 1, d].price = NEVER
        price = t.days[crew + 1, d].price + p.tasks[task].team_price * strangers
        if price < best_price:
            best, best_price = crew + 1, price
    return best if is_held else 0

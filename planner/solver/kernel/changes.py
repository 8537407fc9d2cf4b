"""Changes of routes, each logged, so that a step that does not pay can be undone."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.compiling import apart, compiled, small
from planner.solver.kernel.evenness import _is_weighed, _weigh
from planner.solver.kernel.state import State
from planner.solver.kernel.sums import _add, _clear, _copy, _count, _keep
from planner.solver.kernel.timing import _retime
from planner.solver.kernel.trips import _retime_day


@compiled
def _link(t: State, visit: int, before: int, s: int) -> None:
    after = t.links[before].after
    t.links[before].after = visit
    t.links[after].before = visit
    link = t.links[visit]
    link.before, link.after, link.slot = before, after, s
    t.sums[s].stops += 1


@compiled
def _unlink(t: State, visit: int) -> None:
    link = t.links[visit]
    t.links[link.before].after = link.after
    t.links[link.after].before = link.before
    t.sums[link.slot].stops -= 1
    link.slot = -1


@small
def _log(t: State, visit: int, before: int, s: int, is_put: int) -> None:
    step = t.log[t.head[0].steps_logged]
    step.visit, step.before, step.slot, step.is_put, step.opens = visit, before, s, is_put, t.links[visit].opens
    t.head[0].steps_logged += 1


@small
def _leave_out(p: Instance, t: State, s: int) -> None:
    """Take a slot that is about to change out of the totals, with the slot that holds the times of its day."""
    _keep(t, s)
    _count(p, t, s, -1.0)
    if t.head[0].has_trips and p.slots[s].trip > 0:
        whole = s - p.slots[s].trip
        _keep(t, whole)
        _count(p, t, whole, -1.0)


@small
def _count_in(p: Instance, t: State, s: int) -> None:
    """Work out the times of a slot that was changed, and add it to the totals again."""
    has_trips = t.head[0].has_trips != 0
    if has_trips and p.slots[s].trips > 1:
        _retime_day(p, t, s)
    elif p.slots[s].timed and t.sums[s].stops > 0:
        _retime(p, t, s)
    _count(p, t, s, 1.0)
    if has_trips and p.slots[s].trip > 0:
        _count(p, t, s - p.slots[s].trip, 1.0)


@small
def _go_out(p: Instance, t: State, s: int, sign: int) -> None:
    """Count a slot that a team begins to use, or uses no more (-1), and the price of the team."""
    purse = t.sums[p.slots[s].purse]
    purse.used += sign
    if purse.used == (1 if sign > 0 else 0):
        t.head[0].price += sign * p.slots[s].team_price


@compiled
def _put(p: Instance, t: State, visit: int, before: int, s: int) -> None:
    """Put a visit into a slot after ``before``."""
    _leave_out(p, t, s)
    _add(p, t, visit // t.days.shape[1], s, before, t.links[before].after, 1.0)
    _link(t, visit, before, s)
    if t.head[0].has_trips and t.sums[s].stops == 1:
        _go_out(p, t, s, 1)
    _count_in(p, t, s)
    _log(t, visit, before, s, 1)


@compiled
def _take(p: Instance, t: State, visit: int) -> None:
    """Take a visit out of its slot."""
    s, before, after = t.links[visit].slot, t.links[visit].before, t.links[visit].after
    _leave_out(p, t, s)
    _unlink(t, visit)
    _add(p, t, visit // t.days.shape[1], s, before, after, -1.0)
    if t.sums[s].stops == 0:  # rounding leaves nothing behind
        _clear(t.sums[s])
        if t.head[0].has_trips:
            _go_out(p, t, s, -1)
    _count_in(p, t, s)
    _log(t, visit, before, s, 0)


@apart
def _take_led(p: Instance, t: State, leader: int) -> int:
    """Take a leader and its followers out of all their days; return how many visits left."""
    head, days, count = t.head[0], t.days.shape[1], 0
    for task in range(leader, leader + p.tasks[leader].led + 1):
        for visit in range(task * days, (task + 1) * days):
            if t.links[visit].slot >= 0:
                _take(p, t, visit)
                count += 1
        taken = t.taken[head.tasks_taken]
        taken.task, taken.owed, taken.extra = task, t.owed[task], t.extra[task]
        head.price -= t.owed[task] + t.extra[task]
        t.owed[task] = t.extra[task] = 0.0
        t.is_out[task] = head.step
        head.tasks_taken += 1
    return count


@compiled
def _take_task(p: Instance, t: State, task: int, only_day: int) -> int:
    """Take a task, of a session all parts, out of all its days, or of one; return how many visits left."""
    head = t.head[0]
    if t.is_out[task] == head.step:
        return 0
    if head.has_led and only_day < 0 and p.tasks[task].led + p.tasks[task].behind > 0:
        return _take_led(p, t, task - p.tasks[task].behind)
    days, count = t.days.shape[1], 0
    task -= p.tasks[task].part
    whole = p.tasks[task].others + 1
    if only_day >= 0:
        for visit in range(task * days + only_day, (task + whole) * days, days):
            if t.links[visit].slot >= 0:
                _take(p, t, visit)
                count += 1
        if count == 0:
            return 0
    else:
        for visit in range(task * days, (task + whole) * days):
            if t.links[visit].slot >= 0:
                _take(p, t, visit)
                count += 1
        head.price -= t.owed[task] + t.extra[task]
    for part in range(task, task + whole):
        t.is_out[part] = head.step
    taken = t.taken[head.tasks_taken]
    taken.task, taken.owed, taken.extra = task, t.owed[task], t.extra[task]
    if only_day < 0:
        t.owed[task] = t.extra[task] = 0.0
    head.tasks_taken += 1
    return count


@small
def _begin(t: State) -> None:
    """Begin a step: nothing logged, nothing touched."""
    head, kept = t.head[0], t.head[1]
    head.step += 1
    head.steps_logged = head.slots_touched = head.tasks_taken = 0
    kept.price, kept.over_load, kept.over_minutes = head.price, head.over_load, head.over_minutes
    kept.uneven = head.uneven


@compiled
def _undo(p: Instance, t: State) -> None:
    """Play the step's log backwards and restore the sums of every slot it touched."""
    head, kept, has_trips = t.head[0], t.head[1], t.head[0].has_trips != 0
    for k in range(head.steps_logged - 1, -1, -1):
        step = t.log[k]
        if step.is_put:
            _unlink(t, step.visit)
            if has_trips and t.sums[step.slot].stops == 0:
                t.sums[p.slots[step.slot].purse].used -= 1
        else:
            _link(t, step.visit, step.before, step.slot)
            t.links[step.visit].opens = step.opens
            if has_trips and t.sums[step.slot].stops == 1:
                t.sums[p.slots[step.slot].purse].used += 1
    for k in range(head.slots_touched):
        s = t.touched[k]
        was, now = t.kept_sums[s], t.sums[s]
        if p.slots[s].party > 0:
            t.duty[p.slots[s].party].minutes += was.minutes - now.minutes
        _copy(was, now)
    for k in range(head.tasks_taken):
        t.owed[t.taken[k].task] = t.taken[k].owed
        t.extra[t.taken[k].task] = t.taken[k].extra
    head.price, head.over_load, head.over_minutes = kept.price, kept.over_load, kept.over_minutes
    head.uneven = kept.uneven
    if _is_weighed(p):
        _weigh(p, t)

"""The times of a slot's day: service, waiting, the break, and the latest departure."""

from __future__ import annotations

from planner.solver.instance import NEVER, Instance
from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.layout import _lay_out, _lay_out_day
from planner.solver.kernel.state import Row, State


@compiled
def _earliest(p: Instance, task: int, ready: float) -> float:
    """Return the first minute at or after ``ready`` at which the service may start; -1: every window is over."""
    if task < 0:  # a loading
        return ready
    windows = p.tasks[task].windows
    if windows == 0:
        return ready
    for k in range(windows):
        if ready <= p.starts[task, k, 1]:
            return max(ready, p.starts[task, k, 0])
    return -1.0


@compiled
def _earliest_together(p: Instance, task: int, ready: float, opens: float) -> float:
    """Return the same for a part of a session that opens at a minute."""
    start, end = max(ready, opens), opens + p.tasks[task].together
    if start > end:
        return -1.0
    windows = p.tasks[task].windows
    for k in range(windows):
        if start <= p.starts[task, k, 1]:
            first = max(start, p.starts[task, k, 0])
            return first if first <= end else -1.0
    return start if windows == 0 else -1.0


@compiled
def _late_together(p: Instance, task: int, start: float, opens: float) -> float:
    """Return by how much a start is after the last one allowed for a part of a session that opens at a minute."""
    windows, end, bound = p.tasks[task].windows, opens + p.tasks[task].together, opens
    for k in range(windows):
        if p.starts[task, k, 0] <= end:
            bound = max(bound, min(p.starts[task, k, 1], end))
    return start - (bound if windows > 0 else end)


@compiled
def _latest_together(p: Instance, task: int, planned: float, bound: float, opens: float) -> float:
    """Return the last allowed start from ``planned`` to ``bound`` of a part of a session that opens at a minute."""
    end = opens + p.tasks[task].together
    if not opens <= planned <= end:
        return planned
    return _latest(p, task, planned, min(bound, end))


@compiled
def _latest(p: Instance, task: int, planned: float, bound: float) -> float:
    """Return the last allowed start from ``planned`` to ``bound``; a visit that is late anyway stays as planned."""
    if task < 0:  # a loading
        return bound
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
def _forward(p: Instance, t: State, slot: Row, n: int, departure: float, gap: int) -> tuple[float, float, float]:
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
        if row.opens < 0:
            row.start = _earliest(p, row.task, ready)
            if row.start < 0:
                row.start = ready
                late += ready - p.starts[row.task, p.tasks[row.task].windows - 1, 1]
        else:
            row.start = _earliest_together(p, row.task, ready, row.opens)
            if row.start < 0:
                row.start = max(ready, row.opens)
                late += _late_together(p, row.task, row.start, row.opens)
        leave = row.start + row.service
    return leave, late, lunch


@compiled
def _departure(p: Instance, t: State, slot: Row, n: int, gap: int) -> float:
    """Return the latest departure that leaves the end of the walk as it is."""
    bound, leave = t.walk[n - 1].start, slot.opens
    for k in range(n - 1, -1, -1):
        leave = bound - t.walk[k].leg
        if k == gap:
            leave = min(slot.lunch_last, leave - slot.lunch_minutes)
        if k > 0:
            before = t.walk[k - 1]
            bound = leave - before.service
            if before.opens < 0:
                bound = _latest(p, before.task, before.start, bound)
            else:
                bound = _latest_together(p, before.task, before.start, bound, before.opens)
    return max(slot.opens, leave)


@small
def _settle(p: Instance, t: State, s: int, n: int) -> tuple[float, float, float, int]:
    """Return the departure, the end, the minutes late and the gap of the break (-1: none) of the route laid out."""
    slot, best = p.slots[s], -1
    end, late, lunch = _forward(p, t, slot, n, slot.opens, -1)
    leave = _departure(p, t, slot, n, -1)
    if slot.lunch_minutes > 0 and leave < slot.lunch_first + slot.lunch_minutes and end > slot.lunch_last:
        best_late, best_end, best_lunch = NEVER, NEVER, NEVER
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
    return leave, end, late + max(0.0, end - slot.closes), best


@compiled
def _time(p: Instance, t: State, s: int, task: int, before: int) -> tuple[float, float]:
    """Return (minutes on duty, minutes late) of a slot with a task after ``before`` (task -1: as it is).

    Where the slot is one trip of several they are those of the whole day.
    """
    n = _lay_out_day(p, t, s, task, before) if p.slots[s].trips > 1 else _lay_out(p, t, s, task, before)
    leave, end, late, _ = _settle(p, t, s, n)
    return end - leave, late


@compiled
def _retime(p: Instance, t: State, s: int) -> None:
    """Work out the times of a slot."""
    sums = t.sums[s]
    sums.minutes, sums.late = _time(p, t, s, -1, -1)

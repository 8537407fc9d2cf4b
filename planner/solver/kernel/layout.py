"""What a team does in a slot, or in a day of several trips, in the order in which it is timed."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.compiling import apart, compiled
from planner.solver.kernel.state import State


@compiled
def _lay_out(p: Instance, t: State, s: int, task: int, before: int) -> int:
    """Write a slot's route, with a task after ``before`` (task -1: as it is), into the walk; return its visits."""
    days = t.days.shape[1]
    visits = len(p.tasks) * days
    slot = p.slots[s]
    minutes, place, item, n = p.leg_minutes[slot.profile], slot.start, visits + s, 0
    is_waiting = task >= 0
    while True:
        if is_waiting and item == before:
            is_waiting, following, visit = False, task, task * days + slot.day
        else:
            item = t.links[item].after
            if item >= visits:
                break
            following, visit = item // days, item
        row, there = t.walk[n], p.tasks[following].place
        row.opens = t.links[visit].opens
        row.leg, row.service, row.task = minutes[place, there], p.tasks[following].minutes, following
        place = there
        n += 1
    t.walk[n].leg = minutes[place, slot.end]
    return n


@apart
def _lay_out_day(p: Instance, t: State, s: int, task: int, before: int) -> int:
    """Write the trips of a day, with a task after ``before`` in slot ``s`` (task -1: as they are), into the walk.

    Between two trips stands a loading, as a task of number -1. Returns how many rows there are but for the way home.
    """
    days = t.days.shape[1]
    visits = len(p.tasks) * days
    slot = p.slots[s]
    minutes, base, n = p.leg_minutes[slot.profile], slot.start, 0
    place = base
    for trip in range(s - slot.trip, s - slot.trip + slot.trips):
        is_waiting = task >= 0 and trip == s
        if t.sums[trip].stops == 0 and not is_waiting:
            continue
        if n > 0:
            row = t.walk[n]
            row.leg, row.service, row.task, row.opens = minutes[place, base], slot.resupply, -1, -1.0
            place = base
            n += 1
        item = visits + trip
        while True:
            if is_waiting and item == before:
                is_waiting, following = False, task
            else:
                item = t.links[item].after
                if item >= visits:
                    break
                following = item // days
            row, there = t.walk[n], p.tasks[following].place
            row.opens = -1.0  # no session is held where teams make several trips
            row.leg, row.service, row.task = minutes[place, there], p.tasks[following].minutes, following
            place = there
            n += 1
    t.walk[n].leg = minutes[place, slot.end]
    return n

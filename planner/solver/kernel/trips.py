"""Several trips of a team in a day: each is a slot with a load of its own, all share the minutes of the day.

The slots of a day stand side by side. The first one holds what the day is more than its trips: the minutes that are
neither driving nor service, loading between trips among them, and in ``late`` what is over the limits of the day. The
sums of all slots then add up as if each were a day. A team may have a price, paid once however many days it is out.
"""

from __future__ import annotations

from planner.solver.instance import MAY_BE, NEVER, Instance
from planner.solver.kernel.chance import _below
from planner.solver.kernel.compiling import apart, compiled
from planner.solver.kernel.evenness import _is_weighed, _tilted
from planner.solver.kernel.state import MOST_ENDS, State
from planner.solver.kernel.timing import _time


@apart
def _time_day(p: Instance, t: State, s: int, task: int, before: int) -> tuple[float, float]:
    """Return (minutes on duty, minutes over the limits) of a day with a task after ``before`` in slot ``s``."""
    slot = p.slots[s]
    if slot.timed:
        minutes, late = _time(p, t, s, task, before)
    else:
        minutes, late = -slot.resupply, 0.0
        for trip in range(s - slot.trip, s - slot.trip + slot.trips):
            if t.sums[trip].stops > 0:
                minutes += t.sums[trip].work + slot.resupply
    return minutes, late + max(0.0, minutes - slot.together)


@apart
def _retime_day(p: Instance, t: State, s: int) -> None:
    """Work out the times of the day of a slot: its trips keep their work, the first one all the rest."""
    slot = p.slots[s]
    first, work, stops = s - slot.trip, 0.0, 0
    for trip in range(first, first + slot.trips):
        sums = t.sums[trip]
        sums.minutes = sums.work
        work += sums.work
        stops += sums.stops
    main = t.sums[first]
    main.late = 0.0
    if stops > 0:
        minutes, main.late = _time_day(p, t, s, -1, -1)
        main.minutes += minutes - work


@apart
def _price_trip(p: Instance, t: State, s: int, task: int, before: int, work: float) -> float:
    """Return what the minutes of a day cost more with a task after ``before`` in slot ``s``, beyond its own ``work``.

    At least NEVER when the day has no room for another stop, or trip.
    """
    slot = p.slots[s]
    first, stops, busy, trips = s - slot.trip, 0, 0.0, 0
    for trip in range(first, first + slot.trips):
        stops += t.sums[trip].stops
        busy += t.sums[trip].work
        trips += t.sums[trip].stops > 0
    if stops >= slot.stops or (t.sums[s].stops == 0 and trips >= slot.most):
        return 2 * NEVER
    main = t.sums[first]
    if slot.timed:
        minutes, over = _time_day(p, t, s, task, before)
    else:
        minutes = busy + work + slot.resupply * (trips - (t.sums[s].stops > 0))
        over = max(0.0, minutes - slot.together)
    idle = minutes - busy - work - (main.minutes - main.work)
    price = p.idle_price[0] * idle + t.head[0].minutes_weight * (over - main.late)
    if _is_weighed(p) and t.head[0].is_building == 0:
        price += _tilted(p, t, slot.party, work + idle) - _tilted(p, t, slot.party, work)
    return price


@apart
def _find_trips(p: Instance, t: State, task: int, d: int, n: int) -> int:
    """List places for the task in the days of some teams: at the ends of trips, in empty trips, in an empty day.

    Where teams have a price every day is looked at: it matters which of them is out on other days.
    """
    first, count = p.day_first[d], p.day_first[d + 1] - p.day_first[d]
    some, at = count, 0
    if count > MOST_ENDS and t.head[0].is_building == 0 and p.slots[first].team_price == 0:
        some, at = MOST_ENDS, _below(t, count)
        at -= p.slots[first + at].trip
    k = 0
    while k < some:
        s = first + (at + k) % count
        slot = p.slots[s]
        trips = max(1, slot.trips)
        k += trips
        if p.visit_price[task, s] >= MAY_BE:
            continue
        stops, out = 0, 0
        for trip in range(s, s + trips):
            stops += t.sums[trip].stops
            out += t.sums[trip].stops > 0
        if stops >= slot.stops:
            continue
        if stops == 0:
            seen = 2 * slot.kind + (slot.team_price > 0 and t.sums[slot.purse].used == 0)
            if t.kind_seen[seen] == t.head[0].looks:
                continue
            t.kind_seen[seen] = t.head[0].looks
        n = _find_in_day(p, t, s, out, n)
    return n


@compiled
def _find_in_day(p: Instance, t: State, s: int, out: int, n: int) -> int:
    """List the ends of each trip of a day that begins with slot ``s``, and the middle of each row of empty ones."""
    slots = len(p.slots)
    visits = len(p.tasks) * t.days.shape[1]
    end, free = s + max(1, p.slots[s].trips), s  # the first of a row of empty trips
    may_leave = out < max(1, p.slots[s].most)
    for trip in range(s, end + 1):
        is_out = trip < end and t.sums[trip].stops > 0
        if free < trip and may_leave and (is_out or trip == end):
            middle = (free + trip) // 2
            t.spots[n].before, t.spots[n].slot = visits + middle, middle
            n += 1
        if is_out:
            t.spots[n].before, t.spots[n].slot = visits + trip, trip
            t.spots[n + 1].before, t.spots[n + 1].slot = t.links[visits + slots + trip].before, trip
            n += 2
            free = trip + 1
    return n

"""How evenly the work is shared out: what the hours outside the band cost, exactly, and what a visit would change.

``planner.balance`` says what is counted. The sums of minutes follow every change of a route; the bands, which move
with the mean of all, are those of the last plan weighed, so that a place is priced without a look at the other parties.
"""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.state import State

HOUR = 60.0


@small
def _is_weighed(p: Instance) -> bool:
    """Return whether anybody minds how the work is shared out."""
    return p.evenness[0] > 0


@compiled
def _weigh(p: Instance, t: State) -> None:
    """Put the exact price of the minutes outside the bands into the plan's price, and the bands where they now lie."""
    head, spread, parties = t.head[0], p.evenness[1], len(p.party_days)
    minutes = days = 0.0
    for q in range(1, parties):
        minutes += t.duty[q].minutes
        days += p.party_days[q]
    mean = minutes / days if days > 0 else 0.0
    outside = above = below = 0.0
    for q in range(1, parties):
        duty = t.duty[q]
        duty.low, duty.high = p.party_days[q] * mean * (1 - spread), p.party_days[q] * mean * (1 + spread)
        if duty.minutes > duty.high:
            outside += duty.minutes - duty.high
            above += p.party_days[q]
        elif duty.minutes < duty.low:
            outside += duty.low - duty.minutes
            below += p.party_days[q]
    price = p.evenness[0] / HOUR * outside
    head.price += price - head.uneven
    head.uneven = price
    head.tilt = p.evenness[0] / HOUR * (below * (1 - spread) - above * (1 + spread)) / days if days > 0 else 0.0


@compiled
def _tilted(p: Instance, t: State, q: int, minutes: float) -> float:
    """Return about what so many more minutes of a party cost: its own distance from the band, and all bands moved."""
    if q == 0:
        return 0.0
    duty = t.duty[q]
    after = duty.minutes + minutes
    was = max(0.0, duty.minutes - duty.high, duty.low - duty.minutes)
    now = max(0.0, after - duty.high, duty.low - after)
    return p.evenness[0] / HOUR * (now - was) + t.head[0].tilt * minutes

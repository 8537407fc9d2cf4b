"""What it costs that several teams make the visits of a task."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.compiling import compiled
from planner.solver.kernel.state import State


@compiled
def _extra(p: Instance, t: State, task: int) -> float:
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

"""What it costs that several teams make the visits of a task, or that they fall on several weekdays."""

from __future__ import annotations

from planner.solver.instance import Instance
from planner.solver.kernel.chance import _below
from planner.solver.kernel.compiling import compiled, small
from planner.solver.kernel.state import State


@small
def _has_extra(p: Instance, task: int) -> bool:
    return p.tasks[task].team_price > 0 or p.tasks[task].weekday_price > 0


@compiled
def _came_before(p: Instance, t: State, task: int, d: int, team: int) -> bool:
    """Return whether a team comes to a task on any day before ``d``."""
    days = t.days.shape[1]
    for first in range(task * days, (task + p.tasks[task].others + 1) * days, days):
        for visit in range(first, first + d):
            s = t.links[visit].slot
            if s >= 0 and p.slots[s].team == team:
                return True
    return False


@compiled
def _extra(p: Instance, t: State, task: int) -> float:
    """Return the price of the teams beyond the first, and of the weekdays beyond the free ones, of a task now."""
    days, teams, most = t.days.shape[1], 0, 0
    for d in range(days):
        come = 0
        for visit in range(task * days + d, (task + p.tasks[task].others + 1) * days, days):
            s = t.links[visit].slot
            if s >= 0:
                come += 1
                teams += not _came_before(p, t, task, d, p.slots[s].team)
        most = max(most, come)
    price = p.tasks[task].team_price * (teams - most)
    if p.tasks[task].weekday_price > 0:
        price += p.tasks[task].weekday_price * max(0, _weekdays(p, t, task) - p.tasks[task].weekdays)
    return price


@compiled
def _weekdays(p: Instance, t: State, task: int) -> int:
    """Return on how many weekdays a task is visited."""
    days, seen, count = t.days.shape[1], 0, 0
    for d in range(days):
        if t.links[task * days + d].slot >= 0 and not (seen >> p.weekday[d]) & 1:
            seen |= 1 << p.weekday[d]
            count += 1
    return count


@compiled
def _favour_weekdays(p: Instance, t: State, task: int) -> None:
    """Make the days dearer that are not on some random weekdays, as many as are free, so that the visits fall on few.

    The path through the calendar graph knows single days only; what is paid in the end is ``_extra``.
    """
    days, favoured = t.days.shape[1], 0
    for _ in range(p.tasks[task].weekdays):
        favoured |= 1 << p.weekday[_below(t, days)]
    for d in range(days):
        if not (favoured >> p.weekday[d]) & 1:
            for row in range(t.days.shape[0]):
                t.days[row, d].price += p.tasks[task].weekday_price

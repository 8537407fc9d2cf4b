"""Visits that were missed before a plan and not made up since: on which day each village gets its visit, or that it
is still owed one.
"""  # fmt: skip

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from planner.evaluation.facts import Facts, gather
from planner.model import Problem, Task
from planner.plan import Plan

Repaid = Literal["in_time", "late", "owed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """A rule whose last planned visits at a village were missed.

    ``due`` is the last day on which the next visit keeps the largest gap: since the last visit held, or where that is
    over before the plan begins, since the first missed visit that leaves any days. None: nothing can keep it, or the
    rule names no gap.
    """

    task: Task
    missed: tuple[date, ...]
    last_held: date | None
    due: date | None
    returns: date | None

    @property
    def state(self) -> Repaid:
        """Whether the visit comes in time, late, or is owed still. Without a day that it is due, any day will do."""
        if self.returns is None:
            return "owed"
        return "late" if self.due is not None and self.returns > self.due else "in_time"


def debts(problem: Problem, plan: Plan) -> tuple[Debt, ...]:
    """Return every debt that the plan begins with, by site and rule; what pays it back is the first visit it makes."""
    facts = gather(problem, plan)
    return tuple(_debt(facts, task) for task, rule in problem.rule_by_task.items() if rule.missed_since)


def _debt(facts: Facts, task: Task) -> Debt:
    rule, start = facts.problem.rule_by_task[task], facts.problem.horizon.start
    due = None
    if rule.max_gap_days is not None:
        wait = timedelta(days=rule.max_gap_days)
        known = [day + wait for day in (rule.last_visited, *rule.missed_since) if day is not None]
        due = next((day for day in known if day >= start), None)
    return Debt(
        task=task,
        missed=rule.missed_since,
        last_held=rule.last_visited,
        due=due,
        returns=min(facts.sessions[task], default=None),
    )

"""Owed visits -> the smallest single change that serves each, shown by planning again, never only by reckoning.

A candidate of ``planner.remedies`` is applied, the visit is placed (``planner.placing``), and the plan that comes
out is judged by the checker: it breaks no hard rule and owes fewer visits. Whether the visit fits into the plan at
hand with all others where they are, or was only planned by itself, is kept with the change (``Relaxation.proof``).

All limits are counts, so that the same plan always gets the same advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from planner.errors import ModelError
from planner.evaluation import evaluate
from planner.model import Problem, Task
from planner.placing import Board, alone, days_made, place
from planner.plan import Plan, Provenance, Relaxation, UnservedVisit
from planner.prices import dear_visits_named, price_raised
from planner.reasons import explain
from planner.recurrence import quotas
from planner.relaxations import relax
from planner.remedies import candidates
from planner.timing import circuits_from_routes
from planner.values import DateRange

MOST_TASKS = 20  # of a plan, for which a change is looked for
MOST_TRIED = 60  # changes of one task that are tried with the task by itself
MOST_TRIED_IN_PLAN = 12  # and with a whole plan
Stretch = tuple[date, date]


class Served(NamedTuple):
    """A change, and the stretches of one task of which it was shown to serve an owed visit."""

    change: Relaxation
    stretches: frozenset[Stretch]

    def serves(self, due: DateRange) -> bool:
        """Return whether a visit due in the stretch is served."""
        return (due.first_day, due.last_day) in self.stretches


def with_relaxations(problem: Problem, plan: Plan, *, most_tasks: int = MOST_TASKS) -> Plan:
    """Return the plan with the smallest change found for each owed visit of the first ``most_tasks`` tasks."""
    plan = dear_visits_named(problem, plan)
    by_task: dict[Task, list[UnservedVisit]] = {}
    for owed in plan.unserved:
        by_task.setdefault(owed.task, []).append(owed)
    advised: dict[Task, Iterator[UnservedVisit]] = {}
    for number, (task, owed_visits) in enumerate(sorted(by_task.items(), key=lambda item: _urgency(problem, item[0]))):
        found = _advised(problem, plan, owed_visits) if number < most_tasks else tuple(owed_visits)
        advised[task] = iter(found)
    return replace(plan, unserved=tuple(next(advised[owed.task]) for owed in plan.unserved))


def _urgency(problem: Problem, task: Task) -> tuple[int, Task]:
    return -problem.rule_by_task[task].priority, task


def _advised(problem: Problem, plan: Plan, owed_visits: Iterable[UnservedVisit]) -> tuple[UnservedVisit, ...]:
    """Return the owed visits of one task with their changes; visits owed for one reason share what serves them."""
    known: dict[str, list[Served]] = {}
    advised = []
    for owed in owed_visits:
        shared = known.setdefault(owed.reason, [])
        found = next((one for one in shared if (owed.first_day, owed.last_day) in one.stretches), None)
        if found is None:
            found = _smallest(problem, plan, owed)
            shared.extend([found] if found else [])
        advised.append(replace(owed, relaxation=found and found.change))
    return tuple(advised)


def smallest_relaxation(problem: Problem, plan: Plan, owed: UnservedVisit) -> Relaxation | None:
    """Return the smallest single change shown to serve the visit, or None when none of those tried does.

    A visit that is only a matter of time must fit into the plan; any other must be possible by itself, and is then
    tried in the plan too.
    """
    found = _smallest(problem, plan, owed)
    return found and found.change


def _smallest(problem: Problem, plan: Plan, owed: UnservedVisit) -> Served | None:
    task, due = owed.task, DateRange(first_day=owed.first_day, last_day=owed.last_day)
    if owed.reason == "too_dear":
        return worth_making(problem, plan, owed)
    if owed.reason == "no_time_left":
        tried = candidates(problem, plan, task, due)[:MOST_TRIED_IN_PLAN]
        shown = (_in_plan(problem, plan, task, change) for change in tried)
        return next((one for one in shown if one.serves(due)), None)
    reduced = alone(problem, task)
    for change in candidates(reduced, None, task, due)[:MOST_TRIED]:
        possible = Served(replace(change, proof="alone"), _stretches_served(reduced, None, task, change))
        if possible.serves(due):
            fitting = _in_plan(problem, plan, task, change)
            return fitting if fitting.serves(due) else possible
    return None


def worth_making(problem: Problem, plan: Plan, owed: UnservedVisit) -> Served | None:
    """Return the least priority, else price of owed visits, at which making the visit is the cheaper: judged."""
    change = price_raised(problem, plan, owed)
    if change is None:
        return None
    return Served(replace(change, proof="in_plan"), frozenset({(owed.first_day, owed.last_day)}))


def _in_plan(problem: Problem, plan: Plan, task: Task, change: Relaxation) -> Served:
    return Served(replace(change, proof="in_plan"), _stretches_served(problem, plan, task, change))


def _stretches_served(problem: Problem, plan: Plan | None, task: Task, change: Relaxation) -> frozenset[Stretch]:
    """Return the stretches that owe fewer visits once the change is made and the task placed again; judged."""
    today = plan or plan_again(problem, None, task)
    try:
        relaxed = relax(problem, change)
    except ModelError:  # the value fits no problem: no roads for that vehicle, a combination of too few weekdays
        return frozenset()
    planned = plan_again(relaxed, plan, task)
    if today is None or planned is None:
        return frozenset()
    before, after = _owed(today, task), _owed(planned, task)
    served = frozenset(stretch for stretch, short in before.items() if after[stretch] < short)
    if after.total() >= before.total() or _breaks(relaxed, planned, task):
        return frozenset()
    return served


def _owed(plan: Plan, task: Task) -> Counter[Stretch]:
    return Counter((owed.first_day, owed.last_day) for owed in plan.unserved if owed.task == task)


def plan_again(problem: Problem, plan: Plan | None, task: Task) -> Plan | None:
    """Return the plan with the task placed anew and all else as it is; None when its days cannot be taken apart.

    ``plan`` None: nobody has anything else to do. What is still owed of the task is listed with its reason.
    """
    board = Board(problem, plan, task)
    if not board.is_sound:
        return None
    routes = place(board)
    others = tuple(owed for owed in plan.unserved if owed.task != task) if plan else ()
    listed = (*others, *_still_owed(problem, task, days_made(routes, task)))
    return Plan(
        start=problem.horizon.start,
        days=problem.horizon.days,
        circuits=circuits_from_routes(routes),
        unserved=tuple(sorted(listed, key=lambda owed: (owed.task, owed.first_day, owed.reason, owed.details))),
        provenance=plan.provenance if plan else Provenance(version="", seed=0, rounds=0),
    )


def _still_owed(problem: Problem, task: Task, made: frozenset[date]) -> Iterator[UnservedVisit]:
    for quota in quotas(problem.rule_by_task[task], problem.horizon):
        for nth in range(1, quota.visits - sum(day in quota for day in made) + 1):
            reason, details = explain(problem, task, quota.first_day, quota.last_day, nth=nth)
            yield UnservedVisit(
                site_id=task.site_id,
                rule_id=task.rule_id,
                first_day=quota.first_day,
                last_day=quota.last_day,
                reason=reason,
                details=details,
            )


def _breaks(problem: Problem, plan: Plan, task: Task) -> bool:
    """Return whether the checker finds a hard rule broken; why other visits are owed may well have changed."""
    mine = f"{task.site_id}/{task.rule_id}"
    return any(v.rule != "unserved_reason" or v.subject == mine for v in evaluate(problem, plan).hard)

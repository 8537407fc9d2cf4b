"""Visits that are owed because making them is dearer: named so, with the amounts, and what would have to be paid.

The search leaves out what costs more than it is worth by the priority of the rule and the price of owed visits.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor

from planner.calendar import visit_days
from planner.errors import ModelError
from planner.evaluation import evaluate
from planner.evaluation.worth import Addition, cheapest_addition, owing_price
from planner.model import Problem, Task
from planner.plan import Plan, Relaxation, UnservedVisit
from planner.relaxations import change_rule, relax
from planner.rules import MOST_PRIORITY
from planner.timing import timetable
from planner.values import LARGEST_PRICE, DateRange

MOST_TASKS = 60  # of a plan that are put into it as a trial
SURELY_WORTH = 2.0  # a visit whose price is so many times a trip for it alone is not owed for its price ..
EXTRAS = 100.0  # .. and what it may cost besides: lent teams, market days, weekdays


def dear_visits_named(problem: Problem, plan: Plan) -> Plan:
    """Return the plan in which visits that fit, but cost more than owing them, are owed for that reason."""
    tasks = sorted({owed.task for owed in plan.unserved if owed.reason == "no_time_left"})
    doubtful = [task for task in tasks if not _is_surely_worth(problem, task)][:MOST_TASKS]
    known: dict[tuple[Task, DateRange], UnservedVisit] = {}
    named = []
    for owed in plan.unserved:
        if owed.reason != "no_time_left" or owed.task not in doubtful:
            named.append(owed)
            continue
        due = _due(owed)
        known[owed.task, due] = known.get((owed.task, due)) or _named(problem, plan, owed)
        named.append(known[owed.task, due])
    return replace(plan, unserved=tuple(sorted(named, key=lambda o: (o.task, o.first_day, o.reason, o.details))))


def _due(owed: UnservedVisit) -> DateRange:
    return DateRange(first_day=owed.first_day, last_day=owed.last_day)


def _is_surely_worth(problem: Problem, task: Task) -> bool:
    """Return whether the price of owing is far above that of a trip for this visit alone, which is dear as ways go."""
    price, weights = owing_price(problem, task), problem.weights
    for day, teams in visit_days(problem, task).items():
        for team in teams:
            try:
                route = timetable(problem, team, day, [task])
            except ModelError:  # no road there and back
                continue
            hours = (route.end_minute - route.start_minute) / 60
            trip = weights.per_km * route.metres / 1000 + weights.per_duty_hour * hours
            return price > SURELY_WORTH * trip + EXTRAS
    return False


def _named(problem: Problem, plan: Plan, owed: UnservedVisit) -> UnservedVisit:
    addition = _sound_addition(problem, plan, owed)
    price = owing_price(problem, owed.task)
    if addition is None or addition.more <= price:
        return owed
    details = {
        "team": addition.team.name,
        "day": addition.day,
        "cost": f"{addition.more:,.1f}",
        "price": f"{price:,.1f}",
    }
    return replace(
        owed, reason="too_dear", details=tuple(sorted((name, str(value)) for name, value in details.items()))
    )


def _sound_addition(problem: Problem, plan: Plan, owed: UnservedVisit) -> Addition | None:
    """Return the cheapest way to make the visit, when it breaks no hard rule that the plan keeps."""
    addition = cheapest_addition(problem, plan, owed.task, _due(owed))
    if addition is None:
        return None
    before, after = (
        {(v.rule, v.subject) for v in evaluate(problem, some).hard if v.rule != "unserved_reason"}
        for some in (plan, addition.plan)
    )
    return addition if after <= before else None


def price_raised(problem: Problem, plan: Plan, owed: UnservedVisit) -> Relaxation | None:
    """Return the least priority of the visit at which making it is cheaper than owing it, else the least whole price.

    The plan with the visit is judged under the new prices: it costs less than the plan without.
    """
    addition = _sound_addition(problem, plan, owed)
    change = _least_raise(problem, owed.task, addition.more) if addition else None
    if addition is None or change is None:
        return None
    relaxed = relax(problem, change)
    made, left = (evaluate(relaxed, some).cost for some in (addition.plan, plan))
    return change if made < left else None


def _least_raise(problem: Problem, task: Task, cost: float) -> Relaxation | None:
    rule, price = problem.rule_by_task[task], problem.weights.per_unserved_visit
    priority = floor(cost / price + 1e-9) + 1 if price else MOST_PRIORITY + 1
    if priority <= MOST_PRIORITY:
        return change_rule("raise_priority", problem.site_by_id[task.site_id], rule, "priority", priority)
    new = floor(cost / rule.priority + 1e-9) + 1
    if new > LARGEST_PRICE:
        return None
    old = int(price) if float(price).is_integer() else f"{price:g}"
    return Relaxation(kind="raise_price", field="price_unserved_visit", old=old, new=new)

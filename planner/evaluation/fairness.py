"""How even the workload of a plan is, as figures and as an amount of the cost."""

from __future__ import annotations

from typing import TypedDict

from planner.balance import Scope, hours_outside, mean_hours
from planner.evaluation.facts import Day, Facts
from planner.workload import loads_of


class BalanceFigures(TypedDict):
    """The workload in hours on duty per available day; ``..._percent`` is the difference from the mean."""

    over: Scope
    allowed_percent: float
    mean_hours_per_day: float
    least_hours_per_day: float
    most_hours_per_day: float
    least_percent: float
    most_percent: float
    hours_outside: float


def duty_minutes(day: Day) -> int:
    """Return the minutes from leaving the base to being back: what an hour on duty is."""
    return day.end - day.route.start_minute


def balance_figures(facts: Facts) -> BalanceFigures | None:
    """Return the figures of the workload; None where no balance is asked or nobody could work."""
    balance = facts.problem.balance
    if balance is None:
        return None
    hours: dict[str, float] = {}
    for day in facts.days:
        hours[day.team.id] = hours.get(day.team.id, 0.0) + duty_minutes(day) / 60
    loads = loads_of(facts.problem, balance, hours)
    if not loads:
        return None
    mean = mean_hours(loads)
    shares = [load.hours_per_day for load in loads]
    return {
        "over": balance.scope,
        "allowed_percent": 100 * balance.spread,
        "mean_hours_per_day": mean,
        "least_hours_per_day": min(shares),
        "most_hours_per_day": max(shares),
        "least_percent": 100 * (min(shares) / mean - 1) if mean else 0.0,
        "most_percent": 100 * (max(shares) / mean - 1) if mean else 0.0,
        "hours_outside": sum(hours_outside(loads, balance.spread)),
    }

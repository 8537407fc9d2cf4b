"""The terms of the cost and the figures of a plan, from the same facts as the rules."""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

from planner.calendar import is_market_day
from planner.evaluation.facts import Day, Facts, gather
from planner.evaluation.fairness import BalanceFigures, balance_figures, duty_minutes
from planner.evaluation.result import ObjectiveTerm
from planner.model import Problem, Task, owner_teams
from planner.periods import fewest_weekdays
from planner.plan import Plan


class TeamFigures(TypedDict):
    """What one team does."""

    id: str
    days: int
    visits: int
    km: float
    hours: float


class Figures(TypedDict):
    """What a plan does, as plain data. A joint session is one visit of the plan and one of each team."""

    asked_visits: int
    planned_visits: int
    owed_visits: int
    km: float
    hours: float
    nights_away: int
    market_visits: int
    market_hits: int
    balance: BalanceFigures | None
    teams: list[TeamFigures]


def kpis(problem: Problem, plan: Plan) -> Figures:
    """Return the figures of a plan; ``owed_visits`` are asked and not made, whether or not the plan lists them."""
    facts = gather(problem, plan)
    hits, misses = _market(facts)
    return {
        "asked_visits": sum(quota.visits for asked in facts.quotas.values() for quota in asked),
        "planned_visits": sum(len(days) for days in facts.sessions.values()),
        "owed_visits": sum(_owed(facts, task) for task in problem.tasks),
        "km": sum(_metres(day) for day in facts.days) / 1000,
        "hours": sum(duty_minutes(day) for day in facts.days) / 60,
        "nights_away": _nights_away(facts),
        "market_visits": hits + misses,
        "market_hits": hits,
        "balance": balance_figures(facts),
        "teams": [_team_figures(facts, team.id) for team in problem.teams],
    }


def _team_figures(facts: Facts, team_id: str) -> TeamFigures:
    days = [day for day in facts.days if day.team.id == team_id]
    return {
        "id": team_id,
        "days": len({day.route.day for day in days}),
        "visits": sum(len(day.visits) for day in days),
        "km": sum(_metres(day) for day in days) / 1000,
        "hours": sum(duty_minutes(day) for day in days) / 60,
    }


def terms(facts: Facts) -> tuple[ObjectiveTerm, ...]:
    """Return the terms of the cost, each an amount and its price."""
    weights, rules = facts.problem.weights, facts.problem.rule_by_task
    owed = sum(rules[task].priority * _owed(facts, task) for task in rules)
    amounts = (
        ("distance_km", sum(_metres(day) for day in facts.days) / 1000, "km", weights.per_km),
        ("duty_hours", sum(duty_minutes(day) for day in facts.days) / 60, "hours", weights.per_duty_hour),
        ("unserved_visits", owed, "visits x priority", weights.per_unserved_visit),
        ("lent_visits", _lent(facts), "visits", weights.per_lent_visit),
        ("other_team", _by_other_team(facts), "visits", weights.per_visit_by_other_team),
        ("extra_teams", _extra_teams(facts), "teams", weights.per_extra_team_at_site),
        ("missed_market_days", _market(facts)[1], "visits", weights.per_missed_market_day),
        ("extra_weekdays", _extra_weekdays(facts), "weekdays", weights.per_extra_weekday),
        ("imbalance_hours", *_imbalance(facts)),
        ("nights_away", _nights_away(facts), "nights", weights.per_night_away),
    )
    return tuple(ObjectiveTerm(name=name, amount=amount, unit=unit, weight=w) for name, amount, unit, w in amounts)


def _imbalance(facts: Facts) -> tuple[float, str, float]:
    """Return the hours outside the band of the workload, their unit and price."""
    balance, figures = facts.problem.balance, balance_figures(facts)
    return figures["hours_outside"] if figures else 0.0, "hours", balance.price_per_hour if balance else 0.0


def _nights_away(facts: Facts) -> int:
    return sum(day.is_night_away for day in facts.days)


def _metres(day: Day) -> int:
    return sum(leg.metres for leg in day.legs)


def _owed(facts: Facts, task: Task) -> int:
    return sum(max(0, quota.visits - facts.made(task, quota)) for quota in facts.quotas[task])


def _lent(facts: Facts) -> int:
    """Return the visits by a team that does not own a site that somebody owns."""
    owners = {task: owner_teams(facts.problem, task) for task in facts.problem.tasks}
    return sum(bool(owners[visit.task]) and visit.team.id not in owners[visit.task] for visit in facts.visits)


def _by_other_team(facts: Facts) -> int:
    """Return the sessions to which the preferred team of the rule does not come."""
    count = 0
    for task, days in facts.sessions.items():
        preferred = facts.problem.rule_by_task[task].preferred_team
        if preferred is not None:
            count += sum(all(visit.team.id != preferred for visit in met) for met in days.values())
    return count


def _extra_teams(facts: Facts) -> int:
    """Return the teams beyond the first that come to each site and rule; a joint session needs as many as it has."""
    extra = 0
    for days in facts.sessions.values():
        teams = {visit.team.id for met in days.values() for visit in met}
        needed = max((len({visit.team.id for visit in met}) for met in days.values()), default=0)
        extra += len(teams) - needed
    return extra


def _extra_weekdays(facts: Facts) -> int:
    """Return the weekdays on which visits fall beyond the fewest that suffice, over every site and rule."""
    horizon = facts.problem.horizon
    return sum(
        max(0, len({day.weekday() for day in days}) - fewest_weekdays(facts.problem.rule_by_task[task], horizon))
        for task, days in facts.sessions.items()
    )


def _market(facts: Facts) -> tuple[int, int]:
    """Return the sessions on and off the market day of sites that have one."""
    found: Counter[bool] = Counter()
    for task, days in facts.sessions.items():
        site = facts.problem.site_by_id[task.site_id]
        if site.market_days is not None:
            found.update(is_market_day(site, day) for day in days)
    return found[True], found[False]

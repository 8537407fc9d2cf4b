"""Rules on the form of a plan: it names what exists, and its parts stand where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.evaluation.facts import Facts
from planner.evaluation.result import Violation
from planner.language import Text, text
from planner.model import Task
from planner.plan import Circuit
from planner.values import week_of


def unknown(facts: Facts) -> Iterator[Violation]:
    """Yield teams, villages, rules and days that the problem does not have."""
    problem, plan = facts.problem, facts.plan
    horizon = problem.horizon
    if (plan.start, plan.days) != (horizon.start, horizon.days):
        sentence = text(
            "The plan is for {days} days from {start}, but the input for {real_days} days from {real_start}.",
            days=plan.days,
            start=plan.start,
            real_days=horizon.days,
            real_start=horizon.start,
        )
        yield _of("plan", "unknown", sentence)
    for route in plan.routes():
        if route.team_id not in problem.team_by_id:
            yield _of(route.team_id, "unknown", text('There is no team "{team}".', team=route.team_id))
        if route.day not in problem.calendar.kinds:
            sentence = text("Team {team} is out on {day}, outside the planned days.", team=route.team_id, day=route.day)
            yield _of(f"{route.team_id} {route.day}", "unknown", sentence)
    named = {stop.task for _, stop in plan.visits()} | {owed.task for owed in plan.unserved}
    for task in sorted(named - set(problem.rule_by_task)):
        yield _unknown_task(facts, task)


def _unknown_task(facts: Facts, task: Task) -> Violation:
    if task.site_id in facts.problem.site_by_id:
        sentence = text('Village "{site}" has no rule "{rule}".', site=task.site_id, rule=task.rule_id)
    else:
        sentence = text('There is no village "{site}".', site=task.site_id)
    return _of(f"{task.site_id}/{task.rule_id}", "unknown", sentence)


def order(facts: Facts) -> Iterator[Violation]:
    """Yield circuits out of order, and routes that stand in the circuit of another week or team."""
    keys = [(circuit.week, circuit.team_id) for circuit in facts.plan.circuits]
    for before, after in pairwise(keys):
        if before >= after:
            sentence = text(
                "The circuit of team {team} in the week of {week} is out of order: by week, then by team, each once.",
                team=after[1],
                week=after[0],
            )
            yield _of(f"{after[1]} {after[0]}", "order", sentence)
    for circuit in facts.plan.circuits:
        yield from _strangers(circuit)


def _strangers(circuit: Circuit) -> Iterator[Violation]:
    subject = f"{circuit.team_id} {circuit.week}"
    for route in circuit.routes:
        if (route.team_id, week_of(route.day)) != (circuit.team_id, circuit.week):
            sentence = text(
                "The circuit of team {team} in the week of {week} holds a route of team {other} on {day}.",
                team=circuit.team_id,
                week=circuit.week,
                other=route.team_id,
                day=route.day,
            )
            yield _of(subject, "order", sentence)
    days = [route.day for route in circuit.routes]
    if days != sorted(days):
        sentence = text(
            "The circuit of team {team} in the week of {week} does not hold its days in order.",
            team=circuit.team_id,
            week=circuit.week,
        )
        yield _of(subject, "order", sentence)


def _of(subject: str, rule: str, sentence: Text) -> Violation:
    return Violation(rule=rule, subject=subject, amount=1, unit="entries", sentence=sentence)

"""What contradicts itself in the input of a plan that owes visits: each finding with its parts and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.conflicts import Condition, ConditionKind, contradiction
from planner.evaluation.facts import called
from planner.evaluation.words import WEEKDAYS, listing
from planner.language import Text, text
from planner.model import Problem, Task
from planner.overload import Overload, overload
from planner.plan import Plan
from planner.recurrence import quotas

MOST_FINDINGS = 20  # tasks of a plan that are looked at
CALENDAR_REASONS = frozenset({"no_working_day", "gap_conflict", "village_closed"})

CONDITIONS: Mapping[ConditionKind, Text] = {
    "skills": text("only teams with the skills of the rule come"),
    "access": text("only vehicles that get to the village come"),
    "owner": text("only owners and lent teams come"),
    "composition": text("the classes of the session come together"),
    "reach": text("roads, hours and loads of the teams"),
    "team_holidays": text("teams do not work on public holidays"),
    "team_days_off": text("days off of team {teams}"),
    "team_weekdays": text("team {teams} works only on {weekdays}"),
    "site_holidays": text("the village is not visited on public holidays"),
    "closed": text("the village is closed from {first} to {last}"),
    "horizon": text("the plan has {count} days"),
    "same_weekday": text("the weekday stays the same"),
    "weekday_sets": text("the weekdays of a week go together"),
    "weekdays": text("the visit is only on {weekdays}"),
    "max_gap": text("at most {high} days apart"),
    "min_gap": text("at least {low} days apart"),
    "visits": text("{visits} visits from {first} to {last}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Parts of the input that cannot all be kept; without any single one of ``parts`` the others can."""

    task: Task
    parts: tuple[Text, ...]
    sentence: Text


def findings(problem: Problem, plan: Plan) -> tuple[Finding, ...]:
    """Return the contradictions behind the owed visits, each once, for at most ``MOST_FINDINGS`` tasks."""
    reasons: dict[Task, set[str]] = {}
    for owed in plan.unserved:
        reasons.setdefault(owed.task, set()).add(owed.reason)
    found: list[Finding] = []
    for task in sorted(reasons)[:MOST_FINDINGS]:
        if reasons[task] & CALENDAR_REASONS:
            found.extend(_of_calendar(problem, task))
        if "no_time_left" in reasons[task]:
            found.extend(_of_load(problem, task))
    seen: dict[str, Finding] = {}
    for finding in found:
        seen.setdefault(str(finding.sentence), finding)
    return tuple(seen.values())


def _of_calendar(problem: Problem, task: Task) -> Iterator[Finding]:
    parts = tuple(condition_text(problem, task, condition) for condition in contradiction(problem, task))
    if parts:
        sentence = text(
            "{site} ({rule}): these cannot all be kept; without any one of them the others can: {parts}.",
            site=problem.site_by_id[task.site_id].name,
            rule=problem.rule_by_task[task].called,
            parts=listing(parts),
        )
        yield Finding(task=task, parts=parts, sentence=sentence)


def _of_load(problem: Problem, task: Task) -> Iterator[Finding]:
    found = overload(problem, task)
    if found is not None:
        parts = tuple(_visits(problem, one) for one in found.tasks)
        yield Finding(task=task, parts=parts, sentence=_load(problem, found))


def _load(problem: Problem, found: Overload) -> Text:
    values = {
        "first": found.first_day,
        "last": found.last_day,
        "needed": found.needed,
        "available": found.available,
        "teams": listing(problem.team_by_id[team].name for team in found.teams),
        "visits": listing(_visits(problem, task) for task in found.tasks),
    }
    sentence = {
        "minutes": text(
            "From {first} to {last} these visits need {needed} minutes at least, with the shortest roads, but teams "
            "{teams} have {available}: {visits}.",
            **values,
        ),
        "stops": text(
            "From {first} to {last} these visits need {needed} stops, but teams {teams} may make {available}: "
            "{visits}.",
            **values,
        ),
        "kits": text(
            "From {first} to {last} these visits need {needed} doses or kits, but teams {teams} carry {available}: "
            "{visits}.",
            **values,
        ),
    }[found.resource]
    if not found.is_exact:
        return sentence
    shown = text("Without any one of them the others can be made.")
    return text("{sentence} {remedy}", sentence=sentence, remedy=shown)


def _visits(problem: Problem, task: Task) -> Text:
    return called(problem.site_by_id[task.site_id], problem.rule_by_task[task])


def condition_text(problem: Problem, task: Task, condition: Condition) -> Text:
    """Return one condition of a task's calendar as a part of a sentence."""
    rule, horizon = problem.rule_by_task[task], problem.horizon
    asked = quotas(rule, horizon)
    days = condition.days
    values: dict[str, object] = {
        "visits": sum(quota.visits for quota in asked),
        "first": days.first_day if days else horizon.start,
        "last": days.last_day if days else horizon.last,
        "count": horizon.days,
        "low": rule.min_gap_days,
        "high": rule.max_gap_days,
        "teams": listing([problem.team_by_id[team].name for team in condition.teams] or [""]),
        "weekdays": listing([WEEKDAYS[k] for k in condition.weekdays or sorted(rule.weekdays)] or [""]),
    }
    sentence = CONDITIONS[condition.kind]
    return Text(sentence.template, {name: v for name, v in values.items() if f"{{{name}}}" in sentence.template})

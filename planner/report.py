"""The report of a plan: what was asked, what is planned, what is owed and why; for machines and for the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from planner.advice import advise, explain_owed
from planner.debt_words import debt_document
from planner.errors import Issue, Where
from planner.evaluation import (
    REACHES,
    WEIGHTS,
    BalancePrice,
    Evaluation,
    VillageCoverage,
    Workday,
    debts,
    kpis,
    minutes_to_visit,
    share_within,
    village_coverage,
    weighted_share,
    worst_tenth,
)
from planner.findings import Finding, findings
from planner.language import Text, say, text
from planner.model import Pin, Problem, Task
from planner.pins import contradictions
from planner.plan import Plan, Relaxation, UnservedVisit
from planner.recurrence import quotas

REPORT_FORMAT = "xunzhen-report"
REPORT_VERSION = 1


def report_document(
    problem: Problem,
    plan: Plan,
    evaluation: Evaluation,
    notices: Iterable[Issue],
    language: str,
    *,
    balance_price: BalancePrice | None = None,
) -> dict[str, object]:
    """Return the report as plain data for JSON; sentences are in the language asked for.

    ``balance_price`` was measured while the plan was made; a plan that is only judged has none.
    """
    return {
        "format": REPORT_FORMAT,
        "version": REPORT_VERSION,
        "start": plan.start.isoformat(),
        "days": plan.days,
        "is_travel_estimated": plan.provenance.is_travel_estimated,
        "summary": _summary(problem, plan),
        "coverage": coverage_document(problem, plan),
        "balance_price": balance_price and price_document(balance_price),
        "cost": round(evaluation.cost, 3),
        "terms": [
            {"name": t.name, "amount": round(t.amount, 3), "unit": t.unit, "weight": t.weight, "cost": round(t.cost, 3)}
            for t in evaluation.terms
        ],
        "violations": [
            {"rule": v.rule, "subject": v.subject, "is_hard": v.is_hard, "sentence": say(v.sentence, language)}
            for v in evaluation.violations
        ],
        "unserved": [unserved_document(problem, visit, language) for visit in plan.unserved],
        "missed_before": [debt_document(problem, debt, language) for debt in debts(problem, plan)],
        "conflicts": [finding_document(finding, language) for finding in findings(problem, plan)],
        "notices": [issue.in_language(language) for issue in notices],
    }


def _summary(problem: Problem, plan: Plan) -> dict[str, object]:
    """Return the figures with the teams' names and no digits that mean nothing."""
    figures = kpis(problem, plan)
    teams = [{"id": team["id"], "name": problem.team_by_id[team["id"]].name, **team} for team in figures["teams"]]
    return {**_rounded(figures), "teams": [_rounded(team) for team in teams]}


def coverage_document(problem: Problem, plan: Plan) -> dict[str, object]:
    """Return what each village gets, and the shares of villages, people and old people that are served and in reach.

    Shares are of 1, ``None`` where no population is known. ``within_minutes`` counts who lives at most so many minutes
    by road from an announced visit (0: in a village that is visited).
    """
    villages, minutes = village_coverage(problem, plan), minutes_to_visit(problem, plan)
    return {
        "weighted": {
            name: {
                "share": _share(weighted_share(villages, weight)),
                "worst_tenth": _share(worst_tenth(villages, weight)),
                "within_minutes": {str(m): _share(share_within(villages, minutes, m, weight)) for m in REACHES},
            }
            for name, weight in WEIGHTS.items()
        },
        "villages": [_village_document(village, minutes.get(village.site.id)) for village in villages],
    }


def _share(share: float | None) -> float | None:
    return share if share is None else round(share, 4)


def _village_document(village: VillageCoverage, minutes: int | None) -> dict[str, object]:
    rules = [
        {
            "rule": found.rule.id,
            "asked": found.asked,
            "planned": found.planned,
            "owed": found.owed,
            "longest_gap_days": found.gap_days,
            "is_gap_open": found.is_gap_open,
            "last_planned": found.last_planned and found.last_planned.isoformat(),
        }
        for found in village.rules
    ]
    return {"site": village.site.id, "state": village.state, "minutes_to_visit": minutes, "rules": rules}


def price_document(price: BalancePrice) -> dict[str, object]:
    """Return what an even workload costs, and both plans compared: cost in kilometres, without that of uneven work."""
    plans = {"plan": price.plan, "without_balance": price.without}
    return {
        "km": round(price.km, 3),
        "cost": round(price.cost, 3),
        **{name: _workday_document(plan) for name, plan in plans.items()},
    }


def _workday_document(plan: Workday) -> dict[str, object]:
    figures = {"km": plan.km, "hours": plan.hours, "cost": plan.cost, "owed_visits": plan.owed_visits}
    return _rounded({**figures, "balance": plan.balance})


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(value) for name, value in figures.items()}


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _rounded(value)
    return round(value, 3) if isinstance(value, float) else value


def unserved_document(problem: Problem, visit: UnservedVisit, language: str) -> dict[str, object]:
    """Return one unserved visit with its reason code, its sentence and the smallest change that serves it."""
    return {
        "site": visit.site_id,
        "name": problem.site_by_id[visit.site_id].name,
        "rule": visit.rule_id,
        "first_day": visit.first_day.isoformat(),
        "last_day": visit.last_day.isoformat(),
        "reason": visit.reason,
        "details": dict(visit.details),
        "sentence": say(explain_owed(problem, visit), language),
        "relaxation": visit.relaxation and relaxation_document(problem, visit.relaxation, language),
    }


def relaxation_document(problem: Problem, relaxation: Relaxation, language: str) -> dict[str, object]:
    """Return one change of the input: its row and field, the old and the new value, and what was shown of it."""
    return {
        "kind": relaxation.kind,
        "team": relaxation.team_id,
        "site": relaxation.site_id,
        "rule": relaxation.rule_id,
        "road": relaxation.road_id,
        "field": relaxation.field,
        "old": relaxation.old,
        "new": relaxation.new,
        "is_verified": relaxation.proof != "none",
        "proof": relaxation.proof,
        "sentence": say(advise(problem, relaxation), language),
    }


def finding_document(finding: Finding, language: str) -> dict[str, object]:
    """Return parts of the input that cannot all be kept, and the sentence that says so."""
    return {
        "site": finding.task.site_id,
        "rule": finding.task.rule_id,
        "parts": [say(part, language) for part in finding.parts],
        "sentence": say(finding.sentence, language),
    }


def notices_of_problem(problem: Problem) -> tuple[Issue, ...]:
    """Return a warning for each rule that asks nothing at all in the horizon, or whose visits may come in a bunch."""
    return (*_silent_rules(problem), *_bunched_rules(problem))


def _bunched_rules(problem: Problem) -> Iterator[Issue]:
    """Yield a warning for each rule of several visits a month or longer that asks for no distance between them."""
    for _, rule in sorted({task.rule_id: problem.rule_by_task[task] for task in problem.tasks}.items()):
        is_open = rule.min_gap_days == 1 and not (rule.dates or rule.nth_weekdays)
        if is_open and rule.visits > 1 and rule.per in {"month", "quarter"}:
            sentence = text(
                'Rule "{rule}" asks for {visits} visits a period and for no days between them: they may come in a row.',
                rule=rule.called,
                visits=rule.visits,
            )
            remedy = text("Fill in min_gap_days, for example 10 for two visits a month.")
            yield Issue(Where(), sentence, remedy, is_warning=True)


def _silent_rules(problem: Problem) -> tuple[Issue, ...]:
    silent = sorted({task.rule_id for task in problem.tasks if not _asks(problem, task)})
    asked = {task.rule_id for task in problem.tasks if _asks(problem, task)}
    return tuple(
        Issue(
            Where(),
            text(
                'Rule "{rule}" asks for no visit at {sites} in these {days} days.',
                rule=_called(problem, rule),
                sites=_sites(problem, rule, asked),
                days=problem.horizon.days,
            ),
            text("Plan more weeks, or fill in last_visited so that due visits are known."),
            is_warning=True,
        )
        for rule in silent
    )


def notices_of_pins(problem: Problem, places: Mapping[Pin, Where]) -> tuple[Issue, ...]:
    """Return a warning for each fixed visit that contradicts its rule, village or team; ``places`` are their rows."""
    return tuple(
        Issue(
            places.get(pin, Where()),
            text(
                "The visit fixed for {site} ({rule}) on {day} cannot be made: {why}.",
                site=problem.site_by_id[pin.site_id].name,
                rule=problem.rule_by_task[pin.task].called,
                day=pin.day,
                why=why,
            ),
            text("Fix another day or team, or change what is in the way; until then the plan breaks the rule pinned."),
            is_warning=True,
        )
        for pin in problem.pins
        for why in contradictions(problem, pin)
    )


def _asks(problem: Problem, task: Task) -> bool:
    return bool(quotas(problem.rule_by_task[task], problem.horizon))


def _called(problem: Problem, rule_id: str) -> Text | str:
    return next(problem.rule_by_task[task].called for task in problem.tasks if task.rule_id == rule_id)


def _sites(problem: Problem, rule_id: str, asked: set[str]) -> object:
    if rule_id not in asked:
        return text("any village")
    silent = [t.site_id for t in problem.tasks if t.rule_id == rule_id and not _asks(problem, t)]
    return text("{count} of its villages", count=len(silent))

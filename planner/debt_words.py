"""What is said of the visits that were missed before a plan: the day they return on, or that they are owed still."""

from __future__ import annotations

from planner.evaluation import Debt
from planner.language import Text, say, text
from planner.model import Problem


def debt_sentence(problem: Problem, debt: Debt) -> Text:
    """Return one sentence about a debt."""
    site, rule = problem.site_by_id[debt.task.site_id], problem.rule_by_task[debt.task]
    values = {
        "name": site.name,
        "rule": rule.called,
        "missed": debt.missed[-1],
        "times": len(debt.missed),
        "last": debt.last_held or text("never, as far as is known"),
        "returns": debt.returns,
        "due": debt.due,
    }
    if debt.state == "owed":
        return text("{name} ({rule}): missed {times} x, last on {missed}; last held: {last}. Still owed.", **values)
    if debt.state == "late":
        return text(
            "{name} ({rule}): missed {times} x, last on {missed}; last held: {last}. "
            "Returns on {returns}, late: it was due by {due}.",
            **values,
        )
    return text(
        "{name} ({rule}): missed {times} x, last on {missed}; last held: {last}. Returns on {returns}.", **values
    )


def debt_document(problem: Problem, debt: Debt, language: str) -> dict[str, object]:
    """Return a debt as plain data, with its sentence."""
    return {
        "site": debt.task.site_id,
        "rule": debt.task.rule_id,
        "missed": [day.isoformat() for day in debt.missed],
        "last_held": debt.last_held and debt.last_held.isoformat(),
        "due": debt.due and debt.due.isoformat(),
        "returns": debt.returns and debt.returns.isoformat(),
        "state": debt.state,
        "sentence": say(debt_sentence(problem, debt), language),
    }

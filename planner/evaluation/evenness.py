"""What an even workload costs: a plan made with the balance against one made without it, both judged here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.evaluation.facts import gather
from planner.evaluation.fairness import BalanceFigures
from planner.evaluation.objective import kpis, terms
from planner.model import Problem
from planner.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Workday:
    """What a plan drives and costs, apart from the price of uneven work, and how its work is shared out."""

    km: float
    hours: float
    cost: float  # in kilometres, without the term imbalance_hours
    owed_visits: int
    balance: BalanceFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePrice:
    """A plan and the cheapest one found without the balance; what the balance costs is the difference.

    ``without`` is the plan itself where nothing cheaper was found, so that the price of a balance is never below 0.
    """

    plan: Workday
    without: Workday

    @property
    def cost(self) -> float:
        """What the plan costs more, in kilometres; 0 or more."""
        return self.plan.cost - self.without.cost

    @property
    def km(self) -> float:
        """What the plan drives more; below 0 where the plan without the balance saves hours rather than kilometres."""
        return self.plan.km - self.without.km


def price_of_balance(problem: Problem, plan: Plan, without: Plan) -> BalancePrice | None:
    """Return what the plan costs more than the one made without the balance; None where nobody is compared."""
    mine, other = workday(problem, plan), workday(problem, without)
    if mine is None or other is None:
        return None
    return BalancePrice(plan=mine, without=other if other.cost < mine.cost else mine)


def workday(problem: Problem, plan: Plan) -> Workday | None:
    """Return the figures of one plan; None where nobody is compared."""
    figures, unbalanced = kpis(problem, plan), replace(problem, balance=None)
    if figures["balance"] is None:
        return None
    return Workday(
        km=figures["km"],
        hours=figures["hours"],
        cost=sum(term.cost for term in terms(gather(unbalanced, plan))),
        owed_visits=figures["owed_visits"],
        balance=figures["balance"],
    )

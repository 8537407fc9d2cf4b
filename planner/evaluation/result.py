"""What the checker says: violations of rules, and the terms of the cost."""

from __future__ import annotations

from dataclasses import dataclass

from planner.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule.

    ``subject`` names what broke it, for programs: ``site/rule``, ``site/rule day team``, ``team day`` or the part of
    the plan. ``amount`` is by how much, in ``unit``. A plan with a hard violation must not be driven.
    """

    rule: str
    subject: str
    amount: float
    unit: str
    sentence: Text
    is_hard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveTerm:
    """One part of the cost: ``amount`` of ``unit`` at the price ``weight`` each."""

    name: str
    amount: float
    unit: str
    weight: float

    @property
    def cost(self) -> float:
        """Amount times weight; the unit of cost is one kilometre driven."""
        return self.amount * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The verdict on a plan: violations sorted by (rule, subject), and the terms of its cost."""

    violations: tuple[Violation, ...]
    terms: tuple[ObjectiveTerm, ...]

    @property
    def cost(self) -> float:
        """The sum of the terms."""
        return sum(term.cost for term in self.terms)

    @property
    def hard(self) -> tuple[Violation, ...]:
        """The violations that forbid driving the plan."""
        return tuple(violation for violation in self.violations if violation.is_hard)

    @property
    def is_feasible(self) -> bool:
        """Whether no hard rule is broken. Visits may still be owed: they are listed in the plan with their reasons."""
        return not self.hard

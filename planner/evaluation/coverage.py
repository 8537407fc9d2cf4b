"""Which villages are visited as often as their rules ask, how long they wait, and how many people that concerns.

Counted from the same facts as the rules: what is asked, planned and owed here adds up to the figures of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, Protocol

from planner.evaluation.facts import Facts, gather
from planner.model import Problem, Site, Task
from planner.plan import Plan
from planner.rules import VisitRule

State = Literal["all", "some", "none", "unasked"]
WORST_SHARE = 0.1  # of the villages, or of the people: the worst decile of equity reports


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """What one rule asks at a village and gets. ``gap_days`` is the longest wait between its visits.

    The wait begins with the last visit before the plan where it is known. While a visit is owed the wait goes on up to
    the last day of the plan (and from its first day, where nothing is known before): ``is_gap_open`` then says that the
    longest wait is at least so many days.
    """

    rule: VisitRule
    asked: int
    planned: int
    owed: int
    last_planned: date | None
    gap_days: int | None
    is_gap_open: bool

    @property
    def is_gap_too_long(self) -> bool:
        """Whether the rule names a largest gap and this one is longer."""
        limit = self.rule.max_gap_days
        return limit is not None and self.gap_days is not None and self.gap_days > limit


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageCoverage:
    """What all rules of a village ask and get; ``planned`` counts every visit, asked or not."""

    site: Site
    rules: tuple[RuleCoverage, ...]

    @property
    def asked(self) -> int:
        """Visits asked."""
        return sum(rule.asked for rule in self.rules)

    @property
    def planned(self) -> int:
        """Visits planned."""
        return sum(rule.planned for rule in self.rules)

    @property
    def owed(self) -> int:
        """Visits asked and not planned."""
        return sum(rule.owed for rule in self.rules)

    @property
    def share(self) -> float:
        """The share of the visits asked that are planned; 1 where none is asked."""
        return share_of(self.asked, self.owed)

    @property
    def state(self) -> State:
        """Whether all, some or none of the visits asked are planned."""
        return state_of(self.asked, self.owed)


def share_of(asked: int, owed: int) -> float:
    """Return the share of what is asked that is not owed; 1 where nothing is asked."""
    return 1 - owed / asked if asked else 1.0


def state_of(asked: int, owed: int) -> State:
    """Return whether all, some or none of what is asked is there."""
    if not asked:
        return "unasked"
    if not owed:
        return "all"
    return "some" if owed < asked else "none"


class Served(Protocol):
    """A village with the share of its visits that it gets."""

    @property
    def site(self) -> Site:
        """The village."""

    @property
    def asked(self) -> int:
        """Visits asked."""

    @property
    def share(self) -> float:
        """The share of them that it gets."""


Weight = Callable[[Served], int]
WEIGHTS: Mapping[str, Weight] = {  # what a village counts for
    "villages": lambda village: 1,
    "people": lambda village: village.site.population,
    "people_65": lambda village: village.site.population_65,
}


def village_coverage(problem: Problem, plan: Plan) -> tuple[VillageCoverage, ...]:
    """Return the coverage of every village, sorted by id."""
    facts = gather(problem, plan)
    tasks: dict[str, list[Task]] = {site.id: [] for site in problem.sites}
    for task in problem.tasks:
        tasks[task.site_id].append(task)
    return tuple(
        VillageCoverage(site=site, rules=tuple(_rule_coverage(facts, task) for task in tasks[site.id]))
        for site in problem.sites
    )


def _rule_coverage(facts: Facts, task: Task) -> RuleCoverage:
    days, asked = list(facts.sessions[task]), facts.quotas[task]
    owed = sum(max(0, quota.visits - facts.made(task, quota)) for quota in asked)
    gap, is_open = _gap(facts, task, days, is_owed=owed > 0)
    return RuleCoverage(
        rule=facts.problem.rule_by_task[task],
        asked=sum(quota.visits for quota in asked),
        planned=len(days),
        owed=owed,
        last_planned=days[-1] if days else None,
        gap_days=gap,
        is_gap_open=is_open,
    )


def _gap(facts: Facts, task: Task, days: list[date], *, is_owed: bool) -> tuple[int | None, bool]:
    """Return the longest wait in days, and whether it has not ended when the plan does (or had begun before it)."""
    last, horizon = facts.problem.rule_by_task[task].last_visited, facts.problem.horizon
    before = [last] if last is not None and last <= min([horizon.last, *days]) else []
    closed = _longest([*before, *days])
    if not is_owed:
        return closed, False
    waited = _longest([*(before or [horizon.start]), *days, horizon.last]) or 0
    return (waited, True) if closed is None or waited > closed else (closed, False)


def _longest(days: Sequence[date]) -> int | None:
    return max(((after - before).days for before, after in pairwise(days)), default=None)


def weighted_share(villages: Sequence[Served], weight: Weight) -> float | None:
    """Return the mean share of the villages that are asked for visits, each counted by its weight; None: no weight."""
    asked = [village for village in villages if village.asked]
    total = sum(weight(village) for village in asked)
    return sum(weight(village) * village.share for village in asked) / total if total else None


def worst_tenth(villages: Sequence[Served], weight: Weight) -> float | None:
    """Return the mean share in the worst-served tenth of the weight; None: no weight.

    The village in which the tenth ends counts with the part that still belongs to it.
    """
    asked = sorted((v for v in villages if v.asked), key=lambda v: (v.share, v.site.id))
    tenth = left = WORST_SHARE * sum(weight(village) for village in asked)
    found = 0.0
    for village in asked:
        part = min(left, weight(village))
        found, left = found + part * village.share, left - part
    return found / tenth if tenth else None

"""Was every village seen as the rule demands? Told by what came of the visits, not by what was planned.

The days are judged by the rules of the checker: what a rule demands in a stretch of days is what it asks of a plan of
these days (of a follow-up: no more than the visits held that it had to follow); a wait is too long by ``long_gaps``.
A plan that was never told of counts for nothing here: a visit is held when somebody has said so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from planner.evaluation.coverage import State, share_of, state_of
from planner.evaluation.frequency import long_gaps
from planner.follow_ups import due, leading_days
from planner.history import PastVisit
from planner.model import Horizon, Site, Task
from planner.recurrence import Quota, quotas
from planner.rules import VisitRule
from planner.values import DateRange


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSeen:
    """What one rule demanded at a village in some days, and what came of it.

    ``kept`` are the visits held that the rule demanded; a second one in a week of one is held and not demanded.
    ``longest_gap_days`` begins with the last visit held before the days, else with their first day, and the wait that
    goes on ends with their last day. ``is_gap_kept`` is None where the rule names no largest gap, or asks nothing.
    """

    rule: VisitRule
    demanded: int
    kept: int
    planned: int
    held: int
    missed: int
    untold: int
    reasons: Mapping[str, int]
    people: int
    referrals: int
    last_held: date | None
    days_since: int | None
    longest_gap_days: int
    is_gap_kept: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageSeen:
    """All rules of a village. The names are those of ``VillageCoverage``, so that shares are counted alike."""

    site: Site
    rules: tuple[RuleSeen, ...]

    @property
    def asked(self) -> int:
        """Visits demanded."""
        return sum(rule.demanded for rule in self.rules)

    @property
    def owed(self) -> int:
        """Visits demanded and not held."""
        return sum(rule.demanded - rule.kept for rule in self.rules)

    @property
    def share(self) -> float:
        """The share of the visits demanded that were held; 1 where none was."""
        return share_of(self.asked, self.owed)

    @property
    def state(self) -> State:
        """Whether all, some or none of the visits demanded were held."""
        return state_of(self.asked, self.owed)

    @property
    def longest_gap_days(self) -> int:
        """The longest wait of any rule that demands something, or has somebody waiting."""
        return max((rule.longest_gap_days for rule in self.rules if rule.demanded or rule.last_held), default=0)

    @property
    def is_gap_kept(self) -> bool:
        """Whether no rule was left waiting for longer than its largest gap."""
        return all(rule.is_gap_kept is not False for rule in self.rules)


def villages_seen(sites: Sequence[Site], past: Iterable[PastVisit], days: DateRange) -> tuple[VillageSeen, ...]:
    """Return what was seen of every site in some days, sorted by id; ``past`` may reach back further."""
    visits: dict[Task, dict[date, PastVisit]] = defaultdict(dict)
    for visit in past:
        known = visits[visit.task].get(visit.day)
        if visit.day <= days.last_day and (known is None or _tells_more(visit, known)):
            visits[visit.task][visit.day] = visit
    rules = {Task(site.id, rule.id): rule for site in sites for rule in site.rules}
    return tuple(
        VillageSeen(
            site=site,
            rules=tuple(_rule_seen(rules, visits, Task(site.id, rule.id), days) for rule in site.rules),
        )
        for site in sorted(sites, key=lambda site: site.id)
    )


def _tells_more(visit: PastVisit, known: PastVisit) -> bool:
    """Return whether a visit counts instead of another of its day: held before missed, missed before not told."""
    rank = {True: 2, False: 1, None: 0}
    return rank[visit.is_held] > rank[known.is_held]


def _rule_seen(
    rules: Mapping[Task, VisitRule], visits: Mapping[Task, Mapping[date, PastVisit]], task: Task, days: DateRange
) -> RuleSeen:
    rule, own = rules[task], visits.get(task, {})
    inside = [visit for day, visit in sorted(own.items()) if day >= days.first_day]
    held_before, held = _held(rule, own, days)
    demanded = _demanded(rules, visits, task, days)
    waits = [*held_before[-1:], *held]
    ends = [*(held_before[-1:] or [days.first_day]), *held, days.last_day]
    return RuleSeen(
        rule=rule,
        demanded=sum(quota.visits for quota in demanded),
        kept=sum(min(quota.visits, sum(day in quota for day in held)) for quota in demanded),
        planned=len(inside),
        held=len(held),
        missed=sum(visit.is_held is False for visit in inside),
        untold=sum(visit.is_held is None for visit in inside),
        reasons=Counter(visit.why or "other" for visit in inside if visit.is_held is False),
        people=sum(visit.people or 0 for visit in inside),
        referrals=sum(visit.referrals or 0 for visit in inside),
        last_held=waits[-1] if waits else None,
        days_since=(days.last_day - waits[-1]).days if waits else None,
        longest_gap_days=max((after - before).days for before, after in pairwise(ends)),
        is_gap_kept=None if rule.max_gap_days is None or not (demanded or waits) else not any(long_gaps(rule, ends)),
    )


def _held(rule: VisitRule, own: Mapping[date, PastVisit], days: DateRange) -> tuple[list[date], list[date]]:
    """Return the days on which visits were held before the days asked for, and in them."""
    known = {day for day, visit in own.items() if visit.is_held} | {*rule.held, rule.last_visited} - {None}
    held = sorted(day for day in known if day is not None and day <= days.last_day)
    return [day for day in held if day < days.first_day], [day for day in held if day >= days.first_day]


def _demanded(
    rules: Mapping[Task, VisitRule], visits: Mapping[Task, Mapping[date, PastVisit]], task: Task, days: DateRange
) -> tuple[Quota, ...]:
    """Return what the rule asks of a plan of these days, made by somebody who knew what was held before."""
    rule = rules[task]
    before, _ = _held(rule, visits.get(task, {}), days)
    informed = replace(rule, last_visited=before[-1] if before else None, held=tuple(before), missed=())
    horizon = Horizon(start=days.first_day, days=(days.last_day - days.first_day).days + 1)
    asked = quotas(informed, horizon)
    if rule.follows is None:
        return asked
    leader = Task(rule.follows.site_id or task.site_id, rule.follows.rule_id)
    if leader not in rules:
        return asked
    earlier, led = _held(rules[leader], visits.get(leader, {}), days)
    leading = leading_days(informed, replace(rules[leader], last_visited=earlier[-1] if earlier else None), led)
    counted = (replace(q, visits=min(q.visits, due(rule.follows, leading, q.first_day, q.last_day))) for q in asked)
    return tuple(quota for quota in counted if quota.visits)

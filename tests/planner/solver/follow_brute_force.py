"""Tiny problems with follow-ups solved by trying everything: the leader's days and its followers' together."""

from __future__ import annotations

import random
from dataclasses import replace

from planner.follow_ups import due, leading_days, unled
from planner.model import Problem, Site, Task
from planner.rules import FollowUp
from planner.solver.state import VisitDays
from tests.builders import plain_calendar
from tests.planner.solver.brute_force import EveryWay, tiny_county


def county_with_follow_ups(seed: int) -> Problem:
    """Return a tiny county of 3 to 5 days in which v1 follows v0, and of some v2 follows the one or the other."""
    problem, dice = tiny_county(seed), random.Random(f"follow {seed}")
    first, second, *others = problem.sites
    sites = [first, _following(dice, second, "v0")]
    if others and dice.random() < 0.5:
        sites.append(_following(dice, others.pop(0), dice.choice(("v0", "v1"))))
    sites = [*sites, *others]
    return replace(problem, calendar=plain_calendar(dice.choice((3, 4, 5, 5))), sites=tuple(sites))


def _following(dice: random.Random, site: Site, leader: str) -> Site:
    low = dice.choice((1, 1, 2))
    follow = FollowUp(site_id=leader, rule_id="r", min_days=low, max_days=low + dice.choice((0, 0, 1, 2)))
    (rule,) = site.rules
    return replace(site, rules=(replace(rule, follows=follow, visits=dice.choice((1, 2)), max_gap_days=None),))


class EveryFollowUp(EveryWay):
    """All plans of a problem with follow-ups: each tried beside all days of what it follows."""

    def _order(self) -> list[Task]:
        """Return the tasks, each after what it follows."""
        leaders = self.problem.leader_by_task
        return sorted(self.search.frames, key=lambda task: (_depth(leaders, task), task))

    def _options(self, task: Task) -> list[tuple[float, VisitDays]]:
        """Return the ways of a task; of a follow-up those in which each visit follows one, with what is then owed."""
        rule = self.problem.rule_by_task[task]
        if rule.follows is None:
            return self.ways[task]
        leader, horizon = self.problem.leader_by_task[task], self.problem.horizon
        leading = leading_days(rule, self.problem.rule_by_task[leader], self.chosen.get(leader, {}))
        asked = min(rule.visits, due(rule.follows, leading, horizon.start, horizon.last))
        price = self.problem.weights.per_unserved_visit * rule.priority
        ways = [way for _, way in self.ways[task] if len(way) <= asked and not unled(rule.follows, leading, way)]
        priced = [(price * (asked - len(way)) + self.ledger.made_cost(task, way), way) for way in ways]
        return sorted(priced, key=lambda way: way[0])


def _depth(leaders: dict[Task, Task], task: Task) -> int:
    return 1 + _depth(leaders, leaders[task]) if task in leaders else 0

"""How far people have to go to a visit: the minutes from each village to the nearest one that is visited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.evaluation.coverage import VillageCoverage, Weight
from planner.evaluation.facts import gather
from planner.model import UNREACHABLE, Problem
from planner.plan import Plan

REACHES = (0, 15, 30, 60)  # minutes, as health services count access
TOLD_REACHES = (0, 30)  # of them on the summary
Minutes = Mapping[str, int | None]


def minutes_to_visit(problem: Problem, plan: Plan) -> Minutes:
    """Return of each village the minutes by road to the nearest announced visit; None: no road leads to one.

    0 where the village itself is visited. The road is the quickest that any vehicle has on any day; a home is no place
    that others come to, and is not counted as a village either.
    """
    visited = sorted({visit.site.id for visit in gather(problem, plan).visits if visit.rule.is_announced})
    return {site.id: _least(problem, site.id, visited) for site in problem.sites if not site.is_home}


def _least(problem: Problem, site_id: str, visited: Sequence[str]) -> int | None:
    ways: list[int] = []
    for matrix in problem.travel:
        minutes = matrix.minutes[matrix.index[site_id], [matrix.index[other] for other in visited]]
        ways += minutes[minutes != UNREACHABLE].tolist()
    return min(ways, default=None)


def share_within(villages: Sequence[VillageCoverage], minutes: Minutes, most: int, weight: Weight) -> float | None:
    """Return the share of the weight (people, or villages) that is at most so many minutes away; None: no weight."""
    counted = [village for village in villages if village.site.id in minutes]
    near = [village for village in counted if (m := minutes[village.site.id]) is not None and m <= most]
    total = sum(map(weight, counted))
    return sum(map(weight, near)) / total if total else None

"""What is told of a problem before anybody plans it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.model import Problem
from planner.report import notices_of_problem
from planner.rules import VisitRule
from tests.builders import tiny_problem


def with_rule(**changes: object) -> Problem:
    """Return the tiny problem, all of whose villages have one rule, for four weeks."""
    problem = tiny_problem()
    rule = replace(VisitRule(id="r", name="Round", visits=2, per="month"), **changes)  # type: ignore[arg-type]
    return replace(problem, sites=tuple(replace(site, rules=(rule,)) for site in problem.sites))


def told(problem: Problem) -> list[str]:
    """Return the sentences on visits in a bunch."""
    return [str(issue.problem) for issue in notices_of_problem(problem) if "in a row" in str(issue.problem)]


def test_rule_without_distance_between_its_visits_is_told_once() -> None:
    """Twice a month with no days between: once for the rule, not for each village; a distance ends it."""
    (said,) = told(with_rule())
    assert said == 'Rule "Round" asks for 2 visits a period and for no days between them: they may come in a row.'
    assert told(with_rule(min_gap_days=10)) == []


@pytest.mark.parametrize("changes", [{"visits": 1}, {"per": "week"}])
def test_rule_whose_visits_cannot_bunch_is_not_told(changes: dict[str, object]) -> None:
    """One visit, or the visits of a week."""
    assert told(with_rule(**changes)) == []

"""The screen: names stand there as they are, whatever rich would make of them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from planner.evaluation import evaluate
from planner.plan import Plan, Provenance
from planner.screen import summary_table, verdict_lines
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY, day, team, tiny_problem


def test_nights_away_are_said_when_there_are_any() -> None:
    """One night at d; a team that comes home has no such line."""
    problem = tiny_problem(teams=(team(nights_away=1, lodgings=frozenset({"d"})),))
    for place, lines in (("d", ["Nights away: 1."]), ("base", [])):
        days = ((MONDAY, None, place), (day(1), place, None))
        routes = [timetable(problem, problem.teams[0], on, [], start_place=a, end_place=b) for on, a, b in days]
        made = Provenance(version="0", seed=1, rounds=1)
        plan = Plan(start=MONDAY, days=7, circuits=circuits_from_routes(routes), provenance=made)
        said = verdict_lines(problem, plan, evaluate(problem, plan), "en")
        assert [line for line in said if "Nights" in line] == lines


@pytest.mark.parametrize("name", ["[red]", "[/red]", "\\[/red]", "[[x]]", "\\", ":smile:", "{{ 7*7 }}"])
def test_name_of_a_team_is_no_markup(name: str) -> None:
    """Brackets and backslashes of a team's name neither colour the table nor break it."""
    problem = tiny_problem(teams=(replace(team(), name=name),))
    route = timetable(problem, problem.teams[0], MONDAY, [problem.tasks[0]])
    made = Provenance(version="0", seed=1, rounds=1)
    plan = Plan(start=MONDAY, days=7, circuits=circuits_from_routes([route]), provenance=made)
    console = Console(file=io.StringIO(), width=100)
    console.print(summary_table(problem, plan, "en"))
    assert f" {name} " in console.file.getvalue()  # type: ignore[attr-defined]

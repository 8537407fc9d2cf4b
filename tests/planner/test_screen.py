"""The screen: names stand there as they are, whatever rich would make of them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from planner.plan import Plan, Provenance
from planner.screen import summary_table
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY, team, tiny_problem


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

"""The screen: names stand there as they are, whatever rich would make of them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from planner.evaluation import evaluate
from planner.plan import Plan, Provenance
from planner.screen import TERMS, cost_lines, summary_table, verdict_lines
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY, day, team, tiny_problem
from tests.planner.good_plan import plan_of


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


def test_every_part_of_the_cost_is_shown_with_its_price() -> None:
    """20 km at 1, 50 minutes at 4 an hour, and 3 visits of priority 3 that are owed; what costs nothing is left out."""
    problem = tiny_problem()
    route = timetable(problem, problem.teams[0], MONDAY, [problem.tasks[0]])
    made = Provenance(version="0", seed=1, rounds=1)
    plan = Plan(start=MONDAY, days=7, circuits=circuits_from_routes([route]), provenance=made)
    assert cost_lines(evaluate(problem, plan), "en") == [
        "  20.0: kilometres driven, 20 at 1 each",
        "  3.3: hours on duty, 0.8 at 4 each",
        "  9,000.0: owed visits times their priority, 9 at 1000 each",
    ]


def test_every_term_of_the_cost_has_words() -> None:
    """No term is shown under the name it has in the code."""
    assert {term.name for term in evaluate(tiny_problem(), plan_of(7)).terms} == set(TERMS)

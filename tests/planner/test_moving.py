"""A visit moved by hand changes its two days and nothing else, and the checker says what that breaks and costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import ModelError
from planner.evaluation import evaluate
from planner.model import Problem, Task
from planner.moving import Move, move_visit
from planner.plan import Plan, Provenance, UnservedVisit
from planner.timing import circuits_from_routes, timetable
from tests.builders import day, team, tiny_problem

A, B, C, D = (Task(name, "weekly") for name in "abcd")


def problem_of_two_teams() -> Problem:
    return tiny_problem(teams=(team("one"), team("two")))


def plan_of(problem: Problem, days: dict[tuple[str, int], list[Task]], *owed: UnservedVisit) -> Plan:
    """Return a plan with these days: (team, days after Monday) -> tasks in order."""
    routes = [timetable(problem, problem.team_by_id[who], day(n), tasks) for (who, n), tasks in days.items()]
    return Plan(
        start=day(0),
        days=7,
        circuits=circuits_from_routes(routes),
        unserved=owed,
        provenance=Provenance(version="0", seed=1, rounds=1),
    )


def test_visit_joins_another_day_at_its_best_place() -> None:
    """d leaves Monday (a, d: 80 km) for Tuesday (b, c: 60 km): 20 km and 80 km, d at the far end of the road."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, D], ("one", 1): [B, C]})
    moved = move_visit(
        problem,
        plan,
        Move(site_id="d", rule_id="weekly", from_day=day(0), from_team="one", to_day=day(1), to_team="one"),
    )
    routes = {route.day: route for route in moved.plan.routes()}
    assert {stop.site_id for stop in routes[day(1)].stops} == {"b", "c", "d"}
    assert [routes[day(n)].metres for n in (0, 1)] == [20_000, 80_000]
    assert moved.after.cost < moved.before.cost
    assert [(change.kind, change.task.site_id) for change in moved.changes if change.kind == "moved day"] == [
        ("moved day", "d")
    ]
    assert moved.broken == ()
    assert evaluate(problem, moved.plan).is_feasible


def test_other_days_stay_to_the_minute() -> None:
    """A third day is the very same."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A], ("one", 1): [B], ("two", 2): [C, D]})
    moved = move_visit(
        problem,
        plan,
        Move(site_id="a", rule_id="weekly", from_day=day(0), from_team="one", to_day=day(1), to_team="one"),
    )
    before, after = ({route.day: route for route in p.routes()} for p in (plan, moved.plan))
    assert after[day(2)] is before[day(2)]
    assert day(0) not in after


def test_second_day_of_a_team_that_is_out_twice_stays() -> None:
    """A faulty plan has team one out twice on Monday: d joins one of the days, no visit of the other is lost."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A], ("two", 1): [D]})
    twice = timetable(problem, problem.team_by_id["one"], day(0), [B, C])
    plan = replace(plan, circuits=circuits_from_routes([*plan.routes(), twice]))
    moved = move_visit(
        problem,
        plan,
        Move(site_id="d", rule_id="weekly", from_day=day(1), from_team="two", to_day=day(0), to_team="one"),
    )
    assert sorted(sorted(stop.site_id for stop in route.stops) for route in moved.plan.routes()) == [
        ["a", "d"], ["b", "c"],
    ]  # fmt: skip


def test_owed_visit_is_put_in() -> None:
    """c was owed: it joins Wednesday of team two, and nothing is owed any more."""
    problem = problem_of_two_teams()
    owed = UnservedVisit(site_id="c", rule_id="weekly", first_day=day(0), last_day=day(6), reason="no_room")
    plan = plan_of(problem, {("one", 0): [A, B, D]}, owed)
    moved = move_visit(problem, plan, Move(site_id="c", rule_id="weekly", to_day=day(2), to_team="two"))
    assert moved.plan.unserved == ()
    assert [(change.kind, change.task) for change in moved.changes] == [("added", C)]
    assert evaluate(problem, moved.plan).is_feasible


def test_move_that_breaks_a_rule_is_made_and_told() -> None:
    """Saturday is no day of the team: the plan is what was asked, and the checker names the rule."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, B, C, D]})
    moved = move_visit(
        problem,
        plan,
        Move(site_id="a", rule_id="weekly", from_day=day(0), from_team="one", to_day=day(5), to_team="two"),
    )
    assert [violation.rule for violation in moved.broken] == ["working_day"]
    back = move_visit(
        problem,
        moved.plan,
        Move(site_id="a", rule_id="weekly", from_day=day(5), from_team="two", to_day=day(0), to_team="one", position=0),
    )
    assert [violation.rule for violation in back.mended] == ["working_day"]
    assert back.plan == plan


def test_place_in_the_day_is_kept_when_asked() -> None:
    """d first, though it is the farthest; a number past the end is the end."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, B], ("one", 1): [C, D]})
    move = Move(site_id="d", rule_id="weekly", from_day=day(1), from_team="one", to_day=day(0), to_team="one")
    for position, order in ((0, ["d", "a", "b"]), (1, ["a", "d", "b"]), (99, ["a", "b", "d"])):
        made = move_visit(problem, plan, replace(move, position=position)).plan
        assert [stop.site_id for stop in next(made.routes()).stops] == order


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"site_id": "nowhere"}, "no such village"),
        ({"rule_id": "daily"}, "no such rule .* Its rules are: weekly"),
        ({"to_team": "nobody"}, "no such team. Its teams are: one, two"),
        ({"from_team": "nobody"}, "no such team. Its teams are: one, two"),
        ({"to_day": day(99)}, "not a day of this plan .* 2026-"),
        ({"from_team": "two"}, f"does not make this visit on that day .* It is planned on: {day(0)} one"),
        ({"from_day": day(1)}, f"does not make this visit on that day .* It is planned on: {day(0)} one"),
        ({"from_day": None}, "is owed on that day"),
    ],
)
def test_move_that_means_nothing_is_refused(changes: dict[str, object], said: str) -> None:
    """No such village, rule, team, day or visit, nothing owed: it is said which, and what there is."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, B, C, D]})
    move = Move(site_id="a", rule_id="weekly", from_day=day(0), from_team="one", to_day=day(2), to_team="one")
    with pytest.raises(ModelError, match=said):
        move_visit(problem, plan, replace(move, **changes))  # type: ignore[arg-type]


def test_visit_is_not_made_twice_by_one_team_on_one_day() -> None:
    """Team one would hold the clinic of a twice on Monday."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, B], ("two", 1): [A]})
    move = Move(site_id="a", rule_id="weekly", from_day=day(1), from_team="two", to_day=day(0), to_team="one")
    with pytest.raises(ModelError, match="makes this visit on that day already"):
        move_visit(problem, plan, move)

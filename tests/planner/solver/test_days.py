"""The calendar question by itself: days and teams, with travel only estimated."""

from datetime import date
from itertools import pairwise

import pytest

from planner.model import Problem, Task
from planner.rules import ServiceTime
from planner.solver.clock import Clock
from planner.solver.cuts import learn_cuts, refused_visits
from planner.solver.days import Choice, Cut, DaysQuestion, choose_days
from planner.solver.frame import Group, build_frames, independent_groups, without_idle
from planner.solver.proxy import Pricer
from planner.solver.seeds import seed_prices
from planner.values import Window, week_of
from tests.builders import day, plain_calendar, team, tiny_problem, village, weekly


def tasks_chosen(choice: Choice) -> list[tuple[Task, str, date]]:
    """Return each coming of a team to a task."""
    return [(task, team, day) for (team, day), tasks in choice.items() for task in tasks]


def chosen(problem: Problem, **more: object) -> Choice:
    """Return the choice for a problem of one group."""
    frames = build_frames(problem, Clock(problem))
    (group,) = independent_groups(frames)
    prices = seed_prices(problem, frames, group, Pricer(problem))
    found = choose_days(problem, frames, DaysQuestion(group=group, prices=prices, **more))  # type: ignore[arg-type]
    assert found is not None
    return found


def days_of(choice: Choice, name: str) -> list[date]:
    """Return the days chosen for a village."""
    return sorted({on for task, _, on in tasks_chosen(choice) if task.site_id == name})


def test_every_asked_visit_gets_a_day() -> None:
    """Four villages, four weeks: sixteen visits."""
    choice = chosen(tiny_problem(calendar=plain_calendar(28)))
    assert len(list(tasks_chosen(choice))) == 16


def test_gaps_are_exact() -> None:
    """Three visits in two weeks, 4 to 6 days apart."""
    rule = weekly(visits=3, per="horizon", min_gap_days=4, max_gap_days=6)
    found = days_of(chosen(tiny_problem(sites=(village("a", rule),), calendar=plain_calendar(14))), "a")
    assert len(found) == 3
    assert all(4 <= (after - before).days <= 6 for before, after in pairwise(found))


def test_largest_gap_binds_only_visits_that_follow() -> None:
    """One visit in a horizon of four weeks, largest gap 5: nothing follows it, so nothing is too late."""
    rule = weekly(visits=1, per="horizon", max_gap_days=5)
    assert len(days_of(chosen(tiny_problem(sites=(village("a", rule),), calendar=plain_calendar(28))), "a")) == 1


def test_weekday_sets_hold_in_every_week() -> None:
    """Mon+Thu or Tue+Fri, in each of two weeks."""
    rule = weekly(visits=2, weekday_sets=(frozenset({0, 3}), frozenset({1, 4})))
    found = days_of(chosen(tiny_problem(sites=(village("a", rule),), calendar=plain_calendar(14))), "a")
    for week in {week_of(visited) for visited in found}:
        assert {visited.weekday() for visited in found if week_of(visited) == week} in ({0, 3}, {1, 4})


def test_load_and_stops_bound_each_day() -> None:
    """Load 30 with 50 a day: one visit a day."""
    sites = tuple(village(name, weekly(load=30)) for name in "abcd")
    choice = chosen(tiny_problem(sites=sites, teams=(team(capacity_per_day=50),)))
    assert sorted(len(tasks) for tasks in choice.values()) == [1, 1, 1, 1]


def test_windows_bound_the_number_of_visits() -> None:
    """A common window of 70 minutes holds two services of 30, never three."""
    window = (Window(start_minute=480, end_minute=550),)
    choice = chosen(tiny_problem(sites=tuple(village(name, windows=window) for name in "abcd")))
    assert max(len(tasks) for tasks in choice.values()) <= 2


def test_classes_of_a_session_are_covered_on_one_day() -> None:
    """The doctor works Monday to Wednesday, the nurse Wednesday to Friday: they meet on Wednesday."""
    joint = weekly(composition=frozenset({"doctor", "nurse"}))
    teams = (
        team("one", skills=frozenset({"doctor"}), weekdays=frozenset({0, 1, 2})),
        team("two", skills=frozenset({"nurse"}), weekdays=frozenset({2, 3, 4})),
    )
    task = Task("a", "weekly")
    choice = chosen(tiny_problem(sites=(village("a", joint),), teams=teams))
    assert choice == {("one", day(2)): (task,), ("two", day(2)): (task,)}


def test_one_team_keeps_a_task_that_asks_it() -> None:
    """Two teams of two weekdays each; all four visits by one."""
    teams = (team("one", weekdays=frozenset({0, 1})), team("two", weekdays=frozenset({2, 3})))
    problem = tiny_problem(sites=(village("a", weekly(same_team=True)),), teams=teams, calendar=plain_calendar(28))
    assert len({crew for _, crew, _ in tasks_chosen(chosen(problem))}) == 1


def test_cut_parts_its_tasks() -> None:
    """Told that a and b do not fit one day, the choice has them on two."""
    tasks = (Task("a", "weekly"), Task("b", "weekly"))
    problem = tiny_problem(sites=(village("a"), village("b")))
    cut = Cut(frozenset(tasks), frozenset({"one"}), frozenset(problem.horizon.dates))
    assert days_of(chosen(problem), "a") == days_of(chosen(problem), "b")
    parted = chosen(problem, cuts=(cut,))
    assert days_of(parted, "a") != days_of(parted, "b")


def test_few_changes_stay_near_the_choice_kept() -> None:
    """Two new choices at most: of four visits on Friday at least two stay."""
    tasks = tuple(Task(name, "weekly") for name in "abcd")
    keep = {("one", day(4)): tasks}
    found = chosen(tiny_problem(), keep=keep, changes=2)
    assert len(set(tasks) & set(found["one", day(4)])) >= 2


def test_refused_pair_becomes_a_cut_for_all_teams_alike() -> None:
    """Two visits of 300 minutes never fit a shift of 540; the cut holds for the twin team, not for the slow one."""
    rule = weekly(service=ServiceTime(setup_minutes=300))
    teams = (team("one"), team("slow", speed_factor=0.5), team("twin"))
    problem = tiny_problem(sites=(village("a", rule), village("b", rule)), teams=teams)
    clock = Clock(problem)
    frames = build_frames(problem, clock)
    tasks = tuple(frames)
    choice = {("one", day(0)): tasks}
    refused = refused_visits(choice, {("one", day(0)): tasks[:1]})
    assert refused == [(tasks[1], ("one", day(0)))]
    cuts, margins = learn_cuts(clock, frames, Group(tasks=tasks, teams=("one", "slow", "twin")), choice, refused)
    assert [(cut.tasks, cut.teams) for cut in cuts] == [(frozenset(tasks), frozenset({"one", "twin"}))]
    assert margins == {}


def test_groups_share_no_team() -> None:
    """Villages of two owners fall apart; a third that both may visit joins them."""
    teams = (team("one", owns=frozenset({"a"})), team("two", owns=frozenset({"b"})))
    apart = tiny_problem(sites=(village("a"), village("b")), teams=teams)
    assert [group.teams for group in independent_groups(build_frames(apart, Clock(apart)))] == [("one",), ("two",)]
    joined = tiny_problem(sites=(village("a"), village("b"), village("c")), teams=teams)
    assert [group.teams for group in independent_groups(build_frames(joined, Clock(joined)))] == [("one", "two")]


@pytest.mark.parametrize("effort", [0.01, 1.0])
def test_little_effort_is_no_failure(effort: float) -> None:
    """With a choice to start from there is always an answer."""
    keep = {("one", day(0)): tuple(Task(name, "weekly") for name in "abcd")}
    assert len(list(tasks_chosen(chosen(tiny_problem(), keep=keep, effort=effort)))) == 4


def test_no_team_comes_to_a_session_for_nothing() -> None:
    """The nurse's team is preferred, but the team with both classes must come for the doctor: it comes alone."""
    joint = weekly(composition=frozenset({"doctor", "nurse"}), preferred_team="nurse")
    teams = (team("both", skills=frozenset({"doctor", "nurse"})), team("nurse", skills=frozenset({"nurse"})))
    problem = tiny_problem(sites=(village("a", joint),), teams=teams)
    assert {crew for _, crew, _ in tasks_chosen(chosen(problem))} == {"both"}
    assert without_idle(problem, joint, ("both", "nurse")) == ("both",)

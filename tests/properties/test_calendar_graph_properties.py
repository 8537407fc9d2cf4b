"""Calendar graphs against the meaning of the rules: all paths of random short horizons, followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise

from hypothesis import HealthCheck, assume, given, settings

from planner.model import Calendar, Horizon, Task
from planner.recurrence import count_patterns, quotas
from planner.rules import VisitRule
from planner.solver.calendars import graph_of_rule
from planner.solver.clock import Clock
from planner.solver.dates import keeps_dates, missing_visits
from planner.solver.frame import Frame, build_frames
from planner.solver.graphs import CalendarGraph, graph_of_combinations
from planner.spacing import gap_from
from planner.values import DateRange
from tests.builders import MONDAY, team, tiny_problem, village, weekly
from tests.properties.test_recurrence_properties import every_legal_set, made_in, questions

SOME = settings(
    max_examples=int(os.environ.get("XUNZHEN_MANY", "300")),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much],
)

Days = tuple[date, ...]
Path = tuple[date | None, ...]  # None: an owed visit


def frame_of(rule: VisitRule, horizon: Horizon, open_days: list[date]) -> Frame | None:
    """Return the frame of a village with this rule that is closed on all other days; None when no visit is asked."""
    closed = tuple(DateRange(first_day=day, last_day=day) for day in horizon.dates if day not in open_days)
    problem = tiny_problem(
        sites=(village("a", rule, closed=closed),),
        teams=(team(weekdays=frozenset(range(7))),),
        calendar=Calendar(horizon=horizon, kinds=dict.fromkeys(horizon.dates, "workday")),
    )
    return build_frames(problem, Clock(problem)).get(Task("a", rule.id))


def paths(graph: CalendarGraph) -> Iterator[Path]:
    """Yield every path from a root to an end, owed visits included."""
    children: dict[int, list[int]] = {}
    for node, parents in enumerate(graph.parents):
        for parent in parents:
            children.setdefault(parent, []).append(node)
    waiting = [(node, (graph.days[node],)) for node, parents in enumerate(graph.parents) if not parents]
    while waiting:
        node, path = waiting.pop()
        if graph.is_end[node]:
            yield path
        waiting += [(child, (*path, graph.days[child])) for child in children.get(node, ())]


def made(path: Path) -> Days:
    """Return the days of the visits made."""
    return tuple(day for day in path if day is not None)


def legal_sets(rule: VisitRule, horizon: Horizon, days: list[date]) -> set[Days]:
    """Try all subsets of the days by the words of ``planner.recurrence``."""
    return set(every_legal_set(rule, horizon, days))


def is_excused_before_its_quota(rule: VisitRule, horizon: Horizon, days: Days) -> bool:
    """Return whether each gap that is too wide holds a visit owed before the quota of the visit that ends it."""
    asked = quotas(rule, horizon)
    counted = made_in(asked, days)
    place = [next(k for k, quota in enumerate(asked) if day in quota) for day in days]
    chain = list(zip(days, place, strict=True))
    last, most = gap_from(rule, horizon), rule.max_gap_days or 10**6
    if last is not None:  # else nobody can keep it any more
        chain = [(last, 0), *chain]
    wide = [(at, to) for (day, at), (following, to) in pairwise(chain) if (following - day).days > most]
    return all(any(counted[k] < asked[k].visits for k in range(at, to)) for at, to in wide)


@SOME
@given(questions())
def test_paths_without_owed_visits_are_the_patterns(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """They are as many day sets as ``count_patterns`` counts; each is one path where no weekday choice is open."""
    frame = frame_of(*question)
    assume(frame is not None)
    complete = [path for path in paths(graph_of_rule(frame)) if None not in path]
    expected = count_patterns(*question)
    assert len(set(complete)) == expected
    if not frame.rule.weekday_sets and not frame.rule.same_weekday:
        assert len(complete) == expected
    assert all(keeps_dates(frame, path) for path in complete)


@SOME
@given(questions())
def test_paths_are_the_legal_day_sets_but_for_late_excuses(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """Every legal set is a path, and no other, but for one kind: a gap that is too wide and is excused only by a visit
    owed in the quota of the visit that ends it. (Owed visits come last within a quota.)
    """  # fmt: skip
    rule, horizon, open_days = question
    frame = frame_of(*question)
    assume(frame is not None)
    reached = {made(path) for path in paths(graph_of_rule(frame))}
    legal = legal_sets(rule, horizon, open_days)
    assert reached <= legal
    assert reached == {days for days in legal if is_excused_before_its_quota(rule, horizon, days)}


@SOME
@given(questions())
def test_paths_owe_what_their_days_leave_out(question: tuple[VisitRule, Horizon, list[date]]) -> None:
    """A path has as many owed nodes as its days miss visits, so its price is that of the plan."""
    frame = frame_of(*question)
    assume(frame is not None)
    for path in paths(graph_of_rule(frame)):
        assert path.count(None) == sum(missing_visits(frame, made(path)))


@SOME
@given(questions())
def test_paths_without_a_largest_gap_are_the_sets_that_keep_dates(
    question: tuple[VisitRule, Horizon, list[date]],
) -> None:
    """Visit by visit (``keeps_dates``) and path by path the same day sets can be made."""
    rule, horizon, open_days = question
    frame = frame_of(replace(rule, max_gap_days=None), horizon, open_days)
    assume(frame is not None)
    subsets = (s for size in range(len(frame.teams_by_day) + 1) for s in combinations(sorted(frame.teams_by_day), size))
    assert {made(path) for path in paths(graph_of_rule(frame))} == {s for s in subsets if keeps_dates(frame, s)}


def test_set_of_weekdays_is_open_in_a_week_already_visited_before_the_horizon() -> None:
    """Monday and Thursday, or Tuesday and Friday; visited on Monday; planned from Wednesday on: Thursday or Friday."""
    rule = weekly(visits=2, weekday_sets=(frozenset({0, 3}), frozenset({1, 4})), last_visited=MONDAY, max_gap_days=9)
    horizon = Horizon(start=MONDAY + timedelta(days=2), days=5)
    frame = frame_of(rule, horizon, list(horizon.dates))
    assert frame is not None
    assert frame.asked == 1
    complete = {path for path in paths(graph_of_rule(frame)) if None not in path}
    assert complete == {(MONDAY + timedelta(days=3),), (MONDAY + timedelta(days=4),)}


def test_tree_of_combinations_has_exactly_their_paths() -> None:
    """Given day sets, one the beginning of another: those paths and no others."""
    given_sets = [tuple(MONDAY + timedelta(days=k) for k in days) for days in ((0, 2), (0, 2, 4), (1, 3), (0, 3))]
    assert sorted(map(made, paths(graph_of_combinations(given_sets)))) == sorted(given_sets)

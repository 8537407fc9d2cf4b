"""What the timetable writes, the checker reads: random days of random teams."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from planner.evaluation import evaluate
from planner.model import Problem, Site, Task, Team
from planner.plan import Route
from planner.rules import ServiceTime
from planner.timing import needs_lunch, timetable
from planner.values import LunchBreak, Window
from tests.builders import MONDAY, straight_road, team, tiny_problem, village, weekly
from tests.planner.good_plan import plan_of

DAYS = 300
NAMES = ("a", "b", "c", "d", "a2", "c2")


def random_site(dice: Random, name: str) -> Site:
    """Return a village with a service of 5 to 150 minutes and up to two windows."""
    starts = [dice.randrange(360, 1200, 5) for _ in range(dice.choice([0, 0, 1, 2]))]
    windows = tuple(Window(start_minute=s, end_minute=min(1440, s + dice.randrange(20, 400, 5))) for s in starts)
    return village(name, weekly(service=ServiceTime(setup_minutes=dice.randrange(5, 150, 5))), windows=windows)


def random_day(seed: int, *, has_lunch: bool = True) -> tuple[Problem, Team, list[Task], Route]:
    """Return a problem, a team, some tasks in some order, and their timetable."""
    dice = Random(seed)
    earliest = dice.randrange(600, 780, 5)
    noon = LunchBreak(earliest_minute=earliest, latest_minute=earliest + dice.randrange(0, 120, 5), minutes=60)
    crew = team(lunch=noon if has_lunch else None, speed_factor=dice.choice([0.5, 1.0, 1.3]))
    problem = tiny_problem(
        sites=tuple(random_site(dice, name) for name in NAMES), teams=(crew,), travel=(straight_road(*NAMES),)
    )
    tasks = dice.sample(list(problem.tasks), dice.randrange(1, 6))
    return problem, crew, tasks, timetable(problem, crew, MONDAY, tasks)


def outside(problem: Problem, route: Route) -> float:
    """Return how many minutes of service lie outside the windows."""
    return sum(v.amount for v in evaluate(problem, plan_of(7, route)).violations if v.rule == "window")


def test_timetable_is_never_inconsistent() -> None:
    """Times, legs, totals and the lunch break are right; only lateness is left to the checker."""
    allowed = {"window", "shift", "visit_count"}  # the order of the tasks is random, so many days are late
    found, with_lunch = set(), 0
    for seed in range(DAYS):
        problem, _, _, route = random_day(seed)
        found |= {violation.rule for violation in evaluate(problem, plan_of(7, route)).violations}
        with_lunch += route.lunch is not None
    assert found == allowed
    assert with_lunch > DAYS / 4


def test_lunch_is_held_whenever_it_is_needed() -> None:
    """A route that is out over the whole span of the break holds it."""
    for seed in range(DAYS):
        _, crew, _, route = random_day(seed)
        assert route.lunch is not None or not needs_lunch(crew, route.start_minute, route.end_minute)


def test_departure_is_the_latest_that_keeps_the_end() -> None:
    """Where every window is kept, leaving a minute later brings the team home later or outside a window."""
    judged = 0
    for seed in range(DAYS):
        problem, crew, tasks, route = random_day(seed, has_lunch=False)
        if outside(problem, route):
            continue
        shift = Window(start_minute=route.start_minute + 1, end_minute=1440)
        late = timetable(problem, replace(crew, shift=shift), MONDAY, tasks)
        assert late.end_minute > route.end_minute or outside(problem, late)
        judged += 1
    assert judged > DAYS / 4

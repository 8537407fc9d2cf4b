"""Hostile questions to the weekly routing model, each asked in a process of its own: ``python -m ... <name>``.

The process says what became of the question in one line; a process that ends otherwise was ended by native code.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np

from planner.errors import XunzhenError
from planner.model import Problem, Task
from planner.solver.circuits import Days, route_week
from planner.solver.weeknodes import Call, WeekQuestion
from tests.builders import MONDAY, day, tiny_problem

MONDAY_CALLS: Days = {("one", day(0)): (0, 1, 2, 3)}
Question = tuple[Problem, WeekQuestion, Days, float]


def question(**changes: object) -> WeekQuestion:
    """Return the sound question: villages a to d, each on any day of the week."""
    week = tuple(day(k) for k in range(5))
    calls = tuple(Call(task=Task(name, "weekly"), days=week, teams=("one",), penalty=3000.0) for name in "abcd")
    return replace(WeekQuestion(week=MONDAY, workdays={"one": week}, calls=calls), **changes)  # type: ignore[arg-type]


def asked(
    *, problem: Problem | None = None, start: Days | None = None, guard: float = 10.0, **changes: object
) -> Question:
    """Return a question with something changed."""
    return problem or tiny_problem(), question(**changes), {} if start is None else start, guard


def calls(**changes: object) -> Question:
    """Return the question with the first call changed."""
    sound = question().calls
    return asked(calls=(replace(sound[0], **changes), *sound[1:]))  # type: ignore[arg-type]


def all_calls(**changes: object) -> Question:
    """Return the question with all calls changed."""
    return asked(calls=tuple(replace(call, **changes) for call in question().calls))  # type: ignore[arg-type]


def spoilt(**legs: object) -> Question:
    """Return the question over a matrix that was spoilt after it had been checked."""
    problem = tiny_problem()
    matrix = problem.travel[0]
    for name, value in legs.items():
        if isinstance(value, int):
            getattr(matrix, name)[1, 2] = value
        else:
            object.__setattr__(matrix, name, value)
    return asked(problem=problem)


def cut_off() -> Problem:
    """Return the problem without any road to or from c."""
    problem = tiny_problem()
    matrix = problem.travel[0]
    minutes, metres = matrix.minutes.copy(), matrix.metres.copy()
    for legs in (minutes, metres):
        legs[3, :] = legs[:, 3] = -1
    return replace(problem, travel=(replace(matrix, minutes=minutes, metres=metres),))


FAULTS: dict[str, Callable[[], Question]] = {  # must end as a clear fault
    "no team": lambda: asked(workdays={}),
    "a team without days": lambda: asked(workdays={"one": ()}),
    "a team that is not there": lambda: asked(workdays={"nobody": (day(0),)}),
    "start names a call too high": lambda: asked(start={("one", day(0)): (99,)}),
    "start names a call below none": lambda: asked(start={("one", day(0)): (-1,)}),
    "start names a call of a million": lambda: asked(start={("one", day(0)): (10**6,)}),
    "start makes a call twice": lambda: asked(start={("one", day(0)): (0, 1, 0)}),
    "a call after the week": lambda: calls(days=(day(7),)),
    "a call before the week": lambda: calls(days=(day(-1),)),
    "a week that begins on a Tuesday": lambda: asked(week=MONDAY + timedelta(days=1)),
    "a call of no task": lambda: calls(task=Task("zzz", "weekly")),
    "penalty NaN": lambda: calls(penalty=math.nan),
    "penalty infinite": lambda: calls(penalty=math.inf),
    "penalty negative": lambda: calls(penalty=-1.0),
    "penalty of a text": lambda: calls(penalty="3000"),
    "extra cost NaN": lambda: calls(extra_cost={"one": math.nan}),
    "extra cost negative": lambda: calls(extra_cost={"one": -5.0}),
    "minutes spoilt to -5": lambda: spoilt(minutes=-5),
    "metres short": lambda: spoilt(metres=np.zeros((3, 3), dtype=np.int64)),
    "minutes ragged": lambda: spoilt(minutes=np.zeros((5, 3), dtype=np.int64)),
    "minutes NaN": lambda: spoilt(minutes=np.full((5, 5), np.nan)),
}
MADE: dict[str, tuple[Callable[[], Question], int]] = {  # may be asked; so many calls are made
    "baseline": (asked, 4),
    "baseline with a start": (lambda: asked(start=MONDAY_CALLS), 4),
    "all penalties 2^60": (lambda: all_calls(penalty=2.0**60), 4),
    "all penalties 2^62": (lambda: all_calls(penalty=2.0**62), 4),
    "a call dearer by 2^62": (lambda: calls(extra_cost={"one": 2.0**62}), 3),
    "no road to one village, dear to leave out": (
        lambda: (cut_off(), all_calls(penalty=2.0**60)[1], {}, 10.0),
        3,
    ),
    "no vehicle allowed": (lambda: calls(teams=()), 3),
    "an unknown vehicle allowed": (lambda: calls(teams=("nobody",)), 3),
    "minutes spoilt to 2^62": (lambda: spoilt(minutes=2**62), 4),
    "no nodes": (lambda: asked(calls=(), workdays={}), 0),
    "depots only": (lambda: asked(calls=()), 0),
}
NO_TIME: dict[str, Callable[[], Question]] = {  # no plan, or a sound one
    "guard time 0": lambda: asked(guard=0.0),
    "guard time -1": lambda: asked(guard=-1.0),
}


def find(name: str) -> Question:
    """Return the question of a name."""
    return MADE[name][0]() if name in MADE else {**FAULTS, **NO_TIME}[name]()


def verdict(name: str) -> str:
    """Ask one question; return what became of it."""
    problem, asks, start, guard = find(name)
    try:
        found = route_week(problem, asks, start, guard)
    except XunzhenError as fault:
        return f"fault {fault}"
    if found is None:
        return "none"
    made = [call for route in found.values() for call in route]
    assert len(made) == len(set(made))
    assert type(found) is dict and all(type(call) is int for call in made)  # nothing of the model leaves it
    return f"made {len(made)}"


if __name__ == "__main__":
    sys.stdout.write(verdict(sys.argv[1]))

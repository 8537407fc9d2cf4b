"""One visit moved by hand: to another day, team or place in the day; or an owed visit put in. Nothing else is changed.

The days it leaves and joins are timed anew; every other day stays as it is, to the minute. What the move breaks is not
prevented: the checker says it, with the price.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planner.errors import ModelError
from planner.evaluation import Change, Evaluation, Violation, diff_plans, evaluate
from planner.language import text
from planner.model import Problem, Task, Team
from planner.plan import Plan, Route, UnservedVisit, is_night_away
from planner.timing import circuits_from_routes
from planner.trips import best_timetable

MOST_JUDGED = 3  # places in the day, the cheapest by the roads, of which the checker chooses


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is moved and where to. Without ``from_day`` it is an owed visit; without ``position`` the best place."""

    site_id: str
    rule_id: str
    from_day: date | None = None
    from_team: str | None = None
    to_day: date
    to_team: str
    position: int | None = None

    @property
    def task(self) -> Task:
        """The (site, rule) that is moved."""
        return Task(self.site_id, self.rule_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The plan with the move made, both verdicts, and what is not as before."""

    plan: Plan
    before: Evaluation
    after: Evaluation
    changes: tuple[Change, ...]

    @property
    def broken(self) -> tuple[Violation, ...]:
        """The violations that the move brings."""
        return _only_in(self.after, self.before)

    @property
    def mended(self) -> tuple[Violation, ...]:
        """The violations that the move ends."""
        return _only_in(self.before, self.after)


def _only_in(one: Evaluation, other: Evaluation) -> tuple[Violation, ...]:
    known = {(v.rule, v.subject, v.is_hard) for v in other.violations}  # a remark hides no hard rule that is broken
    return tuple(v for v in one.violations if (v.rule, v.subject, v.is_hard) not in known)


def move_visit(problem: Problem, plan: Plan, move: Move) -> Moved:
    """Return the plan with one visit moved.

    Raises
    ------
    ModelError
        When there is no such visit, team, day or road: the move means nothing.
    """
    team = problem.team_by_id.get(move.to_team)
    if team is None or move.task not in problem.rule_by_task or move.to_day not in problem.horizon.dates:
        raise ModelError(text("There is no such visit, team or day in this plan."), text("Read the plan again."))
    lifted = _without(problem, plan, move)
    joined = _find(lifted.routes(), move.to_team, move.to_day)
    others = [route for route in lifted.routes() if route is not joined]
    plans = [
        replace(lifted, circuits=circuits_from_routes([*others, route]))
        for route in _joined(problem, lifted, team, move, joined)
    ]
    judged = [(evaluate(problem, made), made) for made in plans]
    after, made = min(judged, key=lambda pair: (len(pair[0].hard), pair[0].cost))
    return Moved(plan=made, before=evaluate(problem, plan), after=after, changes=diff_plans(plan, made))


def _find(routes: Iterable[Route], team_id: str, day: date) -> Route | None:
    return next((route for route in routes if (route.team_id, route.day) == (team_id, day)), None)


def _without(problem: Problem, plan: Plan, move: Move) -> Plan:
    """Return the plan without the visit: taken out of its day, or off the list of what is owed."""
    if move.from_day is None or move.from_team is None:
        return replace(plan, unserved=_without_owed(plan.unserved, move))
    left = _find(plan.routes(), move.from_team, move.from_day)
    if left is None or move.task not in [stop.task for stop in left.stops]:
        raise ModelError(text("There is no such visit, team or day in this plan."), text("Read the plan again."))
    kept = [stop.task for stop in left.stops]
    kept.remove(move.task)
    team = problem.team_by_id[move.from_team]
    routes = [route for route in plan.routes() if route is not left]
    if kept or is_night_away(team, left) or left.start_base != team.base:
        routes.append(_timed(problem, plan, (team, left.day), kept, left))
    return replace(plan, circuits=circuits_from_routes(routes))


def _without_owed(unserved: Sequence[UnservedVisit], move: Move) -> tuple[UnservedVisit, ...]:
    for number, owed in enumerate(unserved):
        if owed.task == move.task and owed.first_day <= move.to_day <= owed.last_day:
            return (*unserved[:number], *unserved[number + 1 :])
    raise ModelError(
        text("No visit of this village and rule is owed on that day."), text("Say from which day and team it is moved.")
    )


def _joined(problem: Problem, plan: Plan, team: Team, move: Move, joined: Route | None) -> list[Route]:
    """Return the day the visit joins, with it at the place asked for, or at each of the best places."""
    tasks = [] if joined is None else [stop.task for stop in joined.stops]
    if move.task in tasks:
        raise ModelError(text("The team makes this visit on that day already."), text("Choose another day or team."))
    asked = range(len(tasks) + 1) if move.position is None else [min(move.position, len(tasks))]
    routes = [_timed(problem, plan, (team, move.to_day), [*tasks[:k], move.task, *tasks[k:]], joined) for k in asked]
    return sorted(routes, key=lambda route: (route.metres, route.end_minute - route.start_minute))[:MOST_JUDGED]


def _timed(problem: Problem, plan: Plan, slot: tuple[Team, date], tasks: Sequence[Task], before: Route | None) -> Route:
    """Return a day timed anew: it begins and ends where it did, and sessions held with others stay at their hour."""
    (team, day), meetings = slot, plan.meetings()
    together = {} if before is None else {s.task: s.start_minute for s in before.stops if (day, s.task) in meetings}
    return best_timetable(
        problem,
        team,
        day,
        tasks,
        between={task: (minute, minute) for task, minute in together.items() if task in tasks},
        start_place=None if before is None else before.start_base,
        end_place=None if before is None else before.end_base,
    )

"""What it would cost to make an owed visit as well: the cheapest way to put it into the plan as it is.

Every other visit keeps its team, day and order. It proves by an example and is no search: another order of the days
may be cheaper, which is why the sentences say "the cheapest way found".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from planner.calendar import visit_days
from planner.evaluation.facts import gather
from planner.evaluation.objective import terms
from planner.model import Problem, Task, Team
from planner.placing import Board, days_made
from planner.plan import Plan, Route
from planner.recurrence import possible_quotas, rule_days
from planner.timing import circuits_from_routes
from planner.values import DateRange

MOST_PRICED = 5  # of the ways that look cheapest by distance and hours, the whole cost is worked out


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """One more visit, made: who comes when, and the plan that comes of it; ``more`` is its cost without what is owed.

    All in kilometres, the unit of the cost.
    """

    plan: Plan
    team: Team
    day: date
    more: float


def owing_price(problem: Problem, task: Task) -> float:
    """Return what one owed visit of the task costs."""
    return problem.weights.per_unserved_visit * problem.rule_by_task[task].priority


def cheapest_addition(problem: Problem, plan: Plan, task: Task, due: DateRange) -> Addition | None:
    """Return the cheapest way found to make one more visit of the task in the stretch, or None when it fits nowhere."""
    board = Board(problem, plan, task)
    if not board.is_sound:
        return None
    board.days.update({(route.team_id, route.day): route for route in plan.routes()})  # its other visits stay as well
    ways = sorted(_ways(board, task, due), key=lambda way: (_rough(board, way), way[0].day, way[0].team_id))
    if not ways:
        return None
    before = _cost_made(problem, plan)
    found = [_addition(problem, plan, way, before) for way in ways[:MOST_PRICED]]
    return min(found, key=lambda one: (round(one.more, 6), one.day, one.team.id))


def _ways(board: Board, task: Task, due: DateRange) -> Iterator[tuple[Route, ...]]:
    problem, rule = board.problem, board.problem.rule_by_task[task]
    made = days_made(board.days.values(), task)
    usual = {route.team_id for route in board.days.values() for stop in route.stops if stop.task == task}
    allowed = [day for day in rule_days(rule, problem.horizon) if day in due and day not in made]
    teams_on = visit_days(problem, task)
    for day in (day for day in allowed if day in teams_on and _keeps_dates(problem, task, made | {day})):
        teams = [team for team in teams_on[day] if _sleeps_at_home(board, team, day)]
        for routes in board.each_fit(day, teams):
            if not (rule.same_team and usual) or {route.team_id for route in routes} == usual:
                yield routes


def _keeps_dates(problem: Problem, task: Task, days: frozenset[date]) -> bool:
    """Return whether all these days can be kept together: the most visits they have room for is their number."""
    asked = possible_quotas(problem.rule_by_task[task], problem.horizon, days)
    return sum(quota.visits for quota in asked) == len(days)


def _sleeps_at_home(board: Board, team: Team, day: date) -> bool:
    route = board.days.get((team.id, day))
    return route is None or (route.start_base, route.end_base) == (team.base, team.last_base)


def _rough(board: Board, routes: tuple[Route, ...]) -> float:
    """Return what the kilometres and hours cost more than today."""
    weights, total = board.problem.weights, 0.0
    for route in routes:
        old = board.days.get((route.team_id, route.day))
        metres = route.metres - (old.metres if old else 0)
        minutes = route.end_minute - route.start_minute - (old.end_minute - old.start_minute if old else 0)
        total += weights.per_km * metres / 1000 + weights.per_duty_hour * minutes / 60
    return total


def _addition(problem: Problem, plan: Plan, way: tuple[Route, ...], before: float) -> Addition:
    changed = {(route.team_id, route.day): route for route in way}
    routes = {(route.team_id, route.day): route for route in plan.routes()} | changed
    longer = replace(plan, circuits=circuits_from_routes(routes[key] for key in sorted(routes, key=lambda k: k[::-1])))
    more = _cost_made(problem, longer) - before
    return Addition(plan=longer, team=problem.team_by_id[way[0].team_id], day=way[0].day, more=more)


def _cost_made(problem: Problem, plan: Plan) -> float:
    """Return the cost of what is made, without what is owed."""
    return sum(term.cost for term in terms(gather(problem, plan)) if term.name != "unserved_visits")

"""One visit moved by hand: to another day, team or place in the day; or an owed visit put in. Nothing else is changed.

The days it leaves and joins are timed anew; every other day stays as it is, to the minute. What the move breaks is not
prevented: the checker says it, with the price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planner.errors import ModelError
from planner.evaluation import Change, Evaluation, Violation, diff_plans, evaluate
from planner.language import text
from planner.model import Problem, Task, Team
from planner.plan import Plan, Route, UnservedVisit, is_night_away
from planner.timing import circuits_from_routes
from planner.trips import best_timetable

READ_AGAIN = text("Read the plan again.")
MOST_NAMED = 6  # days of a visit, or teams, in a sentence
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
        return violations_brought(self.before, self.after)

    @property
    def mended(self) -> tuple[Violation, ...]:
        """The violations that the move ends."""
        return violations_brought(self.after, self.before)


def violations_brought(before: Evaluation, after: Evaluation) -> tuple[Violation, ...]:
    """Return the violations of the second verdict that the first one has not."""
    known = {(v.rule, v.subject, v.is_hard) for v in before.violations}  # a remark hides no hard rule that is broken
    return tuple(v for v in after.violations if (v.rule, v.subject, v.is_hard) not in known)


def move_visit(problem: Problem, plan: Plan, move: Move) -> Moved:
    """Return the plan with one visit moved.

    Raises
    ------
    ModelError
        When there is no such visit, team, day or road: the move means nothing.
    """
    check_task(problem, move.task)
    team = problem.team_by_id.get(move.to_team)
    if team is None:
        raise _no_such_team(problem)
    if move.to_day not in problem.horizon.dates:
        raise ModelError(
            text("That is not a day of this plan (to_day)."),
            text("Choose a day from {first} to {last}.", first=problem.horizon.start, last=problem.horizon.last),
        )
    lifted = without_visit(problem, plan, move)
    days = days_with_visit(problem, lifted, team, move)
    routes = sorted(days.values(), key=lambda route: (route.metres, route.end_minute - route.start_minute))
    joined = find_day(lifted, team.id, move.to_day)
    plans = [with_day(lifted, route, joined) for route in routes[:MOST_JUDGED]]
    judged = [(evaluate(problem, made), made) for made in plans]
    after, made = min(judged, key=lambda pair: (len(pair[0].hard), pair[0].cost))
    return Moved(plan=made, before=evaluate(problem, plan), after=after, changes=diff_plans(plan, made))


def check_task(problem: Problem, task: Task) -> None:
    """Raise ModelError when the problem has no such village or rule; what was asked for is not repeated."""
    if task.site_id not in problem.site_by_id:
        raise ModelError(text("The plan has no such village (site_id)."), READ_AGAIN)
    if task not in problem.rule_by_task:
        rules = ", ".join(rule.id for rule in problem.site_by_id[task.site_id].rules)
        raise ModelError(text("The village has no such rule (rule_id)."), text("Its rules are: {rules}.", rules=rules))


def _no_such_team(problem: Problem) -> ModelError:
    teams = ", ".join(sorted(problem.team_by_id)[:MOST_NAMED]) + (", ..." if problem.teams[MOST_NAMED:] else "")
    return ModelError(text("The plan has no such team."), text("Its teams are: {teams}.", teams=teams))


def with_day(plan: Plan, route: Route, joined: Route | None) -> Plan:
    """Return the plan with a day of a team, in place of the one that was joined if there was one."""
    others = [other for other in plan.routes() if other is not joined]
    return replace(plan, circuits=circuits_from_routes([*others, route]))


def find_day(plan: Plan, team_id: str, day: date) -> Route | None:
    """Return a team's day, the first if a faulty plan has several; None when the team is not out."""
    return next((route for route in plan.routes() if (route.team_id, route.day) == (team_id, day)), None)


def without_visit(problem: Problem, plan: Plan, move: Move) -> Plan:
    """Return the plan without the visit: taken out of its day, or off the list of what is owed. Raises ModelError."""
    if move.from_day is None or move.from_team is None:
        return replace(plan, unserved=_without_owed(plan.unserved, move))
    if move.from_team not in problem.team_by_id:
        raise _no_such_team(problem)
    left = find_day(plan, move.from_team, move.from_day)
    if left is None or move.task not in [stop.task for stop in left.stops]:
        raise _not_made(plan, move)
    kept = [stop.task for stop in left.stops]
    kept.remove(move.task)
    team = problem.team_by_id[move.from_team]
    routes = [route for route in plan.routes() if route is not left]
    if kept or is_night_away(team, left) or left.start_base != team.base:
        routes.append(_timed(problem, plan, (team, left.day), kept, left))
    return replace(plan, circuits=circuits_from_routes(routes))


def _not_made(plan: Plan, move: Move) -> ModelError:
    """Return the fault of a visit that is not made from there, with when and by whom it is."""
    made = sorted((route.day, route.team_id) for route, stop in plan.visits() if stop.task == move.task)
    fault = text("The team does not make this visit on that day (from_team, from_day).")
    if not made:
        return ModelError(fault, text("It is not planned: move it as an owed one, without from_day and from_team."))
    known = "; ".join(f"{day} {team}" for day, team in made[:MOST_NAMED]) + ("; ..." if made[MOST_NAMED:] else "")
    return ModelError(fault, text("It is planned on: {known}.", known=known))


def _without_owed(unserved: Sequence[UnservedVisit], move: Move) -> tuple[UnservedVisit, ...]:
    for number, owed in enumerate(unserved):
        if owed.task == move.task and owed.first_day <= move.to_day <= owed.last_day:
            return (*unserved[:number], *unserved[number + 1 :])
    raise ModelError(
        text("No visit of this village and rule is owed on that day."), text("Say from which day and team it is moved.")
    )


def days_with_visit(problem: Problem, plan: Plan, team: Team, move: Move) -> Mapping[int, Route]:
    """Return the day the visit joins by its place in it: the one asked for, or each place.

    Raises ModelError when the team makes the visit that day already, or no road leads there.
    """
    joined = find_day(plan, team.id, move.to_day)
    tasks = [] if joined is None else [stop.task for stop in joined.stops]
    if move.task in tasks:
        raise ModelError(text("The team makes this visit on that day already."), text("Choose another day or team."))
    asked = range(len(tasks) + 1) if move.position is None else [min(move.position, len(tasks))]
    slot = team, move.to_day
    return {k: _timed(problem, plan, slot, [*tasks[:k], move.task, *tasks[k:]], joined) for k in asked}


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

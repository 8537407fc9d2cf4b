"""The best places for one visit: what a scheduler would find by trying every day and every team with a move.

Each place is a move, made and judged as ``moving`` does; nothing else is changed. Which of them are made is decided in
three steps, each dearer and nearer to the truth than the one before: by roads and calendar, by what the checker says
of the village alone, by the minutes of the day. The last word has the checker, over the whole plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from planner.calendar import visit_days
from planner.errors import ModelError
from planner.evaluation import Evaluation, Violation, evaluate
from planner.language import text
from planner.model import Problem, Task, Team
from planner.moving import Move, check_task, days_with_visit, find_day, violations_brought, with_day, without_visit
from planner.placing import excess_of, held_starts
from planner.plan import Plan, Route
from planner.recurrence import quotas, rule_days
from planner.relaxations import with_sites_only
from planner.timing import circuits_from_routes, timetable

MOST_ASKED = 10
MOST_WEIGHED = 300  # days of teams of which the checker is asked for the village alone
MOST_TIMED = 60  # of these, that are timed
SPARE = 4  # places judged beyond those asked for: what only the whole plan shows may change the order


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The visit that wants a place: one of the plan, or without ``from_day`` and ``from_team`` one that is owed."""

    site_id: str
    rule_id: str
    from_day: date | None = None
    from_team: str | None = None

    @property
    def task(self) -> Task:
        """The (site, rule) of the visit."""
        return Task(self.site_id, self.rule_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place for the visit: the move that puts it there, and what that changes over the whole plan."""

    move: Move
    start_minute: int
    cost: float
    metres: int
    minutes: int  # on duty
    broken: tuple[Violation, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it breaks no hard rule that was kept."""
        return not any(violation.is_hard for violation in self.broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """Slots, the best first: those that break the fewest hard rules, then the cheapest. ``tried`` days of teams."""

    slots: tuple[Slot, ...]
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """A team's day with the visit at its best place."""

    move: Move
    route: Route
    faults: int
    price: float


def recommend(problem: Problem, plan: Plan, wish: Wish, *, most: int) -> Recommended:
    """Return the best places for a visit, at most one for each team and day.

    Raises
    ------
    ModelError
        When the plan has no such visit, and owes none.
    """
    check_task(problem, wish.task)
    search = _Search(problem, plan, wish)
    timed = sorted(search.timed(), key=lambda found: (found.faults, found.price, _order(found.move)))
    before = evaluate(problem, plan)
    slots = [search.judged(found, before) for found in timed[: most + SPARE]]
    slots.sort(key=lambda slot: (sum(v.is_hard for v in slot.broken), slot.cost, _order(slot.move)))
    return Recommended(slots=tuple(slots[:most]), tried=len(timed))


def _order(move: Move) -> tuple[date, str]:
    return move.to_day, move.to_team


class _Search:
    """What is known while places of one visit are looked for."""

    def __init__(self, problem: Problem, plan: Plan, wish: Wish) -> None:
        self.problem, self.plan, self.wish, self.task = problem, plan, wish, wish.task
        self._days: dict[int, Mapping[tuple[str, date], Route]] = {}
        self.lifted = self._lifted()
        self.held = held_starts(plan)
        self.related = _related(problem, self.task)
        self._small: dict[int, Plan] = {}

    def _lifted(self) -> Mapping[date, Plan]:
        """Return the plan without the visit, for each day that it may go to; of an owed one, those it is owed for."""
        wish, days = self.wish, self.problem.horizon.dates
        if wish.from_day is not None and wish.from_team is not None:
            return dict.fromkeys(days, without_visit(self.problem, self.plan, self._move(days[0], "")))
        owed = [o for o in self.plan.unserved if o.task == self.task]
        if not owed:
            raise ModelError(
                text("No visit of this village and rule is owed on that day."),
                text("Say from which day and team it is moved."),
            )
        plans = {
            (o.first_day, o.last_day): without_visit(self.problem, self.plan, self._move(o.first_day, "")) for o in owed
        }
        return {day: plan for (first, last), plan in plans.items() for day in days if first <= day <= last}

    def _move(self, day: date, team_id: str, position: int | None = None) -> Move:
        wish = self.wish
        return Move(
            site_id=wish.site_id,
            rule_id=wish.rule_id,
            from_day=wish.from_day,
            from_team=wish.from_team,
            to_day=day,
            to_team=team_id,
            position=position,
        )

    def timed(self) -> Iterator[_Timed]:
        """Yield the likeliest days, each with the visit at its best place."""
        near = sorted(self._near(), key=lambda found: (found[0], _order(found[1])))[:MOST_WEIGHED]
        weighed = [(*self._weight(move, price[1]), move) for price, move in near]
        weighed.sort(key=lambda found: (found[0], found[1], _order(found[2])))
        for faults, price, move in weighed[:MOST_TIMED]:
            found = self._timed(move, faults, price)
            if found is not None:
                yield found

    def _near(self) -> Iterator[tuple[tuple[bool, float], Move]]:
        """Yield every day and team with whether the calendar speaks against it, and the price of the way."""
        teams_of, wanted = visit_days(self.problem, self.task), self._wanted_days
        for day, plan in self.lifted.items():
            able = {team.id for team in teams_of.get(day, ())} if day in wanted else set[str]()
            for team in self.problem.teams:
                price = self._detour(team, day, self._routes(plan).get((team.id, day)))
                if price is not None:
                    yield (team.id not in able, price), self._move(day, team.id)

    @cached_property
    def _wanted_days(self) -> frozenset[date]:
        """The days that the rule allows, in periods that ask for one more visit."""
        rule, horizon = self.problem.rule_by_task[self.task], self.problem.horizon
        plan = next(iter(self.lifted.values()))
        made = {route.day for route, stop in plan.visits() if stop.task == self.task}
        short = [quota for quota in quotas(rule, horizon) if sum(day in quota for day in made) < quota.visits]
        return frozenset(d for d in rule_days(rule, horizon) if d not in made and any(d in quota for quota in short))

    def _routes(self, plan: Plan) -> Mapping[tuple[str, date], Route]:
        if id(plan) not in self._days:
            found: dict[tuple[str, date], Route] = {}
            for route in plan.routes():
                found.setdefault((route.team_id, route.day), route)  # as find_day does
            self._days[id(plan)] = found
        return self._days[id(plan)]

    def _detour(self, team: Team, day: date, route: Route | None) -> float | None:
        """Return the price of the cheapest way over the village, None where there is none or it is visited already."""
        stops = () if route is None else route.stops
        if any(stop.task == self.task for stop in stops):
            return None
        ends = (team.base, team.last_base) if route is None else (route.start_base, route.end_base)
        places = [ends[0], *(stop.site_id for stop in stops), ends[1]]
        found = (self._over(team, day, places[k], places[k + 1], is_free=not stops) for k in range(len(places) - 1))
        return min((price for price in found if price is not None), default=None)

    def _over(self, team: Team, day: date, before: str, after: str, *, is_free: bool) -> float | None:
        there, on = (self._way(team, day, *ends) for ends in ((before, self.task.site_id), (self.task.site_id, after)))
        if there is None or on is None:
            return None
        return there + on - (0.0 if is_free else self._way(team, day, before, after) or 0.0)

    def _way(self, team: Team, day: date, origin: str, destination: str) -> float | None:
        leg = (0, 0) if origin == destination else self.problem.leg(team, day, origin, destination)
        weights = self.problem.weights
        return None if leg is None else weights.per_duty_hour * leg[0] / 60 + weights.per_km * leg[1] / 1000

    def _weight(self, move: Move, way: float) -> tuple[int, float]:
        """Return how many hard rules the checker finds broken, looking at this village alone, and the price with it."""
        small, plan = self._village, self._village_plan(move.to_day)
        try:
            route = timetable(small, self.problem.team_by_id[move.to_team], move.to_day, [self.task])
        except ModelError:  # no way there but over other villages
            return 0, way
        found = evaluate(small, replace(plan, circuits=circuits_from_routes([*plan.routes(), route])))
        driven = {"distance_km", "duty_hours", "imbalance_hours"}
        return len(found.hard), way + sum(term.cost for term in found.terms if term.name not in driven)

    @cached_property
    def _village(self) -> Problem:
        """The problem of the village's rule and of what follows it or leads it, with every team."""
        sites = [self.problem.site_by_id[site_id] for site_id in sorted({task.site_id for task in self.related})]
        kept = [
            replace(site, rules=tuple(rule for rule in site.rules if Task(site.id, rule.id) in self.related))
            for site in sites
        ]
        return with_sites_only(self.problem, kept)

    def _village_plan(self, day: date) -> Plan:
        """Return the plan of these rules alone; each visit is a day of its own."""
        plan = self.lifted[day]
        if id(plan) not in self._small:
            small, teams = self._village, self.problem.team_by_id
            own = [(r, stop.task) for r, stop in plan.visits() if stop.task in self.related and r.team_id in teams]
            owed = tuple(o for o in plan.unserved if o.task in self.related)
            routes = list(_days_alone(small, own))
            self._small[id(plan)] = replace(plan, circuits=circuits_from_routes(routes), unserved=owed)
        return self._small[id(plan)]

    def _timed(self, move: Move, faults: int, price: float) -> _Timed | None:
        """Return the day with the visit at the place that breaks least, and then is cheapest."""
        team, plan = self.problem.team_by_id[move.to_team], self.lifted[move.to_day]
        try:
            days = days_with_visit(self.problem, plan, team, move)
        except ModelError:
            return None
        held = self.held.get((team.id, move.to_day), {})
        ranked = sorted(
            (excess_of(self.problem, team, route, held).parts, route.metres, route.end_minute - route.start_minute, k)
            for k, route in days.items()
            if not self._is_where_it_was(move, k)
        )
        if not ranked:
            return None
        parts, _, _, k = ranked[0]
        return _Timed(
            move=replace(move, position=k), route=days[k], faults=faults + parts, price=price + self._waiting(days[k])
        )

    def _is_where_it_was(self, move: Move, position: int) -> bool:
        if (move.to_day, move.to_team) != (self.wish.from_day, self.wish.from_team):
            return False
        was = self._routes(self.plan)[move.to_team, move.to_day].stops
        return was[position].task == self.task

    def _waiting(self, route: Route) -> float:
        return self.problem.weights.per_duty_hour * route.wait_minutes / 60

    def judged(self, found: _Timed, before: Evaluation) -> Slot:
        """Return the place with what the checker says of the whole plan."""
        lifted = self.lifted[found.move.to_day]
        plan = with_day(lifted, found.route, find_day(lifted, found.move.to_team, found.move.to_day))
        after = evaluate(self.problem, plan)
        metres, minutes = (new - old for new, old in zip(_driven(plan), _driven(self.plan), strict=True))
        start = next(stop.start_minute for stop in found.route.stops if stop.task == self.task)
        return Slot(
            move=found.move,
            start_minute=start,
            cost=after.cost - before.cost,
            metres=metres,
            minutes=minutes,
            broken=violations_brought(before, after),
        )


def _related(problem: Problem, task: Task) -> frozenset[Task]:
    """Return the task, those it follows and those that follow it, however far."""
    found, waiting = {task}, [task]
    while waiting:
        one = waiting.pop()
        linked = {a if b == one else b for a, b in problem.leader_by_task.items() if one in {a, b}}
        waiting += linked - found
        found |= linked
    return frozenset(found)


def _days_alone(problem: Problem, visits: Iterable[tuple[Route, Task]]) -> Iterator[Route]:
    for route, task in visits:
        try:
            yield timetable(problem, problem.team_by_id[route.team_id], route.day, [task])
        except ModelError:  # reached over other villages only: the day and the team are what counts here
            yield replace(route, stops=tuple(stop for stop in route.stops if stop.task == task), supplies=())


def _driven(plan: Plan) -> tuple[int, int]:
    """Return metres driven and minutes on duty."""
    routes = list(plan.routes())
    return sum(r.metres for r in routes), sum(r.end_minute - r.start_minute for r in routes)

"""A good plan of two weeks, built by hand, in which every rule of the checker has something to judge.

Three teams at the base of the straight road; Wednesday of the first week is a holiday.

====== ===================== ====== =====================================================================
site   rule                  team   visits
====== ===================== ====== =====================================================================
a      weekly                one    Mon, Mon; mornings, owned by one, 5 to 9 days apart, Mon to Thu
b      joint                 one+two  first Thursday, medical and public health together
c      twice                 one    Mon and Thu of both weeks (or Tue and Fri), one team
d      tuesday               two    second Tuesday of March, only a van gets there
a2     dated                 two    on two dates
b2     fixed                 two    every Friday
d2     once                  one    first Monday, over lunch; closed on the second Wednesday
c2     xray                  --     nobody has the skill: listed as owed
====== ===================== ====== =====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planner.model import Problem, Task, Team
from planner.plan import Circuit, Plan, Provenance, Route, Stop, UnservedVisit
from planner.rules import FollowUp, NthWeekday, ServiceTime, VisitRule
from planner.timing import circuits_from_routes, timetable
from planner.values import DateRange, LunchBreak, Window
from tests.builders import MONDAY, day, plain_calendar, straight_road, team, tiny_problem, village

Schedule = Mapping[tuple[str, int], Sequence[Task]]  # (team, days after the first Monday) -> tasks in order

NOON = LunchBreak(earliest_minute=690, latest_minute=780, minutes=60)
MEDICAL, PUBLIC = "medical", "public_health"

A, B, C, D = Task("a", "weekly"), Task("b", "joint"), Task("c", "twice"), Task("d", "tuesday")
A2, B2, C2, D2 = Task("a2", "dated"), Task("b2", "fixed"), Task("c2", "xray"), Task("d2", "once")

SCHEDULE: Schedule = {
    ("one", 0): [A, C, D2],
    ("one", 3): [B, C],
    ("one", 7): [A, C],
    ("one", 10): [C],
    ("two", 1): [A2],
    ("two", 3): [B],
    ("two", 4): [B2],
    ("two", 8): [D],
    ("two", 11): [A2, B2],
}
PROVENANCE = Provenance(version="0", seed=1, rounds=1)
OWED = UnservedVisit(
    site_id="c2",
    rule_id="xray",
    first_day=day(0),
    last_day=day(13),
    reason="no_team_skill",
    details=(("missing", "xray"), ("skills", "xray"), ("team", "one")),
)


def rule(name: str, minutes: int = 30, **changes: object) -> VisitRule:
    """Return a rule of one visit in the two weeks, changed as asked."""
    built = VisitRule(id=name, per="horizon", service=ServiceTime(setup_minutes=minutes))
    return replace(built, **changes)  # type: ignore[arg-type]


RULES = {
    "a": rule("weekly", per="week", min_gap_days=5, max_gap_days=9, weekdays=frozenset(range(4)), load=60),
    "b": rule("joint", 60, composition=frozenset({MEDICAL, PUBLIC})),
    "c": rule(
        "twice",
        120,
        visits=2,
        per="week",
        weekday_sets=(frozenset({0, 3}), frozenset({1, 4})),
        same_team=True,
        skills=frozenset({MEDICAL}),
        load=10,
    ),
    "d": rule("tuesday", nth_weekdays=(NthWeekday(nth=2, weekday=1),), skills=frozenset({PUBLIC})),
    "a2": rule("dated", dates=(day(1), day(11))),
    "b2": rule("fixed", per="week", same_weekday=True),
    "c2": rule("xray", skills=frozenset({"xray"})),
    "d2": rule("once", 150, skills=frozenset({MEDICAL}), load=20),
}
EXTRAS: Mapping[str, Mapping[str, object]] = {
    "a": {"owner": "one", "windows": (Window(start_minute=480, end_minute=720),)},
    "d": {"access_classes": frozenset({"van"})},
    "d2": {"closed": (DateRange(first_day=day(9), last_day=day(9)),)},
}


def good_teams() -> dict[str, Team]:
    """Return team one (medical, car), two (public health, van) and three (both, car, idle, off the first Tuesday)."""
    one = team("one", skills=frozenset({MEDICAL}), lunch=NOON, capacity_per_day=100, max_stops_per_day=3)
    two = team("two", skills=frozenset({PUBLIC}), access_class="van", lunch=NOON)
    three = team("three", skills=frozenset({MEDICAL, PUBLIC}), days_off=frozenset({day(1)}))
    return {crew.id: crew for crew in (one, two, three)}


def good_problem(**changes: object) -> Problem:
    """Return the problem of the table above, changed as asked."""
    calendar = plain_calendar(14)
    kinds = {**calendar.kinds, day(2): "holiday", day(5): "makeup"}
    return tiny_problem(
        **{
            "calendar": replace(calendar, kinds=kinds),  # type: ignore[arg-type]
            "sites": tuple(village(name, RULES[name], **EXTRAS.get(name, {})) for name in RULES),
            "teams": tuple(good_teams().values()),
            **changes,
        }
    )


def with_team(name: str, **changes: object) -> Problem:
    """Return the problem with one team changed."""
    teams = good_teams()
    return good_problem(teams=tuple(replace(crew, **changes) if crew.id == name else crew for crew in teams.values()))  # type: ignore[arg-type]


def with_rule(name: str, **changes: object) -> Problem:
    """Return the problem with the rule of one site changed."""
    rules = {**RULES, name: replace(RULES[name], **changes)}  # type: ignore[arg-type]
    return good_problem(sites=tuple(village(key, rules[key], **EXTRAS.get(key, {})) for key in rules))


def with_follow_up(name: str, leader: Task, low: int, high: int) -> Problem:
    """Return the problem in which the rule of one site follows another task some days later."""
    follow = FollowUp(site_id=leader.site_id, rule_id=leader.rule_id, min_days=low, max_days=high)
    return with_rule(name, follows=follow)


def loading_again(**changes: object) -> Problem:
    """Return the problem in which team one carries 70 doses and may load again once, which takes 15 minutes."""
    return with_team("one", **{"capacity_per_day": 70, "trips_per_day": 2, "resupply_minutes": 15, **changes})


def with_closed_road(origin: str, destination: str, offset: int) -> Problem:
    """Return the problem with one leg closed on one day (not the first), as the matrix of that day says."""
    road = straight_road(*RULES)
    minutes, metres = road.minutes.copy(), road.metres.copy()
    leg = road.index[origin], road.index[destination]
    minutes[leg] = metres[leg] = -1
    before, on, after = ((0, offset - 1), (offset, offset), (offset + 1, 13))
    parts = ((before, road), (on, replace(road, minutes=minutes, metres=metres)), (after, road))
    return good_problem(
        travel=tuple(replace(m, days=DateRange(first_day=day(i), last_day=day(j))) for (i, j), m in parts)
    )


def build(schedule: Schedule = SCHEDULE, problem: Problem | None = None) -> Plan:
    """Return the plan of a schedule, with the times the problem gives it."""
    problem = problem or good_problem()
    crews = problem.team_by_id
    routes = [timetable(problem, crews[name], day(offset), tasks) for (name, offset), tasks in schedule.items()]
    return plan_of(14, *routes, unserved=(OWED,))


def plan_of(days: int, *routes: Route, unserved: tuple[UnservedVisit, ...] = ()) -> Plan:
    """Return a plan of other routes."""
    circuits = circuits_from_routes(routes)
    return Plan(start=MONDAY, days=days, circuits=circuits, unserved=unserved, provenance=PROVENANCE)


def rescheduled(changes: Mapping[tuple[str, int], Sequence[Task]]) -> Plan:
    """Return the good plan with the days of some teams changed; an empty day is none."""
    return build({key: tasks for key, tasks in {**SCHEDULE, **changes}.items() if tasks})


def with_route(name: str, offset: int, **changes: object) -> Plan:
    """Return the good plan with one route changed by hand, nothing worked out again."""
    plan = build()
    routes = [replace(r, **changes) if (r.team_id, r.day) == (name, day(offset)) else r for r in plan.routes()]  # type: ignore[arg-type]
    return replace(plan, circuits=circuits_from_routes(routes))


def with_night(name: str, offset: int, place: str) -> Plan:
    """Return the good plan with a team that sleeps in a place after one day and starts there on the next."""
    problem, routes = good_problem(), list(build().routes())
    crew = problem.team_by_id[name]
    for k, route in enumerate(routes):
        tasks = [stop.task for stop in route.stops]
        if (route.team_id, route.day) == (name, day(offset)):
            routes[k] = timetable(problem, crew, route.day, tasks, end_place=place)
        elif (route.team_id, route.day) == (name, day(offset + 1)):
            routes[k] = timetable(problem, crew, route.day, tasks, start_place=place)
    return plan_of(14, *routes, unserved=(OWED,))


def with_supply(*supplies: int, problem: Problem | None = None) -> Plan:
    """Return the good plan with the Monday of team one (loads 60, 10 and 20) parted after so many stops."""
    problem = problem or loading_again()
    routes = list(build().routes())
    tasks = [stop.task for stop in routes[0].stops]
    routes[0] = timetable(problem, problem.team_by_id["one"], day(0), tasks, supplies=supplies)
    return plan_of(14, *routes, unserved=(OWED,))


def with_loading(problem: Problem, **changes: object) -> Plan:
    """Return that plan, parted after two stops, with the loading changed by hand."""
    plan = with_supply(2, problem=problem)
    routes = list(plan.routes())
    routes[0] = replace(routes[0], supplies=(replace(routes[0].supplies[0], **changes),))  # type: ignore[arg-type]
    return replace(plan, circuits=circuits_from_routes(routes))


def route_of(name: str, offset: int) -> Route:
    """Return one route of the good plan."""
    return next(route for route in build().routes() if (route.team_id, route.day) == (name, day(offset)))


def with_stop(name: str, offset: int, index: int, **changes: object) -> Plan:
    """Return the good plan with one stop changed by hand."""
    stops = list(route_of(name, offset).stops)
    stops[index] = replace(stops[index], **changes)  # type: ignore[arg-type]
    return with_route(name, offset, stops=tuple(stops))


def with_extra_stop(name: str, offset: int, task: Task) -> Plan:
    """Return the good plan with a stop of no length before the way home."""
    stops = route_of(name, offset).stops
    at = stops[-1].leave_minute
    extra = Stop(
        site_id=task.site_id,
        rule_id=task.rule_id,
        arrive_minute=at,
        start_minute=at,
        leave_minute=at,
        leg_minutes=0,
        leg_metres=0,
    )
    return with_route(name, offset, stops=(*stops, extra))


def later(name: str, offset: int, minutes: int) -> Plan:
    """Return the good plan with one whole route later by the minutes."""
    route = route_of(name, offset)
    stops = tuple(
        replace(
            s,
            arrive_minute=s.arrive_minute + minutes,
            start_minute=s.start_minute + minutes,
            leave_minute=s.leave_minute + minutes,
        )
        for s in route.stops
    )
    start, end = route.start_minute + minutes, route.end_minute + minutes
    return with_route(name, offset, stops=stops, start_minute=start, end_minute=end)


def with_routes(*extra: Route) -> Plan:
    """Return the good plan with more routes."""
    plan = build()
    return replace(plan, circuits=circuits_from_routes([*plan.routes(), *extra]))


def with_owed(*owed: UnservedVisit) -> Plan:
    """Return the good plan with other visits listed as owed."""
    return replace(build(), unserved=owed)


def with_circuits(circuits: Sequence[Circuit]) -> Plan:
    """Return the good plan with its circuits as given."""
    return replace(build(), circuits=tuple(circuits))

"""Helpers of the solver's tests: a plan made in this process, villages far down one road, random small counties."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from planner.evaluation import evaluate
from planner.model import UNREACHABLE, Base, Problem, Site, Team, TravelMatrix
from planner.plan import Plan, Provenance
from planner.rules import NthWeekday, ServiceTime, VisitRule
from planner.solver.answer import Reasons, make_plan
from planner.solver.search import Search
from planner.solver.state import State
from planner.values import DateRange, LunchBreak, MarketDays, Window
from tests.builders import MONDAY, plain_calendar, team, weekly

FROM = Provenance(version="test", seed=1, rounds=1)
NOON = LunchBreak(earliest_minute=690, latest_minute=780, minutes=60)
# Villages at these kilometres, 200 minutes each: by day trips 200 and 210 km; one day is too short for both.
PAIR = {"x": 100, "y": 105}


def plan_of(problem: Problem, *, rounds: int = 1, seed: int = 1) -> Plan:
    """Return the plan after the given rounds, made without a child process and judged to break no hard rule."""
    search = Search(problem, seed, lambda: 1e9)
    search.start()
    search.route()
    search.ask_days()
    for number in range(1, rounds + 1):
        search.improve(number, is_counted=True)
    plan = plan_from(search, search.answer())
    assert [str(violation.sentence) for violation in evaluate(problem, plan).hard] == []
    return plan


def plan_from(search: Search, state: State) -> Plan:
    """Return the plan of a state of the search."""
    return make_plan(search.frames, search.ledger, state, Reasons(search.problem), FROM)


def days_of(plan: Plan, site_id: str) -> list[date]:
    """Return the days on which a site is visited."""
    return sorted({route.day for route, stop in plan.visits() if stop.site_id == site_id})


def teams_of(plan: Plan, site_id: str) -> set[str]:
    """Return the teams that come to a site."""
    return {route.team_id for route, stop in plan.visits() if stop.site_id == site_id}


def road(at: Mapping[str, int]) -> TravelMatrix:
    """Return the travel matrix of places along one road, by their kilometre; a kilometre takes a minute."""
    place = np.array(list(at.values()), dtype=np.int64)
    minutes = np.abs(place[:, None] - place[None, :])
    estimated = np.zeros(minutes.shape, dtype=np.bool_)
    return TravelMatrix(place_ids=tuple(at), minutes=minutes, metres=1000 * minutes, estimated=estimated)


def far_problem(
    at: Mapping[str, int], *, inns: Mapping[str, int] | None = None, minutes: int = 200, **crew: object
) -> Problem:
    """Return a week of villages along one road, each visited once. The base is at kilometre 0; inns are bases, too."""
    bases = {"base": 0, **(inns or {})}
    rule = weekly(service=ServiceTime(setup_minutes=minutes))
    changed = {"nights_away": 1, "lodgings": frozenset({"x"}), **crew}
    return Problem(
        calendar=plain_calendar(),
        bases=tuple(Base(id=name, name=name, lon=110 + km / 100, lat=29.0) for name, km in bases.items()),
        sites=tuple(Site(id=name, name=name, lon=110 + km / 100, lat=29.0, rules=(rule,)) for name, km in at.items()),
        teams=(team(**changed),),
        travel=(road({**bases, **at}),),
    )


def random_county(seed: int) -> Problem:
    """Return a small problem in which anything the model can hold may occur, much of it impossible."""
    dice = random.Random(seed)
    days = dice.choice((5, 7, 14, 17, 28))
    start = MONDAY + timedelta(days=dice.choice((0, 0, 2)))
    names = [f"v{k}" for k in range(dice.randint(3, 9))]
    bases = [f"b{k}" for k in range(dice.randint(1, 2))]
    teams = tuple(_random_team(dice, k, bases, start) for k in range(dice.randint(1, 4)))
    teams = tuple(_random_nights(random.Random(f"{seed} {crew.id}"), crew, [*bases, *names]) for crew in teams)
    return Problem(
        calendar=_random_calendar(dice, days, start),
        bases=tuple(Base(id=name, name=name, lon=110.0, lat=29.0) for name in bases),
        sites=tuple(_random_site(dice, name, teams, start) for name in names),
        teams=teams,
        travel=_random_travel(dice, [*bases, *names], start),
    )


def _random_calendar(dice: random.Random, days: int, start: date):  # type: ignore[no-untyped-def]
    calendar = plain_calendar(days=days, start=start)
    kinds = dict(calendar.kinds)
    if dice.random() < 0.5:
        kinds[start + timedelta(days=dice.randrange(days))] = "holiday"
    if dice.random() < 0.3:
        kinds[start + timedelta(days=dice.randrange(days))] = "makeup"
    return replace(calendar, kinds=kinds)


def _random_team(dice: random.Random, number: int, bases: list[str], start: date) -> Team:
    first = dice.choice((480, 480, 540, 780))
    return Team(
        id=f"t{number}",
        name=f"team {number}",
        base=dice.choice(bases),
        end_base=dice.choice((None, None, bases[-1])),
        institution=dice.choice(("", "county")),
        weekdays=frozenset(dice.sample(range(6), dice.randint(2, 5))),
        shift=Window(start_minute=first, end_minute=first + dice.choice((240, 480, 570))),
        lunch=dice.choice((None, NOON, NOON)),
        days_off=frozenset({start + timedelta(days=dice.randrange(5))}) if dice.random() < 0.2 else frozenset(),
        works_holidays=dice.random() < 0.3,
        skills=frozenset(skill for skill in ("doctor", "nurse") if dice.random() < 0.7),
        capacity_per_day=dice.choice((None, None, 60)),
        max_stops_per_day=dice.choice((None, None, 0, 2)),
        speed_factor=dice.choice((1.0, 1.0, 0.7, 1.3)),
        access_class=dice.choice(("car", "car", "jeep")),
        owns=frozenset(dice.choice((("v0", "v1"), ("T",), (), ()))),
        may_be_lent=dice.random() < 0.4,
    )


def _random_nights(dice: random.Random, crew: Team, places: list[str]) -> Team:
    lodgings = frozenset(dice.sample(places, dice.randint(0, 3)))
    return replace(crew, nights_away=dice.choice((0, 1, 2, 4)), lodgings=lodgings)


def _random_site(dice: random.Random, name: str, teams: tuple[Team, ...], start: date) -> Site:
    rules = [_random_rule(dice, f"r{k}", teams, start) for k in range(dice.choice((1, 1, 2)))]
    closed = DateRange(first_day=start, last_day=start + timedelta(days=dice.randint(0, 6)))
    return Site(
        id=name,
        name=name,
        lon=110 + dice.random(),
        lat=29 + dice.random(),
        township=dice.choice(("T", "U")),
        rules=tuple(rules),
        windows=dice.choice(((), (), (Window(start_minute=480, end_minute=720),))),
        access_classes=dice.choice((frozenset(), frozenset(), frozenset({"jeep"}))),
        owner=dice.choice((None, None, None, "county", "t0")),
        is_holiday_allowed=dice.random() < 0.3,
        closed=(closed,) if dice.random() < 0.2 else (),
        market_days=dice.choice((None, None, MarketDays(digits=frozenset({3, 8})))),
    )


def _random_rule(dice: random.Random, name: str, teams: tuple[Team, ...], start: date) -> VisitRule:
    rule = VisitRule(
        id=name,
        service=ServiceTime(setup_minutes=dice.choice((0, 20, 60, 150))),
        load=dice.choice((0, 10, 40)),
        windows=dice.choice(
            ((), (), (Window(start_minute=500, end_minute=690), Window(start_minute=840, end_minute=1000)))
        ),
        skills=dice.choice((frozenset(), frozenset(), frozenset({"doctor"}))),
        priority=dice.randint(1, 5),
        is_owned=dice.random() < 0.7,
        preferred_team=dice.choice((None, None, teams[0].id)),
        same_team=dice.random() < 0.2,
        last_visited=dice.choice((None, None, start - timedelta(days=dice.randint(1, 20)))),
    )
    kinds = (
        {"visits": dice.randint(1, 3), "min_gap_days": dice.choice((1, 2, 3))},
        {"visits": 1, "max_gap_days": dice.choice((7, 9)), "same_weekday": dice.random() < 0.5},
        {"visits": 2, "weekday_sets": (frozenset({0, 3}), frozenset({1, 4}))},
        {"visits": 1, "per": "month"},
        {"visits": dice.randint(1, 3), "per": "horizon", "min_gap_days": dice.choice((1, 5))},
        {"nth_weekdays": (NthWeekday(nth=1, weekday=1), NthWeekday(nth=-1, weekday=3))},
        {"dates": (start + timedelta(days=1), start + timedelta(days=4))},
        {"visits": 1, "composition": frozenset({"doctor", "nurse"}), "skills": frozenset()},
        {"visits": 1, "every": 2, "weekdays": frozenset({0, 1, 2})},
    )
    return replace(rule, **dice.choice(kinds))  # type: ignore[arg-type]


def _random_travel(dice: random.Random, places: list[str], start: date) -> tuple[TravelMatrix, ...]:
    """Return one matrix, or two where the second stretch has a road less."""
    at = np.array([[dice.random() * 50, dice.random() * 50] for _ in places])
    metres = np.rint(1000 * np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))).astype(np.int64)
    minutes = np.ceil(metres / 600).astype(np.int64)
    if dice.random() < 0.3:  # a place one can leave but not reach
        minutes[:-1, -1] = metres[:-1, -1] = UNREACHABLE
    estimated = np.zeros(minutes.shape, dtype=np.bool_)
    whole = TravelMatrix(place_ids=tuple(places), minutes=minutes, metres=metres, estimated=estimated)
    if dice.random() < 0.7:
        return (whole,)
    cut_minutes, cut_metres = minutes.copy(), metres.copy()
    cut_minutes[0, 1] = cut_metres[0, 1] = UNREACHABLE
    early = DateRange(first_day=start, last_day=start + timedelta(days=2))
    late = DateRange(first_day=start + timedelta(days=3), last_day=start + timedelta(days=400))
    return (replace(whole, days=early), replace(whole, minutes=cut_minutes, metres=cut_metres, days=late))

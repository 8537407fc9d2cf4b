"""Random counties in which most visits need several teams at once."""

from __future__ import annotations

import random
from dataclasses import replace

from planner.model import Problem, Site, Team
from planner.rules import VisitRule
from planner.values import Window
from tests.planner.solver.compiled_counties import county_at_home

CLASSES = ("doctor", "nurse", "lab")


def session_county(seed: int) -> Problem:
    """Return a random county with 3 to 6 teams of one to three classes, and joint sessions at most of its sites."""
    dice = random.Random(f"{seed} sessions")
    problem = county_at_home(seed)
    some = [replace(team, skills=_classes(dice)) for team in problem.teams]
    more = [_another(dice, some[0], k) for k in range(dice.randint(max(0, 3 - len(some)), max(0, 6 - len(some))))]
    sites = tuple(_with_sessions(dice, site) for site in problem.sites)
    return replace(problem, teams=(*some, *more), sites=sites)


def _classes(dice: random.Random) -> frozenset[str]:
    return frozenset(dice.sample(CLASSES, dice.choice((1, 1, 1, 2, 3))))


def _another(dice: random.Random, like: Team, number: int) -> Team:
    weekdays, shift = frozenset(dice.sample(range(5), dice.randint(3, 5))), Window(start_minute=480, end_minute=1020)
    free = replace(like, owns=frozenset(), access_class="jeep", capacity_per_day=None, max_stops_per_day=None)
    return replace(free, id=f"u{number}", name=f"more {number}", skills=_classes(dice), weekdays=weekdays, shift=shift)


def _with_sessions(dice: random.Random, site: Site) -> Site:
    return replace(site, owner=None, rules=tuple(_joined(dice, rule) for rule in site.rules))


def _joined(dice: random.Random, rule: VisitRule) -> VisitRule:
    if dice.random() < 0.3:
        return replace(rule, skills=frozenset(), is_owned=False)
    composition = frozenset(dice.sample(CLASSES, dice.choice((2, 2, 3))))
    return replace(rule, skills=frozenset(), is_owned=False, composition=composition)

"""One tiny problem that can be checked by hand; tests vary it with ``dataclasses.replace``.

Four villages on a straight road, 10 km and 10 minutes apart, and a base at its start::

    base -- 10 -- a -- 10 -- b -- 10 -- c -- 10 -- d
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from planner.model import Base, Calendar, Horizon, Problem, Site, Team, TravelMatrix
from planner.rules import ServiceTime, VisitRule
from planner.values import Window

MONDAY = date(2026, 3, 2)  # no Chinese holiday nor make-up day in the four weeks from here
STEP_MINUTES, STEP_METRES = 10, 10_000


def weekly(**changes: object) -> VisitRule:
    """Return a rule of one 30-minute visit a week, changed as asked."""
    return replace(VisitRule(id="weekly", service=ServiceTime(setup_minutes=30)), **changes)  # type: ignore[arg-type]


def village(name: str, *rules: VisitRule, **changes: object) -> Site:
    """Return the village "a", "b", "c" or "d" of the straight road."""
    lon = 110.0 + 0.1 * "abcd".index(name[0])
    site = Site(id=name, name=name, lon=lon, lat=29.0, township="T", rules=rules or (weekly(),))
    return replace(site, **changes)  # type: ignore[arg-type]


def team(name: str = "one", **changes: object) -> Team:
    """Return a team at the base, Monday to Friday, 08:00 to 17:00."""
    built = Team(id=name, name=name, base="base", shift=Window(start_minute=480, end_minute=1020))
    return replace(built, **changes)  # type: ignore[arg-type]


def plain_calendar(days: int = 7, start: date = MONDAY) -> Calendar:
    """Return a calendar of workdays and weekends without holidays."""
    horizon = Horizon(start=start, days=days)
    return Calendar(horizon=horizon, kinds={d: "weekend" if d.weekday() > 4 else "workday" for d in horizon.dates})


def straight_road(*site_ids: str) -> TravelMatrix:
    """Return the travel matrix of the straight road for the base and the sites given."""
    places = ("base", *site_ids)
    at = np.array([0, *("abcd".index(s[0]) + 1 for s in site_ids)], dtype=np.int64)
    steps = np.abs(at[:, None] - at[None, :])
    estimated = np.zeros(steps.shape, dtype=np.bool_)
    return TravelMatrix(place_ids=places, minutes=steps * STEP_MINUTES, metres=steps * STEP_METRES, estimated=estimated)


def tiny_problem(**changes: object) -> Problem:
    """Return one team, villages a to d once a week each, one week from 2026-03-02."""
    sites = changes.get("sites", tuple(village(name) for name in "abcd"))
    built = {
        "calendar": plain_calendar(),
        "bases": (Base(id="base", name="base", lon=109.9, lat=29.0),),
        "teams": (team(),),
        "travel": (straight_road(*(site.id for site in sites)),),  # type: ignore[attr-defined]
        **changes,
        "sites": sites,
    }
    return Problem(**built)  # type: ignore[arg-type]


def day(offset: int) -> date:
    """Return the day ``offset`` days after the first Monday."""
    return MONDAY + timedelta(days=offset)

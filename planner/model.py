"""The problem: places, teams, days and travel. Frozen data that refuses bad values when built.

Units are in the names: whole minutes, whole metres, calendar days, degrees in WGS-84.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from planner.balance import Balance
from planner.errors import ModelError
from planner.follow_ups import first_in_circle
from planner.language import Text, text
from planner.rules import VisitRule
from planner.values import (
    DAY_MINUTES,
    Closure,
    DateRange,
    LunchBreak,
    MarketDays,
    Window,
    require,
    require_id,
    require_price,
    require_whole,
    week_of,
)

UNREACHABLE = -1
DEFAULT_SHIFT = Window(start_minute=8 * 60, end_minute=17 * 60 + 30)
MOST_TRIPS = 6  # of a team in a day
SYNC_MINUTES = 15  # teams of a joint session start within this many minutes of each other

DayKind = Literal["workday", "weekend", "holiday", "makeup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A village or another place that is visited. ``lon``/``lat`` in WGS-84 degrees."""

    id: str
    name: str
    lon: float
    lat: float
    township: str = ""
    rules: tuple[VisitRule, ...]
    windows: tuple[Window, ...] = ()  # empty: any time
    access_classes: frozenset[str] = frozenset()  # vehicle classes that can get there; empty: all
    owner: str | None = None  # a team id or an institution
    is_holiday_allowed: bool = False
    closed: tuple[DateRange, ...] = ()
    market_days: MarketDays | None = None
    population: int = 0
    population_65: int = 0
    place: str = ""  # where in the village: "village clinic, by the school"
    contact: str = ""
    phone: str = ""

    @property
    def is_home(self) -> bool:
        """Whether none of its visits is announced: somebody's home, whose name nothing public may tell."""
        return bool(self.rules) and not any(rule.is_announced for rule in self.rules)

    def __post_init__(self) -> None:
        require_id(self.id, kind=text("site"))
        _require_place(self.lon, self.lat, subject=text('site "{id}"', id=self.id))
        ids = [rule.id for rule in self.rules]
        require(len(ids) == len(set(ids)), text('site "{site}" has the same rule twice.', site=self.id))
        for name in ("population", "population_65"):
            require_whole(getattr(self, name), name=name, subject=text('site "{id}"', id=self.id), low=0, high=10**8)


def _require_place(lon: object, lat: object, *, subject: Text) -> None:
    numbers = isinstance(lon, int | float) and isinstance(lat, int | float)
    fits = numbers and math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90  # type: ignore[arg-type]
    require(
        fits,
        text(
            "{subject}: longitude {lon} and latitude {lat} are not a place on earth.",
            subject=subject,
            lon=repr(lon),
            lat=repr(lat),
        ),
        text("Give degrees, longitude -180 to 180 and latitude -90 to 90; they may be swapped."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where a team starts or ends its day."""

    id: str
    name: str
    lon: float
    lat: float
    phone: str = ""

    def __post_init__(self) -> None:
        require_id(self.id, kind=text("base"))
        _require_place(self.lon, self.lat, subject=text('base "{id}"', id=self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A mobile-hospital team with its vehicle and working time."""

    id: str
    name: str
    base: str
    end_base: str | None = None  # None: the same base
    institution: str = ""
    weekdays: frozenset[int] = frozenset(range(5))
    shift: Window = DEFAULT_SHIFT
    lunch: LunchBreak | None = None
    days_off: frozenset[date] = frozenset()
    works_holidays: bool = False
    skills: frozenset[str] = frozenset()
    capacity_per_day: int | None = None  # doses or kits, of each trip where there may be several; None: no limit
    trips_per_day: int = 1  # how often it may go out; between two trips it loads again at its base ..
    resupply_minutes: int = 0  # .. which takes so long
    max_stops_per_day: int | None = None
    speed_factor: float = 1.0  # 1.2 drives a leg in 1 / 1.2 of the usual time
    access_class: str = "car"
    owns: frozenset[str] = frozenset()  # site ids and township names
    may_be_lent: bool = False
    nights_away: int = 0  # allowed in a week
    lodgings: frozenset[str] = frozenset()  # ids of bases and sites where the team may sleep out
    leader: str = ""
    phone: str = ""
    vehicle: str = ""

    def __post_init__(self) -> None:
        require_id(self.id, kind=text("team"))
        subject = text('team "{id}"', id=self.id)
        require(
            set(self.weekdays) <= set(range(7)),
            text("{subject}: weekdays run from Monday (0) to Sunday (6).", subject=subject),
        )
        speed_fits = isinstance(self.speed_factor, int | float) and 0.1 <= self.speed_factor <= 10
        require(speed_fits, text("{subject}: speed_factor must be from 0.1 to 10.", subject=subject))
        for name, low in (("capacity_per_day", 0), ("max_stops_per_day", 0)):
            if getattr(self, name) is not None:
                require_whole(getattr(self, name), name=name, subject=subject, low=low, high=10**6)
        require_whole(self.nights_away, name="nights_away", subject=subject, low=0, high=6)
        require_whole(self.trips_per_day, name="trips_per_day", subject=subject, low=1, high=MOST_TRIPS)
        require_whole(self.resupply_minutes, name="resupply_minutes", subject=subject, low=0, high=DAY_MINUTES)

    @property
    def last_base(self) -> str:
        """The base where the day ends."""
        return self.end_base or self.base

    @property
    def may_sleep_out(self) -> bool:
        """Whether the team may spend any night away from its base."""
        return self.nights_away > 0 and bool(self.lodgings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The planned days: ``days`` days from ``start``."""

    start: date
    days: int

    def __post_init__(self) -> None:
        require_whole(self.days, name="days", subject=text("horizon"), low=1, high=400)

    @property
    def dates(self) -> tuple[date, ...]:
        """Every day of the horizon, in order."""
        return tuple(self.start + timedelta(days=k) for k in range(self.days))

    @property
    def span(self) -> DateRange:
        """From the first day to the last."""
        return DateRange(first_day=self.start, last_day=self.last)

    @property
    def last(self) -> date:
        """The last day."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def weeks(self) -> tuple[date, ...]:
        """The Monday of each calendar week the horizon touches."""
        first = week_of(self.start)
        return tuple(first + timedelta(days=7 * k) for k in range((self.last - first).days // 7 + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What kind of day each day of the horizon is; built by ``planner.calendar.build_calendar``."""

    horizon: Horizon
    kinds: Mapping[date, DayKind]
    names: Mapping[date, str] = field(default_factory=dict)  # of holidays and make-up days

    def __post_init__(self) -> None:
        known = set(self.kinds) == set(self.horizon.dates)
        require(known, text("The calendar must name the kind of every day of the horizon, and no other."))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Travel between places by road: ``minutes`` and ``metres`` of the same path, shape (n, n), ``-1`` unreachable.

    It holds for one vehicle ``access_class`` (``None``: all) on the ``days`` given (``None``: all).
    ``estimated[i, j]`` is true where no road was known and the leg was taken from the great circle.
    """

    place_ids: tuple[str, ...]
    minutes: NDArray[np.int64]
    metres: NDArray[np.int64]
    estimated: NDArray[np.bool_]
    access_class: str | None = None
    days: DateRange | None = None
    index: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n = len(self.place_ids)
        shapes_fit = all(a.shape == (n, n) for a in (self.minutes, self.metres, self.estimated))
        require(shapes_fit, text("A travel matrix of {n} places must be square, {n} by {n}.", n=n))
        whole = all(a.dtype == np.int64 for a in (self.minutes, self.metres))
        require(whole, text("A travel matrix holds whole minutes and metres (int64)."))
        together = bool(((self.minutes == UNREACHABLE) == (self.metres == UNREACHABLE)).all())
        sane = all(bool(((a >= UNREACHABLE) & (a < 2**31)).all()) for a in (self.minutes, self.metres))
        require(
            together and sane,
            text("Travel minutes and metres must be 0 or more, or -1 in both for a leg with no road."),
        )
        object.__setattr__(self, "index", {place: k for k, place in enumerate(self.place_ids)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opening:
    """Roads that are closed, and the travel that would hold if just these were open.

    ``closures`` has one road, or as many as must be open together to let anybody through. Each matrix of ``travel``
    stands for the one of the problem with the same vehicle class and days.
    """

    closures: tuple[Closure, ...]
    travel: tuple[TravelMatrix, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveWeights:
    """The price of each thing a plan may have more or less of. The unit of cost is one kilometre driven."""

    per_km: float = 1.0
    per_duty_hour: float = 4.0
    per_unserved_visit: float = 1000.0  # times the priority
    per_lent_visit: float = 20.0
    per_visit_by_other_team: float = 10.0  # when a team is preferred
    per_extra_team_at_site: float = 5.0  # consistency: teams beyond the first, per site and rule
    per_missed_market_day: float = 2.0  # a visit off the market at a site that has one
    per_night_away: float = 15.0  # of a team
    per_extra_weekday: float = 0.0  # consistency: weekdays beyond the fewest that suffice, per site and rule

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require_price(getattr(self, name), name=name, subject=text("prices"))


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """One rule at one site: what must be planned (the "customer" of periodic routing)."""

    site_id: str
    rule_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A visit fixed beforehand: it is made on this day, and by this team when one is named (others may come along)."""

    site_id: str
    rule_id: str
    day: date
    team_id: str | None = None

    @property
    def task(self) -> Task:
        """The (site, rule) that is visited."""
        return Task(self.site_id, self.rule_id)


Thing = TypeVar("Thing", Site, Base, Team)


def _by_id(things: Iterable[Thing], kind: Text) -> Mapping[str, Thing]:
    found: dict[str, Thing] = {}
    for thing in things:
        require(thing.id not in found, text('Two {kind} have the id "{id}".', kind=kind, id=thing.id))
        found[thing.id] = thing
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Everything a plan depends on. References are checked here, once; tuples are sorted by id."""

    calendar: Calendar
    bases: tuple[Base, ...]
    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    travel: tuple[TravelMatrix, ...]
    weights: ObjectiveWeights = ObjectiveWeights()
    balance: Balance | None = None  # None: nobody minds how the work is shared out
    pins: tuple[Pin, ...] = ()
    site_closures: tuple[Closure, ...] = ()  # the rows behind ``Site.closed``, for who reads why a visit is owed
    openings: tuple[Opening, ...] = ()  # of the closed roads that keep somebody from a village
    base_by_id: Mapping[str, Base] = field(init=False, repr=False)
    site_by_id: Mapping[str, Site] = field(init=False, repr=False)
    team_by_id: Mapping[str, Team] = field(init=False, repr=False)
    rule_by_task: Mapping[Task, VisitRule] = field(init=False, repr=False)
    leader_by_task: Mapping[Task, Task] = field(init=False, repr=False)  # of follow-ups: the task they follow
    matrix_by_use: Mapping[tuple[str, date], TravelMatrix] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        bases, sites, teams = (
            _by_id(self.bases, text("bases")),
            _by_id(self.sites, text("sites")),
            _by_id(self.teams, text("teams")),
        )
        for name, found in (("base", bases), ("site", sites), ("team", teams)):
            object.__setattr__(self, f"{name}_by_id", found)
            object.__setattr__(self, f"{name}s", tuple(found.values()))
        rules = {Task(s.id, r.id): r for s in self.sites for r in sorted(s.rules, key=lambda rule: rule.id)}
        object.__setattr__(self, "rule_by_task", rules)
        object.__setattr__(self, "pins", tuple(sorted(self.pins, key=lambda p: (p.task, p.day, p.team_id or ""))))
        self._check_references()
        self._check_pins()
        self._check_follow_ups()
        self._check_travel()

    def _check_references(self) -> None:
        require(bool(self.teams), text("There is no team."), text("Add at least one row to the sheet teams."))
        require(bool(self.sites), text("There is no village."), text("Add at least one row to the sheet villages."))
        shared = sorted(set(self.base_by_id) & set(self.site_by_id))
        require(not shared, text('"{id}" is the id of a site and of a base.', id=shared[0] if shared else ""))
        for team in self.teams:
            for base in (team.base, team.last_base):
                require(
                    base in self.base_by_id, text('team "{team}": there is no base "{base}".', team=team.id, base=base)
                )
            for lodging in sorted(team.lodgings):
                require(
                    lodging in self.base_by_id or lodging in self.site_by_id,
                    text(
                        'team "{team}": there is no base or village "{place}" to sleep in.', team=team.id, place=lodging
                    ),
                )
        for task, rule in self.rule_by_task.items():
            known = rule.preferred_team is None or rule.preferred_team in self.team_by_id
            require(
                known, text('site "{site}": there is no team "{team}".', site=task.site_id, team=rule.preferred_team)
            )

    def _check_pins(self) -> None:
        for pin in self.pins:
            subject = text('the visit fixed for "{site}" on {day}', site=pin.site_id, day=pin.day)
            known = pin.task in self.rule_by_task
            require(known, text('{subject}: there is no rule "{rule}" there.', subject=subject, rule=pin.rule_id))
            team_known = pin.team_id is None or pin.team_id in self.team_by_id
            require(team_known, text('{subject}: there is no team "{team}".', subject=subject, team=pin.team_id))
            inside = self.horizon.start <= pin.day <= self.horizon.last
            require(inside, text("{subject}: the day lies outside the planned days.", subject=subject))
        require(len(self.pins) == len(set(self.pins)), text("A visit is fixed twice."))

    def _check_follow_ups(self) -> None:
        leaders = {
            task: Task(rule.follows.site_id or task.site_id, rule.follows.rule_id)
            for task, rule in self.rule_by_task.items()
            if rule.follows is not None
        }
        object.__setattr__(self, "leader_by_task", leaders)
        for task, leader in leaders.items():
            problem = text(
                'rule "{rule}" of site "{site}" follows "{leader}" of "{other}", which is not there.',
                rule=task.rule_id, site=task.site_id, leader=leader.rule_id, other=leader.site_id,
            )  # fmt: skip
            require(leader in self.rule_by_task, problem)
        circle = first_in_circle(leaders)
        if circle is not None:
            raise ModelError(
                text('rule "{rule}" of site "{site}" follows itself.', rule=circle.rule_id, site=circle.site_id)
            )

    def _check_travel(self) -> None:
        places = set(self.base_by_id) | set(self.site_by_id)
        for matrix in self.travel:
            missing = sorted(places - set(matrix.index))
            require(not missing, text('The travel matrix has no place "{place}".', place=missing[0] if missing else ""))
        classes = sorted({team.access_class for team in self.teams})
        uses = [(access, day) for access in classes for day in self.calendar.horizon.dates]
        object.__setattr__(self, "matrix_by_use", {use: self._only_matrix(*use) for use in uses})

    def _only_matrix(self, access_class: str, day: date) -> TravelMatrix:
        found = [m for m in self.travel if m.access_class in {None, access_class} and (m.days is None or day in m.days)]
        problem = text('Not exactly one travel matrix for "{access}" on {day}.', access=access_class, day=day)
        require(len(found) == 1, problem)
        return found[0]

    @property
    def horizon(self) -> Horizon:
        """The planned days."""
        return self.calendar.horizon

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every (site, rule), sorted."""
        return tuple(self.rule_by_task)

    def matrix(self, team: Team, day: date) -> TravelMatrix:
        """Return the travel matrix for the team's vehicle on the day."""
        return self.matrix_by_use[team.access_class, day]

    def leg(self, team: Team, day: date, origin: str, destination: str) -> tuple[int, int] | None:
        """Return (minutes, metres) of a leg at the team's speed, or None where there is no road."""
        matrix = self.matrix(team, day)
        i, j = matrix.index[origin], matrix.index[destination]
        minutes = int(matrix.minutes[i, j])
        if minutes == UNREACHABLE:
            return None
        return scaled_minutes(minutes, team.speed_factor), int(matrix.metres[i, j])

    def windows(self, task: Task) -> tuple[Window, ...]:
        """Return the windows of the rule, else of its site, else the whole day."""
        site, rule = self.site_by_id[task.site_id], self.rule_by_task[task]
        return rule.windows or site.windows or (Window(start_minute=0, end_minute=DAY_MINUTES),)


def scaled_minutes(minutes: int, speed_factor: float) -> int:
    """Return the leg's minutes at a team's speed, rounded up: the one formula for it."""
    return math.ceil(minutes / speed_factor - 1e-9)


def owner_teams(problem: Problem, task: Task) -> frozenset[str]:
    """Return the ids of the teams that own the site of the task; empty when nobody does or the rule is shared."""
    site = problem.site_by_id[task.site_id]
    if not problem.rule_by_task[task].is_owned:
        return frozenset()
    return frozenset(
        t.id
        for t in problem.teams
        if (site.owner is not None and site.owner in {t.id, t.institution})
        or site.id in t.owns
        or site.township in t.owns
    )


def may_visit(problem: Problem, team: Team, task: Task) -> bool:
    """Return whether access class, skills and ownership let the team come (alone, or as part of a joint session)."""
    site, rule = problem.site_by_id[task.site_id], problem.rule_by_task[task]
    has_access = not site.access_classes or team.access_class in site.access_classes
    has_skills = rule.skills <= team.skills
    has_part = not rule.composition or bool(rule.composition & team.skills)
    owners = owner_teams(problem, task)
    is_own = not owners or team.id in owners or team.may_be_lent
    return has_access and has_skills and has_part and is_own

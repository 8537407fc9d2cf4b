"""The answer, as plain data: stop, route (a day), circuit (a week), plan. Good or bad: ``evaluation`` judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planner.model import Task, Team

STRICT = {"extra": "forbid"}  # read by pydantic in ``codec``: a field it does not know is a fault of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit by one team. The leg is the one that leads here. Times are minutes after midnight."""

    __pydantic_config__ = STRICT

    site_id: str
    rule_id: str
    arrive_minute: int
    start_minute: int
    leave_minute: int
    leg_minutes: int
    leg_metres: int

    @property
    def task(self) -> Task:
        """The (site, rule) the stop serves."""
        return Task(self.site_id, self.rule_id)

    @property
    def place_id(self) -> str:
        """Where it is."""
        return self.site_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A return to the base during the day to load again, once ``after_stops`` stops have been made.

    The leg is the one that leads here; loading goes on from ``start_minute`` to ``leave_minute``.
    """

    __pydantic_config__ = STRICT

    base_id: str
    after_stops: int
    arrive_minute: int
    start_minute: int
    leave_minute: int
    leg_minutes: int
    leg_metres: int

    @property
    def place_id(self) -> str:
        """Where it is."""
        return self.base_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Lunch:
    """The break as taken."""

    __pydantic_config__ = STRICT

    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One team on one day: from ``start_base`` over its stops to ``end_base``. Totals include the way home.

    After a night away a day starts, and before one it ends, at a lodging of the team: a base or a site.
    Each of the ``supplies`` parts two trips.
    """

    __pydantic_config__ = STRICT

    team_id: str
    day: date
    start_base: str
    end_base: str
    start_minute: int
    end_minute: int
    stops: tuple[Stop, ...]
    supplies: tuple[Supply, ...] = ()
    lunch: Lunch | None = None
    return_minutes: int
    return_metres: int
    metres: int
    drive_minutes: int
    service_minutes: int
    wait_minutes: int

    @property
    def halts(self) -> tuple[Stop | Supply, ...]:
        """Stops and supplies in the order in which they are driven to; a supply out of place comes first or last."""
        found, waiting = list[Stop | Supply](), sorted(self.supplies, key=lambda supply: supply.after_stops)
        for count, stop in enumerate(self.stops):
            while waiting and waiting[0].after_stops <= count:
                found.append(waiting.pop(0))
            found.append(stop)
        return (*found, *waiting)

    @property
    def trips(self) -> tuple[tuple[Stop, ...], ...]:
        """The stops from one loading to the next, in order."""
        trips: list[list[Stop]] = [[]]
        for halt in self.halts:
            if isinstance(halt, Stop):
                trips[-1].append(halt)
            else:
                trips.append([])
        return tuple(map(tuple, trips))


def is_night_away(team: Team, route: Route) -> bool:
    """Return whether the team sleeps out after the route."""
    return route.end_base != team.last_base


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A team's week (``week`` is its Monday): the routes of its days, in order."""

    __pydantic_config__ = STRICT

    team_id: str
    week: date
    routes: tuple[Route, ...]

    @property
    def metres(self) -> int:
        """Driven in the week."""
        return sum(route.metres for route in self.routes)


RelaxationKind = Literal[
    "lengthen_shift",
    "lengthen_window",
    "raise_priority",
    "raise_price",
    "raise_capacity",
    "raise_max_stops",
    "cancel_day_off",
    "open_site",
    "open_road",
    "allow_weekday",
    "add_weekday",
    "work_holidays",
    "allow_holidays",
    "free_weekday",
    "free_team",
    "lower_min_gap",
    "raise_max_gap",
    "lend_team",
    "add_skill",
    "change_vehicle",
    "allow_vehicle",
    "set_road",
    "add_team",
    "drop_skill",
    "drop_class",
    "lower_load",
    "lower_visits",
]
Proof = Literal["none", "alone", "in_plan"]
Value = bool | int | str | tuple[int, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """One change of one row of the input that would let a visit be made; ``planner.relaxations`` says what it means.

    The row is the team, the site, the rule at the site or the closed road; its ``field`` goes from ``old`` to ``new``.
    ``proof`` tells what was shown by planning again: the visit is possible by itself ("alone"), or fits into the
    plan while every other visit stays where it is ("in_plan").
    """

    __pydantic_config__ = STRICT

    kind: RelaxationKind
    team_id: str = ""
    site_id: str = ""
    rule_id: str = ""
    road_id: str = ""
    day: date | None = None
    field: str
    old: Value
    new: Value
    proof: Proof = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedVisit:
    """One asked visit that the plan does not make, and why.

    It was due between ``first_day`` and ``last_day``. ``reason`` is a code of ``planner.reasons``;
    ``details`` are the values of its sentence (name, value), as text. ``relaxation`` is the smallest
    single change found that serves it; None: none was found, or none was looked for.
    """

    __pydantic_config__ = STRICT

    site_id: str
    rule_id: str
    first_day: date
    last_day: date
    reason: str
    details: tuple[tuple[str, str], ...] = ()
    relaxation: Relaxation | None = None

    @property
    def task(self) -> Task:
        """The (site, rule) that is owed."""
        return Task(self.site_id, self.rule_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the plan was made from, so that it can be made again. No clock time: same input, same file."""

    __pydantic_config__ = STRICT

    version: str
    seed: int
    rounds: int
    dataset_sha256: str = ""
    is_travel_estimated: bool = False


Meetings = Mapping[tuple[date, Task], tuple[tuple[str, Stop], ...]]  # who makes a visit together


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Circuits sorted by (week, team), unserved visits sorted by (site, rule, first day)."""

    __pydantic_config__ = STRICT

    start: date
    days: int
    circuits: tuple[Circuit, ...]
    unserved: tuple[UnservedVisit, ...] = ()
    provenance: Provenance

    def routes(self) -> Iterator[Route]:
        """Every route, in the order of the circuits."""
        for circuit in self.circuits:
            yield from circuit.routes

    def visits(self) -> Iterator[tuple[Route, Stop]]:
        """Every stop with its route."""
        for route in self.routes():
            for stop in route.stops:
                yield route, stop

    def meetings(self) -> Meetings:
        """Return the visits that several teams make together: by day and task, each team's id and its stop."""
        found: dict[tuple[date, Task], list[tuple[str, Stop]]] = {}
        for route, stop in self.visits():
            found.setdefault((route.day, stop.task), []).append((route.team_id, stop))
        return {visit: tuple(come) for visit, come in found.items() if len({team for team, _ in come}) > 1}

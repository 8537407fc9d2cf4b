"""A published instance as its file states it, and the routes that answer it: plain data, in the file's own units."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import hypot, inf

from planner.errors import Issue


class Kind(StrEnum):
    """A family of published instances."""

    PVRP = "PVRP"
    PVRPTW = "PVRPTW"
    MDPVRP = "MDPVRP"
    HSDMDMTPVRP = "HSDMDMTPVRP"

    @property
    def is_multi_trip(self) -> bool:
        """Whether a vehicle may come home and leave again on the same day."""
        return self is Kind.HSDMDMTPVRP

    @property
    def has_one_depot_each(self) -> bool:
        """Whether all visits to a customer come from one depot (Vidal et al. 2012 state it, their files do not)."""
        return self is Kind.MDPVRP


@dataclass(frozen=True, slots=True)
class Depot:
    """Where routes begin and end; ``opens`` and ``closes`` bound the whole route."""

    number: int
    x: float
    y: float
    opens: float = 0.0
    closes: float = inf


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody to visit on exactly the days of one of the codes."""

    number: int
    x: float
    y: float
    service: float
    demand: float  # of one visit
    day_sets: tuple[tuple[int, ...], ...]  # days from 0, one set for each code
    opens: float = 0.0
    closes: float = inf  # service may start up to here
    vehicle_types: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class VehicleType:
    """Vehicles that are alike; ``count`` is a depot's or the whole fleet's (see ``Benchmark``)."""

    count: int
    capacity: float = inf
    speed: float = 1.0  # distance per unit of time
    fixed_cost: float = 0.0  # of each vehicle used at all in the horizon
    distance_cost: float = 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What a route of one day and depot may be at most; infinite where the file says 0."""

    longest: float
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One published instance.

    The classic families have one vehicle type, ``count`` vehicles a day at each depot. In HSDMDMTPVRP ``count`` is
    the fleet of that type at all depots together (the stricter reading of a file that leaves it open), a vehicle
    stays with one depot, and ``longest`` bounds all its trips of a day together.
    """

    name: str
    kind: Kind
    days: int
    depots: tuple[Depot, ...]
    customers: tuple[Customer, ...]
    vehicle_types: tuple[VehicleType, ...]
    limits: tuple[tuple[Limit, ...], ...]  # by day and depot
    notices: tuple[Issue, ...] = field(default=())

    @property
    def has_windows(self) -> bool:
        """Whether times of day matter."""
        return self.kind is Kind.PVRPTW


@dataclass(frozen=True, slots=True)
class Route:
    """One trip: customers by number, in driving order; day, depot, type and vehicle count from 0."""

    day: int
    depot: int
    vehicle_type: int
    vehicle: int
    customers: tuple[int, ...]


def days_of_code(code: int, days: int) -> tuple[int, ...]:
    """Return the days of a visit code, from 0: its leftmost binary digit is the first day."""
    return tuple(day for day in range(days) if code >> (days - 1 - day) & 1)


def distance(a: Depot | Customer, b: Depot | Customer) -> float:
    """Return the Euclidean distance, not rounded."""
    return hypot(a.x - b.x, a.y - b.y)

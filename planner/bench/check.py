"""The judge of routes in the instance's own terms. It shares nothing with the search: not its arrays, not its sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from planner.bench.model import Benchmark, Customer, Depot, Route, distance
from planner.language import Text, text

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What routes cost, and every rule they break."""

    cost: float  # distance times its price, plus the fixed cost of each vehicle used
    violations: tuple[Text, ...]

    @property
    def is_feasible(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations


def judge(benchmark: Benchmark, routes: Sequence[Route]) -> Verdict:
    """Return the cost of the routes and the rules they break; routes of nobody do not count."""
    driven = [route for route in routes if route.customers]
    unknown = tuple(sentence for route in driven for sentence in _unknown(benchmark, route))
    if unknown:  # nothing else could be said of such routes
        return Verdict(cost=inf, violations=unknown)
    violations = [*_fleet(benchmark, driven), *_codes(benchmark, driven)]
    for route in driven:
        violations += _route(benchmark, route)
    if benchmark.kind.is_multi_trip:
        violations += _working_days(benchmark, driven)
    if benchmark.kind.has_one_depot_each:
        violations += _homes(driven)
    return Verdict(cost=cost_of(benchmark, driven), violations=tuple(violations))


def cost_of(benchmark: Benchmark, routes: Sequence[Route]) -> float:
    """Return what the routes cost: each leg, and each vehicle used once for the whole horizon."""
    types = benchmark.vehicle_types
    driving = sum(length(benchmark, route) * types[route.vehicle_type].distance_cost for route in routes)
    vehicles = {(route.vehicle_type, route.vehicle) for route in routes}
    return driving + sum(types[kind].fixed_cost for kind, _ in vehicles)


def length(benchmark: Benchmark, route: Route) -> float:
    """Return the distance from the depot through the customers and back."""
    return sum(distance(a, b) for a, b in pairwise(_path(benchmark, route)))


def _path(benchmark: Benchmark, route: Route) -> list[Depot | Customer]:
    by_number = {customer.number: customer for customer in benchmark.customers}
    depot = benchmark.depots[route.depot]
    return [depot, *(by_number[number] for number in route.customers), depot]


def _name(route: Route) -> Text:
    return text(
        "day {day}, depot {depot}, vehicle type {type}, vehicle {vehicle}",
        day=route.day, depot=route.depot, type=route.vehicle_type, vehicle=route.vehicle,
    )  # fmt: skip


def _unknown(benchmark: Benchmark, route: Route) -> Iterator[Text]:
    """Yield what a route names that the instance does not have."""
    known = {customer.number for customer in benchmark.customers}
    bounds = (
        ("day", route.day, benchmark.days),
        ("depot", route.depot, len(benchmark.depots)),
        ("vehicle_type", route.vehicle_type, len(benchmark.vehicle_types)),
        ("vehicle", route.vehicle, inf),
    )
    for field, value, count in bounds:
        if not 0 <= value < count:
            yield text("{route}: there is no {field} {value}.", route=_name(route), field=field, value=value)
    for number in route.customers:
        if number not in known:
            yield text("{route}: there is no customer {number}.", route=_name(route), number=number)


def _fleet(benchmark: Benchmark, routes: Sequence[Route]) -> Iterator[Text]:
    """Yield vehicles used that there are not, or in two places."""
    if benchmark.kind.is_multi_trip:
        yield from _shared_fleet(benchmark, routes)
        return
    used: dict[tuple[int, int], list[int]] = defaultdict(list)
    for route in routes:
        used[route.day, route.depot].append(route.vehicle)
    for (day, depot), vehicles in sorted(used.items()):
        most = benchmark.vehicle_types[0].count
        if len(vehicles) > most:
            yield text(
                "day {day}, depot {depot}: {count} routes, but {most} vehicles.",
                day=day, depot=depot, count=len(vehicles), most=most,
            )  # fmt: skip
        for vehicle in sorted({v for v in vehicles if vehicles.count(v) > 1}):
            yield text(
                "day {day}, depot {depot}: vehicle {vehicle} drives two routes.",
                day=day, depot=depot, vehicle=vehicle,
            )  # fmt: skip


def _shared_fleet(benchmark: Benchmark, routes: Sequence[Route]) -> Iterator[Text]:
    homes: dict[tuple[int, int], set[int]] = defaultdict(set)
    for route in routes:
        homes[route.vehicle_type, route.vehicle].add(route.depot)
    for number, kind in enumerate(benchmark.vehicle_types):
        count = sum(vehicle_type == number for vehicle_type, _ in homes)
        if count > kind.count:
            yield text(
                "vehicle type {type}: {count} vehicles are used, {most} there are.",
                type=number, count=count, most=kind.count,
            )  # fmt: skip
    for (number, vehicle), depots in sorted(homes.items()):
        if len(depots) > 1:
            yield text(
                "vehicle type {type}, vehicle {vehicle}: drives from depots {depots}, but has one home.",
                type=number, vehicle=vehicle, depots=sorted(depots),
            )  # fmt: skip


def _codes(benchmark: Benchmark, routes: Sequence[Route]) -> Iterator[Text]:
    """Yield customers whose days are not exactly those of one of their codes."""
    visited: dict[int, list[int]] = defaultdict(list)
    for route in routes:
        for number in route.customers:
            visited[number].append(route.day)
    for customer in benchmark.customers:
        days = tuple(sorted(visited[customer.number]))
        if days not in customer.day_sets:
            yield text(
                "customer {number}: visited on days {days}, which is none of its codes.",
                number=customer.number, days=list(days),
            )  # fmt: skip


def _homes(routes: Sequence[Route]) -> Iterator[Text]:
    """Yield customers that are visited from several depots."""
    depots: dict[int, set[int]] = defaultdict(set)
    for route in routes:
        for number in route.customers:
            depots[number].add(route.depot)
    for number, homes in sorted(depots.items()):
        if len(homes) > 1:
            yield text(
                "customer {number}: visited from depots {depots}; all visits must come from one.",
                number=number, depots=sorted(homes),
            )  # fmt: skip


def _route(benchmark: Benchmark, route: Route) -> Iterator[Text]:
    """Yield the rules that one route breaks by itself."""
    path = _path(benchmark, route)
    limit = benchmark.limits[route.day][route.depot]
    stops = [place for place in path if isinstance(place, Customer)]
    load = sum(stop.demand for stop in stops)
    most = min(limit.capacity, benchmark.vehicle_types[route.vehicle_type].capacity)
    if load > most + TOLERANCE:
        yield text("{route}: load {load}, but {most} at most.", route=_name(route), load=f"{load:g}", most=f"{most:g}")
    for stop in stops:
        if route.vehicle_type not in stop.vehicle_types:
            yield text("{route}: may not come to customer {number}.", route=_name(route), number=stop.number)
    duration, late = least_duration(path) if benchmark.has_windows else (duration_of(benchmark, route), 0.0)
    if late > TOLERANCE:
        yield text("{route}: {late} too late for a time window.", route=_name(route), late=f"{late:.4f}")
    if duration > limit.longest + TOLERANCE and not benchmark.kind.is_multi_trip:
        yield _too_long(_name(route), duration, limit.longest)


def _too_long(name: Text, duration: float, longest: float) -> Text:
    return text("{route}: lasts {lasts}, but {most} at most.", route=name, lasts=f"{duration:.4f}", most=f"{longest:g}")


def duration_of(benchmark: Benchmark, route: Route) -> float:
    """Return the time of driving and service, without waiting."""
    service = sum(place.service for place in _path(benchmark, route) if isinstance(place, Customer))
    return length(benchmark, route) / benchmark.vehicle_types[route.vehicle_type].speed + service


def _working_days(benchmark: Benchmark, routes: Sequence[Route]) -> Iterator[Text]:
    """Yield vehicles whose trips of a day last longer together than the working day."""
    busy: dict[tuple[int, int, int], list[Route]] = defaultdict(list)
    for route in routes:
        busy[route.day, route.vehicle_type, route.vehicle].append(route)
    for trips in busy.values():
        duration = sum(duration_of(benchmark, trip) for trip in trips)
        longest = benchmark.limits[trips[0].day][trips[0].depot].longest
        if duration > longest + TOLERANCE:
            yield _too_long(_name(trips[0]), duration, longest)


def least_duration(path: Sequence[Depot | Customer]) -> tuple[float, float]:
    """Return the shortest time from departure to return in this order, and the latest start beyond a window.

    Forward: each service as early as can be, so the earliest return. Backward from that return: each as late as can
    be, so the last departure that loses nothing by it. Between the two lies the least duration.
    """
    time, late = path[0].opens, 0.0
    for a, b in pairwise(path):
        time = max(time + _service(a) + distance(a, b), b.opens)
        late = max(late, time - b.closes)
    end = time
    for a, b in reversed(list(pairwise(path))):
        time = min(time - distance(a, b) - _service(a), a.closes)
    return end - max(time, path[0].opens), late


def _service(place: Depot | Customer) -> float:
    return place.service if isinstance(place, Customer) else 0.0

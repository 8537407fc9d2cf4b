"""A published instance as the arrays of the search, and the search's answer as routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from planner.bench.model import Benchmark, Customer, Depot, Route
from planner.solver.instance import NEVER, NODE, SLOT, TASK, Floats, Instance, Ints, Records

MOST_NEAR = 40
TRIPS = 3  # a vehicle's trips a day that the search sees where any number is allowed


@dataclass(frozen=True, slots=True)
class Slot:
    """One trip that may be driven: what a number of the search's slots means in the instance."""

    day: int
    depot: int
    vehicle_type: int
    vehicle: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """The arrays, and the meaning of their slots; task k is customer k, places are the depots, then the customers."""

    benchmark: Benchmark
    slots: tuple[Slot, ...]
    instance: Instance


def map_benchmark(benchmark: Benchmark) -> Mapping:
    """Return the instance as the search sees it."""
    slots = slots_of(benchmark)
    days = search_days(benchmark)
    graph_of, graph_first, nodes, edge_from = calendar_graphs([day_sets_of(benchmark, c) for c in benchmark.customers])
    prices, minutes, near = travel(benchmark)
    instance = Instance(
        leg_price=prices,
        leg_minutes=minutes,
        slots=slot_records(benchmark, slots),
        day_first=np.searchsorted([search_day(benchmark, slot) for slot in slots], range(days + 1)).astype(np.int64),
        tasks=task_records(benchmark, graph_of),
        starts=np.array([[(c.opens, c.closes if isfinite(c.closes) else NEVER)] for c in benchmark.customers]),
        visit_price=visit_prices(benchmark, slots),
        graph_first=graph_first,
        nodes=nodes,
        edge_from=edge_from,
        near=near,
        idle_price=np.zeros(1),
    )
    return Mapping(benchmark=benchmark, slots=slots, instance=instance)


def slots_of(benchmark: Benchmark) -> tuple[Slot, ...]:
    """Return every trip that may be driven, by day of the search; the trips of a vehicle's day stand side by side.

    Within a day types and depots take turns: a search that looks at a few neighbouring slots sees each kind.
    """
    trips = TRIPS if benchmark.kind.is_multi_trip else 1
    depots, types = range(len(benchmark.depots)), range(len(benchmark.vehicle_types))
    homes = [(number, depot, vehicles_at(benchmark, number, depot)) for number in types for depot in depots]
    slots = [
        Slot(day, depot, number, vehicles[rank])
        for day in range(benchmark.days)
        for rank in range(max(len(vehicles) for _, _, vehicles in homes))
        for number, depot, vehicles in homes
        if rank < len(vehicles)
        for _ in range(trips)
    ]
    return tuple(sorted(slots, key=lambda slot: search_day(benchmark, slot)))


def search_days(benchmark: Benchmark) -> int:
    """Return how many days the search sees."""
    return benchmark.days * (len(benchmark.depots) if benchmark.kind.has_one_depot_each else 1)


def search_day(benchmark: Benchmark, slot: Slot) -> int:
    """Return the day on which the search sees a slot.

    Where a customer stays with one depot, each depot has days of its own, and a customer's calendar is a choice of
    a depot and its days (Vidal et al. 2012).
    """
    return slot.day + (slot.depot * benchmark.days if benchmark.kind.has_one_depot_each else 0)


def day_sets_of(benchmark: Benchmark, customer: Customer) -> tuple[tuple[int, ...], ...]:
    """Return the sets of days of the search on which a customer may be visited."""
    firsts = range(0, search_days(benchmark), benchmark.days)
    return tuple(tuple(first + day for day in days) for first in firsts for days in customer.day_sets)


def vehicles_at(benchmark: Benchmark, vehicle_type: int, depot: int) -> range:
    """Return the numbers of a type's vehicles at a depot: all of its own, or each d-th of a fleet that is shared."""
    count = benchmark.vehicle_types[vehicle_type].count
    return range(depot, count, len(benchmark.depots)) if benchmark.kind.is_multi_trip else range(count)


def slot_records(benchmark: Benchmark, slots: Sequence[Slot]) -> Records:
    """Return the slots as records; the slots of one vehicle share a team number, on each day and over the days."""
    records = np.zeros(len(slots), SLOT)
    teams: dict[tuple[int, int, int], int] = {}
    kinds: dict[tuple[int, int, int], int] = {}
    purses: dict[int, int] = {}
    for k, (record, slot) in enumerate(zip(records, slots, strict=True)):
        limit = benchmark.limits[slot.day][slot.depot]
        depot = benchmark.depots[slot.depot]
        capacity = min(limit.capacity, benchmark.vehicle_types[slot.vehicle_type].capacity)
        record["day"] = search_day(benchmark, slot)
        record["kind"] = kinds.setdefault((slot.day, slot.depot, slot.vehicle_type), len(kinds))
        record["team"] = teams.setdefault((slot.depot, slot.vehicle_type, slot.vehicle), len(teams))
        record["purse"] = purses.setdefault(record["team"], k)
        record["profile"] = slot.vehicle_type
        record["start"] = record["end"] = slot.depot
        record["stops"] = len(benchmark.customers)
        record["timed"] = benchmark.has_windows
        record["opens"], record["closes"] = depot.opens, _or_never(depot.closes)
        record["longest"] = _or_never(limit.longest * unit_of(benchmark))
        record["capacity"] = _or_never(capacity)
        record["team_price"] = benchmark.vehicle_types[slot.vehicle_type].fixed_cost
        if benchmark.kind.is_multi_trip:
            record["trips"], record["trip"], record["most"] = TRIPS, k % TRIPS, TRIPS
            record["together"], record["longest"] = record["longest"], NEVER
    return records


def unit_of(benchmark: Benchmark) -> float:
    """Return how many minutes of the search a unit of time of the file is: the files with speeds count hours."""
    return 60.0 if benchmark.kind.is_multi_trip else 1.0


def _or_never(value: float) -> float:
    return value if isfinite(value) else NEVER


def task_records(benchmark: Benchmark, graph_of: Ints) -> Records:
    """Return the customers as tasks that may never be owed."""
    records = np.zeros(len(benchmark.customers), TASK)
    records["place"] = np.arange(len(records)) + len(benchmark.depots)
    records["graph"] = graph_of
    records["windows"] = benchmark.has_windows
    records["minutes"] = [c.service * unit_of(benchmark) for c in benchmark.customers]
    records["load"] = [c.demand for c in benchmark.customers]
    records["owed_price"] = NEVER
    return records


def visit_prices(benchmark: Benchmark, slots: Sequence[Slot]) -> Floats:
    """Return 0 where a customer may be visited and NEVER where the vehicle's type may not come."""
    types = range(len(benchmark.vehicle_types))
    by_type = [[0.0 if kind in c.vehicle_types else NEVER for kind in types] for c in benchmark.customers]
    return np.ascontiguousarray(np.array(by_type)[:, [slot.vehicle_type for slot in slots]])


def travel(benchmark: Benchmark) -> tuple[Floats, Floats, Ints]:
    """Return price and minutes of every leg by vehicle type, and each customer's nearest others."""
    places: tuple[Depot | Customer, ...] = (*benchmark.depots, *benchmark.customers)
    x, y = (np.array([getattr(place, axis) for place in places], dtype=np.float64) for axis in "xy")
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    prices = np.stack([distance * kind.distance_cost for kind in benchmark.vehicle_types])
    minutes = np.stack([distance / kind.speed * unit_of(benchmark) for kind in benchmark.vehicle_types])
    depots, customers = len(benchmark.depots), len(benchmark.customers)
    between = distance[depots:, depots:].copy()
    np.fill_diagonal(between, np.inf)  # nobody is his own neighbour, also not among others at the same spot
    near = np.argsort(between, axis=1, kind="stable")[:, : min(MOST_NEAR, customers - 1)]
    return prices, minutes, np.ascontiguousarray(near, dtype=np.int64)


def calendar_graphs(day_sets: Sequence[tuple[tuple[int, ...], ...]]) -> tuple[Ints, Ints, Records, Ints]:
    """Return each task's graph number, and all graphs: first nodes, nodes, edges; equal sets of days share one.

    A graph is a trie: the days of a set are a path from a root, and sets with equal first days share those nodes.
    """
    number: dict[tuple[tuple[int, ...], ...], int] = {}
    graph_of = [number.setdefault(tuple(sorted(sets)), len(number)) for sets in day_sets]
    first: list[int] = [0]
    rows: list[tuple[int, bool, int, int]] = []
    edges: list[int] = []
    for sets in number:
        nodes: dict[tuple[int, ...], int] = {}
        for days in sets:
            for length in range(1, len(days) + 1):
                path = days[:length]
                if path in nodes:
                    continue
                nodes[path] = first[-1] + len(nodes)
                rows.append((path[-1], path in sets, len(edges), 0))
                if length > 1:
                    edges.append(nodes[path[:-1]])
        first.append(len(rows))
    rows.append((0, False, len(edges), 0))  # only ends the edges
    graphs, firsts, edge_from = (np.array(values, dtype=np.int64) for values in (graph_of, first, edges))
    return graphs, firsts, np.array(rows, NODE), edge_from


def routes_of(mapping: Mapping, routes: Iterable[tuple[int, tuple[int, ...]]]) -> tuple[Route, ...]:
    """Return the search's routes (slot, tasks) as routes of the instance."""
    found: list[Route] = []
    for number, tasks in routes:
        slot = mapping.slots[number]
        customers = tuple(mapping.benchmark.customers[task].number for task in tasks)
        found.append(Route(slot.day, slot.depot, slot.vehicle_type, slot.vehicle, customers))
    return tuple(sorted(found, key=lambda r: (r.day, r.depot, r.vehicle_type, r.vehicle, r.customers)))

"""PyVRP routes each day of the fixed assignment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.peers.assignment import Cell, assign
from benchmarks.peers.whole import SCALE, whole_cost, whole_limit, whole_time
from planner.bench.model import Benchmark, Route
from planner.bench.run import Effort

NAME = "PyVRP, days fixed"
PACKAGE = "pyvrp"


def solve(benchmark: Benchmark, effort: Effort) -> tuple[Route, ...]:
    """Return the routes of all days; each day has an equal share of the seconds, or all rounds as iterations."""
    from pyvrp.stop import MaxIterations, MaxRuntime  # noqa: PLC0415 - an optional peer

    cells = [cell for cell in assign(benchmark) if cell.customers]
    share = (effort.seconds or 0.0) / max(1, len(cells))
    return tuple(
        route
        for cell in cells
        for route in _route_day(
            benchmark, cell, effort.seed, MaxIterations(effort.rounds) if effort.rounds else MaxRuntime(share)
        )
    )


def _route_day(benchmark: Benchmark, cell: Cell, seed: int, stop: Any) -> list[Route]:
    from pyvrp import Model  # noqa: PLC0415

    model = Model()
    places = [cell.depot, *cell.customers]
    locations = [model.add_location(x=round(place.x * SCALE), y=round(place.y * SCALE)) for place in places]
    limit = benchmark.limits[cell.day][cell.depot_number]
    depot = model.add_depot(locations[0])
    model.add_vehicle_type(
        num_available=benchmark.vehicle_types[0].count,
        capacity=whole_limit(limit.capacity),
        start_depot=depot,
        end_depot=depot,
        tw_early=whole_limit(cell.depot.opens),
        tw_late=whole_limit(cell.depot.closes),
        shift_duration=whole_limit(limit.longest),
    )
    for customer, location in zip(cell.customers, locations[1:], strict=True):
        model.add_client(
            location,
            delivery=round(customer.demand * SCALE),
            service_duration=round(customer.service * SCALE),
            tw_early=whole_limit(customer.opens),
            tw_late=whole_limit(customer.closes),
        )
    for a, start in zip(places, locations, strict=True):
        for b, end in zip(places, locations, strict=True):
            if a is not b:
                model.add_edge(start, end, distance=whole_cost(a, b), duration=whole_time(a, b))
    found = model.solve(stop, seed=seed, collect_stats=False, display=False).best
    return [
        Route(cell.day, cell.depot_number, 0, vehicle, _customers(cell, route))
        for vehicle, route in enumerate(found.routes())
    ]


def _customers(cell: Cell, route: Iterable[Any]) -> tuple[int, ...]:
    """Return the customers of a route by number."""
    return tuple(cell.customers[visit.idx].number for visit in route if visit.is_client())

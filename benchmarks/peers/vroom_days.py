"""VROOM routes each day of the fixed assignment."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from benchmarks.peers.assignment import Cell, assign
from benchmarks.peers.whole import MOST, SCALE, whole_cost, whole_limit, whole_time
from planner.bench.model import Benchmark, Route
from planner.bench.run import Effort

NAME = "VROOM, days fixed"
PACKAGE = "vroom"
GUARD_SECONDS = 60.0
EXPLORATION = 5  # the most it has


def solve(benchmark: Benchmark, effort: Effort) -> tuple[Route, ...]:
    """Return the routes of all days; VROOM ends by itself, mostly long before its share of the seconds.

    It knows no limit of a route's duration beside time windows, so instances with windows are not for it.
    """
    if benchmark.has_windows:
        raise ValueError("VROOM cannot limit the duration of a route that has time windows.")
    cells = [cell for cell in assign(benchmark) if cell.customers]
    seconds = (effort.seconds or GUARD_SECONDS) / max(1, len(cells))
    return tuple(route for cell in cells for route in _route_day(benchmark, cell, seconds))


def _route_day(benchmark: Benchmark, cell: Cell, seconds: float) -> list[Route]:
    import vroom  # noqa: PLC0415 - an optional peer

    places = [cell.depot, *cell.customers]
    limit = benchmark.limits[cell.day][cell.depot_number]
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array([[whole_time(a, b) for b in places] for a in places], np.uint32))
    problem.set_costs_matrix("car", np.array([[whole_cost(a, b) for b in places] for a in places], np.uint32))
    for vehicle in range(benchmark.vehicle_types[0].count):
        problem.add_vehicle(
            vroom.Vehicle(
                vehicle,
                start=0,
                end=0,
                capacity=[whole_limit(limit.capacity)],
                time_window=vroom.TimeWindow(0, min(MOST, whole_limit(limit.longest))),
            )
        )
    for number, customer in enumerate(cell.customers):
        service, load = round(customer.service * SCALE), round(customer.demand * SCALE)
        problem.add_job(vroom.Job(number, number + 1, default_service=service, delivery=vroom.Amount([load])))
    found = problem.solve(EXPLORATION, 1, timedelta(seconds=seconds)).routes
    jobs = found[found["type"] == "job"]
    return [
        Route(cell.day, cell.depot_number, 0, int(vehicle), tuple(cell.customers[int(k)].number for k in rows["id"]))
        for vehicle, rows in jobs.groupby("vehicle_id", sort=True)
    ]

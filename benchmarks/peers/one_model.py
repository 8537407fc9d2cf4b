"""One OR-Tools RoutingModel: a node for each visit, a vehicle for each day and vehicle, days coupled by tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.peers.assignment import assign
from benchmarks.peers.whole import MOST, SCALE, whole_cost, whole_limit, whole_time
from planner.bench.instances import day_sets_of, search_days
from planner.bench.model import Benchmark, Customer, Depot, Route
from planner.bench.run import Effort

NAME = "OR-Tools, one model"
PACKAGE = "ortools"
LEFT_OUT_COST = 10**9
GUARD_SECONDS = 60.0  # where solutions are counted: guided local search does not end by itself
FIRST_SHARE = 0.2  # of the seconds, for a first solution on the fixed days


def solve(benchmark: Benchmark, effort: Effort) -> tuple[Route, ...]:
    """Return the routes of the model after the seconds; none when it found no first solution.

    Most ways of the model to a first solution fail on visits whose days are coupled. So it begins with the days of
    the fixed assignment that the other peers keep, then all days are free.
    """
    start = _Model(benchmark, fixed_days(benchmark)).search(_parameters(effort, FIRST_SHARE))
    if start is None:
        return ()
    model = _Model(benchmark, None)
    return model.routes(model.search(_parameters(effort, 1.0 - FIRST_SHARE), start))


def fixed_days(benchmark: Benchmark) -> dict[int, tuple[int, ...]]:
    """Return the days of the search on which each customer is visited in the fixed assignment."""
    cells = list(enumerate(assign(benchmark)))
    return {c.number: tuple(k for k, cell in cells if c in cell.customers) for c in benchmark.customers}


class _Model:
    """The routing model; vehicles are numbered by day of the search, ``fixed`` names the days when they are given."""

    def __init__(self, benchmark: Benchmark, fixed: Mapping[int, tuple[int, ...]] | None) -> None:
        from ortools.constraint_solver import pywrapcp  # noqa: PLC0415 - takes seconds to load

        self.benchmark = benchmark
        self.visits = [customer for customer in benchmark.customers for _ in customer.day_sets[0]]
        places = [*benchmark.depots, *self.visits]
        homes = [number // benchmark.days for number in range(search_days(benchmark)) for _ in _fleet(benchmark)]
        self.manager = pywrapcp.RoutingIndexManager(len(places), len(homes), homes, homes)
        self.routing = pywrapcp.RoutingModel(self.manager)
        costs = self.routing.RegisterTransitMatrix(_matrix(places, whole_cost))
        self.routing.SetArcCostEvaluatorOfAllVehicles(costs)
        _add_loads(self.routing, benchmark, places)
        _add_times(self.routing, self.manager, benchmark, places)
        _couple_days(self.routing, self.manager, benchmark, fixed)

    def search(self, parameters: Any, start: list[list[int]] | None = None) -> list[list[int]] | None:
        """Return the places of each vehicle in driving order; None when nothing was found."""
        if start is None:
            found = self.routing.SolveWithParameters(parameters)
        else:
            self.routing.CloseModelWithParameters(parameters)
            first = self.routing.ReadAssignmentFromRoutes(start, True)
            found = self.routing.SolveFromAssignmentWithParameters(first, parameters) if first else None
        driven = self._driven(found) if found else []
        return driven if sum(map(len, driven)) == len(self.visits) else None

    def _driven(self, found: Any) -> list[list[int]]:
        routes = []
        for vehicle in range(self.routing.vehicles()):
            index, places = found.Value(self.routing.NextVar(self.routing.Start(vehicle))), []
            while not self.routing.IsEnd(index):
                places.append(self.manager.IndexToNode(index))
                index = found.Value(self.routing.NextVar(index))
            routes.append(places)
        return routes

    def routes(self, driven: list[list[int]] | None) -> tuple[Route, ...]:
        """Return what the vehicles drive as routes of the instance."""
        fleet, depots = len(_fleet(self.benchmark)), len(self.benchmark.depots)
        routes = []
        for vehicle, places in enumerate(driven or ()):
            depot, day = divmod(vehicle // fleet, self.benchmark.days)
            customers = tuple(self.visits[place - depots].number for place in places)
            routes += [Route(day, depot, 0, vehicle % fleet, customers)] if customers else []
        return tuple(routes)


def _fleet(benchmark: Benchmark) -> range:
    return range(benchmark.vehicle_types[0].count)


def _matrix(places: Sequence[Depot | Customer], length: Any) -> list[list[int]]:
    return np.array([[length(a, b) for b in places] for a in places], np.int64).tolist()  # type: ignore[no-any-return]


def _limits(benchmark: Benchmark) -> list[Any]:
    """Return the limit of each vehicle."""
    cells = (divmod(number, benchmark.days) for number in range(search_days(benchmark)))
    return [benchmark.limits[day][depot] for depot, day in cells for _ in _fleet(benchmark)]


def _add_loads(routing: Any, benchmark: Benchmark, places: Sequence[Depot | Customer]) -> None:
    demands = [round(place.demand * SCALE) if isinstance(place, Customer) else 0 for place in places]
    capacities = [whole_limit(limit.capacity) for limit in _limits(benchmark)]
    routing.AddDimensionWithVehicleCapacity(routing.RegisterUnaryTransitVector(demands), 0, capacities, True, "load")


def _add_times(routing: Any, manager: Any, benchmark: Benchmark, places: Sequence[Depot | Customer]) -> None:
    """Limit the duration of routes, and the starts of services where there are windows."""

    def served(a: Depot | Customer, b: Depot | Customer) -> int:
        return whole_time(a, b) + (round(a.service * SCALE) if isinstance(a, Customer) else 0)

    waiting = MOST if benchmark.has_windows else 0
    routing.AddDimension(routing.RegisterTransitMatrix(_matrix(places, served)), waiting, MOST, False, "time")
    time = routing.GetDimensionOrDie("time")
    for vehicle, limit in enumerate(_limits(benchmark)):
        time.SetSpanUpperBoundForVehicle(whole_limit(limit.longest), vehicle)
        home = benchmark.depots[manager.IndexToNode(routing.Start(vehicle))]
        for index in (routing.Start(vehicle), routing.End(vehicle)):
            time.CumulVar(index).SetRange(whole_limit(home.opens), whole_limit(home.closes))
    for node in range(len(benchmark.depots), len(places)):
        place = places[node]
        time.CumulVar(manager.NodeToIndex(node)).SetRange(whole_limit(place.opens), whole_limit(place.closes))


def _couple_days(routing: Any, manager: Any, benchmark: Benchmark, fixed: Mapping[int, tuple[int, ...]] | None) -> None:
    """Allow a customer's visits, in their order, exactly the days of its codes, or those that are fixed."""
    solver = routing.solver()
    day_of_vehicle = [day for day in range(search_days(benchmark)) for _ in _fleet(benchmark)]
    node = len(benchmark.depots)
    for customer in benchmark.customers:
        sets = day_sets_of(benchmark, customer) if fixed is None else (fixed[customer.number],)
        count = len(sets[0])
        left_out = [] if fixed is None else [-1]
        vehicles = [routing.VehicleVar(manager.NodeToIndex(node + k)) for k in range(count)]
        for k, vehicle in enumerate(vehicles):
            allowed = {days[k] for days in sets}
            vehicle.SetValues([*left_out, *(v for v, day in enumerate(day_of_vehicle) if day in allowed)])
            if left_out:  # a dear way out, or tight days have no first solution at all
                routing.AddDisjunction([manager.NodeToIndex(node + k)], LEFT_OUT_COST)
        if count > 1 and len(sets) > 1:
            days = [solver.Element(day_of_vehicle, vehicle).Var() for vehicle in vehicles]
            solver.Add(solver.AllowedAssignments(days, [list(allowed) for allowed in sets]))
        node += count


def _parameters(effort: Effort, share: float) -> Any:
    """Return how to search: for a share of the seconds, or until so many solutions were accepted."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(1000 * share * (effort.seconds or GUARD_SECONDS)))
    if effort.rounds:
        parameters.solution_limit = effort.rounds
    return parameters

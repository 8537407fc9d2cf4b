"""Days (and a depot) for every customer, fixed before routing: what solvers without calendars need.

Each customer takes the days on which it is cheapest to insert into one tour of the day through everybody there, with
a price on what would be more than the day's vehicles carry or last. Then everybody is taken out and placed again,
until nobody moves. Of several orders to begin in the cheapest result counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2

from planner.bench.instances import day_sets_of, search_days
from planner.bench.model import Benchmark, Customer, Depot, distance

PASSES = 10
FULL = 0.97  # of the loads of a day's vehicles: bins are never filled to the last
BUSY = 0.85  # of their time: one tour through a day is shorter than the routes that share it
DaySets = tuple[tuple[int, ...], ...]
OVER_PRICE = 10.0  # of a day filled beyond that, in mean distances from the depot


@dataclass(slots=True)
class Cell:
    """One day of one depot: a tour through everybody there."""

    day: int
    depot_number: int
    depot: Depot
    most_load: float
    most_time: float
    price: float  # of filling it twice
    customers: list[Customer] = field(default_factory=list)

    @property
    def length(self) -> float:
        """The length of the tour."""
        return sum(distance(a, b) for a, b in pairwise([self.depot, *self.customers, self.depot]))

    @property
    def total(self) -> float:
        """The length of the tour and the price of overfilling the day."""
        return self.length + self._over(0.0, 0.0)

    def insertion(self, customer: Customer) -> tuple[float, int]:
        """Return the cheapest detour to a customer, and its place in the tour."""
        stops: list[Depot | Customer] = [self.depot, *self.customers, self.depot]
        return min(
            (distance(a, customer) + distance(customer, b) - distance(a, b), place)
            for place, (a, b) in enumerate(pairwise(stops))
        )

    def cost(self, customer: Customer) -> float:
        """Return the detour to a customer and the price of overfilling the day."""
        detour = self.insertion(customer)[0]
        return detour + self._over(customer.demand, detour + customer.service)

    def _over(self, load: float, time: float) -> float:
        """Return the price of what the day would carry and last beyond its limits with so much more."""
        load += sum(other.demand for other in self.customers)
        time += sum(other.service for other in self.customers) + self.length
        return self.price * (max(0.0, load / self.most_load - 1.0) + max(0.0, time / self.most_time - 1.0))

    def add(self, customer: Customer) -> None:
        """Put a customer on its cheapest place of the tour."""
        self.customers.insert(self.insertion(customer)[1], customer)


def assign(benchmark: Benchmark) -> tuple[Cell, ...]:
    """Return the cells with their customers, the cheapest of several orders; everybody's days are those of a code."""
    options = {customer.number: day_sets_of(benchmark, customer) for customer in benchmark.customers}
    home = benchmark.depots[0]
    orders: tuple[Callable[[Customer], float], ...] = (
        lambda c: -c.demand * len(options[c.number][0]),
        lambda c: -distance(home, c),
        lambda c: atan2(c.y - home.y, c.x - home.x),  # round the depot, so that neighbours follow each other
    )
    found = []
    for order in orders:
        customers = sorted(benchmark.customers, key=order)
        for is_choice_first in (True, False):
            by_choice = sorted(customers, key=lambda c: len(options[c.number])) if is_choice_first else customers
            found.append(_place(_empty_cells(benchmark), options, by_choice))
    return tuple(min(found, key=lambda cells: sum(cell.total for cell in cells)))


def _place(cells: list[Cell], options: dict[int, DaySets], order: Sequence[Customer]) -> list[Cell]:
    """Put everybody into the cells in this order, then take out and place again until nobody moves."""
    chosen: dict[int, tuple[int, ...]] = {}
    for _ in range(PASSES):
        has_moved = False
        for customer in order:
            before = chosen.get(customer.number, ())
            for number in before:
                cells[number].customers.remove(customer)
            prices = [cell.cost(customer) for cell in cells]
            after = min(options[customer.number], key=lambda days: sum(prices[n] for n in days))
            for number in after:
                cells[number].add(customer)
            chosen[customer.number] = after
            has_moved = has_moved or after != before
        if not has_moved:
            break
    return cells


def _empty_cells(benchmark: Benchmark) -> list[Cell]:
    """Return a cell for each day of the search, in its order."""
    vehicles = benchmark.vehicle_types[0].count
    cells = []
    for number in range(search_days(benchmark)):
        depot, day = divmod(number, benchmark.days)
        limit = benchmark.limits[day][depot]
        home = benchmark.depots[depot]
        way = sum(distance(home, customer) for customer in benchmark.customers) / len(benchmark.customers)
        cells.append(
            Cell(
                day=day,
                depot_number=depot,
                depot=home,
                most_load=limit.capacity * vehicles * FULL,
                most_time=limit.longest * vehicles * BUSY,
                price=OVER_PRICE * len(benchmark.customers) * way,
            )
        )
    return cells

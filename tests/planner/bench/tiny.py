"""Hand-made instances of each family, small enough to be checked by hand; every leg used is a whole number."""

from __future__ import annotations

from pathlib import Path

from planner.bench.formats import read_benchmark
from planner.bench.model import Benchmark, Route

# Depot at 0,0. Customer 2 is visited on both days, 3 on the first (code 2 is binary 10), 1 and 4 on either.
PVRP = """\
1 2 4 2
30 10
30 10
0 0 0 0 0 0 0
1 3 0 1 4 1 2 1 2
2 3 4 1 4 2 1 3
3 0 4 2 6 1 1 2
4 0 -5 1 3 1 2 1 2
"""
# The same with windows: 3 opens at 20, and the depot closes at 100.
PVRPTW = """\
5 2 4 2
30 10
30 10
0 0 0 0 0 0 0 0 100
1 3 0 1 4 1 2 1 2 0 100
2 3 4 1 4 2 1 3 0 50
3 0 4 2 6 1 1 2 20 40
4 0 -5 1 3 1 2 1 2 0 100
"""
# A second depot at 10,0; the loads of day and depot differ so that their order in the file shows.
MDPVRP = """\
8 1 4 2 2
0 11
0 12
0 21
0 22
0 0 0 0 0 0 0 0 0 1000
1 10 0 0 0 0 0 0 0 1000
2 3 0 1 4 1 2 1 2 5 6
3 3 4 1 4 2 1 3 5 6
4 10 4 2 6 1 1 2 5 6
5 7 0 1 3 1 2 1 2 5 6
"""
# Two types: small (load 10, 2 vehicles) and large (load 100, 1 vehicle). Masks: 3 both, 1 large only.
HSDMDMTPVRP = """\
2 2 4 2 8.0
1 2 10 10 100 0.5
2 1 100 5 300 2
1 3 0 4 1 1 2 1 2 3
2 3 4 4 1 2 1 3 3
3 0 4 60 2 1 1 2 1
4 0 -5 3 1 1 2 1 2 3
5 0 0
6 10 0
"""


def read(content: str, folder: Path, name: str = "tiny.txt", **options: int) -> Benchmark:
    """Return the instance that a file of this content holds."""
    path = folder / name
    path.write_text(content)
    return read_benchmark(path, **options)


def drive(*customers: int, day: int = 0, depot: int = 0, vehicle: int = 0, vehicle_type: int = 0) -> Route:
    """Return a route through the customers."""
    return Route(day, depot, vehicle_type, vehicle, customers)


# By hand: 0-2-3-0 is 5+3+4, 0-4-0 is 10, 0-1-2-0 is 3+4+5.
GOOD_PVRP = (drive(2, 3), drive(4, vehicle=1), drive(1, 2, day=1))
GOOD_PVRP_COST = 34.0
# 2 and 3 from the first depot (3-4-5), 4 and 5 from the second (4-5-3).
GOOD_MDPVRP = (drive(2, 3), drive(4, 5, depot=1), drive(3, day=1))
GOOD_MDPVRP_COST = 12.0 + 12.0 + 10.0
# Small vehicle 0 drives twice on the first day: 1-2 is 12 long, 4 is 10 long; the large one brings 60 to customer 3.
GOOD_HETEROGENEOUS = (drive(1, 2), drive(4), drive(3, vehicle_type=1), drive(2, day=1))
GOOD_HETEROGENEOUS_COST = (12 + 10 + 10) * 0.5 + 8 * 2 + 100 + 300

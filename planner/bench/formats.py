"""Published instances, from text files to ``Benchmark``: Cordeau's types 1, 5 and 8, and HSDMDMTPVRP.

The four files differ in their columns only::

    type m n t [d]            t*d lines: D Q      depots and customers: i x y d q f a code.. [e l]
    t m n d tl                m lines: p k Q S f c   customers: i x y q u f a code.. mask    depots: i x y
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf
from pathlib import Path

from planner.bench.lines import Line, read_each, read_lines
from planner.bench.model import Benchmark, Customer, Depot, Kind, Limit, VehicleType, days_of_code
from planner.errors import InputError, Issue, Where
from planner.language import text

KIND_OF_TYPE = {1: Kind.PVRP, 5: Kind.PVRPTW, 8: Kind.MDPVRP}
MOST_CUSTOMERS = 5_000
MOST_VEHICLES = 1_000
MOST_DEPOTS = 100
MOST_DAYS = 366
MOST_TYPES = 60


def read_benchmark(path: Path, *, as_type: int | None = None) -> Benchmark:
    """Read one instance; ``as_type`` (1, 5 or 8) overrides the type of its header.

    Raises
    ------
    InputError
        With every fault of the first part of the file that has any.
    """
    lines = read_lines(path)
    if as_type is None and _is_heterogeneous(lines):
        return _read_heterogeneous(path.stem, lines)
    return _read_classic(path.stem, lines, as_type)


def _is_heterogeneous(lines: Sequence[Line]) -> bool:
    """Tell whether the vehicle types of HSDMDMTPVRP follow the header: six numbers, where the others have two."""
    return len(lines[0].words) == 5 and len(lines) > 1 and len(lines[1].words) == 6


def _read_classic(name: str, lines: Sequence[Line], as_type: int | None) -> Benchmark:
    header = lines[0]
    header.need(4, "type m n t")
    kind, notices = _kind_of(lines, as_type)
    vehicles = header.whole(1, text("the number of vehicles"), least=1, most=MOST_VEHICLES)
    count = header.whole(2, text("the number of customers"), least=1, most=MOST_CUSTOMERS)
    days = header.whole(3, text("the number of days"), least=1, most=MOST_DAYS)
    depots = 1
    if kind is Kind.MDPVRP:
        header.need(5, "type m n t d")
        depots = header.whole(4, text("the number of depots"), least=1, most=MOST_DEPOTS)
    _check_length(lines, 1 + days * depots + depots + count)
    limits = read_each(lines[1 : 1 + days * depots], _limit)
    nodes = lines[1 + days * depots :]
    depots_read = read_each(nodes[:depots], lambda line: _classic_depot(line, kind))
    customers = read_each(nodes[depots:], lambda line: _classic_customer(line, kind, days))
    _check_numbers(nodes, [*depots_read, *customers])
    return Benchmark(
        name=name,
        kind=kind,
        days=days,
        depots=depots_read,
        customers=customers,
        vehicle_types=(VehicleType(count=vehicles),),
        limits=tuple(limits[day * depots : (day + 1) * depots] for day in range(days)),
        notices=notices,
    )


def _kind_of(lines: Sequence[Line], as_type: int | None) -> tuple[Kind, tuple[Issue, ...]]:
    """Return the family of a classic file, and what had to be assumed."""
    header = lines[0]
    stated = header.whole(0, text("the type")) if as_type is None else as_type
    if stated == 2 and _looks_like_windows(lines):
        problem = text(
            "The header says type 2, but one depot comes first and time windows follow: it is read as type 5."
        )
        notice = Issue(Where(header.file, row=header.number), problem, text("Give --type to decide."), is_warning=True)
        return Kind.PVRPTW, (notice,)
    if stated not in KIND_OF_TYPE:
        remedy = text("Give an instance of type 1 (PVRP), 5 (PVRPTW) or 8 (MDPVRP), or of HSDMDMTPVRP.")
        raise header.fault(text("Instances of type {stated} are not read.", stated=stated), remedy)
    return KIND_OF_TYPE[stated], ()


def _looks_like_windows(lines: Sequence[Line]) -> bool:
    """Tell whether a file of type 2 is a mislabelled type 5: true files of type 2 list their depots last, without 0."""
    header = lines[0]
    days = header.whole(3, text("the number of days"), least=1, most=MOST_DAYS)
    if len(lines) < 3 + days:
        return False
    first, last = lines[1 + days].words, lines[-1].words
    return len(first) == 9 and first[0] == "0" and first[6] == "0" and len(last) > 9 and last[6] != "0"


def _check_length(lines: Sequence[Line], expected: int) -> None:
    """Raise InputError unless the file has as many lines as its header announces."""
    if len(lines) != expected:
        problem = text("Lines found: {found}; the header asks for {expected}.", found=len(lines), expected=expected)
        remedy = text("Correct the header, or fetch the file again: it may have been cut.")
        raise (lines[-1] if len(lines) < expected else lines[expected]).fault(problem, remedy)


def _check_numbers(lines: Sequence[Line], read: Sequence[Depot | Customer]) -> None:
    """Raise InputError when two places have the same number."""
    count = Counter(place.number for place in read)
    twice = [(line, place.number) for line, place in zip(lines, read, strict=True) if count[place.number] > 1]
    if twice:
        line, number = twice[-1]
        raise line.fault(text("The number {number} is used twice.", number=number), text("Give each place its own."))


def _limit(line: Line) -> Limit:
    line.need(2, "D Q")
    longest, capacity = (line.real(k, name, least=0) for k, name in enumerate((text("a duration"), text("a load"))))
    return Limit(longest=longest or inf, capacity=capacity or inf)  # 0: no limit


def _classic_depot(line: Line, kind: Kind) -> Depot:
    with_windows = kind is Kind.PVRPTW
    line.need(9 if with_windows else 7, "i x y d q f a e l" if with_windows else "i x y d q f a")
    number, x, y = (
        line.whole(0, text("a number")),
        line.real(1, text("a coordinate")),
        line.real(2, text("a coordinate")),
    )
    if line.whole(5, text("a frequency")) or line.whole(6, text("a number of codes")):
        problem = text("A depot was expected, but the line asks for visits.")
        raise line.fault(problem, text("Write the depots before the customers, with f = 0 and a = 0."))
    if not with_windows:
        return Depot(number, x, y)
    return Depot(number, x, y, *_window(line, 7))


def _classic_customer(line: Line, kind: Kind, days: int) -> Customer:
    line.need(7, "i x y d q f a code ..")
    codes = line.whole(6, text("a number of codes"), least=1, most=10_000)
    windows = 2 if kind is Kind.PVRPTW else 0
    line.need(7 + codes + windows, "i x y d q f a code .. e l" if windows else "i x y d q f a code ..")
    if len(line.words) not in {7 + codes, 9 + codes}:
        problem = text("Numbers after the {codes} code(s): {found}.", found=len(line.words) - 7 - codes, codes=codes)
        raise line.fault(problem, text("Write as many codes as announced, and then nothing or a time window."))
    opens, closes = _window(line, 7 + codes) if windows else (0.0, inf)
    return Customer(
        number=line.whole(0, text("a number")),
        x=line.real(1, text("a coordinate")),
        y=line.real(2, text("a coordinate")),
        service=line.real(3, text("a service time"), least=0),
        demand=line.real(4, text("a demand"), least=0),
        day_sets=_day_sets(line, 7, codes, days),
        opens=opens,
        closes=closes,
    )


def _day_sets(line: Line, first: int, codes: int, days: int) -> tuple[tuple[int, ...], ...]:
    """Return the days of each code; where f is 0 the codes alone decide (p11 has such a customer)."""
    frequency = line.whole(5, text("a frequency"))
    found: list[tuple[int, ...]] = []
    for position in range(first, first + codes):
        code = line.whole(position, text("a visit code"), least=1, most=2**days - 1)
        found.append(days_of_code(code, days))
        if frequency not in {0, len(found[-1])}:
            problem = text("Code {code} has {count} days, but f is {f}.", code=code, count=len(found[-1]), f=frequency)
            raise line.fault(problem, text("Correct the code or the frequency."))
    return tuple(sorted(set(found)))


def _window(line: Line, first: int) -> tuple[float, float]:
    opens, closes = line.real(first, text("a time"), least=0), line.real(first + 1, text("a time"), least=0)
    if opens > closes:
        problem = text("The time window ends at {closes}, before it begins at {opens}.", opens=opens, closes=closes)
        raise line.fault(problem, text("Correct the time window."))
    return opens, closes


def _read_heterogeneous(name: str, lines: Sequence[Line]) -> Benchmark:
    header = lines[0]
    days = header.whole(0, text("the number of days"), least=1, most=MOST_DAYS)
    types = header.whole(1, text("the number of vehicle types"), least=1, most=MOST_TYPES)
    count = header.whole(2, text("the number of customers"), least=1, most=MOST_CUSTOMERS)
    depots = header.whole(3, text("the number of depots"), least=1, most=MOST_DEPOTS)
    limit = Limit(longest=header.real(4, text("a working day"), least=0) or inf, capacity=inf)
    _check_length(lines, 1 + types + count + depots)
    vehicle_types = read_each(lines[1 : 1 + types], _vehicle_type)
    nodes = lines[1 + types :]
    customers = read_each(nodes[:count], lambda line: _heterogeneous_customer(line, days, types))
    depots_read = read_each(nodes[count:], _heterogeneous_depot)
    _check_numbers(nodes, [*customers, *depots_read])
    return Benchmark(
        name=name,
        kind=Kind.HSDMDMTPVRP,
        days=days,
        depots=depots_read,
        customers=customers,
        vehicle_types=vehicle_types,
        limits=((limit,) * depots,) * days,
    )


def _vehicle_type(line: Line) -> VehicleType:
    line.need(6, "p k Q S f c")
    return VehicleType(
        count=line.whole(1, text("the number of vehicles"), most=MOST_VEHICLES),
        capacity=line.real(2, text("a load"), least=0) or inf,
        speed=line.real(3, text("a speed"), least=1e-6),
        fixed_cost=line.real(4, text("a cost"), least=0),
        distance_cost=line.real(5, text("a cost"), least=0),
    )


def _heterogeneous_customer(line: Line, days: int, types: int) -> Customer:
    names = "i x y q u f a code .. mask"
    line.need(7, names)
    codes = line.whole(6, text("a number of codes"), least=1, most=10_000)
    if len(line.words) != 8 + codes:
        problem = text("Numbers found: {found}; needed: {count}.", found=len(line.words), count=8 + codes)
        raise line.fault(problem, text("Write: {names}.", names=names))
    mask = line.whole(7 + codes, text("a mask of vehicle types"), least=1, most=2**types - 1)
    return Customer(
        number=line.whole(0, text("a number")),
        x=line.real(1, text("a coordinate")),
        y=line.real(2, text("a coordinate")),
        service=line.real(4, text("a service time"), least=0),
        demand=line.real(3, text("a demand"), least=0),
        day_sets=_day_sets(line, 7, codes, days),
        vehicle_types=frozenset(days_of_code(mask, types)),  # leftmost digit: first type; else demands exceed loads
    )


def _heterogeneous_depot(line: Line) -> Depot:
    if len(line.words) != 3:
        problem = text("Numbers found: {found}; needed: {count}.", found=len(line.words), count=3)
        raise line.fault(problem, text("Write: {names}.", names="i x y"))
    return Depot(
        line.whole(0, text("a number")), line.real(1, text("a coordinate")), line.real(2, text("a coordinate"))
    )


def expand(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files given, and those of the folders given by name; raises InputError for a folder without any."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(place for place in path.iterdir() if place.is_file() and place.suffix in {"", ".txt"})
        if not inside:
            problem = text("The folder holds no instance.")
            raise InputError([Issue(Where(str(path)), problem, text("Give the path of an instance."))])
        found += inside
    return tuple(found)

"""What a run leaves behind: routes as JSON, one row of a table for each instance, and values to compare with."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from planner.bench.model import Benchmark, Route
from planner.bench.run import Effort, Outcome
from planner.errors import InputError, Issue, Where
from planner.files import write_whole
from planner.language import Text, text

ROUTE_FIELDS = ("day", "depot", "vehicle_type", "vehicle")
References = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table of results; everything as it is written."""

    solver: str
    kind: str
    instance: str
    seed: str
    budget: str
    cost: str  # empty when no routes were found
    reference: str
    gap_percent: str  # empty without a reference, and for routes that break a rule
    seconds: str
    feasible: str  # by our own check
    date: str
    machine: str


COLUMNS = tuple(field.name for field in fields(Row))


def row_of(benchmark: Benchmark, outcome: Outcome, effort: Effort, reference: float | None, solver: str) -> Row:
    """Return the row of a run that ended today on this machine."""
    verdict = outcome.verdict
    gap = 100.0 * (verdict.cost / reference - 1.0) if reference and verdict.is_feasible else None
    return Row(
        solver=solver,
        kind=benchmark.kind.value,
        instance=benchmark.name,
        seed=str(effort.seed),
        budget=str(effort),
        cost=f"{verdict.cost:.4f}" if outcome.routes else "",
        reference="" if reference is None else f"{reference:.4f}",
        gap_percent="" if gap is None else f"{gap:.3f}",
        seconds=f"{outcome.seconds:.1f}",
        feasible="yes" if verdict.is_feasible else "no",
        date=date.today().isoformat(),
        machine=machine(),
    )


def line_of(row: Row) -> Text:
    """Return the row as a sentence for the screen."""
    if not row.cost:
        return text(
            "{kind} {instance}: no routes were found, {seconds} s.",
            kind=row.kind, instance=row.instance, seconds=row.seconds,
        )  # fmt: skip
    gap = text(" ({gap} % above the reference)", gap=row.gap_percent) if row.gap_percent else ""
    verdict = text("feasible") if row.feasible == "yes" else text("breaks rules")
    return text(
        "{kind} {instance}: cost {cost}{gap}, {seconds} s, {verdict}.",
        kind=row.kind, instance=row.instance, cost=row.cost, gap=gap, seconds=row.seconds, verdict=verdict,
    )  # fmt: skip


def machine() -> str:
    """Return what the figures depend on: processor, cores, Python."""
    return f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def processor() -> str:
    """Return the processor's name where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def append_row(path: Path, row: Row) -> None:
    """Add a row to a table, and begin the table when there is none.

    Raises
    ------
    InputError
        When the file there has other columns.
    """
    check_table(path)
    before = path.read_text("utf-8") if path.exists() else ",".join(COLUMNS) + "\n"
    if not before.endswith("\n"):
        before += "\n"
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([getattr(row, column) for column in COLUMNS])
    write_whole(path, (before + line.getvalue()).encode())


def check_table(path: Path) -> None:
    """Raise InputError when rows cannot be added to the file: known before the search, not after it."""
    if not path.exists():
        return
    first = path.read_bytes()[:10_000].decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    if tuple(first.split(",")) != COLUMNS:
        problem = text("The file has other columns than a table of results.")
        raise InputError([Issue(Where(path.name, row=1), problem, text("Give another name."))])


def write_solution(path: Path, benchmark: Benchmark, outcome: Outcome) -> None:
    """Write routes as JSON, a route to a line, in the form that ``read_solution`` and public checkers read."""
    head = {"instance": benchmark.name, "kind": benchmark.kind.value, "cost": outcome.verdict.cost}
    routes = [json.dumps({name: getattr(r, name) for name in (*ROUTE_FIELDS, "customers")}) for r in outcome.routes]
    body = json.dumps(head)[:-1] + ', "routes": [\n' + ",\n".join(routes) + "\n]}\n"
    write_whole(path, body.encode())


def read_solution(path: Path) -> tuple[Route, ...]:
    """Return the routes of a JSON file; what a route leaves out is 0, its vehicle the route's place in the list.

    Raises
    ------
    InputError
        When the file is no JSON of routes; it names the route.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as fault:
        problem = text("The file cannot be read: {why}.", why=fault.strerror or "?")
        raise InputError([Issue(Where(str(path)), problem, text("Give the path of a solution."))]) from None
    except (ValueError, RecursionError):
        raise _no_solution(path, text("The file is not JSON.")) from None
    routes = document.get("routes") if isinstance(document, dict) else None
    if not isinstance(routes, list):
        raise _no_solution(path, text('The file has no list "routes".'))
    return tuple(_route(path, number, route) for number, route in enumerate(routes))


def _no_solution(path: Path, problem: Text) -> InputError:
    remedy = text("Write: {names}.", names='{"routes": [{"day": 0, "vehicle": 0, "customers": [3, 7]}]}')
    return InputError([Issue(Where(path.name), problem, remedy)])


def _route(path: Path, number: int, route: Any) -> Route:
    customers = route.get("customers") if isinstance(route, dict) else None
    if isinstance(customers, list):
        values = {field: route.get(field, number if field == "vehicle" else 0) for field in ROUTE_FIELDS}
        if all(type(value) is int for value in (*values.values(), *customers)):  # true and 1.0 number nothing
            return Route(**values, customers=tuple(customers))
    raise _no_solution(path, text("Route {number} of the list cannot be read.", number=number + 1))


def read_references(path: Path) -> References:
    """Return the value to compare with by kind and instance; a table without a column ``kind`` is for every kind.

    Raises
    ------
    InputError
        When the file is no CSV with the columns ``instance`` and ``reference``, or a value is no number.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    except OSError as fault:
        problem = text("The file cannot be read: {why}.", why=fault.strerror or "?")
        raise InputError([Issue(Where(str(path)), problem, text("Give the path of a CSV of references."))]) from None
    except (ValueError, csv.Error):
        rows = []
    if not rows or not {"instance", "reference"} <= set(rows[0]):
        problem = text('The file is no CSV with the columns "instance" and "reference".')
        raise InputError([Issue(Where(path.name), problem, text("Give the path of a CSV of references."))])
    return {
        (row.get("kind") or "", row["instance"]): _reference(path, number, row["reference"])
        for number, row in enumerate(rows, start=2)
        if row["reference"]
    }


def _reference(path: Path, number: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e15:
        problem = text('"{word}" cannot be {name}.', word=word, name=text("a reference"))
        remedy = text("Write a number above 0.")
        raise InputError([Issue(Where(path.name, row=number, column="reference"), problem, remedy)])
    return value


def reference_of(benchmark: Benchmark, references: References) -> float | None:
    """Return the value to compare an instance with, if there is one."""
    return references.get((benchmark.kind.value, benchmark.name), references.get(("", benchmark.name)))


def solution_path(place: Path, benchmark: Benchmark, others: Sequence[Benchmark]) -> Path:
    """Return where an instance's routes go: the file named, or a file of their own in a folder."""
    if place.suffix == ".json" and not place.is_dir() and len(others) == 1:
        return place
    return place / f"{benchmark.kind.value}-{benchmark.name}.json"

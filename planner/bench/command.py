"""What ``xunzhen bench`` does: read everything first, then solve and judge one instance after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from planner.bench.check import Verdict, judge
from planner.bench.formats import expand, read_benchmark
from planner.bench.model import Benchmark
from planner.bench.results import (
    append_row,
    check_table,
    line_of,
    read_references,
    read_solution,
    reference_of,
    row_of,
    solution_path,
    write_solution,
)
from planner.bench.run import Effort, Search, measure
from planner.errors import InputError, Issue, Where
from planner.language import Text, text

MOST_LINES = 10
Tell = Callable[[Text, str], None]  # a sentence and its style


def open_benchmarks(paths: Sequence[Path], *, as_type: int | None = None) -> tuple[Benchmark, ...]:
    """Read every instance of the files and folders; raises InputError with the faults of all files."""
    found: list[Benchmark] = []
    issues: list[Issue] = []
    for path in expand(paths):
        try:
            found.append(read_benchmark(path, as_type=as_type))
        except InputError as fault:
            issues += fault.issues
    if issues:
        raise InputError(issues)
    return tuple(found)


def solve_each(
    benchmarks: Sequence[Benchmark],
    effort: Effort,
    tell: Tell,
    *,
    solution: Path | None = None,
    table: Path | None = None,
    reference: Path | None = None,
    search: Search | None = None,
) -> bool:
    """Solve the instances, write down and say what came out; return whether all routes keep every rule.

    Raises
    ------
    InputError
        When the references cannot be read or the table is not one of results: before the first search.
    """
    references = read_references(reference) if reference else {}
    if table:
        check_table(table)
    is_good = True
    for benchmark in benchmarks:
        outcome = measure(benchmark, effort, search)
        row = row_of(benchmark, outcome, effort, reference_of(benchmark, references), "xunzhen")
        if solution:
            write_solution(solution_path(solution, benchmark, benchmarks), benchmark, outcome)
        if table:
            append_row(table, row)
        tell(line_of(row), "")
        if outcome.routes:  # else each customer would be listed
            tell_violations(outcome.verdict, tell)
        is_good = is_good and outcome.verdict.is_feasible
    return is_good


def judge_file(benchmarks: Sequence[Benchmark], path: Path, tell: Tell) -> bool:
    """Say what the routes of a file are worth; return whether they keep every rule of the instance.

    Raises
    ------
    InputError
        When there is not exactly one instance, or the file holds no routes.
    """
    if len(benchmarks) != 1:
        problem = text("Routes can be judged for one instance; {count} were given.", count=len(benchmarks))
        raise InputError([Issue(Where(path.name), problem, text("Give the instance that the routes are for."))])
    verdict = judge(benchmarks[0], read_solution(path))
    said = text("feasible") if verdict.is_feasible else text("breaks rules")
    name = benchmarks[0].name
    tell(text("{instance}: cost {cost}, {verdict}.", instance=name, cost=f"{verdict.cost:.4f}", verdict=said), "")
    tell_violations(verdict, tell)
    return verdict.is_feasible


def tell_violations(verdict: Verdict, tell: Tell) -> None:
    """Say the first broken rules, and how many more there are."""
    for sentence in verdict.violations[:MOST_LINES]:
        tell(text("- {sentence}", sentence=sentence), "red")
    if len(verdict.violations) > MOST_LINES:
        tell(text("... and {count} more.", count=len(verdict.violations) - MOST_LINES), "red")

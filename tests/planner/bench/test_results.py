"""Routes, tables and references: what is written can be read again, and broken files are refused."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from planner.bench.check import judge
from planner.bench.results import (
    COLUMNS,
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
from planner.bench.run import Effort, Outcome
from planner.errors import InputError
from tests.planner.bench.tiny import GOOD_HETEROGENEOUS, GOOD_PVRP, HSDMDMTPVRP, PVRP, drive, read

EFFORT = Effort(seed=7, seconds=30.0)


@pytest.mark.parametrize(("content", "routes"), [(PVRP, GOOD_PVRP), (HSDMDMTPVRP, GOOD_HETEROGENEOUS)])
def test_routes_survive_the_file(content: str, routes: tuple[object, ...], tmp_path: Path) -> None:
    """What is written is read again, route by route."""
    tiny = read(content, tmp_path)
    outcome = Outcome(routes=routes, verdict=judge(tiny, routes), seconds=1.0)  # type: ignore[arg-type]
    write_solution(tmp_path / "s.json", tiny, outcome)
    assert read_solution(tmp_path / "s.json") == routes
    document = json.loads((tmp_path / "s.json").read_text())
    assert document["cost"] == outcome.verdict.cost
    assert set(document["routes"][0]) == {"day", "depot", "vehicle_type", "vehicle", "customers"}


def test_what_a_route_leaves_out_is_zero(tmp_path: Path) -> None:
    """Public files name day, vehicle and customers only; without a vehicle the place in the list numbers it."""
    path = tmp_path / "s.json"
    path.write_text('{"routes": [{"day": 1, "vehicle": 4, "customers": [3]}, {"customers": [1, 2]}]}')
    assert read_solution(path) == (drive(3, day=1, vehicle=4), drive(1, 2, vehicle=1))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("routes: none", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", 'no list "routes"'),
        ('{"routes": 3}', 'no list "routes"'),
        ('{"routes": [{"customers": [1]}, 5]}', "Route 2"),
        ('{"routes": [{"day": 0}]}', "Route 1"),
        ('{"routes": [{"customers": [1.5]}]}', "Route 1"),
        ('{"routes": [{"day": true, "customers": [1]}]}', "Route 1"),
    ],
)
def test_broken_routes_are_refused(content: str, words: str, tmp_path: Path) -> None:
    """The message names the file and the route."""
    (tmp_path / "s.json").write_text(content)
    with pytest.raises(InputError, match=rf"s\.json.*{re.escape(words)}"):
        read_solution(tmp_path / "s.json")


def test_row_says_gap_budget_and_verdict(tmp_path: Path) -> None:
    """34 against 32 is 6.25 % more."""
    tiny = read(PVRP, tmp_path)
    row = row_of(tiny, Outcome(GOOD_PVRP, judge(tiny, GOOD_PVRP), 30.04), EFFORT, 32.0, "xunzhen")
    assert (row.solver, row.kind, row.instance, row.seed, row.budget) == ("xunzhen", "PVRP", "tiny", "7", "30 s")
    assert (row.cost, row.reference, row.gap_percent, row.seconds) == ("34.0000", "32.0000", "6.250", "30.0")
    assert row.feasible == "yes"
    assert str(Effort(seed=1, rounds=200)) == "200 rounds"


def test_row_of_broken_routes_has_no_gap(tmp_path: Path) -> None:
    """A cost below the reference means nothing when customers were left out."""
    tiny = read(PVRP, tmp_path)
    row = row_of(tiny, Outcome(GOOD_PVRP[:2], judge(tiny, GOOD_PVRP[:2]), 1.0), EFFORT, 32.0, "xunzhen")
    assert (row.cost, row.gap_percent, row.feasible) == ("22.0000", "", "no")


def test_row_without_routes_has_no_cost(tmp_path: Path) -> None:
    """No route costs nothing, which would look like the best plan of all."""
    tiny = read(PVRP, tmp_path)
    row = row_of(tiny, Outcome((), judge(tiny, ()), 1.0), EFFORT, 32.0, "xunzhen")
    assert (row.cost, row.gap_percent, row.feasible) == ("", "", "no")
    assert str(line_of(row)) == "PVRP tiny: no routes were found, 1.0 s."


def test_table_grows_by_a_row_at_a_time(tmp_path: Path) -> None:
    """The second run adds to the first; a reader of CSV finds every column."""
    tiny = read(PVRP, tmp_path)
    row = row_of(tiny, Outcome(GOOD_PVRP, judge(tiny, GOOD_PVRP), 1.0), EFFORT, None, "xunzhen")
    append_row(tmp_path / "t.csv", row)
    append_row(tmp_path / "t.csv", row)
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert tuple(rows[0]) == COLUMNS
    assert (rows[1]["instance"], rows[1]["reference"], rows[1]["machine"]) == ("tiny", "", row.machine)


def test_other_table_is_not_added_to(tmp_path: Path) -> None:
    """Somebody's table stays as it is."""
    other = tmp_path / "villages.csv"
    other.write_text("village,visits\na,1\n")
    with pytest.raises(InputError, match=r"villages\.csv, row 1: The file has other columns"):
        check_table(other)
    assert other.read_text() == "village,visits\na,1\n"


def test_reference_is_found_by_name_and_by_kind(tmp_path: Path) -> None:
    """A table for one family needs no kind; with kinds, one name may stand for two instances."""
    tiny = read(PVRP, tmp_path)
    path = tmp_path / "r.csv"
    path.write_text("instance,n,reference\ntiny,4,33.5\nother,4,\n")
    assert reference_of(tiny, read_references(path)) == 33.5
    path.write_text("kind,instance,reference\nPVRPTW,tiny,50\nPVRP,tiny,34\n")
    assert reference_of(tiny, read_references(path)) == 34.0
    path.write_text("kind,instance,reference\nPVRPTW,tiny,50\n")
    assert reference_of(tiny, read_references(path)) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no CSV with the columns"),
        ("instance,best\ntiny,3\n", "no CSV with the columns"),
        ("instance,reference\ntiny,34\nother,low\n", 'row 3, reference: "low" cannot be a reference'),
        ("instance,reference\ntiny,-1\n", 'row 2, reference: "-1" cannot be a reference'),
    ],
)
def test_broken_references_are_refused(content: str, words: str, tmp_path: Path) -> None:
    """The message names the file and the row."""
    (tmp_path / "r.csv").write_text(content)
    with pytest.raises(InputError, match=rf"r\.csv.*{re.escape(words)}"):
        read_references(tmp_path / "r.csv")


def test_routes_of_several_instances_have_files_of_their_own(tmp_path: Path) -> None:
    """One instance may be given a file; two get a folder, and the family keeps equal names apart."""
    tiny = read(PVRP, tmp_path)
    assert solution_path(tmp_path / "s.json", tiny, [tiny]) == tmp_path / "s.json"
    assert solution_path(tmp_path / "out", tiny, [tiny]) == tmp_path / "out" / "PVRP-tiny.json"
    assert solution_path(tmp_path / "out", tiny, [tiny, tiny]) == tmp_path / "out" / "PVRP-tiny.json"

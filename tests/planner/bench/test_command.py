"""``xunzhen bench``: read first, solve with the product's search, judge, write down."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planner.bench.command import judge_file, open_benchmarks, solve_each
from planner.bench.run import Effort
from planner.errors import InputError
from planner.language import Text
from planner.solver.instance import Instance
from tests.planner.bench.tiny import GOOD_PVRP_COST, HSDMDMTPVRP, MDPVRP, PVRP, PVRPTW

ROOT = Path(__file__).parents[3]
EFFORT = Effort(seed=1, rounds=1)


@dataclass(frozen=True)
class FixedAnswer:
    routes: tuple[tuple[int, tuple[int, ...]], ...]


def quiet(sentence: Text, style: str) -> None:
    """Say nothing."""


def into(said: list[str]) -> Callable[[Text, str], None]:
    """Return what collects the sentences that a user would see."""
    return lambda sentence, style: said.append(str(sentence))


def search_by_hand(instance: Instance, **_: Any) -> FixedAnswer:
    """Return the good routes of the tiny PVRP, whatever is asked."""
    return FixedAnswer(routes=((0, (1, 2)), (1, (3,)), (2, (0, 1))))


def search_badly(instance: Instance, **_: Any) -> FixedAnswer:
    """Return routes that leave customer 4 out."""
    return FixedAnswer(routes=((0, (1, 2)), (2, (0, 1))))


def tiny_file(folder: Path, content: str = PVRP, name: str = "tiny.txt") -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_good_answer_is_written_and_said(tmp_path: Path) -> None:
    """One row, one file of routes, one sentence; the gap is measured against the reference given."""
    (tmp_path / "r.csv").write_text("instance,reference\ntiny,32\n")
    said: list[str] = []
    is_good = solve_each(
        open_benchmarks([tiny_file(tmp_path)]), EFFORT, into(said), search=search_by_hand,
        solution=tmp_path / "s.json", table=tmp_path / "t.csv", reference=tmp_path / "r.csv",
    )  # fmt: skip
    assert is_good
    assert said == ["PVRP tiny: cost 34.0000 (6.250 % above the reference), 0.0 s, feasible."]
    assert json.loads((tmp_path / "s.json").read_text())["cost"] == pytest.approx(GOOD_PVRP_COST)
    with (tmp_path / "t.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["budget"], row["feasible"], row["gap_percent"]) == ("1 rounds", "yes", "6.250")


def test_bad_answer_of_a_search_is_not_believed(tmp_path: Path) -> None:
    """The re-check finds the customer left out, and says so."""
    said: list[str] = []
    assert not solve_each(open_benchmarks([tiny_file(tmp_path)]), EFFORT, into(said), search=search_badly)
    assert said[1:] == ["- customer 4: visited on days [], which is none of its codes."]


def test_foreign_table_is_refused_before_the_search(tmp_path: Path) -> None:
    """Half a minute of search is not thrown away at the end."""

    def never(instance: Instance, **_: Any) -> FixedAnswer:
        raise AssertionError("searched")

    (tmp_path / "t.csv").write_text("a,b\n")
    with pytest.raises(InputError, match="other columns"):
        solve_each(open_benchmarks([tiny_file(tmp_path)]), EFFORT, quiet, search=never, table=tmp_path / "t.csv")


def test_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Two broken files, one report."""
    bad = [tiny_file(tmp_path, PVRP.replace("0 4 2 6", "0 4 2 x"), name) for name in ("a.txt", "b.txt")]
    with pytest.raises(InputError) as refused:
        open_benchmarks([*bad, tiny_file(tmp_path)])
    assert [issue.where.file for issue in refused.value.issues] == ["a.txt", "b.txt"]


def test_given_routes_are_judged_for_one_instance_only(tmp_path: Path) -> None:
    """Good routes are feasible; for two instances nobody knows whose they are."""
    path = tmp_path / "s.json"
    path.write_text(
        '{"routes": [{"customers": [2, 3]}, {"customers": [4]}, {"day": 1, "vehicle": 0, "customers": [1, 2]}]}'
    )
    said: list[str] = []
    benchmarks = open_benchmarks([tiny_file(tmp_path)])
    assert judge_file(benchmarks, path, into(said))
    assert said == ["tiny: cost 34.0000, feasible."]
    with pytest.raises(InputError, match="2 were given"):
        judge_file([*benchmarks, *benchmarks], path, into(said))


@pytest.mark.parametrize("content", [PVRP, PVRPTW, MDPVRP, HSDMDMTPVRP])
def test_own_search_finds_routes_that_keep_every_rule(content: str, tmp_path: Path) -> None:
    """The product's search, a few rounds, judged by the re-check; nothing of the search is replaced."""
    said: list[str] = []
    is_good = solve_each(open_benchmarks([tiny_file(tmp_path, content)]), Effort(seed=1, rounds=1), into(said))
    assert is_good, said


def test_own_search_finds_the_best_routes_of_the_tiny_instance(tmp_path: Path) -> None:
    """34 cannot be beaten: 2 alone on a day drives 10, with 1 or 3 on the way 12; 4 drives 10 alone."""
    solve_each(open_benchmarks([tiny_file(tmp_path)]), Effort(seed=1, rounds=1), quiet, table=tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["cost"]) == pytest.approx(GOOD_PVRP_COST)


def test_command_line_judges_without_loading_ortools(tmp_path: Path) -> None:
    """The whole command in a process of its own: exit code 5 for broken routes, and no ortools in it."""
    (tmp_path / "s.json").write_text('{"routes": []}')
    script = (
        "import sys, planner.cli as c\n"
        f"sys.argv = ['xunzhen', 'bench', {str(tiny_file(tmp_path))!r}, '--check', {str(tmp_path / 's.json')!r}]\n"
        "try:\n    c.run()\nexcept SystemExit as end:\n    print(int(end.code), 'ortools' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["5", "False"], done.stderr
    assert "none of its codes" in done.stderr


def test_command_line_searches_without_loading_ortools(tmp_path: Path) -> None:
    """The search of ``bench`` runs in the process that the user started, which never loads ortools."""
    script = (
        "import sys, planner.cli as c\n"
        f"sys.argv = ['xunzhen', 'bench', {str(tiny_file(tmp_path))!r}, '--rounds', '1', '--lang', 'zh']\n"
        "try:\n    c.run()\nexcept SystemExit as end:\n    print(int(end.code), 'ortools' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "False"], done.stderr
    assert "可行" in done.stderr

"""The peers are given the same question: their fixed days keep the codes, their routes pass the same judge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.peers import one_model, pyvrp_days, vroom_days
from benchmarks.peers.assignment import assign
from benchmarks.peers.whole import MOST, whole_cost, whole_limit, whole_time
from planner.bench.check import judge
from planner.bench.instances import day_sets_of
from planner.bench.model import Customer, Depot
from planner.bench.run import Effort
from tests.planner.bench.tiny import GOOD_MDPVRP_COST, GOOD_PVRP_COST, MDPVRP, PVRP, PVRPTW, read

ROOT = Path(__file__).parents[2]
TWENTY = Effort(seed=1, rounds=20)


@pytest.mark.parametrize("content", [PVRP, PVRPTW, MDPVRP])
def test_fixed_days_are_those_of_a_code(content: str, tmp_path: Path) -> None:
    """Every customer stands in the cells of exactly one of its day sets."""
    tiny = read(content, tmp_path)
    cells = assign(tiny)
    for customer in tiny.customers:
        days = tuple(k for k, cell in enumerate(cells) if customer in cell.customers)
        assert days in day_sets_of(tiny, customer)


def test_fixed_days_do_not_overfill_a_day(tmp_path: Path) -> None:
    """Three customers of 6 and one vehicle of 10 a day: one customer on each of the three days, however near."""
    lines = ["1 1 3 3", *["0 10"] * 3, "0 0 0 0 0 0 0", *(f"{k} {k} 9 1 6 1 3 1 2 4" for k in (1, 2, 3))]
    cells = assign(read("\n".join(lines), tmp_path))
    assert [len(cell.customers) for cell in cells] == [1, 1, 1]


def test_neighbours_share_a_day(tmp_path: Path) -> None:
    """Two far pairs in opposite directions: each pair on a day of its own."""
    at = {1: "90 0", 2: "-90 0", 3: "91 0", 4: "-91 0"}
    lines = ["1 1 4 2", *["0 13"] * 2, "0 0 0 0 0 0 0", *(f"{k} {xy} 1 6 1 2 1 2" for k, xy in at.items())]
    cells = assign(read("\n".join(lines), tmp_path))
    assert {frozenset(c.number for c in cell.customers) for cell in cells} == {frozenset({1, 3}), frozenset({2, 4})}


def test_whole_numbers_never_hide_a_broken_limit() -> None:
    """Times are rounded up and limits down; costs to nearest; no limit is the largest number."""
    base, customer = Depot(0, 0, 0), Customer(1, 1, 1, 0, 0, ((0,),))
    assert (whole_cost(base, customer), whole_time(base, customer)) == (14142, 14143)
    assert (whole_limit(0.00019), whole_limit(float("inf"))) == (1, MOST)


@pytest.mark.parametrize("peer", [one_model, pyvrp_days, vroom_days])
@pytest.mark.parametrize(("content", "best"), [(PVRP, GOOD_PVRP_COST), (MDPVRP, GOOD_MDPVRP_COST)])
def test_routes_of_a_peer_keep_every_rule(peer: ModuleType, content: str, best: float, tmp_path: Path) -> None:
    """Four customers are no challenge, but fixed days may cost something: at most a tenth here."""
    pytest.importorskip(peer.PACKAGE)
    tiny = read(content, tmp_path)
    verdict = judge(tiny, peer.solve(tiny, TWENTY))
    assert verdict.violations == ()
    assert best - 1e-9 <= verdict.cost <= 1.1 * best


def test_one_model_is_free_to_choose_days(tmp_path: Path) -> None:
    """It begins on the fixed days and ends on the best ones of the tiny instance."""
    tiny = read(PVRP, tmp_path)
    assert judge(tiny, one_model.solve(tiny, TWENTY)).cost == pytest.approx(GOOD_PVRP_COST)


@pytest.mark.parametrize("peer", [one_model, pyvrp_days])
def test_peer_keeps_windows(peer: ModuleType, tmp_path: Path) -> None:
    """Customer 3 opens at 20: the routes wait for it, and the judge finds nothing."""
    pytest.importorskip(peer.PACKAGE)
    tiny = read(PVRPTW, tmp_path)
    assert judge(tiny, peer.solve(tiny, TWENTY)).violations == ()


def test_absent_peer_is_said_and_not_measured(tmp_path: Path) -> None:
    """Without the package the script names it, writes no row and goes on."""
    (tmp_path / "tiny.txt").write_text(PVRP)
    script = (
        "import sys, runpy, importlib.util as u\n"
        "u.find_spec = lambda name, *rest, find=u.find_spec: None if name == 'pyvrp' else find(name, *rest)\n"
        f"sys.argv = ['peers', {str(tmp_path / 'tiny.txt')!r}, '--peer=pyvrp', '--csv={tmp_path / 't.csv'}']\n"
        "runpy.run_module('benchmarks.peers', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PyVRP, days fixed: not installed, not measured.")
    assert not (tmp_path / "t.csv").exists()

"""Run the peers on published instances: ``python -m benchmarks.peers INSTANCES... --seconds 30 --csv TABLE``."""

from __future__ import annotations

import argparse
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from benchmarks.peers import one_model, pyvrp_days, vroom_days
from planner.bench.check import judge
from planner.bench.command import open_benchmarks
from planner.bench.model import Benchmark
from planner.bench.results import append_row, check_table, line_of, read_references, reference_of, row_of
from planner.bench.run import Effort, Outcome
from planner.errors import InputError

PEERS = {"ortools": one_model, "pyvrp": pyvrp_days, "vroom": vroom_days}


def say(sentence: object) -> None:
    """Write one line."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def read_arguments() -> argparse.Namespace:
    """Return what was asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("instances", nargs="+", type=Path, help="files of published instances, or folders of them")
    parser.add_argument("--peer", choices=sorted(PEERS), action="append", help="one of them (may be repeated)")
    parser.add_argument("--type", type=int, dest="as_type", help="1, 5 or 8, whatever the header says")
    parser.add_argument("--seconds", type=float, default=30.0, help="for all days of an instance together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=Path, help="table to add rows to")
    parser.add_argument("--reference", type=Path, help="CSV of values to compare with")
    return parser.parse_args()


def why_not(name: str, benchmark: Benchmark) -> str:
    """Return why a peer cannot be measured on an instance; empty when it can."""
    if benchmark.kind.is_multi_trip:
        return "vehicle types and trips are not written down for the peers"
    if name == "vroom" and benchmark.has_windows:
        return "it cannot limit the duration of a route that has time windows"
    return ""


def measure(name: str, benchmark: Benchmark, effort: Effort) -> Outcome:
    """Run one peer on one instance and judge its routes."""
    began = time.monotonic()
    routes = PEERS[name].solve(benchmark, effort)
    return Outcome(routes=routes, verdict=judge(benchmark, routes), seconds=time.monotonic() - began)


def main() -> int:
    """Run every peer that is installed on every instance."""
    asked = read_arguments()
    try:
        benchmarks = open_benchmarks(asked.instances, as_type=asked.as_type)
        references = read_references(asked.reference) if asked.reference else {}
        if asked.csv:
            check_table(asked.csv)
    except InputError as fault:
        say(fault)
        return 4
    effort = Effort(seed=asked.seed, seconds=asked.seconds)
    for name in asked.peer or PEERS:
        peer = PEERS[name]
        if find_spec(peer.PACKAGE) is None:
            say(f"{peer.NAME}: not installed, not measured. Install it: pip install -e .[bench]")
            continue
        for benchmark in benchmarks:
            if reason := why_not(name, benchmark):
                say(f"{peer.NAME}: {benchmark.kind} {benchmark.name} not measured: {reason}.")
                continue
            outcome = measure(name, benchmark, effort)
            row = row_of(benchmark, outcome, effort, reference_of(benchmark, references), peer.NAME)
            if asked.csv:
                append_row(asked.csv, row)
            say(f"{peer.NAME}: {line_of(row)}")
            for sentence in outcome.verdict.violations[:3]:
                say(f"  - {sentence}")
    return 0


sys.exit(main())

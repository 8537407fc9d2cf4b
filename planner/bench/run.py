"""One instance solved and judged: mapped, searched by the product's own search, mapped back, checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.bench.check import Verdict, judge
from planner.bench.instances import map_benchmark, routes_of
from planner.bench.model import Benchmark, Route

if TYPE_CHECKING:
    from planner.solver.engine import Answer

Search = Callable[..., "Answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to search: for seconds, or for a number of rounds, which is reproducible."""

    seed: int
    seconds: float | None = None
    rounds: int | None = None

    def __str__(self) -> str:
        return f"{self.seconds:g} s" if self.rounds is None else f"{self.rounds} rounds"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Routes, what they are worth, and the seconds that they took."""

    routes: tuple[Route, ...]
    verdict: Verdict
    seconds: float


def measure(benchmark: Benchmark, effort: Effort, search: Search | None = None) -> Outcome:
    """Solve one instance and judge the routes; ``search`` is the product's unless another is given."""
    from planner.solver.engine import search_instance  # noqa: PLC0415 - compiled code takes time to load
    from planner.solver.first_run import ensure_compiled  # noqa: PLC0415

    ensure_compiled(None, None)
    mapping = map_benchmark(benchmark)
    began = time.monotonic()
    answer = (search or search_instance)(
        mapping.instance, seed=effort.seed, seconds=effort.seconds, rounds=effort.rounds
    )
    seconds = time.monotonic() - began
    routes = routes_of(mapping, answer.routes)
    return Outcome(routes=routes, verdict=judge(benchmark, routes), seconds=seconds)

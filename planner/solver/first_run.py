"""Compiles the search before its clock starts: once on a machine, in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from planner.solver.instance import NODE, SLOT, TASK, Instance
from planner.solver.machine_code import choose_cache, count_compiled, count_functions, is_compiled, mark_compiled
from planner.solver.processes import die_with_parent

POLL_SECONDS = 0.1


OnCompiling = Callable[[int, int], None]
ABOUT = (
    "Compiling the search, once on this machine: about a minute, several on an old or busy one. Ctrl-C is safe.",
    "正在编译搜索程序，本机只需一次：约一分钟，旧电脑或繁忙时要几分钟。可按 Ctrl-C 中断，下次接着做。",
)


def ensure_compiled(on_compiling: OnCompiling | None, should_stop: Callable[[], bool] | None) -> None:
    """Compile the search unless that was done before.

    ``on_compiling`` hears how many functions of how many are compiled: at once, whenever it is more, and all at the
    end. The last ones take longer than the first. A process that is stopped or fails is no fault here: the search
    compiles what it lacks.
    """
    folder = choose_cache()
    if is_compiled(folder):
        return
    tell, functions = on_compiling or (lambda _done, _all: None), count_functions()
    told = min(count_compiled(folder), functions - 1)  # the last is told at the end
    tell(told, functions)
    process = get_context("spawn").Process(target=compile_all, args=(os.getpid(),), daemon=True)
    process.start()
    while process.is_alive():
        process.join(POLL_SECONDS)
        done = min(count_compiled(folder), functions - 1)
        if done > told:
            tell(done, functions)
            told = done
        if should_stop is not None and should_stop():
            process.kill()
            process.join()
            return
    tell(functions, functions)


def compile_all(parent: int | None = None) -> None:
    """Compile every door of the search by walking through it with the smallest instance."""
    from planner.solver.engine import Chain, Fall  # noqa: PLC0415 - numba loads with it

    if parent is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        die_with_parent(parent)
    folder = choose_cache()
    with _only_one(folder):
        if not is_compiled(folder):
            chain = Chain(smallest_instance(), (1, 1))
            chain.cool(Fall(steps=1.0), lambda: False)
            chain.restart(chain.published)
            mark_compiled(folder)


def smallest_instance() -> Instance:
    """Return two tasks on one day of one team."""
    slots, tasks, nodes = np.zeros(1, SLOT), np.zeros(2, TASK), np.zeros(2, NODE)
    slots["stops"], slots["longest"], slots["capacity"] = 9, 99.0, 9.0
    tasks["place"], tasks["minutes"], tasks["load"], tasks["owed_price"] = [1, 2], 1.0, 1.0, 1000.0
    nodes["is_end"] = 1
    legs = np.ones((1, 3, 3))
    return Instance(
        leg_price=legs,
        leg_minutes=legs.copy(),
        slots=slots,
        day_first=np.array([0, 1]),
        tasks=tasks,
        starts=np.zeros((2, 1, 2)),
        visit_price=np.zeros((2, 1)),
        graph_first=np.array([0, 1]),
        nodes=nodes,
        edge_from=np.array([0]),
        near=np.array([[1], [0]]),
        idle_price=np.zeros(1),
    )


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Let one process compile while others wait for what it leaves; where files cannot be locked, all compile."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Compile with a counter on the screen, as ``make`` does; return 1 when that failed."""
    folder, begun = choose_cache(), time.monotonic()
    if is_compiled(folder):
        return 0
    end = "\r" if sys.stderr.isatty() else "\n"

    def tell(done: int, functions: int) -> None:
        if end == "\r" or done % 10 == 0 or done == functions:
            sys.stderr.write(f"  {done}/{functions}  {time.monotonic() - begun:.0f} s{end}")
            sys.stderr.flush()

    sys.stderr.write("\n".join(ABOUT) + "\n")
    ensure_compiled(tell, None)
    sys.stderr.write("\n" if end == "\r" else "")
    return 0 if is_compiled(folder) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

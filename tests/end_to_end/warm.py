"""A process that has loaded the program and waits: each command is a fork of it, for loading takes two seconds each.

What is run is the command line as a user runs it, in a process of its own with a folder, surroundings and an end of
its own; only the loading has happened before, of the solving process that it starts, too, which is a fork of a fork.
Tests of the start itself run ``python -m xunzhen``.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from functools import cache
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADED = (
    "planner.cli",
    "geopandas",
    "folium",
    "networkx",
    "scipy.sparse.csgraph",
    "babel.dates",
    "planner.store",
    "planner.solver.child",
)


def run_warm(arguments: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command line in a fork of the process that waits; raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        order = {"arguments": arguments, "environ": dict(os.environ), "out": str(out), "err": str(err)}
        code = _waiting().ask(order, timeout)
        said, complained = (path.read_text("utf-8") for path in (out, err))
    if code is None:
        raise subprocess.TimeoutExpired(list(arguments), timeout, said, complained)
    return subprocess.CompletedProcess(list(arguments), code, said, complained)


class _Waiting:
    """The process that waits, one for each process that runs tests."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.end_to_end.warm"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)

    def ask(self, order: dict[str, object], timeout: float) -> int | None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({**order, "timeout": timeout}) + "\n")
        self.process.stdin.flush()
        code: int | None = json.loads(self.process.stdout.readline())
        return code


@cache
def _waiting() -> _Waiting:
    return _Waiting()


def _serve() -> None:
    """Fork for each order that is read; answer with the code it ended with, or null when it was too slow."""
    for name in LOADED:
        __import__(name)
    _load_the_search()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        signal.signal(signal.SIGALRM, lambda *_, child=child: os.kill(child, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, order["timeout"])
        _, status = os.waitpid(child, 0)
        is_late = signal.setitimer(signal.ITIMER_REAL, 0)[0] == 0
        sys.stdout.write(json.dumps(None if is_late else os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


def _load_the_search() -> None:
    """Compile the search where it is not, load it, and let solving processes be forks of the command."""
    from planner.solver import supervision
    from planner.solver.engine import Chain, Fall
    from planner.solver.first_run import ensure_compiled, smallest_instance

    ensure_compiled(None, None)
    Chain(smallest_instance(), (1, 1)).cool(Fall(steps=1.0), lambda: False)
    supervision.get_context = lambda _: get_context("fork")  # type: ignore[assignment,misc]


def _become(order: dict[str, object]) -> None:
    """Run the command line in this fork, and end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    files = [os.open(str(order[name]), os.O_WRONLY | os.O_CREAT) for name in ("out", "err")]
    for number, file in enumerate((nothing, *files)):
        os.dup2(file, number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", errors="backslashreplace")  # noqa: SIM115
    sys.argv = ["xunzhen", *order["arguments"]]  # type: ignore[misc]
    os.environ.clear()
    os.environ.update(order["environ"])  # type: ignore[arg-type]
    sys.modules["__main__"] = __import__("xunzhen")  # what a spawned process loads again
    code = 1
    try:
        sys.modules["__main__"].run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()

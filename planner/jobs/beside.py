"""Workers beside the API: started with it, started again when they die, told to end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from planner.jobs.hosts import ENVIRONMENT, hosts_told

LOOK_SECONDS = 0.5
END_SECONDS = 10.0


class WorkersBeside:
    """Keeps workers running while the block runs. They end by themselves when this process is killed."""

    def __init__(
        self, place: str, *, count: int, lease_seconds: float, webhook_hosts: Sequence[str] | None = None
    ) -> None:
        self.count = count
        self.command = [sys.executable, "-m", "planner.jobs.running", str(lease_seconds), str(os.getpid())]
        named = hosts_told(webhook_hosts)
        self.environment = {**os.environ, "XUNZHEN_DATABASE": place, ENVIRONMENT: " ".join(named)}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.is_over = threading.Event()
        self.watch = threading.Thread(target=self._watch, name="workers beside", daemon=True)

    def __enter__(self) -> Self:
        self.watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_over.set()
        self.watch.join()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _watch(self) -> None:
        """Start what is missing."""
        while not self.is_over.is_set():
            self.processes = [process for process in self.processes if process.poll() is None]
            for _ in range(self.count - len(self.processes)):
                self.processes.append(subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL))
            self.is_over.wait(LOOK_SECONDS)

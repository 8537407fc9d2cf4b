"""The server as processes, which can be killed and started again, and an app that speaks with it over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from tests.end_to_end.test_api_page import free_port


@dataclass(slots=True)
class Processes:
    """An API without a worker beside it, and a worker; each can be killed, and is started again."""

    place: str
    lease_seconds: float = 2.0
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, which: str) -> None:
        """Start the API or the worker."""
        options = ["--database", self.place, "--lease", str(self.lease_seconds)]
        if which == "api":
            options += ["--port", str(self.port), "--workers", "0"]
        command = [sys.executable, "-m", "xunzhen", {"api": "serve", "worker": "worker"}[which], *options]
        self.running[which] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, *which: str) -> None:
        """Kill them as a loss of power does (SIGKILL), all before any is started again."""
        for name in which:
            self.running[name].kill()
        for name in which:
            self.running[name].wait()
            self.start(name)

    def revive(self) -> None:
        """Start again what has ended by itself, as whoever runs a server has arranged."""
        for name, process in self.running.items():
            if process.poll() is not None:
                self.start(name)

    def end(self) -> None:
        """Kill all for good."""
        for process in self.running.values():
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class App:
    """A scheduling app: asks again when it hears nothing."""

    port: int
    secret: str

    def once(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Return the status and the answer; raises OSError when there is none."""
        shown = {"Authorization": f"Bearer {self.secret}", **{n.replace("_", "-"): v for n, v in headers.items()}}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, shown, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def surely(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Ask until there is an answer that is no 503, for at most five minutes."""
        deadline = time.monotonic() + 300
        while True:
            try:
                status, answer = self.once(method, path, body, **headers)
                if status != 503:
                    return status, answer
            except (OSError, ValueError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

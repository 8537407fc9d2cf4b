"""The API of a desk on a port of this machine, for clients that speak HTTP and nothing else."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from planner.api.server import server_of
from tests.planner.api.desk import Desk


@contextmanager
def listening(desk: Desk) -> Iterator[int]:
    """Yield the port; the server has its real bounds and listens to this machine only."""
    app = desk.client.app
    assert isinstance(app, FastAPI)
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        waiting.listen(100)
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]})
        thread.start()
        try:
            yield waiting.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def tool(name: str) -> str | None:
    """Return the command of a tool that need not be there: named by a variable, beside our Python, or on the path."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ.get(f"XUNZHEN_{name.upper().replace('-', '_')}") or shutil.which(name, path=beside)

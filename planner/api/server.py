"""The API as a process, with its workers beside it."""

from __future__ import annotations

import socket

import uvicorn

from planner.api.app import make_app
from planner.jobs.beside import WorkersBeside
from planner.store import open_store

LARGEST_HEADER = 16_384
MOST_CONNECTIONS = 500
END_SECONDS = 5


def run_server(place: str, listening: socket.socket, *, workers: int, lease_seconds: float) -> None:
    """Answer requests until interrupted. Nothing of a request is written to a log: an address may name a team."""
    database = open_store(place)
    config = uvicorn.Config(
        make_app(database),
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LARGEST_HEADER,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=END_SECONDS,
    )
    try:
        with WorkersBeside(place, count=workers, lease_seconds=lease_seconds):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        database.close()

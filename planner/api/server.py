"""The API as a process, with its workers beside it."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from planner.api.app import LARGEST_HEAD, make_app
from planner.api.lines import PatientLine
from planner.jobs.beside import WorkersBeside
from planner.jobs.hosts import read_hosts
from planner.store import open_store

END_SECONDS = 5


def run_server(
    place: str, listening: socket.socket, *, workers: int, lease_seconds: float, webhook_hosts: Sequence[str] = ()
) -> None:
    """Answer requests until interrupted. Nothing of a request is written to a log: an address may name a team."""
    hosts = read_hosts(webhook_hosts)
    database = open_store(place)
    server = server_of(make_app(database, hosts))
    try:
        with WorkersBeside(place, count=workers, lease_seconds=lease_seconds, webhook_hosts=webhook_hosts):
            server.run(sockets=[listening])
    finally:
        listening.close()
        database.close()


def server_of(app: FastAPI) -> uvicorn.Server:
    """Return the server of an application, with its bounds on what is sent.

    The parser is named: another one, which is taken where it is installed, bounds no headers. What comes whole is
    counted by the application.
    """
    config = uvicorn.Config(
        app,
        http=PatientLine,
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=2 * LARGEST_HEAD,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=END_SECONDS,
    )
    return uvicorn.Server(config)

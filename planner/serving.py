"""The commands of those who run a server: its keys, the API, its workers. Heavy imports wait inside the commands."""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from planner.errors import InputError, Issue, Where
from planner.language import text
from planner.telling import screen
from planner.usage import UsageFaultError

key_app = typer.Typer(name="key", help="Make, list and revoke the keys of the API.", no_args_is_help=True)


class RoleChoice(StrEnum):
    """What the holder of a key may do."""

    READER = "read-only"
    SCHEDULER = "scheduler"
    ADMIN = "admin"


DatabaseOption = Annotated[
    str | None,
    typer.Option(
        help="File, or postgresql://user@host/name; else XUNZHEN_DATABASE, else a file of the user's own.",
        show_default=False,
    ),
]


LeaseOption = Annotated[
    float, typer.Option(help="Seconds without a sign of life after which a worker is taken for dead.", min=1, max=3600)
]


WebhookOption = Annotated[
    list[str] | None,
    typer.Option(
        "--webhook-host",
        help="Host that webhooks may go to: HOST, HOST:PORT or HOST:PORT=ADDRESS; again for more. "
        "Else XUNZHEN_WEBHOOK_HOSTS, else none.",
        show_default=False,
    ),
]


def serve(
    database: DatabaseOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.", min=0, max=65_535)] = 8321,
    workers: Annotated[int, typer.Option(help="Workers beside the API; 0: all run elsewhere.", min=0, max=64)] = 1,
    lease: LeaseOption = 30.0,
    webhook_host: WebhookOption = None,
) -> None:
    """Run the API for the scheduling app, with a worker beside it; see docs/api.md."""
    from planner.api.server import run_server  # noqa: PLC0415
    from planner.jobs.hosts import hosts_told, read_hosts  # noqa: PLC0415

    hosts = hosts_told(webhook_host)
    read_hosts(hosts)  # a slip of the pen is told before anything listens
    listening = listen(host, port)
    screen.print(f"http://{host}:{listening.getsockname()[1]}/docs", markup=False)
    run_server(place_of(database), listening, workers=workers, lease_seconds=lease, webhook_hosts=hosts)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises UsageFaultError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        problem = text("nothing can listen on {host}, port {port}.", host=host, port=port)
        raise UsageFaultError("--port", problem, text("Choose another port, or end what listens there.")) from fault
    return listening


def worker(
    database: DatabaseOption = None,
    lease: LeaseOption = 30.0,
    webhook_host: WebhookOption = None,
) -> None:
    """Run the jobs of the API, one at a time, until interrupted; start one for each two processors."""
    from planner.jobs.hosts import hosts_told  # noqa: PLC0415
    from planner.jobs.running import run_worker  # noqa: PLC0415

    run_worker(place_of(database), lease_seconds=lease, webhook_hosts=hosts_told(webhook_host))


def place_of(database: str | None) -> str:
    """Return where the database lies; raises UsageFaultError for a name that is empty, as of an unset variable."""
    from planner.store.database import default_place  # noqa: PLC0415

    if database is not None and not database.strip():
        raise UsageFaultError("--database", text("it is empty."), text("Give the place of one."))
    return database or default_place()


@key_app.command("create")
def create(
    county: Annotated[str, typer.Option(help="Name of the county: a-z, 0-9 and -.")],
    role: Annotated[RoleChoice, typer.Option(help="What its holder may do.")],
    days: Annotated[int, typer.Option(help="Days until it expires.", min=1, max=3660)] = 365,
    database: DatabaseOption = None,
) -> None:
    """Make a key for a county and put it on standard output: it is shown this once."""
    from planner.store import open_store  # noqa: PLC0415
    from planner.store.keys import create_key  # noqa: PLC0415
    from planner.store.records import Role  # noqa: PLC0415

    store = open_store(place_of(database))
    key, secret = create_key(store, county_id=county, role=Role(role.value), days=days)
    store.close()
    sys.stdout.write(secret + "\n")
    screen.print(f"{key.id}  {key.county_id}  {key.role}  {_day(key.expires_ms)}", markup=False)


@key_app.command("list")
def list_all(database: DatabaseOption = None) -> None:
    """List every key: its id, county, role, when it expires and whether it is revoked; never its secret."""
    from planner.store import open_existing  # noqa: PLC0415
    from planner.store.keys import list_keys  # noqa: PLC0415

    store = open_existing(place_of(database))
    for key in list_keys(store):
        state = "revoked" if key.revoked_ms is not None else _day(key.expires_ms)
        sys.stdout.write(f"{key.id}  {key.county_id}  {key.role}  {state}\n")
    store.close()


@key_app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as the list shows it.")],
    database: DatabaseOption = None,
) -> None:
    """End a key at once and for good."""
    from planner.store import open_existing  # noqa: PLC0415
    from planner.store.keys import revoke_key  # noqa: PLC0415
    from planner.store.records import MissingError  # noqa: PLC0415

    store = open_existing(place_of(database))
    try:
        key = revoke_key(store, key_id)
    except MissingError:
        raise InputError(
            [Issue(Where(column="ID"), text("There is no such key."), text("See: xunzhen key list."))]
        ) from None
    finally:
        store.close()
    screen.print(f"{key.id}  {key.county_id}  {key.role}  revoked", markup=False)


def _day(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date().isoformat()

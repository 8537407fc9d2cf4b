"""Couriers take the deliveries of the store to the webhooks of the counties, beside the work of a worker.

A delivery lies in the store from the moment its cause is true, and stays until its receiver has said 2xx or enough was
tried: a courier that is killed on the way loses none, though the receiver may then hear it twice.
"""

from __future__ import annotations

import hmac
import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from planner.jobs.hosts import Host, Target, UnreachableError, connected, target_of
from planner.store import Database, StoreUnavailableError
from planner.store.records import Claimed
from planner.store.webhooks import claim_delivery, end_delivery

COURIERS = 2
LOOK_SECONDS = 1.0
CONNECT_SECONDS = 3.0
POST_SECONDS = 10.0  # from the first byte to the status
HOLD_SECONDS = 60.0  # after which the delivery of a courier that was killed is taken by another one
log = logging.getLogger("xunzhen.webhooks")


class Couriers:
    """Delivers while the block runs; nobody when there is no host that may be called."""

    def __init__(self, database: Database, hosts: Sequence[Host], *, hold_seconds: float = HOLD_SECONDS) -> None:
        self.database, self.hosts, self.hold_seconds = database, hosts, hold_seconds
        self.is_over = threading.Event()
        self.threads = [
            threading.Thread(target=self._deliver, name=f"courier {number}", daemon=True)
            for number in range(COURIERS if hosts else 0)
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join(CONNECT_SECONDS + POST_SECONDS)

    def _deliver(self) -> None:
        while not self.is_over.is_set():
            try:
                was_busy = deliver_one(self.database, self.hosts, hold_seconds=self.hold_seconds)
            except StoreUnavailableError:
                was_busy = False
            if not was_busy:
                self.is_over.wait(LOOK_SECONDS)


def deliver_one(database: Database, hosts: Sequence[Host], *, hold_seconds: float = HOLD_SECONDS) -> bool:
    """Take the delivery that is due; return False when there is none. Raises StoreUnavailableError."""
    claimed = claim_delivery(database, hold_ms=round(1000 * hold_seconds))
    if claimed is None:
        return False
    status, fault = _told(claimed, hosts)
    end_delivery(database, claimed, status=status, fault=fault)
    log.info("delivery %s, try %d: %s", claimed.id, claimed.tries, fault or status)
    return True


def _told(claimed: Claimed, hosts: Sequence[Host]) -> tuple[int | None, str | None]:
    """Return what the receiver answered, or why nothing came of it."""
    target = target_of(claimed.url, hosts)
    if target is None:  # taken off the list since
        return None, "host_forbidden"
    try:
        status = post(target, claimed.body.encode(), headers_of(claimed, round(time.time())))
    except UnreachableError as gone:
        return None, gone.fault
    if 200 <= status < 300:
        return status, None
    return status, "redirected" if 300 <= status < 400 else "refused"


def headers_of(claimed: Claimed, moment: int) -> dict[str, str]:
    """Return the headers of a delivery: the signature is of the moment and the body, with the secret of the webhook."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "xunzhen",
        "Xunzhen-Delivery": claimed.id,
        "Xunzhen-Event": claimed.kind,
        "Xunzhen-Signature": f"t={moment},v1={signature(claimed.secret, moment, claimed.body)}",
    }


def signature(secret: str, moment: int, body: str) -> str:
    """Return the HMAC-SHA256 of "moment.body" in hexadecimal digits."""
    return hmac.digest(secret.encode(), f"{moment}.{body}".encode(), "sha256").hex()


def post(target: Target, body: bytes, headers: dict[str, str], *, seconds: float = POST_SECONDS) -> int:
    """Send a body and return the status of the answer, of which nothing else is read; raises UnreachableError."""
    connection = _Line(target, connected(target, CONNECT_SECONDS), seconds)
    is_late = threading.Event()

    def cut_off() -> None:
        is_late.set()
        with suppress(OSError):  # ends whatever is waited for, also when bytes come one by one
            socket.socket.shutdown(connection.sock or connection.line, socket.SHUT_RDWR)

    clock = threading.Timer(seconds, cut_off)
    clock.daemon = True
    clock.start()
    try:
        return _exchanged(connection, body, headers, target.path)
    except ssl.SSLError as fault:
        raise UnreachableError("timeout" if is_late.is_set() else _tls_fault(fault)) from None
    except (OSError, http.client.HTTPException, ValueError) as fault:
        is_slow = is_late.is_set() or isinstance(fault, TimeoutError)
        raise UnreachableError("timeout" if is_slow else "no_answer") from None
    finally:
        clock.cancel()
        connection.close()
        connection.line.close()


def _tls_fault(fault: ssl.SSLError) -> str:
    return "certificate" if isinstance(fault, ssl.SSLCertVerificationError) else "no_answer"


def _exchanged(connection: _Line, body: bytes, headers: dict[str, str], path: str) -> int:
    connection.request("POST", path, body, headers)
    with connection.getresponse() as answer:
        return answer.status


class _Line(http.client.HTTPConnection):
    """A connection that is there already; of a redirection it knows nothing, nor of proxies."""

    def __init__(self, target: Target, line: socket.socket, seconds: float) -> None:
        self.default_port = 443 if target.is_secure else 80
        super().__init__(target.host.name, target.port, timeout=seconds)
        self.target, self.line, self.seconds = target, line, seconds

    def connect(self) -> None:
        """Speak over the connection that was made, behind the certificate of the host where it has one."""
        self.line.settimeout(self.seconds)
        if self.target.is_secure:
            context = ssl.create_default_context()
            name = self.target.host.name
            self.sock = context.wrap_socket(self.line, server_hostname=name, do_handshake_on_connect=False)
            self.sock.do_handshake()  # once it can be cut off
        else:
            self.sock = self.line

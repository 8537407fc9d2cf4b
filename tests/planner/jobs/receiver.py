"""An app that receives what webhooks are told, on a port of this machine."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from planner.jobs.hosts import Host

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Heard:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A running receiver: what it heard, and how it answers."""

    port: int
    answer: Answer
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://localhost:{self.port}/hook?app=1"

    @property
    def host(self) -> Host:
        """It as the allow-list of an office names it."""
        return Host(name="localhost", port=self.port, network=ip_network("127.0.0.0/8"))


def says(status: int, **headers: str) -> Answer:
    """Answer with a status and nothing else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@contextmanager
def receiving(answer: Answer | None = None, wrap: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Yield a receiver; it says 204 unless told otherwise, and speaks TLS when it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append(Heard(self.path, dict(self.headers), body))
            receiver.answer(self)

        def do_GET(self) -> None:
            receiver.heard.append(Heard(self.path, dict(self.headers), b""))

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # whoever called was cut off, on purpose

    server = Server(("127.0.0.1", 0), Handler)
    if wrap is not None:
        server.socket = wrap.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1], answer or says(204))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

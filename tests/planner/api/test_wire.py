"""Bytes on the line, as no client sends them: each is answered with a 4xx or closed, and the server goes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planner.api.app import LARGEST_HEAD
from planner.store import open_store
from tests.planner.api.desk import Desk, desk_over
from tests.planner.api.hostile import MARK
from tests.planner.api.listening import listening

NO_HTTP = b"Invalid HTTP request received."  # what never was a request has no problem to be told
Line = tuple[int, Desk]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A server that listens on a port of this machine, with its real bounds."""
    database = open_store(str(tmp_path_factory.mktemp("wire") / "xunzhen.db"))
    with desk_over(database) as desk, listening(desk) as port:
        yield port, desk
    database.close()


@contextmanager
def connected(port: int, sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(sent)
        yield client


def answer(port: int, sent: bytes, *, is_cut_off: bool = False) -> bytes:
    """Send bytes, and return all that comes back until the server closes or is done with an answer."""
    with connected(port, sent) as client:
        if is_cut_off:
            client.shutdown(socket.SHUT_WR)
        found = b""
        try:
            while piece := client.recv(65_536):
                found += piece
                head, _, body = found.partition(b"\r\n\r\n")
                lengths = [row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
                if lengths and len(body) >= int(lengths[0].split(b":")[1]):
                    break
        except ConnectionResetError:
            pass
        return found


def request(line: Line, first: bytes = b"GET /v1/jobs HTTP/1.1", *rows: bytes, body: bytes = b"") -> bytes:
    key = line[1].headers["scheduler"]["Authorization"].encode()
    return b"\r\n".join([first, b"Host: x", b"Authorization: " + key, *rows, b"", body])


ORDER = (b"POST /v1/jobs HTTP/1.1", b"Content-Type: application/json")
REQUESTS: dict[str, tuple[bytes, ...]] = {
    "no version": (b"GET /v1/jobs",),
    "version 0.9": (b"GET /v1/jobs HTTP/0.9",),
    "version 3.0": (b"GET /v1/jobs HTTP/3.0",),
    "version 2 preface": (b"PRI * HTTP/2.0",),
    "no words": (b"\x16\x03\x01\x02\x00\x01\x00",),
    "blank in the address": (b"GET /v1/jobs x HTTP/1.1",),
    "raw bytes in the address": (b"GET /v1/\xe7\x8e\x8b HTTP/1.1",),
    "NUL in the address": (b"GET /v1/\x00 HTTP/1.1",),
    "tab for a blank": (b"GET\t/v1/jobs\tHTTP/1.1",),
    "method with a bracket": (b"GE(T /v1/jobs HTTP/1.1",),
    "address of another host": (b"GET http://evil.example/v1/nothing HTTP/1.1",),
    "authority form": (b"CONNECT evil.example:443 HTTP/1.1",),
    "asterisk": (b"OPTIONS * HTTP/1.1",),
    "trace": (b"TRACE /v1/jobs HTTP/1.1",),
    "head": (b"HEAD /v1/jobs HTTP/1.1",),
    "dots": (b"GET /v1/../../etc/passwd HTTP/1.1",),
    "dots in code": (b"GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",),
    "slash in code": (b"GET /v1/jobs/..%2f..%2fetc%2fpasswd HTTP/1.1",),
    "code of no letter": (b"GET /v1/jobs/%c0%af%ff HTTP/1.1",),
    "code cut off": (b"GET /v1/jobs/%e HTTP/1.1",),
    "code of NUL": (b"GET /v1/jobs/%00 HTTP/1.1",),
    "two slashes": (b"GET //v1/jobs HTTP/1.1",),
    "fragment": (b"GET /v1/jobs/x#y HTTP/1.1",),
    "header without a name": (b"GET /v1/jobs HTTP/1.1", b": x"),
    "header without a colon": (b"GET /v1/jobs HTTP/1.1", b"nothing"),
    "blank before the colon": (b"GET /v1/jobs HTTP/1.1", b"X : y"),
    "NUL in a header": (b"GET /v1/jobs HTTP/1.1", b"X: a\x00b"),
    "line feed in a header": (b"GET /v1/jobs HTTP/1.1", b"X: a\rb"),
    "two lengths": (*ORDER, b"Content-Length: 2", b"Content-Length: 3"),
    "length below zero": (*ORDER, b"Content-Length: -1"),
    "length with a sign": (*ORDER, b"Content-Length: +2"),
    "length in hex": (*ORDER, b"Content-Length: 0x2"),
    "length of 30 digits": (*ORDER, b"Content-Length: " + b"9" * 30),
    "length of 12 GB": (*ORDER, b"Content-Length: 12000000000"),
    "length and chunks": (*ORDER, b"Content-Length: 2", b"Transfer-Encoding: chunked"),
    "unknown coding": (*ORDER, b"Transfer-Encoding: gzip, chunked"),
    "coding twice": (*ORDER, b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "expects leave for 12 GB": (*ORDER, b"Expect: 100-continue", b"Content-Length: 12000000000"),
    "no host": (b"GET /v1/nothing HTTP/1.1",),
    "upgrade": (b"GET /v1/nothing HTTP/1.1", b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Key: eA=="),
}
BODIES = {
    "chunk of no size": b"x\r\n{}\r\n0\r\n\r\n",
    "chunk of 2^80": b"100000000000000000000\r\n{}",
    "chunk below zero": b"-2\r\n{}\r\n0\r\n\r\n",
    "chunk longer than it says": b"1\r\n{}\r\n0\r\n\r\n",
    "size of 30,000 digits": b"0" * 30_000 + b"2\r\n{}\r\n0\r\n\r\n",
    "chunk with a long extension": b"2;" + b"x" * 30_000 + b"\r\n{}\r\n0\r\n\r\n",
    "trailer of 30 kB": b"2\r\n{}\r\n0\r\nX: " + b"y" * 30_000 + b"\r\n\r\n",
}


def assert_refused(found: bytes) -> None:
    """A problem of the API, or the one sentence of the parser; or nothing, and the line is closed."""
    if not found:
        return
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 4", b"HTTP/1.1 100")), found[:300]
    assert b"application/problem+json" in found or NO_HTTP in body, found[:300]
    assert b"Traceback" not in found
    assert MARK.encode() not in found


@pytest.mark.parametrize("name", REQUESTS)
def test_request_that_is_none_is_refused(line: Line, name: str) -> None:
    """And the next one is answered."""
    assert_refused(answer(line[0], request(line, *REQUESTS[name]), is_cut_off=True))
    assert answer(line[0], request(line)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", BODIES)
def test_chunks_that_are_none_are_refused(line: Line, name: str) -> None:
    """A body in pieces whose sizes lie."""
    sent = request(line, *ORDER, b"Transfer-Encoding: chunked", body=BODIES[name])
    assert_refused(answer(line[0], sent, is_cut_off=True))
    assert answer(line[0], request(line)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b'{"dataset_id": "', b""])
def test_body_cut_off_is_refused(line: Line, sent: bytes) -> None:
    """100 bytes are promised, the line ends before: no order is made."""
    found = answer(line[0], request(line, *ORDER, b"Content-Length: 100", body=sent), is_cut_off=True)
    assert_refused(found)


def test_head_of_16_kb_passes_and_more_does_not(line: Line) -> None:
    """Address and headers together; an address of 15 kB is only an address that is not there."""
    key = line[1].headers["scheduler"]["Authorization"]
    room = LARGEST_HEAD - len(f"/v1/jobshostxauthorization{key}x")
    assert answer(line[0], request(line, b"GET /v1/jobs HTTP/1.1", b"X: " + b"y" * room)).startswith(b"HTTP/1.1 200")
    assert answer(line[0], request(line, b"GET /v1/jobs HTTP/1.1", b"X: " + b"y" * (room + 1))).startswith(
        b"HTTP/1.1 413"
    )
    assert answer(line[0], request(line, b"GET /v1/" + b"x" * 15_000 + b" HTTP/1.1")).startswith(b"HTTP/1.1 404")
    assert answer(line[0], request(line, b"GET /v1/" + b"x" * 40_000 + b" HTTP/1.1")).startswith(b"HTTP/1.1 4")
    many = [b"X-%d: y" % number for number in range(5000)]
    assert answer(line[0], request(line, b"GET /v1/jobs HTTP/1.1", *many)).startswith(b"HTTP/1.1 4")


def test_length_of_12_gb_is_refused_before_a_byte_of_it(line: Line) -> None:
    """A client that asks for leave first is told no, and need not send."""
    sent = request(line, *ORDER, b"Expect: 100-continue", b"Content-Length: 12000000000")
    found = answer(line[0], sent)
    assert found.startswith(b"HTTP/1.1 413"), found[:200]


def test_slow_bodies_keep_nobody_waiting(line: Line) -> None:
    """60 lines that promise a body and send nothing: others are answered at once."""
    slow = request(line, b"POST /v1/datasets HTTP/1.1", b"Content-Type: application/zip", b"Content-Length: 9000000")
    held = [socket.create_connection(("127.0.0.1", line[0]), timeout=20) for _ in range(60)]
    try:
        for client in held:
            client.sendall(slow)
        began = time.monotonic()
        assert answer(line[0], request(line)).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 5
    finally:
        for client in held:
            client.close()


def test_log_of_the_server_tells_of_no_fault(line: Line, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """A body that breaks off writes no traceback: logs that cry wolf are not read."""
    caplog.set_level("INFO")
    answer(
        line[0],
        request(
            line, b"POST /v1/datasets HTTP/1.1", b"Content-Type: application/zip", b"Content-Length: 100", body=b"PK"
        ),
        is_cut_off=True,
    )
    time.sleep(0.3)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []

"""Lines that are held open: whoever says nothing, or next to nothing, keeps nobody else out."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from planner.api import jobs, lines
from planner.api.app import MOST_REQUESTS, Api
from planner.store.keys import create_key, revoke_key
from planner.store.records import Role
from tests.planner.api.test_wire import Line, answer, connected, line, request

__all__ = ["line"]
SOON = 10.0  # seconds, on a busy machine


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second instead of 20 and 60; the real bounds only take longer to wait for."""
    monkeypatch.setattr(lines, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(lines, "BODY_SECONDS", 0.5)


def drip(client: socket.socket, piece: bytes = b"", *, seconds: float = SOON) -> bool:
    """Send a piece again and again; return whether the server has closed the line within so many seconds."""
    client.settimeout(0.1)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            client.sendall(piece)
            if not client.recv(65_536):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("first", [b"", b"GET /health HTT", b"GET /health HTTP/1.1\r\nX: y"])
@pytest.mark.parametrize("piece", [b"", b"y"])
def test_head_that_never_ends_is_not_waited_for(line: Line, first: bytes, piece: bytes) -> None:
    """Silent, or a byte now and then."""
    with connected(line[0], first) as client:
        assert drip(client, piece)


def test_body_that_never_comes_is_not_waited_for(line: Line) -> None:
    """Its length is told, and the key is a good one."""
    sent = request(line, b"POST /v1/jobs HTTP/1.1", b"Content-Type: application/json", b"Content-Length: 100")
    with connected(line[0], sent) as client:
        assert drip(client)


def test_body_that_comes_slowly_is_taken(line: Line) -> None:
    """Two seconds for 20 bytes: each comes in time, and what they say is answered."""
    sent = request(line, b"POST /v1/jobs HTTP/1.1", b"Content-Type: application/json", b"Content-Length: 20")
    with connected(line[0], sent) as client:
        for _ in range(20):
            time.sleep(0.1)
            client.sendall(b"x")
        assert client.recv(65_536).startswith(b"HTTP/1.1 400")


def test_line_may_rest_between_requests(line: Line) -> None:
    """A browser keeps its line for the next page."""
    with connected(line[0], request(line)) as client:
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        assert not drip(client, seconds=1.0)
        client.settimeout(SOON)
        client.sendall(request(line))
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")


def test_silent_lines_make_room(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 lines are all there are: 50 that say nothing keep nobody out, and the first of them are closed."""
    monkeypatch.setattr(lines, "HEAD_SECONDS", 60.0)
    monkeypatch.setattr(lines, "MOST_LINES", 20)
    with ExitStack() as held:
        silent = [held.enter_context(connected(line[0], b"GET")) for _ in range(50)]
        assert answer(line[0], request(line)).startswith(b"HTTP/1.1 200")
        assert all(drip(client, seconds=1.0) for client in silent[:30])
        assert not drip(silent[-1], seconds=0.5)


def test_requests_beyond_the_most_are_told_so(line: Line) -> None:
    """A problem like any other, with the time after which to come again."""
    app = line[1].client.app
    assert isinstance(app, Api)
    app.answering += MOST_REQUESTS
    found = answer(line[0], request(line))
    app.answering -= MOST_REQUESTS
    assert found.startswith(b"HTTP/1.1 503")
    assert json.loads(found.partition(b"\r\n\r\n")[2])["code"] == "busy"
    assert b"retry-after: 2" in found.lower()
    assert answer(line[0], request(line)).startswith(b"HTTP/1.1 200")


@contextmanager
def held_stream(line: Line, key: str) -> Iterator[socket.socket]:
    """Follow the job that waits; it has told of one event when the block begins."""
    path = line[1].path("/v1/jobs/{job_id}/events").encode()
    sent = b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: x", b"Authorization: Bearer " + key.encode(), b"", b""])
    with connected(line[0], sent) as client:
        found = b""
        while b"event: queued" not in found:
            piece = client.recv(65_536)
            assert piece, found
            found += piece
            if b"too_many_streams" in found:
                raise FullError
        yield client


class FullError(Exception):
    """The county has all the streams it may have."""


def test_streams_of_a_county_are_bounded(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them asks the database: with two places there is no third, until one of the two is closed."""
    app = line[1].client.app
    assert isinstance(app, Api)
    monkeypatch.setattr(app.state.streams, "of_one", 2)
    key = line[1].headers["read-only"]["Authorization"].split()[1]
    with held_stream(line, key), held_stream(line, key), pytest.raises(FullError), held_stream(line, key):
        pass
    deadline = time.monotonic() + SOON
    while app.state.streams.taken:
        assert time.monotonic() < deadline, "a stream that was closed keeps its place"
        time.sleep(0.05)
    with held_stream(line, key):
        pass


def test_stream_ends_with_its_key(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoked while a job is followed: nothing more is told."""
    monkeypatch.setattr(jobs, "KEY_SECONDS", 0.5)
    key, secret = create_key(line[1].database, county_id="sangzhi", role=Role.READER, days=1)
    with held_stream(line, secret) as client:
        revoke_key(line[1].database, key.id)
        client.settimeout(SOON)
        while piece := client.recv(65_536):
            assert b"event:" not in piece
            if piece.endswith(b"0\r\n\r\n"):  # the last chunk
                break


def test_uploads_of_a_county_are_bounded(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds 10 MB: while one is being sent there is no room for a second, and other counties have theirs."""
    monkeypatch.setattr(lines, "BODY_SECONDS", 60.0)
    app = line[1].client.app
    assert isinstance(app, Api)
    monkeypatch.setattr(app.state.uploads, "of_one", 1)
    rows = (b"POST /v1/datasets HTTP/1.1", b"Content-Type: application/zip")
    with connected(line[0], request(line, *rows, b"Content-Length: 9000000", body=b"PK")):
        deadline = time.monotonic() + SOON
        while not app.state.uploads.taken:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = answer(line[0], request(line, *rows, b"Content-Length: 2", body=b"PK"))
        assert b"too_many_uploads" in second
        other = {**line[1].headers["other county"], "Content-Type": "application/zip"}
        assert line[1].client.post("/v1/datasets", content=b"PK", headers=other).json()["code"] == "dataset_refused"
    deadline = time.monotonic() + SOON
    while app.state.uploads.taken:
        assert time.monotonic() < deadline, "an upload that broke off keeps its place"
        time.sleep(0.05)

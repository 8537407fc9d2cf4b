"""Couriers bring what is told to a receiver that they may call: signed, at least once, and never held up for long."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import update

from planner.jobs.couriers import Couriers, deliver_one, post
from planner.jobs.hosts import ENVIRONMENT, Host, Target, UnreachableError, read_hosts, target_of
from planner.store import Database, open_store
from planner.store.plans import publish_plan
from planner.store.records import StoredDelivery
from planner.store.tables import deliveries, webhooks
from planner.store.webhooks import add_webhook, list_deliveries
from tests.planner.jobs.receiver import Receiver, receiving, says
from tests.planner.store.stocked import stock
from tests.planner.store.test_plans import planned
from tests.planner.store.test_webhooks import let_time_pass

SECOND = 1_000


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that says 204."""
    with receiving() as found:
        yield found


def hooked(database: Database, url: str) -> tuple[str, str]:
    """Return the id and the secret of a new webhook of sangzhi."""
    stock(database, "sangzhi")
    webhook, secret = add_webhook(database, county_id="sangzhi", url=url, kinds=["job.ended", "plan.published"])
    return webhook.id, secret


def told(database: Database, webhook_id: str) -> tuple[StoredDelivery, ...]:
    return list_deliveries(database, county_id="sangzhi", webhook_id=webhook_id, limit=100)


def await_true(what: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_delivery_is_signed_and_names_nobody(database: Database, receiver: Receiver) -> None:
    """What a receiver does with the secret it was told: the signature is of the moment and the very bytes."""
    webhook, secret = hooked(database, receiver.url)
    plan_id = planned(database)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    with Couriers(database, [receiver.host]):
        await_true(lambda: {each.state for each in told(database, webhook)} == {"delivered"})
    assert len(receiver.heard) == 2
    for heard in receiver.heard:
        parts = dict(part.split("=") for part in heard.headers["Xunzhen-Signature"].split(","))
        made = hmac.new(secret.encode(), parts["t"].encode() + b"." + heard.body, hashlib.sha256).hexdigest()
        assert parts["v1"] == made
        assert abs(int(parts["t"]) - time.time()) < 120
        said = json.loads(heard.body)
        assert heard.headers["Xunzhen-Delivery"] == said["id"]
        assert heard.headers["Xunzhen-Event"] == said["kind"]
        assert heard.path == "/hook?app=1"
        assert b"sangzhi" not in heard.body
        assert len(heard.body) < 400
    assert {each.id for each in told(database, webhook)} == {h.headers["Xunzhen-Delivery"] for h in receiver.heard}


def test_receiver_of_the_docs_knows_what_is_ours(database: Database, receiver: Receiver) -> None:
    """The function of docs/api.md takes what a courier sends, and no other body, secret or older moment."""
    import re

    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
    found: dict[str, Callable[..., bool]] = {}
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(f"import hashlib, hmac\n{code}", found)
    is_ours = found["is_ours"]
    _, secret = hooked(database, receiver.url)
    planned(database)
    deliver_one(database, [receiver.host])
    (heard,) = receiver.heard
    header, now = heard.headers["Xunzhen-Signature"], time.time()
    assert is_ours(secret, header, heard.body, now)
    assert not is_ours(secret, header, heard.body + b" ", now)
    assert not is_ours(secret + "x", header, heard.body, now)
    assert not is_ours(secret, header, heard.body, now + 301)


def test_refused_delivery_comes_again_with_the_same_id(database: Database, receiver: Receiver) -> None:
    """500, then 503, then 200: three requests of one id and the same bytes, each signed anew."""
    webhook, _ = hooked(database, receiver.url)
    planned(database)
    for status in (500, 503, 200):
        receiver.answer = says(status)
        assert deliver_one(database, [receiver.host])
        assert not deliver_one(database, [receiver.host])
        let_time_pass(database, 3_600 * SECOND)
    assert len({(heard.headers["Xunzhen-Delivery"], heard.body) for heard in receiver.heard}) == 1
    assert len(receiver.heard) == 3
    done = told(database, webhook)[0]
    assert (done.state, done.status, done.tries, done.fault) == ("delivered", 200, 3, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirection_is_not_followed(sqlite: Database, receiver: Receiver, status: int) -> None:
    """The other address, which is on the list too, hears nothing; the delivery is tried again where it was."""
    webhook, _ = hooked(sqlite, receiver.url)
    planned(sqlite)
    receiver.answer = says(status, Location=f"http://localhost:{receiver.port}/elsewhere")
    deliver_one(sqlite, [receiver.host])
    assert [heard.path for heard in receiver.heard] == ["/hook?app=1"]
    failed = told(sqlite, webhook)[0]
    assert (failed.state, failed.status, failed.fault) == ("waiting", status, "redirected")


def test_host_that_is_no_more_on_the_list_is_not_called(sqlite: Database, receiver: Receiver) -> None:
    """Also not because it was on it when the webhook was made; nor one that the database was made to hold."""
    webhook, _ = hooked(sqlite, receiver.url)
    planned(sqlite)
    deliver_one(sqlite, read_hosts(["app.example.org"]))
    assert told(sqlite, webhook)[0].fault == "host_forbidden"
    with sqlite.writing() as connection:
        connection.execute(update(webhooks).values(url=f"https://localhost:{receiver.port}/"))
    let_time_pass(sqlite, 3_600 * SECOND)
    deliver_one(sqlite, [Host(name="localhost", port=receiver.port)])
    assert told(sqlite, webhook)[0].fault == "address_forbidden"
    assert receiver.heard == []


def test_nothing_is_taken_where_no_host_is_named(sqlite: Database, receiver: Receiver) -> None:
    """The default: no courier at all; what is told waits for one that may call."""
    webhook, _ = hooked(sqlite, receiver.url)
    planned(sqlite)
    with Couriers(sqlite, []) as couriers:
        assert couriers.threads == []
    assert [(each.state, each.tries) for each in told(sqlite, webhook)] == [("waiting", 0)]


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send the head of an answer byte by byte and never end it."""
    with suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Answer 200 and then send without end."""
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        for _ in range(100_000):
            handler.wfile.write(b"x" * 65_536)


def silent(_: BaseHTTPRequestHandler) -> None:
    """Say nothing for a long time."""
    time.sleep(5)


def noise(handler: BaseHTTPRequestHandler) -> None:
    """Answer what is no HTTP."""
    handler.wfile.write(b"\x00" * 70_000)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    """Send more headers than anybody reads."""
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000)


def target(receiver: Receiver) -> Target:
    found = target_of(receiver.url, [receiver.host])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answer", "fault"), [(drip, "timeout"), (silent, "timeout"), (noise, "no_answer"), (garbage, "no_answer")]
)
def test_receiver_that_answers_badly_is_left_in_time(
    receiver: Receiver, answer: Callable[..., None], fault: str
) -> None:
    """Byte by byte, not at all, no HTTP, headers without end: over within the bound of half a second, or at once."""
    receiver.answer = answer
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=fault):
        post(target(receiver), b"{}", {}, seconds=0.5)
    assert time.monotonic() - began < 3


def test_handshake_that_comes_byte_by_byte_is_cut_off() -> None:
    """A record of 16 kB is announced, and comes at 20 bytes a second: over within the bound too."""

    def drip_record(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            for byte in b"\x16\x03\x03\x40\x00\x02" + bytes(400):
                line.sendall(bytes([byte]))
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip_record, args=[listening])
        thread.start()
        port = listening.getsockname()[1]
        slow = target_of(f"https://127.0.0.1:{port}/", read_hosts([f"127.0.0.1:{port}=127.0.0.1"]))
        assert slow is not None
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="timeout"):
            post(slow, b"{}", {}, seconds=0.5)
        assert time.monotonic() - began < 3
        thread.join()


def test_body_of_an_answer_is_not_read(receiver: Receiver) -> None:
    """6 GB behind a 200: the status is all that is taken."""
    receiver.answer = flood
    began = time.monotonic()
    assert post(target(receiver), b"{}", {}, seconds=5) == 200
    assert time.monotonic() - began < 3


def test_port_where_nobody_listens_is_told() -> None:
    """No connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    nobody = target_of(f"http://127.0.0.1:{port}/", read_hosts([f"127.0.0.1:{port}=127.0.0.1"]))
    assert nobody is not None
    with pytest.raises(UnreachableError, match="no_connection"):
        post(nobody, b"{}", {})


def test_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look the name up itself."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(target(receiver), b"{}", {}) == 204


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
@pytest.mark.parametrize(("name", "is_known"), [("localhost", True), ("localhost", False), ("other.example", True)])
def test_certificate_is_checked(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_known: bool
) -> None:
    """Of the host and of somebody known the answer counts; of another host, or of a stranger, nothing is sent."""
    import ssl

    made = ("-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2")
    named = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}")
    subprocess.run(["openssl", "req", *made, *named], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with receiving(wrap=context) as secure:
        found = target_of(secure.url.replace("http:", "https:"), [secure.host])
        assert found is not None
        if is_known and name == "localhost":
            assert post(found, b"{}", {}) == 204
            assert len(secure.heard) == 1
        else:
            with pytest.raises(UnreachableError, match="certificate"):
                post(found, b"{}", {})
            assert secure.heard == []


def worker(place: str, receiver: Receiver) -> subprocess.Popen[bytes]:
    """Start couriers as a process of their own, whose deliveries are free again 2 s after it is killed."""
    script = (
        "import os, time; from planner.jobs.couriers import Couriers; from planner.jobs.hosts import *; "
        "from planner.store import open_store\n"
        f"with Couriers(open_store({place!r}), read_hosts(hosts_told(None)), hold_seconds=2): time.sleep(600)"
    )
    environment = {**os.environ, ENVIRONMENT: f"localhost:{receiver.port}=127.0.0.0/8"}
    return subprocess.Popen([sys.executable, "-c", script], env=environment)


def test_kill_on_the_way_loses_no_delivery(place: str, receiver: Receiver) -> None:
    """kill -9 while the receiver is thinking: the next process brings the same delivery again; none is left out."""
    database = open_store(place)
    webhook, _ = hooked(database, receiver.url)
    plan_id = planned(database)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    receiver.answer = silent
    first = worker(place, receiver)
    await_true(lambda: len(receiver.heard) >= 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert {each.state for each in told(database, webhook)} == {"waiting"}
    receiver.answer = says(204)
    second = worker(place, receiver)
    try:
        await_true(lambda: {each.state for each in told(database, webhook)} == {"delivered"})
    finally:
        second.kill()
        second.wait()
    heard = [each.headers["Xunzhen-Delivery"] for each in receiver.heard]
    assert len(heard) > len(set(heard))
    assert set(heard) == {each.id for each in told(database, webhook)}
    assert len(set(heard)) == 2
    with database.reading() as connection:
        assert all(row.tries <= 3 for row in connection.execute(deliveries.select()))
    database.close()

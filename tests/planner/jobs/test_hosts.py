"""Webhooks go to hosts on the list, at addresses that these may have, and nowhere else whatever a name means."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from planner.errors import InputError
from planner.jobs.hosts import (
    ENVIRONMENT,
    LONGEST_URL,
    Target,
    UnreachableError,
    connected,
    hosts_told,
    is_public,
    read_hosts,
    target_of,
)

HOSTS = read_hosts(["app.example.org", "hooks.example.org:8443", "office:8080=10.0.0.0/8", "[::1]:9000=::1"])


@pytest.mark.parametrize(
    ("url", "port", "path"),
    [
        ("https://app.example.org", 443, "/"),
        ("https://app.example.org:443/a/b?c=d", 443, "/a/b?c=d"),
        ("https://APP.example.org/x", 443, "/x"),
        ("https://hooks.example.org:8443/?", 8443, "/"),
        ("http://office:8080/x", 8080, "/x"),
        ("https://office:8080/x", 8080, "/x"),
        ("http://[::1]:9000/", 9000, "/"),
    ],
)
def test_address_of_a_host_on_the_list_is_taken(url: str, port: int, path: str) -> None:
    """Port and scheme are those of the list; plain HTTP only where the list names the network."""
    target = target_of(url, HOSTS)
    assert target is not None
    assert (target.port, target.path, target.is_secure) == (port, path, url.startswith("https"))


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.org/", "https://app.example.org:8443/", "https://hooks.example.org/", "http://office/",
        "https://app.example.org.evil.example/", "https://evil.example/app.example.org", "https://evil.example/",
        "https://app.example.org@evil.example/", "https://user:pass@app.example.org/", "https://app.example.org\\@evil/",
        "https://evil.example\\.app.example.org/", "https://app.example.org#@evil.example/", "//app.example.org/",
        "ftp://app.example.org/", "file:///etc/passwd", "gopher://app.example.org/", "javascript:alert(1)", "",
        "https://", "https:///x", "https://app.example.org:0/", "https://app.example.org:65536/",
        "https://app.example.org:x/", "https://app.example.org./", "https://app.example.org%2eevil/",
        "https://app.example.org\r\nX: y/", "https://app.example.org/\r\nX: y", "https://app.example.org/a b",
        "https://app.example.org/\x00", "https://app.example.org/王", "https://应用.example.org/", "https://[::1]/",
        "https://[::1%25lo]:9000/", "http://[::ffff:127.0.0.1]:9000/", "http://127.0.0.1:9000/", "http://localhost/",
        "https://app.example.org/" + "x" * LONGEST_URL, "https://APP.EXAMPLE.ORG:443:443/", "https://[app.example.org]/",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    """Other hosts, ports and schemes, and every way to write one address that is read as two."""
    assert target_of(url, HOSTS) is None


def test_nothing_is_taken_where_no_host_is_named() -> None:
    """The default: whoever runs the server has to say where it may call."""
    assert target_of("https://app.example.org/", ()) is None


@pytest.mark.parametrize(
    "word",
    ["", "=", "https://app.example.org", "app.example.org/x", "a b", "*", "*.example.org", "user@app", "app:x",
     "app:0x1", "app:0", "app:70000", "app=", "app=10.0.0.0/40", "app=here",
     "应用", "-app", "app..org", ".", "app#x", "app?x", "[::1"],
)  # fmt: skip
def test_word_that_names_no_host_is_refused(word: str) -> None:
    """With the option it belongs to; there is no way to name every host."""
    with pytest.raises(InputError, match=r"--webhook-host: This is no host"):
        read_hosts([word])


def test_words_come_from_the_option_or_else_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parted by commas or spaces; the option wins."""
    monkeypatch.setenv(ENVIRONMENT, "a.example, b.example:8443 c=10.0.0.1")
    assert hosts_told(None) == ("a.example", "b.example:8443", "c=10.0.0.1")
    assert hosts_told(["d.example"]) == ("d.example",)
    monkeypatch.delenv(ENVIRONMENT)
    assert hosts_told(None) == ()


@pytest.mark.parametrize("address", ["1.1.1.1", "114.114.114.114", "2606:4700:4700::1111", "240e::1"])
def test_address_of_the_open_network_is_public(address: str) -> None:
    """IPv4 and IPv6."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:1.1.1.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1",
        "::127.0.0.1", "fec0::1",
    ],
)  # fmt: skip
def test_address_of_this_machine_or_an_office_is_not_public(address: str) -> None:
    """Loopback, private, link-local with the cloud's own, shared, reserved, and IPv6 that carries IPv4."""
    assert not is_public(ip_address(address))


def target(word: str, url: str) -> Target:
    found = target_of(url, read_hosts([word]))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "2130706433", "127.1", "169.254.169.254"]
)
def test_host_that_is_this_machine_is_not_called(name: str) -> None:
    """Named on the list, it may still not be anything but an address of the open network."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(UnreachableError, match=r"address_forbidden|unresolved"):
            connected(target(f"{name}:{port}", f"https://{name}:{port}/"), 1.0)
        listening.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listening.accept()


def test_host_of_an_office_is_called_in_its_network_only() -> None:
    """localhost named with 127.0.0.0/8 is called; named with 10.0.0.0/8 it is not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        url = f"http://localhost:{port}/"
        with connected(target(f"localhost:{port}=127.0.0.0/8", url), 1.0) as line:
            assert line.getpeername() == ("127.0.0.1", port)
        with pytest.raises(UnreachableError, match="address_forbidden"):
            connected(target(f"localhost:{port}=10.0.0.0/8", url), 1.0)


def test_name_that_changes_its_meaning_leads_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once: public when it is checked, and this machine ever after, it leads nowhere here."""
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.113.7", 1))]])
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]
    asked: list[Any] = []

    def resolve(*what: Any, **_: Any) -> Any:
        asked.append(what)
        return next(answers, here)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]])
        with connected(target(f"app.example:{port}=127.0.0.1", f"http://app.example:{port}/"), 1.0):
            assert len(asked) == 1
        with pytest.raises(UnreachableError, match="address_forbidden"):
            connected(target("app.example", "https://app.example/"), 1.0)


def test_only_the_allowed_one_of_two_addresses_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with an address of the office first and one in its network second: the second is called."""
    with socket.create_server(("127.0.0.2", 0)) as listening:
        port = listening.getsockname()[1]
        two = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.1", "127.0.0.2")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: two)
        with connected(target(f"app:{port}=127.0.0.2", f"http://app:{port}/"), 1.0) as line:
            assert line.getpeername()[0] == "127.0.0.2"


def test_name_that_means_nothing_is_told() -> None:
    """``invalid`` is the name that never is one."""
    with pytest.raises(UnreachableError, match="unresolved"):
        connected(target("app.invalid", "https://app.invalid/"), 1.0)

"""Where webhooks may go: to hosts that whoever runs the server has named, and there to addresses that are everybody's.

A name is looked up when it is called, and what is called is the address that was checked: a name that means another
machine a moment later, or one of the office, leads nowhere.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from planner.errors import InputError, Issue, Where
from planner.language import text

ENVIRONMENT = "XUNZHEN_WEBHOOK_HOSTS"
LONGEST_URL = 500
MOST_ADDRESSES = 4  # of one name that are tried
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|[0-9a-f:]*:[0-9a-f:.]*")
PRINTED = re.compile(r"[!-\[\]-~]+")  # what an address may be written with; a backslash is a slash to some
PORTS = {"https": 443, "http": 80}
CARRIERS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))  # 6to4 and Teredo: they carry one of IPv4, anybody's
UNICAST = IPv6Network("2000::/3")  # what is given out of IPv6 to the open network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host that may be called. With a ``network`` it is one of an office: only there, and plain HTTP will do."""

    name: str
    port: int | None = None
    network: IPv4Network | IPv6Network | None = None

    def takes(self, url: SplitResult, port: int) -> bool:
        """Return whether an address is one of this host's."""
        scheme_fits = url.scheme == "https" or (url.scheme == "http" and self.network is not None)
        return scheme_fits and url.hostname == self.name and port == (self.port or PORTS[url.scheme])

    def may_be_at(self, address: Address) -> bool:
        """Return whether the host may be called at an address that its name means now."""
        return is_public(address) if self.network is None else address in self.network


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a webhook goes: a host that may be called, and the rest of the address."""

    host: Host
    is_secure: bool
    port: int
    path: str


class UnreachableError(Exception):
    """No connection: ``fault`` says why, in one word of a closed list."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__(fault)


def is_public(address: Address) -> bool:
    """Return whether an address is one of the open network, and carries no other one."""
    if isinstance(address, IPv6Address) and (address not in UNICAST or any(address in carrier for carrier in CARRIERS)):
        return False
    is_special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not is_special


def hosts_told(words: Sequence[str] | None) -> tuple[str, ...]:
    """Return the words for hosts: those given, else those of the environment, parted by commas or spaces."""
    return tuple(words) if words else tuple(os.environ.get(ENVIRONMENT, "").replace(",", " ").split())


def read_hosts(words: Iterable[str]) -> tuple[Host, ...]:
    """Return the hosts of an allow-list: ``HOST``, ``HOST:PORT`` or ``HOST:PORT=NETWORK``; raises InputError."""
    return tuple(_host(word) for word in words)


def _host(word: str) -> Host:
    named, has_network, network = word.strip().lower().partition("=")
    try:
        where = urlsplit(f"//{named}")
        found = Host(name=where.hostname or "", port=where.port, network=ip_network(network) if has_network else None)
    except ValueError:
        raise _no_host() from None
    if where.netloc != named or "@" in named or found.port == 0 or not NAME.fullmatch(found.name):
        raise _no_host()
    return found


def _no_host() -> InputError:
    problem = text("This is no host that webhooks may go to.")
    remedy = text(
        "Write HOST or HOST:PORT; for a machine of the office HOST:PORT=ADDRESS, for example app:8080=10.0.0.5."
    )
    return InputError([Issue(Where(column="--webhook-host"), problem, remedy)])


def target_of(url: str, hosts: Iterable[Host]) -> Target | None:
    """Return where an address leads; None when it is none, or its host is not on the list."""
    if len(url) > LONGEST_URL or not PRINTED.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or "#" in url or not NAME.fullmatch(parts.hostname or ""):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = next((host for host in hosts if host.takes(parts, port)), None)
    return None if found is None else Target(host=found, is_secure=parts.scheme == "https", port=port, path=path)


def connected(target: Target, seconds: float) -> socket.socket:
    """Return a connection to the host, at an address that it may be at; raises UnreachableError."""
    fault = "no_connection"
    for family, address in _addresses(target)[:MOST_ADDRESSES]:
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(seconds)
            line.connect(address)
        except OSError as gone:
            line.close()
            fault = "timeout" if isinstance(gone, TimeoutError) else "no_connection"
            continue
        return line
    raise UnreachableError(fault)


def _addresses(target: Target) -> list[tuple[int, tuple[object, ...]]]:
    """Return what the name means now, without the addresses where the host may not be."""
    try:
        found = socket.getaddrinfo(target.host.name, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreachableError("unresolved") from None
    allowed = [
        (int(family), tuple(address))
        for family, _, _, _, address in found
        if target.host.may_be_at(ip_address(str(address[0]).partition("%")[0]))
    ]
    if not allowed:
        raise UnreachableError("address_forbidden")
    return allowed

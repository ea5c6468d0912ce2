"""The guard against server-side request forgery: an administrator's form must not reach what only this machine can.

Every address that a host name resolves to is judged at the moment of connecting, and the connection goes to exactly
the judged address, so that a name which changes its answer between check and call gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from ruleloom.connectors.errors import AddressRefused, Retriable

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NEVER = tuple(
    ipaddress.ip_network(n) for n in ("0.0.0.0/8", "169.254.0.0/16", "fe80::/10", "100.100.100.200/32", "::/128")
)
"""Link-local addresses hold the credentials of cloud machines; no setting opens them."""


@dataclass(frozen=True, slots=True)
class Network:
    """Which addresses may be called: public ones, and the hosts or networks (CIDR) in `private`; `*` is any."""

    private: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Network:
        """Reads the operator's comma-separated list, e.g. `erp.lan, 10.1.0.0/16`."""
        return cls(tuple(part.strip() for part in text.split(",") if part.strip()))

    def allows(self, host: str, address: str) -> bool:
        """Whether `host`, which resolved to `address`, may be called."""
        ip = _plain(ipaddress.ip_address(address.partition("%")[0]))
        if ip.is_multicast or any(ip in network for network in _NEVER):
            return False
        return ip.is_global or any(_names(entry, host, ip) for entry in self.private)


def _plain(ip: _Address) -> _Address:
    """An IPv4 address written as IPv6 is judged as IPv4."""
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip


def _names(entry: str, host: str, ip: _Address) -> bool:
    if entry == "*" or entry.casefold() == host.casefold():
        return True
    try:
        return ip in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # a host name
        return False


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves, judges every answer, and connects to a judged address."""

    def __init__(self, network: Network) -> None:
        self._network, self._real = network, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the first of the host's addresses after all were judged."""
        address = self._judged(host, port)
        return self._real.connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002 - the signature of the library
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Never: files are not other systems."""
        raise AddressRefused(host=path)

    def sleep(self, seconds: float) -> None:
        """As the library's own."""
        self._real.sleep(seconds)

    def _judged(self, host: str, port: int) -> str:
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (socket.gaierror, UnicodeError) as error:
            raise Retriable(str(error), code="remote-host-not-found", host=host) from error
        if not all(self._network.allows(host, address) for address in found):
            raise AddressRefused(host=host)
        return found[0]

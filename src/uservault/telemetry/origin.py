"""Where a request comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Self

from starlette.types import Scope

from uservault.kit.crypto import random_token
from uservault.settings.base import Network
from uservault.web.headers import sent

MAPPED = "::ffff:"  # begins an IPv4 address where one socket is for both families
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Client:
    """What throttles count: an IPv4 address, or the /64 network of an IPv6 address, since a client
    usually has all addresses of it (RFC 4291 §2.5.4). None without a peer."""

    network: str | None = None

    @classmethod
    def at(cls, address: str | None) -> Self:
        parsed = _parsed(address or "")
        if isinstance(parsed, IPv6Address):
            return cls(str(IPv6Network((int(parsed), 64), strict=False)))
        return cls(str(parsed) if parsed else address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address`: the peer's, or the one that a trusted proxy reports; None without a peer."""

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None

    @property
    def client(self) -> Client:
        return Client.at(self.address)


def client_address(
    peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]
) -> str | None:
    """The rightmost hop that is not a trusted proxy. Stops at a hop that is not an address."""
    address = peer and peer.removeprefix(MAPPED)
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while hops and is_within(address, trusted):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        address = str(hop)
    return address


def is_within(address: str | None, networks: Sequence[Network]) -> bool:
    parsed = _parsed(address or "")
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # without the zone (RFC 4007 §11)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def origin_of(scope: Scope, trusted: Sequence[Network]) -> Origin:
    peer = scope.get("client")
    forwarded = sent(scope, b"x-forwarded-for") if trusted else ()
    agents = sent(scope, b"user-agent")
    return Origin(
        address=client_address(peer[0] if peer else None, forwarded, trusted),
        user_agent=agents[0][:256] or None if agents else None,
        request_id=_request_id(sent(scope, b"x-request-id")),
    )


def is_forwarded_by_stranger(scope: Scope, trusted: Sequence[Network]) -> bool:
    """Whether there is an X-Forwarded-For that is not believed."""
    peer = scope.get("client")
    if not sent(scope, b"x-forwarded-for"):
        return False
    return not is_within(peer[0] if peer else None, trusted)


def _request_id(headers: Sequence[str]) -> str:
    """The client's id if it sent exactly one that is well formed; otherwise a new one."""
    valid = len(headers) == 1 and WELL_FORMED.fullmatch(headers[0])
    return headers[0] if valid else random_token()

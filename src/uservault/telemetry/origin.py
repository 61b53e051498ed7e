"""Where a request comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Literal, Self

from starlette.types import Scope

from uservault.kit.crypto import random_token
from uservault.settings.base import ForwardedHeader, Network
from uservault.telemetry.forwarding import HEADERS, READERS, parsed
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
        known = parsed(address or "")
        if isinstance(known, IPv6Address):
            return cls(str(IPv6Network((int(known), 64), strict=False)))
        return cls(str(known) if known else address)


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
    peer: str | None,
    forwarded: Sequence[str],
    trusted: Sequence[Network],
    header: ForwardedHeader = "x-forwarded-for",
) -> str | None:
    """The rightmost hop that is not a trusted proxy. Stops at a hop that is not an address."""
    address = peer and peer.removeprefix(MAPPED)
    read = READERS[header]
    hops = [hop for line in forwarded for hop in line.split(",")]
    while hops and is_within(address, trusted):
        hop = read(hops.pop())
        if hop is None:
            break
        address = str(hop)
    return address


def is_within(address: str | None, networks: Sequence[Network]) -> bool:
    known = parsed(address or "")
    return known is not None and any(known in network for network in networks)


def origin_of(
    scope: Scope, trusted: Sequence[Network], header: ForwardedHeader = "x-forwarded-for"
) -> Origin:
    """Only `header` is read: a proxy that sets one passes on what a client says in the other."""
    peer = scope.get("client")
    forwarded = sent(scope, header.encode()) if trusted else ()
    agents = sent(scope, b"user-agent")
    return Origin(
        address=client_address(peer[0] if peer else None, forwarded, trusted, header),
        user_agent=agents[0][:256] or None if agents else None,
        request_id=_request_id(sent(scope, b"x-request-id")),
    )


def why_ignored(
    scope: Scope, trusted: Sequence[Network], header: ForwardedHeader
) -> Literal["USERVAULT_TRUSTED_PROXIES", "USERVAULT_SERVER__FORWARDED_HEADER"] | None:
    """The setting that keeps us from believing the proxy, if it reports a client."""
    reported = {HEADERS[name] for name, _ in scope["headers"] if name in HEADERS}
    if not reported:
        return None
    peer = scope.get("client")
    if not is_within(peer[0] if peer else None, trusted):
        return "USERVAULT_TRUSTED_PROXIES"
    return None if header in reported else "USERVAULT_SERVER__FORWARDED_HEADER"


def _request_id(headers: Sequence[str]) -> str:
    """The client's id if it sent exactly one that is well formed; otherwise a new one."""
    valid = len(headers) == 1 and WELL_FORMED.fullmatch(headers[0])
    return headers[0] if valid else random_token()

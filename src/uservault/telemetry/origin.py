"""Where a request comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from uservault.kit.crypto import random_token
from uservault.settings.base import Network

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address` is the peer's, or what a trusted proxy says it is; None where there is no peer."""

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


def client_address(
    peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]
) -> str | None:
    """The rightmost hop that is no proxy of ours. What does not parse ends the walk."""
    address = peer
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while hops and _is_trusted(address, trusted):
        hop = _parsed(hops.pop())
        if hop is None:
            break
        address = str(hop)
    return address


def _is_trusted(address: str | None, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address or "")
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # a zone (RFC 4007 §11) means nothing here
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def origin_of(scope: Scope, trusted: Sequence[Network]) -> Origin:
    headers = Headers(scope=scope)
    peer = scope.get("client")
    return Origin(
        address=client_address(
            peer[0] if peer else None,
            headers.getlist("x-forwarded-for") if trusted else (),
            trusted,
        ),
        user_agent=headers.get("user-agent", "")[:256] or None,
        request_id=_request_id(headers.getlist("x-request-id")),
    )


def _request_id(given: Sequence[str]) -> str:
    """The client's, if there is one and it is well formed; else a new one."""
    fits = len(given) == 1 and WELL_FORMED.fullmatch(given[0])
    return given[0] if fits else random_token()

"""What proxies report of a request's way: X-Forwarded-For, or Forwarded (RFC 7239)."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from uservault.settings.base import ForwardedHeader

Address: TypeAlias = IPv4Address | IPv6Address

# An address with brackets or with a port, which may be a name of the proxy's own (RFC 7239 §6).
NODE = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<four>[^:]*))(?::(?:[0-9]{1,5}|_[\w.-]+))?")
# Values are not always quoted where they should be. Nothing is escaped in an address.
PAIR = re.compile(r"""[ \t]*(?P<name>[!#$%&'*+.^_`|~\w-]+)=(?P<value>"[^"\\]*"|[^"\\\s]*)[ \t]*""")


def parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # without the zone (RFC 4007 §11)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _node(text: str) -> Address | None:
    """An address, with a port or without, as `192.0.2.1:80`, `[2001:db8::1]` or `2001:db8::1`."""
    if (plain := parsed(text)) or (node := NODE.fullmatch(text)) is None:
        return plain
    return parsed(node["six"] or node["four"] or "")


def _element(text: str) -> Address | None:
    """The `for` of an element of Forwarded.

    None for what is malformed. So a quoted comma, at which the line was split, ends the reading:
    its last part has a quotation mark too many.
    """
    pairs = [PAIR.fullmatch(part) for part in text.split(";")]
    nodes = [pair["value"] for pair in pairs if pair and pair["name"].lower() == "for"]
    return _node(nodes[0].strip('"')) if len(nodes) == 1 and all(pairs) else None


# How to read a hop, which is what stands between two commas.
READERS: Mapping[ForwardedHeader, Callable[[str], Address | None]] = {
    "x-forwarded-for": lambda hop: _node(hop.strip()),
    "forwarded": _element,
}
HEADERS: Mapping[bytes, ForwardedHeader] = {
    b"x-forwarded-for": "x-forwarded-for",
    b"forwarded": "forwarded",
}

"""Reads settings that are more than a number or a word."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from uservault.kit.addresses import LOCAL_DOMAINS
from uservault.kit.permission_names import is_application_name
from uservault.settings.base import split


def networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part) for part in split(value))
    except ValueError:
        raise ValueError(
            "should be comma-separated addresses or networks (10.0.0.0/8, no host bits)"
        ) from None


def lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def names(value: object) -> object:
    return tuple(split(value)) if isinstance(value, str) else value


def local_names(value: object) -> object:
    given = names(value)
    if isinstance(given, tuple) and not set(given) <= set(LOCAL_DOMAINS):
        raise ValueError(f"should be comma-separated, of {', '.join(LOCAL_DOMAINS)}")
    return given


def permission_names(value: object) -> object:
    given = names(value)
    if isinstance(given, tuple) and not all(map(is_application_name, given)):
        raise ValueError(
            "should be comma-separated names like orders:read, without UserVault's own prefixes"
        )
    return given


def plain_url(value: str) -> str:
    parts = urlsplit(value)
    plain = value.isascii() and value.isprintable() and not set(value) & set(' ?#@\\"<>')
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or not plain):
        raise ValueError("should be http(s)://host[:port][/path], without query or fragment")
    return (parts.scheme + value[len(parts.scheme) :]).rstrip("/")  # the scheme in lower case

"""The ways to write bytes in hashes. Each raises ValueError for another spelling of the same."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable

from uservault.passwords.foreign.refusals import MalformedHash


def from_base64(text: str) -> bytes:
    """With padding."""
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:  # bits behind the last byte
        raise ValueError("not canonical")
    return raw


def from_bare_base64(text: str) -> bytes:
    """Without padding; passlib writes `.` for `+`."""
    plain = text.replace(".", "+")
    return from_base64(plain + "=" * (-len(plain) % 4))


def bare_base64(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def parts(
    format: str, pattern: re.Pattern[str], text: str, decode: Callable[[str], bytes]
) -> tuple[re.Match[str], bytes]:
    """The groups of the pattern, and the bytes of its `checksum`. Raises MalformedHash."""
    try:
        if found := pattern.fullmatch(text):
            found["salt"].encode()  # half a surrogate pair is no text
            return found, decode(found["checksum"])
    except ValueError:
        pass
    raise MalformedHash(format)


def from_hex(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if raw.hex() != text:  # capitals, spaces
        raise ValueError("not canonical")
    return raw

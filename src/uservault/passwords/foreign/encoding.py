"""The ways to write bytes in hashes. Each raises ValueError for another spelling of the same."""

from base64 import b64decode, b64encode


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


def from_hex(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if raw.hex() != text:  # capitals, spaces
        raise ValueError("not canonical")
    return raw

"""Small, boring cryptography, in one place."""

from hashlib import sha256
from secrets import token_urlsafe


def random_token() -> str:
    """256 bits that nobody will guess, in 43 URL-safe characters."""
    return token_urlsafe(32)


def digest(text: str) -> str:
    """SHA-256 in hexadecimal: a key of bounded length that does not show what it was made of."""
    return sha256(text.encode()).hexdigest()

"""No other module imports passlib."""

from typing import Any

from passlib.context import CryptContext
from passlib.registry import get_crypt_handler

__all__ = ["CryptContext", "handler"]


def handler(name: str) -> Any:
    """Of one scheme. Loads its module at the first call."""
    return get_crypt_handler(name)

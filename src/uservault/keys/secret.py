"""The secrets that sign access tokens and encrypt the database's secrets."""

import logging
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile

from sqlalchemy import URL

from uservault.kit.crypto import Sealer, derived_key
from uservault.settings.base import split
from uservault.settings.tree import Settings

log = logging.getLogger(__name__)
FILE = ".uservault-secret"


def signing_key(settings: Settings, database: URL) -> bytes:
    """The key from JWT_SECRET_KEY. If it is empty, development creates one and keeps it in a file.

    With key pairs and USERVAULT_SEALING_KEYS, it may be empty: then this is a key derived from the
    first sealing key.
    """
    secret = settings.jwt_secret_key.get_secret_value()
    if not secret and not settings.needs_secret:
        first = split(settings.sealing_keys.get_secret_value())[0]
        return derived_key(first.encode(), "signing")
    if not secret:
        return _kept_beside(database).encode()
    if settings.weak_secret:
        log.warning(
            "JWT_SECRET_KEY IS WEAK: an attacker who guesses it can impersonate any user. Set a"
            " random one of 32 bytes or more. Production refuses to start with this one."
        )
    return secret.encode()


def sealer(settings: Settings, signing_key: bytes) -> Sealer:
    """Encrypts the database's secrets with USERVAULT_SEALING_KEYS, or else the signing key."""
    keys = [key.encode() for key in split(settings.sealing_keys.get_secret_value())]
    return Sealer(keys or [signing_key])


def _kept_beside(database: URL) -> str:
    """The secret in the file beside the database. The first process creates the file."""
    sqlite = database.get_backend_name() == "sqlite" and database.database
    path = Path(database.database or "").parent / FILE if sqlite else Path(FILE)
    if not path.exists():
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """Create the file atomically, because another process may be about to read it."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=FILE) as draft:  # mode 0600
        draft.write(token_hex(32))
        draft.flush()
        with suppress(FileExistsError):  # another process was first
            os.link(draft.name, path)
            log.warning("JWT_SECRET_KEY is not set: created one in %s", path)

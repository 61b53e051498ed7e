"""The secret that signs access tokens."""

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
    """The key that is set; in development one is made if there is none, and kept for next time.

    Where key pairs sign and other keys seal, none need be set: what else wants a secret of this
    service gets one made of the first sealing key.
    """
    secret = settings.jwt_secret_key.get_secret_value()
    if not secret and not settings.needs_secret:
        first = split(settings.sealing_keys.get_secret_value())[0]
        return derived_key(first.encode(), "signing")
    if not secret:
        return _kept_beside(database).encode()
    if settings.weak_secret:
        log.warning(
            "JWT_SECRET_KEY IS WEAK: whoever guesses it can be any user. Set one of 32 bytes or"
            " more of your own; production refuses to start with this one."
        )
    return secret.encode()


def sealer(settings: Settings, signing_key: bytes) -> Sealer:
    """What seals secrets in the database; the signing key's too, if no other key is set."""
    keys = [key.encode() for key in split(settings.sealing_keys.get_secret_value())]
    return Sealer(keys or [signing_key])


def _kept_beside(database: URL) -> str:
    """Read, or made by whichever process comes first; nobody but its owner may read it."""
    sqlite = database.get_backend_name() == "sqlite" and database.database
    path = Path(database.database or "").parent / FILE if sqlite else Path(FILE)
    if not path.exists():
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """The file appears whole or not at all: a second process may be about to read it."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=FILE) as draft:  # mode 0600
        draft.write(token_hex(32))
        draft.flush()
        with suppress(FileExistsError):  # another process was first
            os.link(draft.name, path)
            log.warning("JWT_SECRET_KEY is not set: made one, kept in %s", path)

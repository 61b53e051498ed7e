"""Whether a secret that signs or encrypts could be guessed."""

from itertools import pairwise

from pydantic import SecretStr

from uservault.settings.base import split

SECRET_BYTES = 32  # RFC 7518 §3.2: an HS256 key is at least as long as its hash
# Different steps from one character to the next. A row such as `abcd…` or `1111…` has one or two,
# the repetition of a word about as many as its letters; 128 random bits as hex digits have 13 or
# more, the words of a phrase 20.
MIN_STEPS = 12
PLEAS = ("change-me", "changeme", "change-this", "change-in")
PUBLISHED = frozenset(  # secrets from well-known tutorials, besides those that ask to be changed
    {
        "your-secret-key",
        "a-string-secret-at-least-256-bits-long",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    }
)


def is_weak(secret: str) -> bool:
    """Whether it is too short, not counting repetitions, too regular, or an example."""
    part = _repeated_part(secret).encode()
    steps = {following - byte for byte, following in pairwise(part)}
    return len(part) < SECRET_BYTES or len(steps) < MIN_STEPS or _is_example(secret)


def _is_example(secret: str) -> bool:
    plain = secret.casefold()
    return any(each in plain for each in (*PUBLISHED, *PLEAS))


def long_keys(value: SecretStr) -> SecretStr:
    """Sealing keys, if each is long enough. Raises ValueError."""
    if any(len(key.encode()) < SECRET_BYTES for key in split(value.get_secret_value())):
        raise ValueError(f"each should have {SECRET_BYTES} bytes or more")
    return value


def _repeated_part(secret: str) -> str:
    """The shortest text that, repeated, is the secret."""
    return secret[: (secret + secret).find(secret, 1)] if secret else ""

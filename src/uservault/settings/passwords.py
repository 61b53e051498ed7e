from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone


class PasswordSettings(Branch):
    scheme: Literal["bcrypt_sha256", "argon2id"] = Field(
        "bcrypt_sha256", description="What new hashes are; `argon2id` needs the extra `argon2`."
    )
    rounds: int = Field(12, ge=4, le=16, description="bcrypt's cost; production takes 10 or more.")
    workers: OrNone[int] = Field(
        None, ge=1, le=256, description="Threads that hash; by default one a core."
    )
    queue: int = Field(
        100, ge=1, le=10000, description="Passwords hashed or waiting; one more is answered 503."
    )
    min_length: OrNone[int] = Field(
        None,
        ge=6,
        le=64,
        description="Characters; by default 15 in production (at least 8), 6 in development.",
    )
    blocklist: OrNone[bool] = Field(
        None, description="Refuse common and guessable ones; by default in production only."
    )

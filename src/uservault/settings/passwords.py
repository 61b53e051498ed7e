from collections.abc import Iterator
from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch, OrNone

MIN_PRODUCTION_ROUNDS = 10
MAX_ROUNDS = 16


class PasswordSettings(Branch):
    scheme: Literal["bcrypt_sha256", "argon2id"] = Field(
        "bcrypt_sha256",
        description="The algorithm of new hashes. `argon2id` needs the extra `argon2`.",
    )
    rounds: int = Field(
        12, ge=4, le=MAX_ROUNDS, description="The cost of bcrypt. In production at least 10."
    )
    workers: OrNone[int] = Field(
        None, ge=1, le=256, description="Threads that hash passwords. Default: one per CPU core."
    )
    queue: int = Field(
        100,
        ge=1,
        le=10000,
        description="Passwords that may be hashed or waiting at a time. Beyond that: 503.",
    )
    min_length: OrNone[int] = Field(
        None,
        ge=6,
        le=64,
        description="The shortest password in characters. Default: 15 in production (at least 8),"
        " 6 in development.",
    )
    blocklist: OrNone[bool] = Field(
        None,
        description="Refuse common and guessable passwords. On by default in production only.",
    )

    def faults_in_production(self) -> Iterator[str]:
        if self.min_length and self.min_length < 8:
            yield "USERVAULT_PASSWORDS__MIN_LENGTH: at least 8 in production"
        if self.rounds < MIN_PRODUCTION_ROUNDS:
            yield "USERVAULT_PASSWORDS__ROUNDS: at least 10 in production"

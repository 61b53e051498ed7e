from dataclasses import dataclass
from typing import Protocol, Self


class Addressee(Protocol):
    """A user, as a row or as shown."""

    @property
    def id(self) -> int: ...
    @property
    def email(self) -> str: ...
    @property
    def email_verified(self) -> bool: ...
    @property
    def locale(self) -> str | None: ...


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    """Where an e-mail goes.

    `address`: as stored, never as typed by a client (E3). `proved`: its user has shown that they
    read it. Otherwise it may be anybody's, and who caused the e-mail may be a stranger to them.
    """

    address: str
    proved: bool = False
    locale: str | None = None
    user_id: int | None = None

    @classmethod
    def of(cls, user: Addressee) -> Self:
        """The primary address of a user."""
        return cls(user.email, user.email_verified, user.locale, user.id)

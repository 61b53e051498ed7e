"""The conditions for a session, in order. A feature adds a class, and a line to `Stages`."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import (
    AccountDeactivated,
    EmailUnverified,
    LoginRefused,
    PasswordChangeRequired,
)
from uservault.auth.events import Reason
from uservault.passwords.service import PasswordService
from uservault.users.models import User
from uservault.users.status import is_active
from uservault.wiring.scope import CurrentSettings, Inject, Now, injected


class Stage(Protocol):
    """A condition for a session. `reason` is what the record of events says when it fails.

    The user is locked: whatever changes them meanwhile comes before the login or after it.
    """

    reason: ClassVar[Reason]

    async def check(self, user: User, proof: Authenticated) -> None:
        """Raises the Problem to answer, or MoreProofNeeded."""
        ...


class NotDeleted:
    """A deleted user is a stranger to the login."""

    reason: ClassVar[Reason] = "credentials"

    async def check(self, user: User, proof: Authenticated) -> None:
        if user.deleted_at is not None:
            raise LoginRefused


@injected
class PasswordStillAccepted:
    """The password was not changed since it was compared: the old one opens no more sessions."""

    passwords: Inject[PasswordService]
    reason: ClassVar[Reason] = "credentials"

    async def check(self, user: User, proof: Authenticated) -> None:
        if proof.hash and not await self.passwords.is_still(user.id, proof.hash):
            raise LoginRefused


@injected
class Active:
    """The user is not deactivated."""

    now: Now
    reason: ClassVar[Reason] = "deactivated"

    async def check(self, user: User, proof: Authenticated) -> None:
        if not is_active(user, self.now()):
            until = user.inactive_until.isoformat() if user.inactive_until else None
            raise AccountDeactivated(user.inactive_reason, until=until)


@injected
class VerifiedWhereRequired:
    """The e-mail address is verified, if USERVAULT_REGISTRATION__VERIFY says `required`."""

    settings: CurrentSettings
    reason: ClassVar[Reason] = "unverified"

    async def check(self, user: User, proof: Authenticated) -> None:
        if self.settings.registration.verify == "required" and not user.email_verified:
            raise EmailUnverified


class PasswordChosen:
    """The user chose the password, and not an administrator for them; or they choose one now."""

    reason: ClassVar[Reason] = "password_change"

    async def check(self, user: User, proof: Authenticated) -> None:
        if proof.must_change and not proof.new_hash:
            raise PasswordChangeRequired


@injected
class Stages:
    """All stages, in the order in which they are checked."""

    not_deleted: Inject[NotDeleted]
    password_still_accepted: Inject[PasswordStillAccepted]
    active: Inject[Active]
    verified_where_required: Inject[VerifiedWhereRequired]
    password_chosen: Inject[PasswordChosen]

    def __iter__(self) -> Iterator[Stage]:
        return iter(vars(self).values())

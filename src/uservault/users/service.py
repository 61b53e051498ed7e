from typing import Unpack

from uservault.events.log import EventLog
from uservault.users.beginning import Beginning
from uservault.users.email_domains import EmailDomains
from uservault.users.emails import UserEmailRepository
from uservault.users.errors import DeactivationOver, DeletedUserNotFound, EmailTaken, UserNotFound
from uservault.users.events import (
    EmailPrimaryChanged,
    EmailVerificationRemoved,
    EmailVerified,
    UserActivated,
    UserCreated,
    UserDeactivated,
    UserDeleted,
    UserRestored,
    UserState,
    UserUpdated,
)
from uservault.users.models import User, UserEmail
from uservault.users.repository import UserRepository
from uservault.users.schemas import UserDeactivate, UserRead, UserUpdate
from uservault.users.status import state_of, to_read
from uservault.web.etag import Precondition
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class UserService:
    """Changes users and records an event for each change."""

    users: Inject[UserRepository]
    emails: Inject[UserEmailRepository]
    events: Inject[EventLog]
    domains: Shared[EmailDomains]
    now: Now

    async def create(
        self, username: str, email: str, locale: str | None = None, **how: Unpack[Beginning]
    ) -> User:
        """Raises UsernameTaken, EmailTaken or Invalid."""
        verified = how.get("verified", False)
        self.domains.check(email)
        now = self.now()
        user = User(
            username=username,
            email=email,
            email_verified_at=now if verified else None,
            locale=locale,
            provisional_since=now if how.get("provisional") and not verified else None,
            created_at=now,
            updated_at=now,
        )
        await self.users.save(user)
        self.events.record(UserCreated(subject_id=user.id, after=self._state(user)))
        return user

    async def update(self, id: int, data: UserUpdate, check: Precondition) -> UserRead:
        """A new address starts unverified, unless it is one that the user has verified.

        Raises UserNotFound, UsernameTaken, EmailTaken or PreconditionFailed.
        """
        user = await self.get(id)
        check(user.version)
        before = self._state(user)
        sent = data.model_dump(exclude_unset=True)
        changes = {name: value for name, value in sent.items() if getattr(user, name) != value}
        if changes:
            if "email" in changes:
                self.domains.check(changes["email"])
                user.email_verified_at = await self.emails.absorb(user, changes["email"])
            for field, value in changes.items():
                setattr(user, field, value)
            await self._save(user)
            self._record_update(user, sorted(changes), before)
        return to_read(user, self.now())

    async def ensure_email_free(self, email: str, except_user: int | None = None) -> None:
        """Checks early an address that is saved later. The unique constraint still decides.
        Raises Invalid, or EmailTaken if a user other than `except_user` has it.
        """
        self.domains.check(email)
        if await self.users.id_by_email(email) not in (None, except_user):
            raise EmailTaken

    async def verify_email(self, user: User, email: str) -> None:
        """Sets the user's address to `email` and marks it verified. Raises EmailTaken."""
        changed, before = user.email != email, self._state(user)
        await self.emails.absorb(user, email)
        user.email = email
        user.email_verified_at = self.now()
        await self._save(user)
        after = self._state(user)
        if changed:
            self._record_update(user, ["email"], before)
            before = after
        self.events.record(EmailVerified(subject_id=user.id, before=before, after=after))

    async def mark_email(self, user: User, *, verified: bool) -> bool:
        """Marks the user's primary address as verified or not. Whether that is a change."""
        if user.email_verified == verified:
            return False
        before = self._state(user)
        user.email_verified_at = self.now() if verified else None
        await self._save(user)
        kind = EmailVerified if verified else EmailVerificationRemoved
        self.events.record(kind(subject_id=user.id, before=before, after=self._state(user)))
        return True

    async def verify_further(self, further: UserEmail) -> None:
        """The address is the user's alone from now on. Raises EmailTaken."""
        await self.emails.verify(further, self.now())
        self.events.record(EmailVerified(subject_id=further.user_id))

    async def make_primary(self, user: User, further: UserEmail) -> None:
        """Swaps the user's address with a further one of theirs.

        Raises EmailTaken if that is unverified, and another user's.
        """
        old, verified_at, before = user.email, user.email_verified_at, self._state(user)
        await self.emails.remove(further)
        user.email, user.email_verified_at = further.address, further.verified_at
        await self._save(user)
        await self.emails.add(user.id, old, self.now(), verified_at)
        self._record_update(user, ["email"], before)
        self.events.record(EmailPrimaryChanged(subject_id=user.id))

    async def deactivate(self, id: int, data: UserDeactivate, check: Precondition) -> UserRead:
        """The user's sessions stop working from the next request on, and logins are refused.

        Raises UserNotFound, DeactivationOver or PreconditionFailed.
        """
        user = await self.get(id)
        check(user.version)
        if data.until is not None and data.until <= self.now():
            raise DeactivationOver
        before = self._state(user)
        user.is_active = False
        user.inactive_until, user.inactive_reason = data.until, data.reason
        user.credential_epoch += 1
        await self._save(user)
        states = {"before": before, "after": self._state(user)}
        self.events.record(UserDeactivated(subject_id=id, until=data.until, **states))
        return to_read(user, self.now())

    async def activate(self, id: int, check: Precondition) -> UserRead:
        """Raises UserNotFound or PreconditionFailed."""
        user = await self.get(id)
        check(user.version)
        before = self._state(user)
        if not user.is_active:
            user.is_active = True
            user.inactive_until = user.inactive_reason = None
            await self._save(user)
            self.events.record(UserActivated(subject_id=id, before=before, after=self._state(user)))
        return to_read(user, self.now())

    async def delete(self, id: int, check: Precondition) -> User:
        """Marks the user as deleted. They can be restored until they are purged.

        Raises UserNotFound or PreconditionFailed.
        """
        user = await self.get(id)
        check(user.version)
        before = self._state(user)
        user.deleted_at = self.now()
        user.credential_epoch += 1
        await self._save(user)
        self.events.record(UserDeleted(subject_id=id, before=before, after=self._state(user)))
        return user

    async def restore(self, id: int) -> UserRead:
        """Raises DeletedUserNotFound."""
        user = await self.users.get_deleted(id)
        if user is None:
            raise DeletedUserNotFound
        before, user.deleted_at = self._state(user), None
        await self._save(user)
        self.events.record(UserRestored(subject_id=id, before=before, after=self._state(user)))
        return to_read(user, self.now())

    def _record_update(self, user: User, changed: list[str], before: UserState) -> None:
        after = self._state(user)
        self.events.record(
            UserUpdated(subject_id=user.id, changed=changed, before=before, after=after)
        )

    def _state(self, user: User) -> UserState:
        return state_of(user, self.now())

    async def _save(self, user: User) -> None:
        user.updated_at = self.now()
        user.provisional_since = None  # whoever changes them takes them for real
        await self.users.save(user)

    async def get(self, id: int) -> User:
        """Locked until the unit of work ends. Raises UserNotFound."""
        if user := await self.users.get(id):
            return user
        raise UserNotFound

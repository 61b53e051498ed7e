from uservault.events.log import EventLog
from uservault.kit.etag import Precondition
from uservault.kit.problems import Invalid
from uservault.kit.wiring import Inject, Now
from uservault.users.activity import shown
from uservault.users.errors import DeletedUserNotFound, EmailTaken, UserNotFound
from uservault.users.events import (
    UserActivated,
    UserCreated,
    UserDeactivated,
    UserDeleted,
    UserRestored,
    UserUpdated,
)
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.schemas import Deactivation, UserRead, UserUpdate


class UserService:
    """What can be done with users, each deed recorded."""

    def __init__(self, users: Inject[UserRepository], events: Inject[EventLog], now: Now) -> None:
        self.users = users
        self.events = events
        self.now = now

    async def ensure_free(self, email: str) -> None:
        """That nobody has it now: whether so, when it is asked for, the constraint says.

        Raises EmailTaken.
        """
        if await self.users.has_email(email):
            raise EmailTaken

    async def create(self, username: str, email: str) -> User:
        """Raises UsernameTaken or EmailTaken."""
        now = self.now()
        user = User(username=username, email=email, created_at=now, updated_at=now)
        await self.users.save(user)
        self.events.record(UserCreated(subject_id=user.id))
        return user

    async def update(self, id: int, data: UserUpdate, check: Precondition) -> UserRead:
        """Raises UserNotFound, UsernameTaken, EmailTaken, or what the precondition raises."""
        user = await self._get(id)
        check(user.version)
        sent = data.model_dump(exclude_unset=True)
        changes = {name: value for name, value in sent.items() if getattr(user, name) != value}
        if changes:
            for field, value in changes.items():
                setattr(user, field, value)
            await self._save(user)
            self.events.record(UserUpdated(subject_id=id, changed=sorted(changes)))
        return shown(user, self.now())

    async def deactivate(self, id: int, why: Deactivation, check: Precondition) -> UserRead:
        """No session of theirs is live from the next request on, and no new one opens.

        Raises UserNotFound, or what the precondition raises; Invalid for a time that has passed.
        """
        user = await self._get(id)
        check(user.version)
        if why.until is not None and why.until <= self.now():
            raise Invalid(errors=[{"pointer": "/body/until", "detail": "It has passed."}])
        user.is_active = False
        user.inactive_until, user.inactive_reason = why.until, why.reason
        await self._save(user)
        self.events.record(UserDeactivated(subject_id=id, until=why.until))
        return shown(user, self.now())

    async def activate(self, id: int, check: Precondition) -> UserRead:
        """Raises UserNotFound, or what the precondition raises."""
        user = await self._get(id)
        check(user.version)
        if not user.is_active:
            user.is_active = True
            user.inactive_until = user.inactive_reason = None
            await self._save(user)
            self.events.record(UserActivated(subject_id=id))
        return shown(user, self.now())

    async def delete(self, id: int, check: Precondition) -> User:
        """Marks the user: they are nobody from now on, and can be restored until they are purged.

        Raises UserNotFound, or what the precondition raises.
        """
        user = await self._get(id)
        check(user.version)
        user.deleted_at = self.now()
        await self._save(user)
        self.events.record(UserDeleted(subject_id=id))
        return user

    async def restore(self, id: int) -> UserRead:
        """Raises DeletedUserNotFound."""
        user = await self.users.deleted(id)
        if user is None:
            raise DeletedUserNotFound
        user.deleted_at = None
        await self._save(user)
        self.events.record(UserRestored(subject_id=id))
        return shown(user, self.now())

    async def _save(self, user: User) -> None:
        user.updated_at = self.now()
        await self.users.save(user)

    async def _get(self, id: int) -> User:
        if user := await self.users.get(id):
            return user
        raise UserNotFound

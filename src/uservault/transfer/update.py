"""Brings users who exist up to date with their rows."""

from collections.abc import Sequence

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.kit.problems import Forbidden
from uservault.mail import messages
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.metadata.events import MetadataUpdated
from uservault.metadata.models import Kind, UserMetadata
from uservault.metadata.repository import MetadataRepository
from uservault.passwords.service import PasswordService
from uservault.roles.assignments import RoleAssignments
from uservault.roles.granting import Granting
from uservault.roles.grants import Terms
from uservault.roles.repository import RoleRepository
from uservault.roles.wanted import resolve
from uservault.sessions.service import SessionService
from uservault.transfer.events import PasswordImported
from uservault.transfer.rows import Row
from uservault.transfer.schemas import ImportRow
from uservault.users.events import UserUpdated
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.schemas import UserDeactivate, UserUpdate
from uservault.users.service import UserService
from uservault.users.status import state_of
from uservault.wiring.scope import Inject, Now, injected

# What the other services of a user do not change.
NOTES = {"external_id", "created_at", "last_login_at"}
REASON = "Imported as inactive."
NOT_FOR_YOURSELF = "You cannot import your own user. Use /api/me."


@injected
class UserChange:
    """Changes a user to what the row says. What the row leaves out stays as it is."""

    users: Inject[UserService]
    repository: Inject[UserRepository]
    assignments: Inject[RoleAssignments]
    roles: Inject[RoleRepository]
    granting: Inject[Granting]
    metadata: Inject[MetadataRepository]
    passwords: Inject[PasswordService]
    sessions: Inject[SessionService]
    notices: Inject[Notices]
    events: Inject[EventLog]
    now: Now

    async def apply(self, user_id: int, row: Row, by: Principal | None) -> None:
        """Raises UsernameTaken, EmailTaken, ExternalIdTaken, LastAdministrator, UnknownRole,
        UserNotFound, or Forbidden for yourself and for who holds a permission that you lack."""
        if by and by.user_id == user_id:
            raise Forbidden(NOT_FOR_YOURSELF)
        if by:
            await self.assignments.ensure_may_change(user_id, by)
        before = await self.users.get(user_id)
        address = before.email
        user = await self._names(user_id, row.data)
        await self._activity(user, row.data)
        await self._notes(user, row.data)
        await self._documents(user_id, row)
        await self._roles(user_id, row.data.roles, by)
        if row.hash:
            await self._password(user, row.hash, by)
        if row.hash or user.email != address:  # what the old ones proved counts no more
            await self.sessions.revoke_all(user_id, "imported")
        await self.repository.settle(user)

    async def _password(self, user: User, hash: str, by: Principal | None) -> None:
        """The user is told, unless the operator moves whole services."""
        await self.passwords.put(user.id, hash, must_change=False)
        self.events.record(PasswordImported(subject_id=user.id))
        if by:
            notice = messages.PasswordChanged(username=user.username)
            await self.notices.tell(notice, Recipient.of(user))

    async def _names(self, user_id: int, data: ImportRow) -> User:
        given = data.model_fields_set & UserUpdate.model_fields.keys()
        changes = UserUpdate.model_validate({name: getattr(data, name) for name in given})
        await self.users.update(user_id, changes, _whatever_version)
        user = await self.users.get(user_id)
        if "email_verified" in data.model_fields_set:
            await self.users.mark_email(user, verified=data.email_verified)
        return user

    async def _activity(self, user: User, data: ImportRow) -> None:
        if "is_active" not in data.model_fields_set or data.is_active == user.is_active:
            return
        if data.is_active:
            await self.users.activate(user.id, _whatever_version)
            return
        await self.assignments.ensure_not_last_admin(user.id)
        reason = UserDeactivate(reason=REASON, until=None)
        await self.users.deactivate(user.id, reason, _whatever_version)

    async def _notes(self, user: User, data: ImportRow) -> None:
        given = {name: getattr(data, name) for name in NOTES & data.model_fields_set}
        changes = {name: value for name, value in given.items()
                   if value is not None and getattr(user, name) != value}  # fmt: skip
        if changes:
            for name, value in changes.items():
                setattr(user, name, value)
            await self.repository.save(user)
            state = state_of(user, self.now())
            updated = UserUpdated(
                subject_id=user.id, changed=sorted(changes), before=state, after=state
            )
            self.events.record(updated)

    async def _documents(self, user_id: int, row: Row) -> None:
        if row.metadata:
            kept = await self.metadata.get(user_id) or UserMetadata(user_id=user_id)
            for name, document in row.metadata.items():
                setattr(kept, name, document)
            await self.metadata.save(kept)
            changed = [Kind(name) for name in row.metadata]
            self.events.record(MetadataUpdated(subject_id=user_id, changed=changed))

    async def _roles(self, user_id: int, names: Sequence[str], by: Principal | None) -> None:
        """None is taken away."""
        held = {role.name for role in await self.roles.of_user(user_id)}
        if not (added := [name for name in dict.fromkeys(names) if name not in held]):
            return
        roles = resolve(added, await self.roles.by_names(added))
        if by:
            await self.assignments.ensure_may_grant(added, by)
        for role in roles.values():
            await self.granting.grant(role, user_id, Terms(), by.user_id if by else None)


def _whatever_version(_: int) -> None:
    """A row is no answer to what was read."""

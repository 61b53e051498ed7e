"""These events alone say who held which role and which permissions at any time, and by whom.

Replay them in their order: a role's definition and a user's grant count until the next event about
them. A grant counts from `starts_at` to `expires_at`, whenever `role.expired` is recorded. A later
`role.granted` replaces the grant. `user.purged` ends all grants of the user.
"""

from datetime import datetime

from uservault.events.log import Event
from uservault.kit.schema import Schema


class RoleState(Schema):
    name: str
    permissions: list[str]


class GrantTimes(Schema):
    starts_at: datetime | None
    expires_at: datetime | None


class RoleCreated(Event):
    type = "role.created"
    role: str
    permissions: list[str]


class RoleUpdated(Event):
    """`role` is the name before the change, `permissions` are those after it."""

    type = "role.updated"
    role: str
    changed: list[str]
    permissions: list[str]
    before: RoleState
    after: RoleState


class RoleDeleted(Event):
    """`holders` is the number of users who had the role; `role.revoked_many` names them."""

    type = "role.deleted"
    role: str
    holders: int
    permissions: list[str]


class RoleGranted(Event):
    """`before` has the times of the grant that this one replaces.

    `granted_by` is who granted it if that is not the actor: the sender of an invitation.
    """

    type = "role.granted"
    personal = frozenset({"reason"})
    role: str
    permissions: list[str]
    starts_at: datetime | None
    expires_at: datetime | None
    before: GrantTimes | None
    granted_by: int | None
    reason: str | None


class RoleRevoked(Event):
    type = "role.revoked"
    personal = frozenset({"reason"})
    role: str
    permissions: list[str]
    starts_at: datetime | None
    expires_at: datetime | None
    reason: str | None


class RoleRevokedMany(Event):
    """Revoked because the role is deleted. A role of many users has several of these events."""

    type = "role.revoked_many"
    role: str
    permissions: list[str]
    users: list[int]


class RoleExpired(Event):
    """Recorded some time after `expires_at`, at which the grant ended."""

    type = "role.expired"
    role: str
    permissions: list[str]
    starts_at: datetime | None
    expires_at: datetime

"""Creates many users at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.kit.problems import Problem
from uservault.metadata.repository import MetadataRepository
from uservault.passwords.repository import PasswordRepository
from uservault.roles.assignments import RoleAssignments
from uservault.roles.granting import Granting
from uservault.roles.grants import Terms
from uservault.roles.models import Role
from uservault.roles.repository import RoleRepository
from uservault.roles.wanted import resolve
from uservault.transfer.rows import Row, refused
from uservault.transfer.schemas import ImportRow, RowResult, Status
from uservault.users.bulk import UserBulk
from uservault.users.email_domains import EmailDomains
from uservault.users.events import UserCreated, UserState
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class UserCreation:
    """Writes the users of rows, with everything that a row says of them."""

    users: Inject[UserBulk]
    passwords: Inject[PasswordRepository]
    metadata: Inject[MetadataRepository]
    roles: Inject[RoleRepository]
    assignments: Inject[RoleAssignments]
    granting: Inject[Granting]
    domains: Shared[EmailDomains]
    events: Inject[EventLog]
    now: Now

    async def create(self, rows: Sequence[Row], by: Principal | None) -> Sequence[RowResult]:
        """A result for each row. Raises UsernameTaken, EmailTaken, ExternalIdTaken or
        ConcurrentChange for all of them: somebody was faster, so try each by itself."""
        grants, refusals = await self._grants(rows, by)
        admitted = [row for row in rows if row.line not in refusals]
        ids = dict(
            zip(
                (row.line for row in admitted),
                await self.users.add([self._columns(row) for row in admitted]),
                strict=True,
            )
        )
        await self.passwords.add({ids[row.line]: row.hash for row in admitted if row.hash})
        await self.metadata.add({ids[row.line]: row.metadata for row in admitted if row.metadata})
        for row in admitted:
            self._record(row.data, ids[row.line])
            for role in grants[row.line]:
                await self.granting.grant(role, ids[row.line], Terms(), by.user_id if by else None)
        created = [RowResult(line=line, status=Status.CREATED, id=id) for line, id in ids.items()]
        return [*created, *refusals.values()]

    async def _grants(
        self, rows: Sequence[Row], by: Principal | None
    ) -> tuple[Mapping[int, Sequence[Role]], Mapping[int, RowResult]]:
        """The roles to give, by line, and the rows that are refused."""
        grants: dict[int, Sequence[Role]] = {}
        refusals = {}
        known = await self.roles.by_names({name for row in rows for name in row.data.roles})
        for row in rows:
            try:
                self.domains.check(row.data.email)
                names = list(dict.fromkeys(row.data.roles))
                grants[row.line] = list(resolve(names, known).values())
                if names and by:
                    await self.assignments.ensure_may_grant(names, by)
            except Problem as problem:
                refusals[row.line] = refused(row.line, problem)
        return grants, refusals

    def _columns(self, row: Row) -> Mapping[str, Any]:
        data, now = row.data, self.now()
        columns = {
            "username": data.username,
            "email": data.email,
            "email_verified_at": now if data.email_verified else None,
            "locale": data.locale,
            "is_active": data.is_active,
            "external_id": data.external_id,
            "created_at": data.created_at or now,
            "updated_at": now,
            "last_login_at": data.last_login_at,
        }
        return columns | ({"id": row.id} if row.id else {})

    def _record(self, data: ImportRow, id: int) -> None:
        state = UserState(
            is_active=data.is_active,
            inactive_until=None,
            email_verified=data.email_verified,
            deleted=False,
        )
        self.events.record(UserCreated(subject_id=id, after=state))

"""What a role is worth, and who may define, give and take it, or change its holders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import TypeAlias

from uservault.access.principal import EVERYTHING, Permission, Principal
from uservault.kit.problems import Forbidden
from uservault.roles.models import Role
from uservault.roles.repository import HeldPermissions, RoleRepository
from uservault.wiring.scope import Inject, injected

EVERY = frozenset(Permission) | {EVERYTHING}
FOR_A_TIME = (
    "You have these permissions only for a time. You cannot define roles with them, grant them for"
    " longer, or change users who have them for longer."
)

# What must be held, and until when: None is for good.
Claims: TypeAlias = Iterable[tuple[Set[str], datetime | None]]


def worth(permissions: Set[str]) -> frozenset[str]:
    """What a role with these permissions is worth.

    A role without permissions is worth everything: only its name means something, to other
    services, and what it means there we do not know.
    """
    return frozenset(permissions) or EVERY


@injected
class Authority:
    """Raises Forbidden if a caller lacks what a role is worth, or will lose it too early.

    What is given, defined or changed must not outlast the rights of whoever did it. Otherwise they
    would use their last minute to make those rights last.
    """

    roles: Inject[RoleRepository]

    async def ensure_may_take(self, roles: Iterable[Role], by: Principal) -> None:
        await self._ensure_holds({each for role in roles for each in worth(role.permissions)}, by)

    async def ensure_may_give(self, until: Mapping[Role, datetime | None], by: Principal) -> None:
        """`until` says when each grant is to end."""
        await self._ensure_claims(
            [(worth(role.permissions), end) for role, end in until.items()], by
        )

    async def ensure_may_define(self, needed: Set[str], by: Principal) -> None:
        """`needed` is what the definitions before and after the change are worth."""
        await self._ensure_claims([(needed, None)], by)

    async def ensure_may_change(self, user_id: int, by: Principal) -> None:
        held = await self.roles.held_ever(user_id)
        await self._ensure_claims([(worth(row.permissions), row.expires_at) for row in held], by)

    async def _ensure_claims(self, claims: Claims, by: Principal) -> None:
        needed: defaultdict[datetime | None, set[str]] = defaultdict(set)
        for permissions, until in claims:
            needed[until] |= permissions
        if needed:
            await self._ensure_holds(set().union(*needed.values()), by)
            await self._ensure_holds_until(needed, by)

    async def _ensure_holds(self, needed: Set[str], by: Principal) -> None:
        by.ensure_holds(await self.roles.expand(needed))

    async def _ensure_holds_until(
        self, needed: Mapping[datetime | None, Set[str]], by: Principal
    ) -> None:
        held = await self.roles.held_now(by.user_id)
        missing: set[str] = set()
        for until, permissions in needed.items():
            kept = _kept(held, until)
            if EVERYTHING not in kept:
                missing |= await self.roles.expand(permissions) - kept
        if missing:
            raise Forbidden(FOR_A_TIME, missing=sorted(missing))


def _kept(held: Sequence[HeldPermissions], until: datetime | None) -> frozenset[str]:
    """Those that are held at least until then."""
    lasting = [row.permissions for row in held if _lasts(row.expires_at, until)]
    return frozenset[str]().union(*lasting)


def _lasts(end: datetime | None, until: datetime | None) -> bool:
    return end is None or (until is not None and end >= until)

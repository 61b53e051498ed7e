import asyncio

from tests.support.people import Person, appoint
from uservault.access.principal import Permission
from uservault.roles.models import permissions_of
from uservault.roles.reader import EffectiveRoles, RoleReader
from uservault.wiring.ports import Resources


async def test_tells_of_many_at_once_what_each_holds(
    admin: Person, ada: Person, resources: Resources
) -> None:
    clerk = await appoint(admin, "clerk", "users:read", "audit:read")
    reader = resources.shared(RoleReader)

    held = await asyncio.gather(*(reader.held_by(id) for id in (admin.id, ada.id, clerk.id, 99)))

    assert held == [
        EffectiveRoles(("admin",), frozenset(Permission)),
        EffectiveRoles(),
        EffectiveRoles(("clerk",), frozenset({Permission.USERS_READ, Permission.AUDIT_READ})),
        EffectiveRoles(),
    ]


def test_permissions_are_of_the_closed_list() -> None:
    assert permissions_of(None) == permissions_of("") == frozenset()
    assert permissions_of("users:read moon:land") == {Permission.USERS_READ}
    assert {type(each) for each in permissions_of("users:read")} == {Permission}
    assert permissions_of("users:read *") == frozenset(Permission)


def test_all_permissions_fit_where_they_are_kept() -> None:
    assert len(" ".join(Permission)) < 2000

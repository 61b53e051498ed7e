from typing import Any

from tests.support.people import Person
from uservault.access.principal import Permission

EVERYTHING = sorted(Permission)
SUPPORT = {
    "name": "support",
    "description": "Helps users who are locked out.",
    "permissions": ["users:write", "users:read"],
}


async def set_roles(by: Person, of: Person, *names: str) -> int:
    return (await by.put(f"/users/{of.id}/roles", json={"roles": names})).status_code


async def roles_of(by: Person, of: Person) -> list[str]:
    names: list[str] = (await by.get(f"/users/{of.id}/roles")).json()["roles"]
    return names


def grant(role: str, **others: object) -> dict[str, Any]:
    """What is answered of a grant that lasts, unless it is said otherwise."""
    lasting = {"starts_at": None, "expires_at": None, "reason": None, "effective": True}
    return {"role": role} | lasting | others


def granted(role: str, *permissions: str, **others: object) -> dict[str, Any]:
    """The data of the event `role.granted`."""
    return revoked(role, *permissions) | {"before": None, "granted_by": None} | others


def revoked(role: str, *permissions: str, **others: object) -> dict[str, Any]:
    """The data of the event `role.revoked`."""
    times = {"starts_at": None, "expires_at": None}
    return {"role": role, "permissions": list(permissions)} | times | others

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

"""Who held what, told from the events alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.people import Person
from uservault.access.principal import Permission


async def every_event(reader: Person) -> list[dict[str, Any]]:
    """The oldest first."""
    pages = [await reader.get("/events?limit=100")]
    while "next" in pages[-1].links:
        pages.append(await reader.get(pages[-1].links["next"]["url"].removeprefix("/api")))
    return [event for page in pages for event in page.json()][::-1]


@dataclass
class World:
    """Roles and users as they are after the events so far."""

    roles: dict[str, list[str]] = field(default_factory=lambda: {"admin": sorted(Permission)})
    grants: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def after(cls, events: Iterable[Mapping[str, Any]]) -> "World":
        world = cls()
        for event in events:
            world.apply(event, event["data"], event["subject_id"])
        return world

    def apply(self, event: Mapping[str, Any], data: Mapping[str, Any], user: int) -> None:
        match event["type"]:
            case "role.created":
                self.roles[data["role"]] = data["permissions"]
            case "role.updated":
                self.rename(data["before"], data["after"])
            case "role.deleted":
                assert self.roles.pop(data["role"]) == data["permissions"]
            case "role.revoked_many":
                for each in data["users"]:
                    del self.grants[each][data["role"]]
            case "role.granted":
                by = data["granted_by"] or event["actor_id"]
                self.grants[user][data["role"]] = {**data, "by": by}
            case "role.revoked" | "role.expired":
                del self.grants[user][data["role"]]
            case "user.created":
                self.grants[user], self.users[user] = {}, data["after"]
            case "user.purged":
                del self.grants[user], self.users[user]
            case _ if "after" in data:
                assert at_last(self.users[user], moment(event["at"])) == data["before"]
                self.users[user] = data["after"]

    def rename(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        assert self.roles.pop(before["name"]) == before["permissions"]
        self.roles[after["name"]] = after["permissions"]
        for held in self.grants.values():
            if before["name"] in held:
                held[after["name"]] = held.pop(before["name"])

    def told(self, now: datetime) -> dict[int, Any]:
        """By user: whether they are active, which roles they have, and what these permit."""
        return {
            id: self.told_of(id, state, now)
            for id, state in self.users.items()
            if not state["deleted"]
        }

    def told_of(self, id: int, state: Mapping[str, Any], now: datetime) -> Any:
        active = at_last(state, now)["is_active"]
        roles = sorted(name for name, held in self.grants[id].items() if counts(held, now))
        permissions = {each for name in roles for each in self.roles[name]}
        return active, state["email_verified"], roles, sorted(permissions)


def at_last(state: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """A deactivation may have ended by itself."""
    until = state["inactive_until"]
    if until is None or now < moment(until):
        return state
    return {**state, "is_active": True, "inactive_until": None}


def counts(grant: Mapping[str, Any], now: datetime) -> bool:
    starts, expires = grant["starts_at"], grant["expires_at"]
    return (starts is None or moment(starts) <= now) and (expires is None or now < moment(expires))


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)

"""The events alone tell who could do what at any time since, and who gave it to them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from httpx import AsyncClient

from tests.events.replay import World, every_event, moment
from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from uservault.access.principal import Permission
from uservault.privacy.sweep import PurgeSweep
from uservault.roles.expiry import GrantExpiry
from uservault.wiring.ports import Resources

PEOPLE = [2, 3, 4]


@dataclass
class Story:
    """Random deeds of an administrator, from which nothing is remembered but what the API says."""

    root: Person
    clock: FakeClock
    resources: Resources
    random: Random
    names: int = 0
    told: list[tuple[datetime, dict[int, Any]]] = field(default_factory=list)

    def chance(self) -> bool:
        return self.random.random() < 0.5

    def soon(self) -> str:
        return (self.clock() + timedelta(minutes=self.random.randint(2, 20))).isoformat()

    def name(self) -> str:
        self.names += 1
        return f"name{self.names}"

    def permissions(self) -> list[str]:
        return self.random.sample(sorted(Permission), 3)

    async def roles(self) -> list[Any]:
        """All but the built-in one."""
        return [role for role in (await self.root.get("/roles")).json() if not role["built_in"]]

    async def define(self) -> None:
        role = {"name": self.name(), "permissions": self.permissions()}
        await self.root.post("/roles", json=role)

    async def redefine(self) -> None:
        for role in (await self.roles())[:1]:
            change = {"name": self.name()} if self.chance() else {"permissions": self.permissions()}
            await self.root.patch(f"/roles/{role['id']}", json=change)

    async def abolish(self) -> None:
        if len(roles := await self.roles()) > 1:
            await self.root.delete(f"/roles/{self.random.choice(roles)['id']}")

    def grant(self, role: str) -> Any:
        if self.chance():
            return role
        starts, expires = sorted((self.soon(), self.soon()))
        times = {"starts_at": starts} if self.chance() else {}
        if starts < expires and self.random.random() < 0.8:
            times["expires_at"] = expires
        return {"role": role, "reason": "It is so." if self.chance() else None} | times

    async def grant_some(self) -> None:
        names = ["admin", *(role["name"] for role in await self.roles())]
        some = [self.grant(name) for name in names if self.chance()]
        await self.root.put(f"/users/{self.random.choice(PEOPLE)}/roles", json={"roles": some})

    async def change(self) -> None:
        for user in (await self.root.get("/deleted-users")).json():
            await self.root.post(f"/users/{user['id']}/restore")
            return
        path = f"/users/{self.random.choice(PEOPLE)}"
        match self.random.randint(1, 4):
            case 1:
                await self.root.patch(path, json={"username": self.name()})
            case 2:
                until = {"until": self.soon()} if self.chance() else {}
                await self.root.post(f"{path}/deactivate", json={"reason": "Spam."} | until)
            case 3:
                await self.root.post(f"{path}/activate")
            case _:
                await self.root.delete(path)

    async def work(self) -> None:
        await GrantExpiry(self.resources).run_once()

    def deeds(self) -> list[Callable[[], Awaitable[None]]]:
        """Ten, four times, in any order."""
        roles = [self.define, self.redefine, self.redefine, self.abolish, self.work]
        users = [*[self.grant_some] * 3, *[self.change] * 2]
        return self.random.sample([*roles, *users] * 4, 40)

    async def step(self, deed: Callable[[], Awaitable[None]]) -> None:
        self.clock.advance(seconds=1)  # after what was said last
        self.root = await self.root.again()
        await deed()
        await self.listen()
        self.clock.advance(minutes=self.random.randint(1, 6))
        await self.listen()

    async def listen(self) -> None:
        """What the API says now."""
        self.root = await self.root.again()
        people = [user for user in (await self.root.get("/users")).json() if user["id"] != 1]
        told = {user["id"]: await self.told_of(user) for user in people}
        self.told.append((self.clock(), told))

    async def told_of(self, user: Any) -> Any:
        held = (await self.root.get(f"/users/{user['id']}/roles")).json()
        return user["is_active"], user["email_verified"], held["roles"], held["permissions"]


@pytest.mark.parametrize("seed", [3, 5])
async def test_replayed_they_tell_what_the_api_said(
    admin: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources, seed: int
) -> None:
    for id in PEOPLE:
        assert (await register(anyone, f"user{id}")).id == id
    story = Story(admin, clock, resources, Random(seed))  # noqa: S311 - the same in every run
    for _ in range(3):
        await story.define()
    for deed in story.deeds():
        await story.step(deed)
    clock.advance(days=31)
    await PurgeSweep(resources).run_once()
    await story.listen()

    events = await every_event(story.root)

    for at, told in story.told:
        world = World.after(event for event in events if moment(event["at"]) <= at)
        by_events = {id: each for id, each in world.told(at).items() if id != admin.id}
        assert by_events == told, at
        assert {each["by"] for id in by_events for each in world.grants[id].values()} <= {admin.id}

    assert {"role.updated", "role.revoked_many", "role.expired"} <= {e["type"] for e in events}

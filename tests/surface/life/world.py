"""A service with an administrator, for code that does not await."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

from httpx import AsyncClient, Response

from tests.recovery.post import Received, post
from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.people import PASSWORD, registration
from tests.support.processes import opened, served
from tests.surface.life.model import ACCESS, ROLES
from uservault.privacy.sweep import PurgeSweep
from uservault.sessions.last_seen import LastSeen
from uservault.settings.limits import LimitSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

UNLIMITED = dict.fromkeys(LimitSettings.model_fields.keys() - {"storage"}, "1000000/minute")


def settings_of(url: str) -> Settings:
    return databases.settings_for(
        url,
        log={"file": None, "level": "error"},
        limits=UNLIMITED,
        registration={"verify": "optional"},
        erasure={"grace_days": 30},
        public_url="https://id.example.com",
    )


class World:
    def __init__(
        self, runner: asyncio.Runner, resources: Resources, client: AsyncClient, clock: FakeClock
    ) -> None:
        self.run = runner.run
        self.resources = resources
        self.client = client
        self.clock = clock
        self.number = 0
        self.token, self.token_issued = "", clock() - ACCESS
        self.ask("POST", "/users", json=registration("root"))
        for name, permission in ROLES.items():
            self.rule("POST", "/roles", json={"name": name, "permissions": [permission]})

    def next(self) -> int:
        """A number for names that nobody has had."""
        self.number += 1
        return self.number

    def ask(self, method: str, path: str, token: str | None = None, json: Any = None) -> Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.run(self.client.request(method, path, headers=headers, json=json))

    def rule(self, method: str, path: str, json: Any = None) -> Response:
        """As the administrator, who logged in a moment ago."""
        if self.clock() >= self.token_issued + ACCESS:
            words = {"username": "root", "password": PASSWORD}
            self.token = self.ask("POST", "/login", json=words).json()["access_token"]
            self.token_issued = self.clock()
        return self.ask(method, path, self.token, json)

    def later(self, **span: float) -> datetime:
        return self.clock() + timedelta(**span)

    def mail(self) -> list[Received]:
        """What has been sent since the last time."""
        return self.run(post(self.resources))

    def wait(self, **span: float) -> int:
        """Lets time go by. The number of users who were purged then."""
        self.run(self.resources.shared(LastSeen).flush())
        self.clock.advance(**span)
        return self.run(PurgeSweep(self.resources).run_once())


@contextmanager
def world(url: str) -> Iterator[World]:
    with asyncio.Runner() as runner:
        stack, clock = AsyncExitStack(), FakeClock()
        try:
            resources, client = runner.run(_opened(stack, url, clock))
            yield World(runner, resources, client, clock)
        finally:
            runner.run(stack.aclose())


async def _opened(
    stack: AsyncExitStack, url: str, clock: FakeClock
) -> tuple[Resources, AsyncClient]:
    resources = await stack.enter_async_context(opened(settings_of(url), clock))
    return resources, await stack.enter_async_context(served(resources))

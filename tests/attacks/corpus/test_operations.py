"""Every operation of the document, asked with whatever is hostile: a new one is covered at once."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from tests.attacks.corpus.requests import Operation, Request
from tests.support import databases
from tests.support.asgi import Answer, ask
from tests.support.people import PASSWORD, Person, login, registration
from tests.support.surface import OPERATIONS, answered
from uservault.kit.problems import every_problem
from uservault.registration.first_admin import make_admin
from uservault.registration.schemas import UserCreate
from uservault.settings.limits import LimitSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

UNLIMITED = dict.fromkeys(LimitSettings.model_fields.keys() - {"storage"}, "1000000/minute")
PROBLEMS = every_problem()
LISTS = [f"{each}?limit=200" for each in ("users", "deleted-users", "roles", "invitations", "mail")]
LISTS += ["permissions", "events?limit=200", "me/events?limit=200", "me/emails"]
# No schema says which audiences there are, or that one of two parameters is needed. To OAuth, a
# wrong password is a bad request.
UNTOLD = {"exchange_token", "token", "list_throttles", "lift_throttles"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url, log={"file": None, "level": "error"}, limits=UNLIMITED
    )


class Attacker:
    """An administrator, and another one when the last has done away with themselves."""

    def __init__(self, app: FastAPI, client: AsyncClient, resources: Resources) -> None:
        self.app = app
        self.client = client
        self.resources = resources
        self.me: Person | None = None
        self.users: list[int] = []  # to try it on; the last one is there

    async def prepare(self) -> int:
        """The id of a user to try it on."""
        name = f"user{len(self.users)}"
        if self.me is None or await self.me.status() != 200:
            data = UserCreate(username=f"a{name}", email=f"a{name}@example.com", password=PASSWORD)
            made = await make_admin(self.resources, data)
            self.me = await login(self.client, data.username, made.id)
            self.users.insert(0, made.id)
        if not await self._is_there():
            user = await self.client.post("/users", json=registration(name))
            self.users.append(user.json()["id"])
        return self.users[-1]

    async def _is_there(self) -> bool:
        assert self.me
        last = self.users[-1]
        return last != self.me.id and (await self.me.get(f"/users/{last}")).status_code == 200

    async def ask(self, operation: Operation, request: Request) -> Answer:
        assert self.me
        target, more, body = request
        headers = [(b"authorization", f"Bearer {self.me.token}".encode())]
        if operation.kind:
            headers.append((b"content-type", operation.kind.encode()))
        return await ask(self.app, operation.method, target, headers + more, body)

    async def read(self) -> None:
        """Everything that was stored can be read."""
        await self.prepare()
        for name in LISTS:
            await self._read(f"/{name}")
        for id in self.users:
            for what in ("", "/roles", "/sessions", "/profile", "/metadata-admin"):
                await self._read(f"/users/{id}{what}")

    async def _read(self, path: str) -> None:
        assert self.me
        page = await self.me.get(path)
        assert page.status_code in (200, 404), (path, page.text)
        if "next" in page.links:
            await self._read(page.links["next"]["url"].partition("/api")[2])


@pytest.fixture
def attacker(app: FastAPI, anyone: AsyncClient, resources: Resources) -> Attacker:
    return Attacker(app, anyone, resources)


async def attack(attacker: Attacker, attacks: Callable[[Operation], Iterable[Request]]) -> None:
    for method, path, described in OPERATIONS:
        operation = Operation(method, path, described, await attacker.prepare())
        for request in attacks(operation):
            answer = await attacker.ask(operation, request)
            if answer.status == 401:  # perhaps the last one ended the session
                await attacker.prepare()
                answer = await attacker.ask(operation, request)
            assert_is_ours(answer, f"{method} {request!r:.200}")
    await attacker.read()


def assert_is_ours(answer: Answer, what: str) -> None:
    """What was asked for, or a problem that has a code."""
    assert answer.status < 500, what
    assert PASSWORD.encode() not in answer.body, what
    if answer.status >= 400:
        problem: dict[str, Any] = answer.json()
        path = "/api/token" if "error" in problem else ""  # as OAuth has it
        status, media_type = answered(PROBLEMS[problem["code"]], path)
        assert answer.headers["content-type"] == media_type, what
        assert status == problem["status"] == answer.status, what


@pytest.mark.once
class TestGood:
    async def test_each_is_understood(self, attacker: Attacker) -> None:
        """Or else the attacks would not get far."""
        refused = set()
        for method, path, described in OPERATIONS:
            operation = Operation(method, path, described, await attacker.prepare())
            answer = await attacker.ask(operation, operation.good())
            if answer.status in (400, 415, 422):
                refused.add(described["operationId"])

        assert refused == UNTOLD


class TestHostile:
    @pytest.mark.promise("E6")
    @pytest.mark.once
    async def test_ids_are_refused(self, attacker: Attacker) -> None:
        await attack(attacker, Operation.in_path)

    @pytest.mark.promise("D5")
    async def test_queries_are_refused(self, attacker: Attacker) -> None:
        await attack(attacker, Operation.in_query)

    @pytest.mark.promise("E1", "E7")
    async def test_fields_are_refused_or_can_be_read_again(self, attacker: Attacker) -> None:
        await attack(attacker, Operation.in_fields)

    @pytest.mark.promise("E7")
    @pytest.mark.once
    async def test_bodies_are_refused(self, attacker: Attacker) -> None:
        await attack(attacker, Operation.in_body)

    @pytest.mark.promise("F1")
    @pytest.mark.once
    async def test_headers_are_refused(self, attacker: Attacker) -> None:
        await attack(attacker, Operation.in_headers)

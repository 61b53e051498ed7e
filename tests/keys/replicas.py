"""Processes of the service, as far as one process can be several: each with its own resources."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import jwt
from httpx import AsyncClient, Response
from sqlalchemy import event, select

from tests.support.databases import SECRET
from tests.support.fakes import FakeClock
from tests.support.people import tokens_of
from tests.support.processes import opened, served
from uservault.db.database import AnyRow
from uservault.keys.models import SigningKey
from uservault.keys.service import KeyService
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

LEAD = 120
OUTLIVES = 15 * 60 + 2 * 30  # a token's time, and the clocks' difference twice


@dataclass
class Replica:
    resources: Resources
    client: AsyncClient

    async def login(self, username: str) -> str:
        return (await tokens_of(self.client, username))["access_token"]

    async def read(self, token: str) -> Response:
        """Asks for the first user, with that token."""
        return await self.client.get("/users/1", headers={"Authorization": f"Bearer {token}"})

    async def jwks(self) -> list[dict[str, Any]]:
        keys: list[dict[str, Any]] = (await self.well_known("jwks.json")).json()["keys"]
        return keys

    async def kids(self) -> list[str]:
        return [key["kid"] for key in await self.jwks()]

    async def well_known(self, name: str, **headers: str) -> Response:
        return await self.client.get(f"http://test/.well-known/{name}", headers=headers)

    async def rotate(self) -> str:
        """As the command does it, which is another process; the next key's name."""
        return await rotate(self.resources)

    async def retire(self, kid: str) -> None:
        async with scope(self.resources) as made:
            await made.get(KeyService).retire(kid)

    async def table(self) -> list[AnyRow]:
        """The signing keys as they stand in the database."""
        every = select(*SigningKey.__table__.columns).order_by(SigningKey.id)
        return list(await self.resources.database.rows(every))

    def count_readings(self) -> list[str]:
        """Fills with what is asked of the table of keys from now on."""
        asked: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            if "signing_keys" in statement:
                asked.append(statement)

        event.listen(self.resources.database.reads.sync_engine, "before_cursor_execute", note)
        return asked


@asynccontextmanager
async def replica(
    settings: Settings, clock: FakeClock, sealing_key: str = SECRET
) -> AsyncIterator[Replica]:
    async with opened(settings, clock, sealing_key) as resources, served(resources) as client:
        yield Replica(resources, client)


async def rotate(resources: Resources) -> str:
    async with scope(resources) as made:
        return (await made.get(KeyService).rotate()).kid


def kid_of(token: str) -> str | None:
    kid: str | None = jwt.get_unverified_header(token).get("kid")
    return kid

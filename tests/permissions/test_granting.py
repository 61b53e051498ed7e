"""Roles hold applications' permissions, and tokens carry them."""

from typing import Any

import jwt
import pytest

from tests.invitations.inviting import ADA, accept, invite, token_sent
from tests.support import databases
from tests.support.people import Person, appoint, login, register
from uservault.access.principal import Permission
from uservault.kit.permission_names import MAX_TOTAL
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("I3")

READ, WRITE = "orders:read", "orders:write"
OURS = sorted(Permission)
SELLER = {"name": "seller", "permissions": [READ, "users:read"]}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        log={"file": None},
        permissions=f"{READ},{WRITE}",
        tokens={"audiences": "orders"},
    )


async def permissions_in_token(person: Person) -> list[str]:
    person = await person.again()
    claims: dict[str, Any] = jwt.decode(person.token, options={"verify_signature": False})
    permissions: list[str] = claims["permissions"]
    return permissions


async def shown(person: Person) -> list[str]:
    roles = (await person.get(f"/users/{person.id}/roles")).json()
    permissions: list[str] = roles["permissions"]
    return permissions


class TestRoles:
    async def test_hold_them_beside_ours(self, admin: Person) -> None:
        created = await admin.post("/roles", json=SELLER)
        read = await admin.get(created.headers["Location"].removeprefix("/api"))

        assert created.status_code == 201
        assert created.json()["permissions"] == [READ, "users:read"]
        assert read.json()["permissions"] == [READ, "users:read"]

    async def test_hold_none_that_is_not_registered(self, admin: Person) -> None:
        role = {"name": "seller", "permissions": ["users:read", "orders:delete"]}

        created = await admin.post("/roles", json=role)
        await admin.post("/roles", json=SELLER)
        changed = await admin.patch("/roles/2", json={"permissions": ["orders:delete", READ]})

        for answer in (created, changed):
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown-permission")
            assert answer.json()["errors"][0]["pointer"] == "/body/permissions"
        assert (await admin.get("/roles/2")).json()["permissions"] == [READ, "users:read"]

    async def test_of_an_administrator_has_all_that_are_registered(self, admin: Person) -> None:
        await admin.post("/permissions", json={"name": "orders:delete"})

        every = sorted([*OURS, READ, WRITE, "orders:delete"])
        assert (await admin.get("/roles/1")).json()["permissions"] == every
        assert (await admin.get("/roles")).json()[0]["permissions"] == every
        assert await shown(admin) == every
        assert await permissions_in_token(admin) == every


class TestTokens:
    async def test_carry_both(self, admin: Person) -> None:
        seller = await appoint(admin, "seller", READ, "users:read")

        assert await shown(seller) == [READ, "users:read"]
        assert await permissions_in_token(seller) == [READ, "users:read"]

    async def test_for_a_service_carry_those_that_it_wants(self, admin: Person) -> None:
        seller = await appoint(admin, "seller", READ, WRITE, "users:read")
        wanted = {"audience": "orders", "permissions": [READ]}

        token = (await seller.post("/me/tokens", json=wanted)).json()["access_token"]
        more = await seller.post("/me/tokens", json=wanted | {"permissions": ["users:write"]})

        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["permissions"] == [READ]
        assert more.json()["missing"] == ["users:write"]

    async def test_have_room_for_all_that_there_can_be(self, admin: Person) -> None:
        for n in range(MAX_TOTAL):
            name = f"x{n:03}:yy"
            if (await admin.post("/permissions", json={"name": name})).status_code == 409:
                break
        names = [f"role{n:02}-{'x' * 57}" for n in range(60)]
        for name in names:
            await admin.post("/roles", json={"name": name})
        await admin.put(f"/users/{admin.id}/roles", json={"roles": ["admin", *names]})

        admin = await admin.again()

        assert n > 90
        # With the signature of RS256 and the longest issuer and audience, a KiB more.
        assert len(admin.token) < 8192 - 1024
        assert await admin.status() == 200
        wanted = {"name": "all", "permissions": await shown(admin)}
        assert (await admin.post("/roles", json=wanted)).status_code == 201


@pytest.mark.promise("D3")
class TestGranting:
    async def test_is_for_those_who_hold_them(self, admin: Person) -> None:
        chief = await appoint(admin, "chief", "roles:write", "roles:read", READ)
        ada = await register(admin.client, "ada")
        less, more = (
            {"name": "less", "permissions": [READ]},
            {"name": "more", "permissions": [WRITE]},
        )

        created = await chief.post("/roles", json=less)
        refused = await chief.post("/roles", json=more)
        await admin.post("/roles", json=more)
        given = await chief.put(f"/users/{ada.id}/roles", json={"roles": ["less"]})
        kept = await chief.put(f"/users/{ada.id}/roles", json={"roles": ["more"]})

        assert (created.status_code, given.status_code) == (201, 200)
        assert (given.json()["roles"], given.json()["permissions"]) == (["less"], [READ])
        assert refused.json()["missing"] == kept.json()["missing"] == [WRITE]

    async def test_of_an_administrator_wants_all_that_are_registered(self, admin: Person) -> None:
        deputy = await appoint(admin, "deputy", *OURS, READ)

        response = await deputy.put(f"/users/{deputy.id}/roles", json={"roles": ["admin"]})

        assert response.status_code == 403
        assert response.json()["missing"] == [WRITE]

    async def test_registering_one_is_not_holding_it(self, admin: Person) -> None:
        chief = await appoint(admin, "chief", "roles:write")
        await chief.post("/permissions", json={"name": "orders:delete"})

        role = {"name": "more", "permissions": ["orders:delete"]}
        response = await chief.post("/roles", json=role)

        assert response.json()["missing"] == ["orders:delete"]

    async def test_nobody_changes_a_user_who_holds_one_that_they_lack(self, admin: Person) -> None:
        clerk = await appoint(admin, "clerk", "users:read", "users:write")
        seller = await appoint(admin, "seller", READ)

        response = await clerk.patch(f"/users/{seller.id}", json={"locale": "de"})

        assert (response.status_code, response.json()["missing"]) == (403, [READ])

    async def test_opens_no_door_of_ours(self, admin: Person) -> None:
        seller = await appoint(admin, "seller", READ, WRITE)

        assert (await seller.get("/users")).status_code == 403
        assert (await seller.get("/roles")).json()["missing"] == ["roles:read"]

    async def test_by_an_invitation_is_for_those_who_hold_them(
        self, admin: Person, resources: Resources
    ) -> None:
        host = await appoint(admin, "host", "invitations:write", READ)
        await appoint(admin, "writer", WRITE)

        await invite(host, ADA, "host")
        accepted = await accept(admin.client, await token_sent(resources))
        wanted = {"email": "eve@example.com", "roles": ["writer"]}
        refused = await host.post("/invitations", json=wanted)

        assert accepted.status_code == 201
        assert await shown(await login(admin.client, "ada", accepted.json()["id"])) == [
            "invitations:write",
            READ,
        ]
        assert (refused.status_code, refused.json()["missing"]) == (403, [WRITE])

"""Between a proof and a session: every stage, and logins that one of them keeps waiting."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select

from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.auth.authenticated import Authenticated
from uservault.auth.errors import MoreProofNeeded
from uservault.auth.events import Reason
from uservault.auth.login import Login
from uservault.auth.password_method import PasswordMethod
from uservault.auth.pending import PendingLogins
from uservault.auth.stages import Stage, Stages
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.models import OneTimeToken
from uservault.sessions.models import Session
from uservault.users.models import User
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class SecondFactor:
    """A stage as a later feature may add it."""

    reason: ClassVar[Reason] = "credentials"

    async def check(self, user: User, proof: Authenticated) -> None:
        if "otp" not in proof.methods:
            raise MoreProofNeeded


class StagesAndOneMore(Stages):
    def __iter__(self) -> Iterator[Stage]:
        yield from super().__iter__()
        yield SecondFactor()


async def prove(resources: Resources, username: str = "ada") -> Authenticated:
    async with scope(resources) as made:
        return await made.get(PasswordMethod).prove(username, PASSWORD)


async def complete(resources: Resources, proof: Authenticated) -> int:
    """The session that opens, where a second factor is wanted."""
    async with scope(resources) as made:
        login = made.get(Login)
        login.stages = StagesAndOneMore(**vars(login.stages))
        logged_in = await login.complete(proof)
    return int(logged_in.tokens.refresh_token.split(".")[1])


async def pending(resources: Resources) -> str:
    with pytest.raises(MoreProofNeeded) as needed:
        await complete(resources, await prove(resources))
    token: str = needed.value.extra["pending"]
    return token


async def take(resources: Resources, token: str) -> Authenticated:
    async with scope(resources) as made:
        return await made.get(PendingLogins).take(token)


class TestPendingLogin:
    async def test_goes_on_with_what_was_proved(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        token = await pending(resources)
        clock.advance(minutes=4)

        proof = await take(resources, token)
        more = Authenticated(proof.user_id, (*proof.methods, "otp"), proof.at, proof.hash)
        session = await complete(resources, more)

        assert proof.methods == ("pwd",)
        rows = await resources.database.rows(
            select(Session.authenticated_at, Session.methods).where(Session.id == session)
        )
        assert rows[0].methods == "pwd otp"
        assert rows[0].authenticated_at == clock() - timedelta(minutes=4)

    async def test_opens_nothing_by_itself(self, ada: Person, resources: Resources) -> None:
        before = len((await ada.get("/me/sessions")).json())

        await pending(resources)

        assert len((await ada.get("/me/sessions")).json()) == before

    async def test_works_once(self, ada: Person, resources: Resources) -> None:
        token = await pending(resources)
        await take(resources, token)

        with pytest.raises(OneTimeTokenInvalid):
            await take(resources, token)

    async def test_lasts_five_minutes(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        token = await pending(resources)
        clock.advance(minutes=5)

        with pytest.raises(OneTimeTokenInvalid):
            await take(resources, token)

    @pytest.mark.promise("I4")
    async def test_is_void_once_the_password_is_changed(
        self, ada: Person, resources: Resources
    ) -> None:
        token = await pending(resources)
        words = {"current_password": PASSWORD, "new_password": "battery staple"}
        assert (await ada.put("/me/password", json=words)).status_code == 200

        with pytest.raises(OneTimeTokenInvalid):
            await take(resources, token)

    @pytest.mark.promise("G1")
    async def test_is_encrypted_at_rest(self, ada: Person, resources: Resources) -> None:
        token = await pending(resources)

        rows = await resources.database.rows(select(*OneTimeToken.__table__.columns))
        kept = json.dumps([str(value) for value in rows[-1]])
        assert token not in kept
        assert PASSWORD not in kept
        assert "pwd" not in kept


class TestStages:
    async def test_each_failure_is_recorded_with_its_reason(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "away"})

        response = await ada.client.post("/login", json={"username": "ada", "password": PASSWORD})

        assert response.json()["code"] == "account-deactivated"
        last = (await history(resources, "type", "subject_id", "data"))[-1]
        assert last == ("login.failed", ada.id, {"reason": "deactivated"})

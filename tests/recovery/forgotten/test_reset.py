import asyncio
from collections import Counter

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import delete

from tests.recovery.forgotten.asking import forget
from tests.recovery.post import mail, post
from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.models import Password
from uservault.users.models import User
from uservault.wiring.ports import Resources

NEW = "battery staple"
SHORT = "7 chars"  # for the policy, not for the schema


@pytest.fixture
def hasher(resources: Resources) -> FakeHasher:
    assert isinstance(resources.hasher, FakeHasher)
    return resources.hasher


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    body = {"token": token, "new_password": password}
    return await client.post("/account/reset-password", json=body)


async def log_in(client: AsyncClient, password: str, name: str = "ada") -> Response:
    return await client.post("/login", json={"username": name, "password": password})


class TestResetPassword:
    @pytest.mark.promise("B8")
    async def test_replaces_the_password_and_ends_all_sessions(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        other = await ada.again()

        response = await reset(anyone, token)

        assert response.status_code == 200
        assert [await ada.status(), await other.status()] == [401, 401]
        assert (await log_in(anyone, PASSWORD)).status_code == 401
        assert (await log_in(anyone, NEW)).status_code == 200

    @pytest.mark.promise("G1")
    async def test_is_told_and_on_record_and_proves_the_address(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)

        await reset(anyone, token)

        told = await mail(resources)
        assert (told.to, told.subject) == ("ada@example.com", "Your password was changed")
        types = await history(resources)
        assert types[-3:] == ["session.revoked", "password.reset", "email.verified"]
        assert (await admin.get(f"/users/{ada.id}")).json()["email_verified"]
        assert token not in str(await history(resources, "data"))

    @pytest.mark.promise("B8")
    async def test_lets_one_of_many_at_once_have_it(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for round in range(20):
            clock.advance(hours=1)
            token = await self.token(anyone, resources)

            tries = [reset(anyone, token, f"{NEW} {round}.{n}") for n in range(10)]
            statuses = [response.status_code for response in await asyncio.gather(*tries)]
            await post(resources)

            assert Counter(statuses) == {200: 1, 403: 9}
        assert (await history(resources)).count("password.reset") == 20

    async def test_works_once(self, ada: Person, anyone: AsyncClient, resources: Resources) -> None:
        token = await self.token(anyone, resources)
        await reset(anyone, token)

        again = await reset(anyone, token, "another horse")

        assert again.status_code == 403
        assert again.json()["code"] == "one-time-token-invalid"
        assert (await log_in(anyone, NEW)).status_code == 200

    async def test_works_for_half_an_hour(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        clock.advance(minutes=30)

        assert (await reset(anyone, token)).status_code == 403
        assert (await log_in(anyone, PASSWORD)).status_code == 200

    async def test_works_with_the_last_letter_only(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        first = await self.token(anyone, resources)
        second = await self.token(anyone, resources)

        assert (await reset(anyone, first)).status_code == 403
        assert (await reset(anyone, second)).status_code == 200

    async def test_works_no_more_once_the_password_was_changed(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        change = {"current_password": PASSWORD, "new_password": "violet otter"}
        await ada.put("/me/password", json=change)

        assert (await reset(anyone, token)).status_code == 403
        assert (await log_in(anyone, "violet otter")).status_code == 200

    async def test_and_a_change_at_the_same_time_do_not_both_count(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        change = {"current_password": PASSWORD, "new_password": "violet otter"}

        by_mail, by_hand = await asyncio.gather(
            reset(anyone, token), ada.put("/me/password", json=change)
        )

        done = {NEW: by_mail.status_code, "violet otter": by_hand.status_code}
        assert sorted(status == 200 for status in done.values()) == [False, True]
        assert all(status < 500 for status in done.values())
        for password, status in done.items():
            assert ((await log_in(anyone, password)).status_code == 200) == (status == 200)

    async def test_works_no_more_once_the_address_was_changed(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        await ada.put(f"/users/{ada.id}", json={"email": "countess@example.com"})

        assert (await reset(anyone, token)).status_code == 403

    async def test_works_no_more_for_an_address_that_others_changed(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        async with unit_of_work(resources.database) as session:  # as an import might do it
            user = await session.get_one(User, ada.id)
            user.email = "else@example.com"

        assert (await reset(anyone, token)).status_code == 403
        assert (await log_in(anyone, PASSWORD)).status_code == 200

    async def test_does_not_let_in_who_is_deactivated(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "x"})

        assert (await reset(anyone, token)).status_code == 403

    async def test_refuses_the_token_of_who_has_no_password(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        async with unit_of_work(resources.database) as session:
            await session.execute(delete(Password))

        assert (await reset(anyone, token)).status_code == 403

    @pytest.mark.promise("H11")
    async def test_leaves_the_token_good_if_the_policy_refuses_the_password(
        self, ada: Person, anyone: AsyncClient, resources: Resources, hasher: FakeHasher
    ) -> None:
        token = await self.token(anyone, resources)

        refused = await reset(anyone, token, SHORT)

        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/body/new_password"]
        assert (await reset(anyone, token)).status_code == 200
        assert hasher.held == 0

    @pytest.mark.promise("A8")
    async def test_hashes_nothing_for_garbage(
        self, ada: Person, anyone: AsyncClient, hasher: FakeHasher
    ) -> None:
        hasher.held = -1

        response = await reset(anyone, "g" * 43)

        assert response.status_code == 403
        assert hasher.held == -1  # `hash` was not called

    async def test_bears_so_many_tries_with_one_letter(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)

        tries = [await reset(anyone, token, SHORT) for _ in range(11)]
        clock.advance(minutes=1)

        assert [response.status_code for response in tries] == [422] * 10 + [429]
        assert (await reset(anyone, token)).status_code == 200

    async def test_clears_the_throttles_of_the_account(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        names = ("ada", "ada@example.com")
        for name in names:
            for _ in range(10):
                await log_in(anyone, "a guess", name)
        before = [(await log_in(anyone, PASSWORD, name)).status_code for name in names]

        await reset(anyone, token)

        after = [(await log_in(anyone, NEW, name)).status_code for name in names]
        assert (before, after) == ([429, 429], [200, 200])

    @pytest.mark.promise("C3")
    async def test_refuses_a_token_for_something_else(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        for token in (ada.token, ada.refresh_token):
            response = await reset(anyone, token)

            assert response.status_code in (403, 422)
        assert (await log_in(anyone, PASSWORD)).status_code == 200

    @pytest.mark.promise("C3")
    async def test_is_no_access_token(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        ada.token = await self.token(anyone, resources)

        assert await ada.status() == 401

    async def test_forgets_the_token_with_the_user(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        token = await self.token(anyone, resources)
        await admin.delete(f"/users/{ada.id}")

        assert (await reset(anyone, token)).status_code == 403

    async def token(self, client: AsyncClient, resources: Resources) -> str:
        await forget(client)
        return (await mail(resources)).token

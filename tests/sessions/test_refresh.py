import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from tests.support.processes import opened, served
from uservault.kit.crypto import Sealer, Unsealable
from uservault.sessions.models import Session
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


async def refresh(client: AsyncClient, token: str) -> tuple[int, str]:
    """The status, and the next refresh token or the problem's code."""
    response = await client.post("/refresh", json={"refresh_token": token})
    body = response.json()
    return response.status_code, body.get("refresh_token") or body["code"]


@pytest.mark.promise("C10")
async def test_answers_with_the_next_pair(ada: Person, anyone: AsyncClient) -> None:
    response = await anyone.post("/refresh", json={"refresh_token": ada.refresh_token})

    assert response.status_code == 200
    assert set(response.json()) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["refresh_token"] != ada.refresh_token
    ada.token = response.json()["access_token"]
    assert await ada.status() == 200


async def test_takes_the_form_of_oauth(ada: Person, anyone: AsyncClient) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": ada.refresh_token}

    response = await anyone.post("/token", data=form)

    assert response.status_code == 200
    ada.token = response.json()["access_token"]
    assert await ada.status() == 200


@pytest.mark.promise("C8")
async def test_many_at_once_get_the_same_successor(
    ada: Person, anyone: AsyncClient, resources: Resources
) -> None:
    tries = [refresh(anyone, ada.refresh_token) for _ in range(50)]

    answers = Counter(await asyncio.gather(*tries))

    [(status, successor)] = answers
    assert (status, answers.total()) == (200, 50)
    assert (await refresh(anyone, successor))[0] == 200
    counters = await resources.database.rows(
        select(Session.counter).where(Session.user_id == ada.id)
    )
    assert counters == [(2,)]  # one session, and its counter moved once for each token


async def test_two_processes_agree_on_the_successor(
    ada: Person, settings: Settings, clock: FakeClock
) -> None:
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(opened(settings, clock)) for _ in range(2)]
        clients = [await stack.enter_async_context(served(each)) for each in processes]
        for _ in range(5):
            tries = [refresh(clients[n % 2], ada.refresh_token) for n in range(50)]

            answers = set(await asyncio.gather(*tries))

            [(status, ada.refresh_token)] = answers
            assert status == 200


async def test_who_lost_the_answer_gets_it_again(
    ada: Person, anyone: AsyncClient, clock: FakeClock
) -> None:
    first = await refresh(anyone, ada.refresh_token)
    clock.advance(minutes=2)

    assert await refresh(anyone, ada.refresh_token) == first


@pytest.mark.promise("C8")
async def test_a_token_used_again_later_ends_the_session(
    ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
) -> None:
    _, successor = await refresh(anyone, ada.refresh_token)
    there = await ada.again()
    clock.advance(minutes=2, seconds=1)

    assert await refresh(anyone, ada.refresh_token) == (401, "refresh-refused")

    assert await refresh(anyone, successor) == (401, "refresh-refused")
    assert await ada.status() == 401
    assert await there.status() == 200
    last = (await history(resources, "type", "subject_id", "data"))[-1]
    data = {"sessions": [2], "reason": "refresh token used twice"}
    assert last == ("session.revoked", ada.id, data)


@pytest.mark.promise("C8")
async def test_a_token_two_behind_ends_the_session_at_once(
    ada: Person, anyone: AsyncClient
) -> None:
    _, second = await refresh(anyone, ada.refresh_token)
    _, third = await refresh(anyone, second)

    assert (await refresh(anyone, ada.refresh_token))[0] == 401
    assert (await refresh(anyone, third))[0] == 401
    assert await ada.status() == 401


@pytest.mark.promise("C8")
async def test_nothing_revives_a_revoked_session(ada: Person, anyone: AsyncClient) -> None:
    tries = [refresh(anyone, ada.refresh_token) for _ in range(10)]
    answers, _ = await asyncio.gather(asyncio.gather(*tries), ada.post("/logout"))

    assert await ada.status() == 401
    for token in {ada.refresh_token, *(token for status, token in answers if status == 200)}:
        assert (await refresh(anyone, token))[0] == 401


async def test_is_refused_to_who_is_deactivated_or_gone(
    admin: Person, ada: Person, anyone: AsyncClient
) -> None:
    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Spam."})
    assert (await refresh(anyone, ada.refresh_token))[0] == 401
    await admin.post(f"/users/{ada.id}/activate")
    assert (await refresh(anyone, ada.refresh_token))[0] == 401
    ada = await ada.again()
    assert (await refresh(anyone, ada.refresh_token))[0] == 200
    await admin.delete(f"/users/{ada.id}")

    assert (await refresh(anyone, ada.refresh_token))[0] == 401


@pytest.mark.promise("C3")
async def test_is_no_access_token_nor_the_other_way_round(ada: Person, anyone: AsyncClient) -> None:
    assert (await refresh(anyone, ada.token))[0] == 401
    ada.token = ada.refresh_token

    assert await ada.status() == 401


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace(".0.", ".1."),
        lambda token: token.replace(".0.", ".999999999."),
        lambda token: token.replace("uvr_2.2.", "uvr_2.1."),
        lambda token: token.replace("uvr_2.2.", "uvr_2.4711."),
        lambda token: token.replace("uvr_2.2.", "uvr_2.02."),
        lambda token: token.replace(".0.", ".00."),
        lambda token: token.upper(),
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token[:20],
        lambda token: "",
        lambda token: "uvr_" + "9" * 200,
        lambda token: "٢".join(token.split("2")),
        lambda token: "x" * 256,
    ],
)
async def test_a_token_that_is_not_ours_changes_nothing(
    ada: Person, anyone: AsyncClient, change: object
) -> None:
    assert callable(change)

    assert await refresh(anyone, change(ada.refresh_token)) == (401, "refresh-refused")

    assert (await refresh(anyone, ada.refresh_token))[0] == 200


async def test_is_stored_nowhere(ada: Person, anyone: AsyncClient, resources: Resources) -> None:
    [[sealed]] = await resources.database.rows(
        select(Session.key_sealed).where(Session.user_id == ada.id)
    )

    assert ada.refresh_token.rpartition(".")[2] not in sealed
    with_another_key = Sealer([b"another" * 8])
    with pytest.raises(Unsealable):
        with_another_key.open(sealed, "refresh-tokens")


async def test_of_before_tokens_named_users_goes_on(ada: Person, anyone: AsyncClient) -> None:
    [_, session, counter, mac] = ada.refresh_token.split(".")

    status, successor = await refresh(anyone, f"uvr_{session}.{counter}.{mac}")

    assert status == 200
    assert successor.startswith(f"uvr_{ada.id}.{session}.")

import pytest

from tests.support.fakes import FakeClock
from tests.support.history import history, state
from tests.support.people import Person
from uservault.wiring.ports import Resources

SPAM = {"reason": "Spam."}
MONTH = SPAM | {"until": "2026-02-01T01:00:00+01:00"}


class TestDeactivate:
    @pytest.mark.promise("C6")
    async def test_shuts_out_at_once_and_for_good(
        self, admin: Person, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        response = await admin.post(f"/users/{ada.id}/deactivate", json=SPAM)

        assert response.status_code == 200
        assert response.json()["is_active"] is False
        assert response.json()["inactive_reason"] == "Spam."
        assert response.json()["inactive_until"] is None
        assert response.headers["ETag"] == '"2"'
        assert await ada.status() == 401
        clock.advance(days=3)
        assert await ada.status() == 401
        recorded = await history(resources, "type", "actor_id", "subject_id", "data")
        states = {"before": state(), "after": state(is_active=False)}
        assert ("user.deactivated", admin.id, ada.id, {"until": None} | states) in recorded

    async def test_ends_by_itself(self, admin: Person, ada: Person, clock: FakeClock) -> None:
        response = await admin.post(f"/users/{ada.id}/deactivate", json=MONTH)
        assert response.json()["inactive_until"] == "2026-02-01T00:00:00Z"
        root = await admin.again()
        clock.advance(days=31, seconds=-1)
        root = await root.again()
        assert (await root.get(f"/users/{ada.id}")).json()["is_active"] is False

        clock.advance(seconds=1)

        again = await ada.again()
        assert await again.status() == 200
        for shown in (
            (await root.get(f"/users/{ada.id}")).json(),
            (await root.get("/users")).json()[1],
            (await root.put(f"/users/{ada.id}", json={"username": "countess"})).json(),
        ):
            assert shown["is_active"] is True
            assert shown["inactive_until"] is None
            assert shown["inactive_reason"] is None

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({}, "/body/reason"),
            ({"reason": ""}, "/body/reason"),
            ({"reason": "x" * 501}, "/body/reason"),
            ({"reason": "a\0b"}, "/body/reason"),
            (SPAM | {"until": "2026-02-01T00:00:00"}, "/body/until"),
            (SPAM | {"until": "tomorrow"}, "/body/until"),
            (SPAM | {"until": "9999-12-31T23:59:59-23:59"}, "/body/until"),
            (SPAM | {"until": "9999-12-31T23:59:59.999999Z"}, "/body/until"),
            (SPAM | {"until": 1e300}, "/body/until"),
            (SPAM | {"until": 4102444800}, "/body/until"),
            (SPAM | {"until": "4102444800"}, "/body/until"),
        ],
        ids=str,
    )
    async def test_wants_a_reason_and_a_time_to_come(
        self, admin: Person, ada: Person, wrong: object, pointer: str
    ) -> None:
        response = await admin.post(f"/users/{ada.id}/deactivate", json=wrong)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == pointer
        assert await ada.status() == 200

    async def test_wants_no_time_that_has_passed(self, admin: Person, ada: Person) -> None:
        past = SPAM | {"until": "2025-12-31T23:59:59Z"}

        response = await admin.post(f"/users/{ada.id}/deactivate", json=past)

        assert response.status_code == 409
        assert response.json()["code"] == "deactivation-over"
        assert await ada.status() == 200

    @pytest.mark.promise("D1")
    async def test_is_for_administrators(self, admin: Person, ada: Person) -> None:
        for deed in ("deactivate", "activate"):
            for id in (admin.id, ada.id):
                response = await ada.post(f"/users/{id}/{deed}", json=SPAM)

                assert response.status_code == 403

    @pytest.mark.promise("F7")
    async def test_honours_if_match(self, admin: Person, ada: Person) -> None:
        stale = {"If-Match": '"7"'}

        response = await admin.post(f"/users/{ada.id}/deactivate", json=SPAM, headers=stale)

        assert response.status_code == 412
        assert await ada.status() == 200

    async def test_knows_no_user_that_does_not_exist(self, admin: Person, ada: Person) -> None:
        assert (await admin.post("/users/99/deactivate", json=SPAM)).status_code == 404
        assert (await admin.post("/users/99/activate")).status_code == 404


class TestActivate:
    async def test_lets_in_again(self, admin: Person, ada: Person, resources: Resources) -> None:
        await admin.post(f"/users/{ada.id}/deactivate", json=MONTH)

        response = await admin.post(f"/users/{ada.id}/activate")

        assert response.json()["is_active"] is True
        assert response.json()["inactive_until"] is None
        assert (await history(resources))[-1] == "user.activated"
        assert await ada.status() == 401  # what the deactivation ended stays ended
        assert await (await ada.again()).status() == 200

    async def test_changes_nothing_for_who_is_active(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        response = await admin.post(f"/users/{ada.id}/activate")

        assert response.headers["ETag"] == '"1"'
        assert "user.activated" not in await history(resources)

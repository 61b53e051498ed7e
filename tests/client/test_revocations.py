from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from uservault.client.principal import Principal
from uservault.client.revocations import Revocations

AT = 1_000_000_000.5
HORIZON = 900
SKEW = 30


def told(kind: str, at: float = AT, **what: Any) -> Mapping[str, Any]:
    return {"kind": kind, "at": datetime.fromtimestamp(at, UTC).isoformat()} | what


def holder(user_id: int = 7, session_id: int = 11, issued_at: int = int(AT)) -> Principal:
    return Principal(
        user_id=user_id,
        session_id=session_id,
        issued_at=issued_at,
        roles=frozenset(),
        permissions=frozenset(),
        claims=MappingProxyType({}),
    )


@pytest.fixture
def revocations() -> Revocations:
    return Revocations(HORIZON, skew=SKEW)


class TestEnded:
    def test_of_a_session_is_for_good(self, revocations: Revocations) -> None:
        revocations.add(told("sessions", session_ids=[11, 12], user_id=None))

        assert revocations.ended(holder(issued_at=int(AT) + 100))
        assert not revocations.ended(holder(session_id=13))

    @pytest.mark.promise("I12")
    @pytest.mark.parametrize(("seconds", "ended"), [(-31, True), (-30, False), (0, False)])
    def test_of_a_user_is_for_tokens_that_are_older_beyond_doubt(
        self, seconds: int, ended: bool, revocations: Revocations
    ) -> None:
        revocations.add(told("user", user_id=7, session_ids=[]))

        assert revocations.ended(holder(issued_at=int(AT) + seconds)) is ended
        assert not revocations.ended(holder(user_id=8))

    @pytest.mark.promise("I12")
    @pytest.mark.parametrize(("seconds", "ended"), [(-5, True), (0, True), (30, True), (31, False)])
    def test_of_everybody_is_for_tokens_until_then(
        self, seconds: int, ended: bool, revocations: Revocations
    ) -> None:
        revocations.add(told("everybody"))
        revocations.add(told("everybody", at=AT - 50))

        assert revocations.ended(holder(issued_at=int(AT) + seconds)) is ended

    def test_is_not_taken_back_by_what_is_told_again(self, revocations: Revocations) -> None:
        revocations.add(told("user", user_id=7, at=AT))
        revocations.add(told("user", user_id=7, at=AT - 50))

        assert revocations.ended(holder(issued_at=int(AT) - 60))
        assert revocations.ended(holder(issued_at=int(AT) - 40))


class TestAdd:
    def test_passes_over_a_kind_of_later_versions(
        self, revocations: Revocations, caplog: pytest.LogCaptureFixture
    ) -> None:
        revocations.add(told("planets"))

        assert not revocations.ended(holder())
        assert "'planets'" in caplog.text


class TestForget:
    def test_drops_what_no_token_remembers(self, revocations: Revocations) -> None:
        revocations.add(told("sessions", session_ids=[1, 2]))
        revocations.add(told("user", user_id=3))
        revocations.add(told("sessions", at=AT + 60, session_ids=[4]))

        revocations.forget(AT + HORIZON)
        assert len(revocations) == 4
        revocations.forget(AT + HORIZON + 1)

        assert len(revocations) == 1
        assert revocations.ended(holder(session_id=4))

    def test_keeps_what_was_told_again_with_a_later_time(self, revocations: Revocations) -> None:
        revocations.add(told("user", user_id=7))
        revocations.add(told("user", user_id=7, at=AT + 60))

        revocations.forget(AT + HORIZON + 1)

        assert revocations.ended(holder(issued_at=int(AT) + 20))

    def test_refuses_all_of_that_time_rather_than_grow(self) -> None:
        revocations = Revocations(HORIZON, skew=SKEW, most=2)
        revocations.add(told("sessions", session_ids=[1]))
        revocations.add(told("sessions", at=AT + 60, session_ids=[2, 3]))

        revocations.forget(AT + 60)

        assert len(revocations) == 2
        assert revocations.ended(holder(session_id=1))
        assert revocations.ended(holder(session_id=99, issued_at=int(AT)))
        assert not revocations.ended(holder(session_id=99, issued_at=int(AT) + SKEW + 1))

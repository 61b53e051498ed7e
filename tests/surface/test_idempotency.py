"""Every POST takes an Idempotency-Key, or says here why not."""

from typing import Any

import pytest

from tests.support.surface import DOCUMENT, OPERATIONS, named

POSTS = [each for each in OPERATIONS if each[0] == "POST"]
TOKENS = "Its answer holds tokens, which are better not kept; a repetition gets new ones."
WITHOUT = {
    "login": TOKENS,
    "make_password_reset": TOKENS,
    "refresh": "The refresh token before the last gets the same answer by itself.",
    "token": TOKENS,
    "exchange_token": TOKENS,
    "reauthenticate": "It proves a password, which is to be proved each time.",
    "revoke_token": "A repetition finds the session ended, and does nothing.",
    "import_users": "A repetition skips the rows that are in, with `on_conflict=skip`.",
    "logout": "The token of a repetition is refused, and so there is nothing to repeat.",
}
REFERENCE = {"$ref": "#/components/parameters/Idempotency-Key"}


class TestIdempotency:
    @pytest.mark.promise("H8")
    @pytest.mark.parametrize("operation", POSTS, ids=named)
    def test_is_offered_by_every_post_or_excused(
        self, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        takes = REFERENCE in operation[2].get("parameters", [])

        assert takes == (named(operation) not in WITHOUT)
        assert not takes or "409" in operation[2]["responses"]

    def test_is_offered_by_nothing_else(self) -> None:
        others = [each for each in OPERATIONS if each[0] != "POST"]

        assert [each for each in others if REFERENCE in each[2].get("parameters", [])] == []

    def test_excuses_only_what_there_is(self) -> None:
        assert set(WITHOUT) <= {named(each) for each in POSTS}

    def test_is_described_once(self) -> None:
        described = DOCUMENT["components"]["parameters"]["Idempotency-Key"]

        assert described["in"] == "header"
        assert "idempotency-key-in-use" in described["description"]
        assert "x-problems" not in str(DOCUMENT)

import pytest

from bench.load import UnexpectedAnswer
from bench.refreshing import Chains


def test_a_session_is_refreshed_with_the_token_of_its_last_answer() -> None:
    chains = Chains(["first of a", "first of b"])

    assert b'"first of a"' in next(chains)
    chains.hear(b'{"expires_in":900,"refresh_token":"second of a"}')
    assert b'"first of b"' in next(chains)
    assert b'"second of a"' in next(chains)


def test_an_answer_without_a_token_ends_the_measure() -> None:
    with pytest.raises(UnexpectedAnswer):
        Chains([]).hear(b'{"access_token":"it alone"}')

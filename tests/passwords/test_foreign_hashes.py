import logging
from collections.abc import Iterator

import pytest

from uservault.passwords.hasher import PooledHasher
from uservault.settings.passwords import PasswordSettings

# In the form of a scheme that is not configured.
MD5 = "md5$salt$bd31e4ffab7ba37c9b6cdd83e3a75b34"
# Of "secret!".
BCRYPT = "$2y$04$abcdefghijklmnopqrstuuFh0kDLW6EuusJfljrrwiKsz1ktGOPnm"


@pytest.fixture
def hasher() -> Iterator[PooledHasher]:
    hasher = PooledHasher(PasswordSettings(rounds=4))
    yield hasher
    hasher.close()


class TestVerify:
    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("hash", [MD5, "", "plain"])
    async def test_refuses_what_it_cannot_read_and_says_so(
        self, hasher: PooledHasher, hash: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            verdict = await hasher.verify("secret!", hash)

        assert not verdict.right
        assert "unknown scheme" in caplog.text
        assert not hash or hash not in caplog.text

    @pytest.mark.promise("A1")
    async def test_keeps_plain_bcrypt_until_the_next_login(self, hasher: PooledHasher) -> None:
        verdict = await hasher.verify("secret!", BCRYPT)

        assert verdict.right
        assert verdict.better_hash is not None
        assert verdict.better_hash.startswith("$bcrypt-sha256$")

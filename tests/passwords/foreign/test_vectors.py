"""Hashes that the systems themselves made: Django 5.2.19 and Werkzeug 3.1.9."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uservault.passwords.foreign.formats import FORMATS, NONE, recognise
from uservault.passwords.foreign.refusals import HashRefused, HashTooCostly
from uservault.passwords.hasher import PooledHasher
from uservault.settings.passwords import PasswordSettings

PASSWORD = "pässword 1"
DJANGO = (
    "pbkdf2_sha256$1000$saltsalt$TJjxALDlYR0VS1rZcn/mIcGikrqhzfeUo/fIb0P6NY0=",
    "pbkdf2_sha1$1000$saltsalt$w9JTSAnSoNXIQ/HkVpkE87Ib/SQ=",
    "scrypt$16$saltsalt$8$5$DzooAsvAmWOQecmu+g0ndYyEHSDkN/+KzrErW4E69mhRrsOco4jwxO5umGlvgp3d"
    "1Dl4au4vHZbsf65EHhzxVQ==",
    "argon2$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$RuRGHsfz5FbzRgHEsPiDY69HfxxiSIyPjG1qkP"
    "+BsSQ",
    "bcrypt$$2b$04$Q30vjuJzDPOmxfJu0hw45eNSV9dcJ4gD52LQGSNR9Expk6Z2ZEGky",
    "bcrypt_sha256$$2b$04$VDPuUnyGuq5RRBNx7YETmu1AvWbE5DJuM9GLjD8P.dRL8S4g6IVFC",
)
WERKZEUG = (
    "pbkdf2:sha1:1000$IywhaQNGuGv8Z6pi$ebf8879700b26c93e6774e22376f377aa6cbc924",
    "pbkdf2:sha256:1000$BqbHfTFHFm3lWKp0$879e31483bdee443fc2bdf6a71ec0743b2c3b2da0dc8f8779561407158"
    "b95cd6",
    "pbkdf2:sha512:1000$DZqglH2GgHebvoY1$a9d61c5d9b6d6b37c268e5de6957ced65c4d44f83eea9d5b0d389956f6"
    "cc0d4bc750518d5f9f6273fcbf0d8bee03c93b0c0f6556686c5284933c0604655e7156",
    "scrypt:32768:8:1$HT2Ulxwxy9kIK9U8$b32a4fd33da4f51a44ba40f0e07fe066e24204a4a9f9fae7cde7c809"
    "ea9c48983031b729a6aea2132022ebbcdcc75fadea2c9af4d03431c4b454f4a747b8c547",
)
COSTLY = (
    "pbkdf2_sha256$9999999$salt$TJjxALDlYR0VS1rZcn/mIcGikrqhzfeUo/fIb0P6NY0=",
    "pbkdf2:sha256:2000001$salt$879e31483bdee443fc2bdf6a71ec0743b2c3b2da0dc8f8779561407158b95cd6",
    "scrypt:1073741824:8:1$salt$" + "00" * 64,
    "scrypt$1048576$salt$8$1$DzooAsvAmWOQecmu+g0ndYyEHSDkN/+KzrErW4E69mhRrsOco4jwxO5umGlvgp3d"
    "1Dl4au4vHZbsf65EHhzxVQ==",
    "argon2$argon2id$v=19$m=999999999,t=1,p=1$c2FsdHNhbHRzYWx0$RuRGHsfz5FbzRgHEsPiDY69HfxxiSIyP"
    "jG1qkP+BsSQ",
    "bcrypt$$2b$31$Q30vjuJzDPOmxfJu0hw45eNSV9dcJ4gD52LQGSNR9Expk6Z2ZEGky",
)


class TestRecognise:
    @pytest.mark.parametrize("hash", DJANGO + WERKZEUG)
    def test_knows_what_others_made(self, hash: str) -> None:
        known = recognise(hash)

        assert known.compare(PASSWORD, NONE)
        assert not known.compare("another", NONE)

    @pytest.mark.promise("I13")
    @pytest.mark.parametrize("hash", DJANGO + WERKZEUG)
    def test_its_dummy_costs_as_much(self, hash: str) -> None:
        known = recognise(hash)

        assert known.dummy
        assert known.alike
        assert hash.startswith(known.alike.beginning)
        cost, of_dummy = dict(known.parameters), dict(recognise(known.dummy).parameters)
        assert all(of_dummy[name] == cost[name] for name in cost if name != "bytes")

    @pytest.mark.parametrize("hash", COSTLY)
    def test_refuses_what_would_take_too_long(self, hash: str) -> None:
        with pytest.raises(HashTooCostly, match="at most"):
            recognise(hash)

    @pytest.mark.parametrize(
        "hash",
        [
            "scrypt:32768:8:1$salt$" + "00" * 64,  # Werkzeug 3
            "pbkdf2:sha256:1000000$salt$" + "00" * 32,  # Werkzeug 3.1
            "pbkdf2_sha256$1200000$salt$TJjxALDlYR0VS1rZcn/mIcGikrqhzfeUo/fIb0P6NY0=",  # Django 6
            "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHRzYWx0$RuRGHsfz5FbzRgHEsPiDY69HfxxiS"
            "IyPjG1qkP+BsSQ",  # Django 6
        ],
    )
    def test_takes_what_they_make_by_default(self, hash: str) -> None:
        assert recognise(hash).dummy

    @given(
        st.one_of(
            st.text(max_size=300),
            st.builds("{}{}".format, st.sampled_from(sorted(FORMATS)), st.text(max_size=80)),
        )
    )
    def test_recognises_or_refuses_whatever_comes(self, text: str) -> None:
        with suppress(HashRefused):
            assert recognise(text).parameters


class TestLogin:
    @pytest.mark.parametrize("hash", DJANGO + WERKZEUG)
    async def test_the_first_good_one_makes_the_hash_ours(self, hash: str) -> None:
        hasher = PooledHasher(PasswordSettings(rounds=4))
        try:
            wrong = await hasher.verify("another", hash)
            right = await hasher.verify(PASSWORD, hash)
        finally:
            hasher.close()

        assert not wrong.right
        assert right.right
        assert right.better_hash
        assert right.better_hash.startswith("$bcrypt-sha256$")

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uservault.kit.crypto import Sealer, Unsealable, derived_key, digest, random_token

OLD, NEW = b"o" * 32, b"n" * 32


class TestMac:
    @given(st.text(max_size=40), st.lists(st.none() | st.integers() | st.text(max_size=40)))
    def test_is_known_for_the_same_purpose_and_facts(self, purpose: str, facts: list[Any]) -> None:
        sealer = Sealer([NEW])

        assert sealer.is_mac(sealer.mac(purpose, *facts), purpose, *facts)

    @pytest.mark.parametrize("facts", [("a", "bc"), ("abc",), ("ab",), (), ("ab", None), (1, 2)])
    def test_is_of_no_other_facts(self, facts: tuple[Any, ...]) -> None:
        sealer = Sealer([NEW])

        assert not sealer.is_mac(sealer.mac("x", "ab", "c"), "x", *facts)
        assert not sealer.is_mac(sealer.mac("x", *facts), "y", *facts)

    @pytest.mark.parametrize("mac", [None, "", "x", "é" * 43])
    def test_is_no_other_text(self, mac: str | None) -> None:
        assert not Sealer([NEW]).is_mac(mac, "x")

    def test_is_made_by_the_first_key_and_known_by_each(self) -> None:
        mac = Sealer([NEW, OLD]).mac("x", 1)

        assert Sealer([OLD, NEW]).is_mac(mac, "x", 1)
        assert not Sealer([OLD]).is_mac(mac, "x", 1)


class TestSealer:
    @given(st.binary(max_size=200), st.text(max_size=40))
    def test_opens_what_it_sealed(self, secret: bytes, purpose: str) -> None:
        sealer = Sealer([NEW])

        assert sealer.open(sealer.seal(secret, purpose), purpose) == secret

    def test_never_seals_twice_the_same(self) -> None:
        sealer = Sealer([NEW])

        assert sealer.seal(b"secret", "x") != sealer.seal(b"secret", "x")

    def test_opens_for_no_other_purpose(self) -> None:
        sealer = Sealer([NEW])

        with pytest.raises(Unsealable):
            sealer.open(sealer.seal(b"secret", "user 1"), "user 2")

    def test_opens_what_an_older_key_sealed(self) -> None:
        sealed = Sealer([OLD]).seal(b"secret", "x")

        assert Sealer([NEW, OLD]).open(sealed, "x") == b"secret"
        with pytest.raises(Unsealable):
            Sealer([NEW]).open(sealed, "x")

    def test_seals_under_the_first_key(self) -> None:
        sealed = Sealer([NEW, OLD]).seal(b"secret", "x")

        assert Sealer([NEW]).open(sealed, "x") == b"secret"

    @given(st.integers(0, 200), st.sampled_from("AZaz09-_"))
    def test_notices_every_change(self, place: int, mail: str) -> None:
        sealer = Sealer([NEW])
        sealed = sealer.seal(b"some secret", "x")
        place %= len(sealed) - 1  # the last letter's lowest bits may say nothing
        changed = sealed[:place] + mail + sealed[place + 1 :]

        if changed == sealed:
            assert sealer.open(changed, "x") == b"some secret"
        else:
            with pytest.raises(Unsealable):
                sealer.open(changed, "x")

    @pytest.mark.parametrize("sealed", ["", "A", "AAAA", "é", "not base64!", "A" * 16, "A" * 1000])
    def test_opens_no_nonsense(self, sealed: str) -> None:
        with pytest.raises(Unsealable):
            Sealer([NEW]).open(sealed, "x")

    @given(st.text(max_size=100))
    def test_raises_nothing_else(self, sealed: str) -> None:
        with pytest.raises(Unsealable):
            Sealer([NEW, OLD]).open(sealed, "x")


class TestDerivedKey:
    def test_is_of_its_purpose(self) -> None:
        assert derived_key(NEW, "a") != derived_key(NEW, "b")
        assert derived_key(NEW, "a") == derived_key(NEW, "a")
        assert len(derived_key(NEW, "a")) == 32


def test_a_token_is_long_and_new() -> None:
    assert len(random_token()) == 43  # 256 bits
    assert random_token() != random_token()


def test_a_digest_has_a_bounded_length() -> None:
    assert digest("x" * 10_000).isalnum()
    assert len(digest("x" * 10_000)) == 64

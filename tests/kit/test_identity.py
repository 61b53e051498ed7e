import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from uservault.kit.identity import Email, email_key, login_key, username_key

TEXT = st.text(max_size=40)
SPELLINGS: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    str.casefold,
    str.title,
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: unicodedata.normalize("NFD", text),
]
email = TypeAdapter(Email).validate_python


class TestEmailKey:
    @pytest.mark.promise("E3")
    @given(TEXT, st.sampled_from(SPELLINGS))
    def test_is_the_same_for_every_spelling(
        self, address: str, spelled: Callable[[str], str]
    ) -> None:
        assert email_key(spelled(address)) == email_key(address)

    @given(TEXT)
    def test_of_a_key_is_the_key(self, address: str) -> None:
        assert email_key(email_key(address)) == email_key(address)

    @pytest.mark.promise("E3")
    @pytest.mark.parametrize(
        "twin",
        ["ADA@EXAMPLE.COM", "ada@example.com", "\uff41da@example.com"],
    )
    def test_knows_an_address_again(self, twin: str) -> None:
        assert email_key(twin) == "ada@example.com"

    @pytest.mark.promise("E3")
    @pytest.mark.parametrize("twin", ["mıke@example.com", "MİKE@example.com"])
    def test_tells_a_turkish_i_by_its_upper_case(self, twin: str) -> None:
        assert email_key(twin) == email_key(twin.upper())  # CVE-2019-19844


class TestLoginKey:
    @pytest.mark.promise("E5")
    def test_tells_a_username_from_an_address(self) -> None:
        assert login_key("Ada") == (username_key("ada"), False)
        assert login_key("Ada@Example.com") == (email_key("ada@example.com"), True)

    @pytest.mark.parametrize("typed", ["Ada ", " ada", "ada\t", "ADA\u00a0"])
    def test_drops_what_a_keyboard_adds(self, typed: str) -> None:
        assert login_key(typed) == ("ada", False)
        assert login_key(f"{typed.strip()}@example.com ") == ("ada@example.com", True)


class TestEmail:
    @pytest.mark.promise("E3")
    def test_has_one_spelling_of_its_domain(self) -> None:
        assert email("Ada@xn--bcher-kva.EXAMPLE.com") == "Ada@bücher.example.com"

    @pytest.mark.parametrize(
        "address",
        ["x", "@", "a@b", "a@", "@b.com", "a b@c.com", "a@b..com", "a\0@b.com", "a@b@c.com", ""],
        ids=repr,
    )
    def test_must_be_an_address(self, address: str) -> None:
        with pytest.raises(ValidationError):
            email(address)

    @pytest.mark.promise("E4")
    def test_must_have_a_key_of_bounded_length(self) -> None:
        long = "\ufdfa" * 20 + "@example.com"  # one character that is 18 in NFKC

        with pytest.raises(ValidationError):
            email(long)

    @given(st.text(max_size=300))
    def test_is_an_address_or_is_refused(self, text: str) -> None:
        try:
            address = email(text)
        except ValidationError:
            return

        assert "@" in address
        assert len(email_key(address)) <= 320

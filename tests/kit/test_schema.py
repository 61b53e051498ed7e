import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.convertors import CONVERTOR_TYPES

from uservault.kit.schema import Locale, Message, Schema, Username

username = TypeAdapter(Username).validate_python


class Row:
    message = "from a row"


class TestSchema:
    def test_reads_rows(self) -> None:
        assert Message.model_validate(Row()).message == "from a row"

    @pytest.mark.promise("D3", "E1")
    @pytest.mark.parametrize("given", [{"message": 1}, {"message": "x", "more": 1}, {}])
    def test_is_strict_and_closed(self, given: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            Message.model_validate(given)

    @pytest.mark.promise("G1")
    def test_never_repeats_what_was_sent(self) -> None:
        class Secret(Schema):
            password: str

        with pytest.raises(ValidationError) as raised:
            Secret.model_validate({"password": ["sesame"]})

        assert "sesame" not in str(raised.value)


class TestUsername:
    @given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}", fullmatch=True))
    def test_is_kept_as_typed(self, name: str) -> None:
        assert username(name) == name

    @pytest.mark.promise("E2", "E4")
    @pytest.mark.parametrize(
        "name", ["a", "a" * 65, "_ada", ".ada", "ada\n", "a\0a", "ad\u200ba", "аda"]
    )
    def test_is_ascii_and_short(self, name: str) -> None:
        with pytest.raises(ValidationError):
            username(name)


@pytest.mark.promise("E6")
def test_an_id_has_one_spelling() -> None:
    ids = CONVERTOR_TYPES["id"]

    assert ids.convert("17") == 17
    assert ids.to_string(17) == "17"


@pytest.mark.parametrize(("written", "tag"), [("en_US", "en-US"), ("de-AT", "de-AT")])
def test_takes_a_locale_as_systems_write_it(written: str, tag: str) -> None:
    assert TypeAdapter(Locale).validate_python(written) == tag

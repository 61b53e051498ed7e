from datetime import timedelta

import pytest
from pydantic import ValidationError

from uservault.settings.base import split
from uservault.settings.tree import Settings


def given(**options: object) -> Settings:
    return Settings(_env_file=None, **options)  # type: ignore[arg-type]


class TestSettings:
    def test_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError):
            given().docs = False  # type: ignore[misc]

    def test_are_lenient_in_development(self) -> None:
        settings = given()

        assert not settings.production
        assert (settings.password_min_length, settings.password_blocklist) == (6, False)
        assert settings.weak_secret
        assert settings.server.host == "127.0.0.1"

    def test_take_what_is_chosen(self) -> None:
        settings = given(passwords={"min_length": 12, "blocklist": True})

        assert (settings.password_min_length, settings.password_blocklist) == (12, True)

    @pytest.mark.parametrize("days", [0, 2, 10_000])
    def test_take_a_retention_of_events(self, days: int) -> None:
        kept = given(events={"retention": timedelta(days=days)}).events.retention

        assert kept == timedelta(days=days)

    @pytest.mark.parametrize("retention", [timedelta(days=-1), timedelta(hours=47), "1"])
    def test_keep_events_for_longer_than_tokens_live(self, retention: object) -> None:
        with pytest.raises(ValidationError, match="retention"):
            given(events={"retention": retention})

    @pytest.mark.promise("G1")
    def test_never_show_a_secret(self) -> None:
        settings = given(
            jwt_secret_key="sesame" * 6,
            database_url="postgresql://u:sesame@h/db",
            sealing_keys="sesame" * 6,
            admin={"password": "sesame"},
            limits={"storage": "redis://:sesame@h"},
        )

        assert "sesame" not in repr(settings)
        assert "sesame" not in settings.model_dump_json()

    @pytest.mark.promise("G1")
    def test_never_repeat_what_they_refuse(self) -> None:
        with pytest.raises(ValidationError) as raised:
            given(sealing_keys="sesame", tokens={"leeway": "sesame"})

        assert "sesame" not in str(raised.value)

    def test_take_networks_as_they_are(self) -> None:
        networks = given(trusted_proxies="10.0.0.0/8").trusted_proxies

        assert given(trusted_proxies=networks).trusted_proxies == networks


def test_parts_are_parted_by_commas() -> None:
    assert split(" a, b,,c ") == ["a", "b", "c"]
    assert split("") == []

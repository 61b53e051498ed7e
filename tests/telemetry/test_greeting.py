from typing import Any

import pytest

from uservault.settings.tree import Settings
from uservault.telemetry.greeting import greeting


def settings(**values: Any) -> Settings:
    return Settings.model_construct(**values)


class TestGreeting:
    def test_says_what_a_newcomer_needs(self) -> None:
        assert greeting(settings()).splitlines() == [
            "UserVault serves on http://127.0.0.1:5000 (development, not for production).",
            "  API documentation    http://127.0.0.1:5000/docs",
            "  Data                 sqlite:///app.db",
            "  E-mails              printed on this console",
            "  First administrator  the first user who registers; or run `uservault create-admin`",
        ]

    @pytest.mark.parametrize(
        ("values", "absent"),
        [
            ({"docs": False}, "/docs"),
            ({"registration": {"mode": "closed"}}, "registers"),
            ({"database_url": "postgresql://u:sesame@h/db"}, "sesame"),
            ({"mail": {"transport": "directory"}}, "console"),
            ({"server": {"host": "::1"}}, "http://::1"),
        ],
    )
    def test_follows_the_settings(self, values: dict[str, Any], absent: str) -> None:
        assert absent not in greeting(Settings.model_validate(values))

"""compose.yaml, without an engine: what the container would be told."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.support.databases import SECRET
from uservault.settings.env_file import read_env_file
from uservault.settings.loading import load_settings

COMPOSE = Path(__file__).parents[1] / "compose.yaml"
VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")
ENV_FILE = f"""\
JWT_SECRET_KEY={SECRET}
POSTGRES_PASSWORD=sesame
USERVAULT_PUBLIC_URL=https://id.example.com
USERVAULT_MAIL__HOST=smtp.example.com
USERVAULT_MAIL__PASSWORD='pa$ss # ${{word}}'
USERVAULT_ENV=development
USERVAULT_SERVER__HOST=127.0.0.1
"""


@pytest.fixture
def service() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]["uservault"]
    return described


def told(service: dict[str, Any], given: Mapping[str, str | None]) -> dict[str, str]:
    """`environment` goes before `env_file`."""
    own = {
        name: VARIABLE.sub(lambda found: given[found[1]] or "", value)
        for name, value in service["environment"].items()
    }
    return {name: value or "" for name, value in given.items()} | own


def test_passes_on_every_setting_of_the_env_file(
    service: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(ENV_FILE)
    given = read_env_file()
    (tmp_path / ".env").unlink()  # the image has none
    for name, value in told(service, given).items():
        monkeypatch.setenv(name, value)

    settings = load_settings()

    assert settings.mail.host == "smtp.example.com"
    assert settings.mail.password.get_secret_value() == "pa$ss # ${word}"
    assert settings.database_url.get_secret_value().endswith(":sesame@postgres:5432/uservault")
    assert settings.production
    assert settings.server.host == "0.0.0.0"  # noqa: S104 - where the container must listen


def test_needs_no_env_file(service: dict[str, Any]) -> None:
    assert service["env_file"] == [{"path": ".env", "required": False}]


@pytest.mark.promise("C5")
def test_has_no_secret_of_its_own() -> None:
    secrets = re.findall(r"\$\{(\w*(?:KEY|PASSWORD)\w*)(.*?)\}", COMPOSE.read_text())

    assert {name for name, _ in secrets} == {"JWT_SECRET_KEY", "POSTGRES_PASSWORD"}
    assert all(otherwise.startswith(":?") for _, otherwise in secrets)

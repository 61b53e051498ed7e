"""Secrets in files, as containers mount them."""

from pathlib import Path
from typing import Any

import pytest

from uservault.settings.listing import Setting
from uservault.settings.loading import BadSettings, every_setting, load_settings, sources

SECRET = "4fG7-wQ9z_Lk2Vb8nXs1-Rt6yHm3Pc0d"
SECRETS = [setting for setting in every_setting() if setting.secret]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def file(folder: Path) -> Path:
    """A file with a secret and a line break, as `echo` writes it."""
    path = folder / "secret"
    path.write_text(f"{SECRET}\n")
    return path


def faults() -> list[str]:
    with pytest.raises(BadSettings) as raised:
        load_settings()
    return str(raised.value).splitlines()


@pytest.mark.promise("I14")
class TestSecretFiles:
    def test_are_taken_for_every_secret(self) -> None:
        assert {setting.name for setting in SECRETS} >= {
            "DATABASE_URL",
            "JWT_SECRET_KEY",
            "USERVAULT_SEALING_KEYS",
            "USERVAULT_LIMITS__STORAGE",
            "USERVAULT_MAIL__PASSWORD",
            "USERVAULT_ADMIN__PASSWORD",
        }

    @pytest.mark.parametrize("setting", SECRETS, ids=lambda setting: setting.name)
    def test_give_the_value(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, setting: Setting
    ) -> None:
        urls = {"DATABASE_URL": "sqlite:///x.db", "USERVAULT_LIMITS__STORAGE": "redis://:pw@h/1"}
        written = urls.get(setting.name, SECRET)
        (folder / "secret").write_text(f"{written}\r\n")
        monkeypatch.setenv(setting.file_name, "secret")

        value: Any = load_settings()
        for step in setting.path:
            value = getattr(value, step)

        assert value.get_secret_value() == written
        assert sources() == {setting.name: setting.file_name}

    def test_are_named_in_the_env_file_too(self, folder: Path, file: Path) -> None:
        (folder / ".env").write_text(f"USERVAULT_MAIL__PASSWORD_FILE={file}\n")

        assert load_settings().mail.password.get_secret_value() == SECRET

    @pytest.mark.parametrize("other", ["environment", ".env"])
    def test_are_an_error_beside_the_setting_itself(
        self, folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, other: str
    ) -> None:
        monkeypatch.setenv("JWT_SECRET_KEY_FILE", str(file))
        if other == ".env":
            (folder / ".env").write_text(f"jwt_secret_key={SECRET}\n")
        else:
            monkeypatch.setenv("JWT_SECRET_KEY", SECRET)

        assert faults() == ["JWT_SECRET_KEY_FILE: JWT_SECRET_KEY is set too; set one of them"]

    def test_are_fine_beside_an_empty_setting(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JWT_SECRET_KEY_FILE", str(file))
        monkeypatch.setenv("JWT_SECRET_KEY", "")

        assert load_settings().jwt_secret_key.get_secret_value() == SECRET

    @pytest.mark.parametrize("name", ["JWT_SECRET_KEY", "USERVAULT_MAIL__PASSWORD"])
    def test_are_none_without_a_name(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(f"{name}_FILE", "")

        load_settings()

        assert sources() == {}

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (None, "cannot be read (FileNotFoundError)"),
            (b"", "is empty"),
            (b"\n", "is empty"),
            (b"sesame\xff", "is not UTF-8"),
            (b"sesame" * 2000, "has more than 8192 bytes"),
        ],
    )
    def test_are_refused_without_a_word_of_their_content(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, reason: str
    ) -> None:
        if content is not None:
            (folder / "secret").write_bytes(content)
        monkeypatch.setenv("USERVAULT_ADMIN__PASSWORD_FILE", "secret")

        assert faults() == [f"USERVAULT_ADMIN__PASSWORD_FILE: its file {reason}"]

    @pytest.mark.promise("G1")
    def test_are_judged_like_the_setting(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "secret").write_text("oracle://u:sesame@h/db")
        monkeypatch.setenv("DATABASE_URL_FILE", "secret")

        (said,) = faults()

        assert said.startswith("DATABASE_URL: ")
        assert "sesame" not in said

    @pytest.mark.parametrize("name", ["USERVAULT_ENV_FILE", "USERVAULT_MAIL__HOST_FILE"])
    def test_are_none_for_what_is_no_secret(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, str(file))

        (said,) = faults()

        assert said.startswith(f"{name}: there is no such setting")

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from tests.support.databases import settings_for
from uservault.cli import app
from uservault.settings.mail import MailSettings

PRODUCTION = {"env": "production"}


def shown(**environment: str) -> str:
    """What `uservault settings` says with that in the environment."""
    return CliRunner().invoke(app, ["settings"], env=environment).output


class TestEnvironment:
    def test_says_whom_letters_come_from(self) -> None:
        output = shown(USERVAULT_MAIL__FROM="Vault <vault@example.org>")

        assert "USERVAULT_MAIL__FROM=Vault <vault@example.org>\n" in output
        assert "from: environment" in output

    def test_names_what_is_wrong(self) -> None:
        output = shown(USERVAULT_MAIL__FROM="nobody", USERVAULT_MAIL__PORT="0")

        assert "USERVAULT_MAIL__FROM: should be one address" in output
        assert "USERVAULT_MAIL__PORT: " in output

    @pytest.mark.promise("G1")
    def test_hides_the_password(self) -> None:
        output = shown(USERVAULT_MAIL__PASSWORD="only between us")

        assert "USERVAULT_MAIL__PASSWORD=********\n" in output
        assert "only between us" not in output

    def test_tells_long_times_in_whole_seconds(self) -> None:
        assert "USERVAULT_MAIL__RETENTION=2592000\n" in shown()


class TestSender:
    @pytest.mark.parametrize("sender", ["v@example.org", "Grüße <v@x.org>", '"A, B" <v@x.org>'])
    def test_may_be(self, sender: str) -> None:
        assert MailSettings(sender=sender).sender == sender

    @pytest.mark.parametrize(
        "sender",
        [
            "v",
            "v@",
            "a@x.org, b@x.org",
            "v@x.org\r\nBcc: e@x.org",
            "Vault <v@x.org",
            "x\0@x.org",
        ],
    )
    def test_may_not_be(self, sender: str) -> None:
        with pytest.raises(ValidationError):
            MailSettings(sender=sender)


class TestPublicUrl:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://id.example.org", "https://id.example.org"),
            ("https://id.example.org/vault/", "https://id.example.org/vault"),
            ("http://[::1]:5000/", "http://[::1]:5000"),
        ],
    )
    def test_may_be(self, given: str, kept: str) -> None:
        assert settings_for("sqlite://", public_url=given).public_url == kept

    @pytest.mark.parametrize(
        "given",
        [
            "id.example.org",
            "ftp://id.example.org",
            "javascript://id.example.org/%0a",
            "https:///path",
            "https://id.example.org/?next=",
            "https://id.example.org/#top",
            "https://user@id.example.org",
            "https://id.example.org /",
            "https://id.example.org\r\n",
            "https://bücher.example",
            "https://[::1",
        ],
    )
    def test_may_not_be(self, given: str) -> None:
        with pytest.raises(ValidationError):
            settings_for("sqlite://", public_url=given)


class TestProduction:
    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("transport", ["console", "directory"])
    def test_shows_letters_to_nobody_else(self, transport: str) -> None:
        with pytest.raises(ValidationError, match="USERVAULT_MAIL__TRANSPORT: smtp"):
            settings_for("sqlite://", mail={"transport": transport}, **PRODUCTION)

    def test_sends_no_password_in_the_clear(self) -> None:
        with pytest.raises(ValidationError, match="USERVAULT_MAIL__TLS"):
            settings_for("sqlite://", mail={"username": "a", "tls": "none"}, **PRODUCTION)
        settings_for("sqlite://", mail={"username": "a", "tls": "starttls"}, **PRODUCTION)

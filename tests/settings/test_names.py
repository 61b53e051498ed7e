"""Variables of Kubernetes beside ours, and names that somebody misspelt."""

from pathlib import Path

import pytest

from uservault.settings.loading import BadSettings, load_settings, sources
from uservault.settings.tree import Settings

LINKS = {
    "USERVAULT_SERVICE_HOST": "10.96.0.17",
    "USERVAULT_SERVICE_PORT": "5000",
    "USERVAULT_SERVICE_PORT_HTTP": "5000",
    "USERVAULT_SERVICE_PORT_HTTP_METRICS": "9000",
    "USERVAULT_PORT": "tcp://10.96.0.17:5000",
    "USERVAULT_PORT_5000_TCP": "tcp://10.96.0.17:5000",
    "USERVAULT_PORT_5000_TCP_PROTO": "tcp",
    "USERVAULT_PORT_5000_TCP_PORT": "5000",
    "USERVAULT_PORT_5000_TCP_ADDR": "10.96.0.17",
    "USERVAULT_POSTGRESQL_SERVICE_HOST": "fd00::17",
    "USERVAULT_POSTGRESQL_PORT": "tcp://[fd00::17]:5432",
    "USERVAULT_POSTGRESQL_PORT_5432_TCP_ADDR": "fd00::17",
    "USERVAULT_DNS_PORT_53_UDP": "udp://10.96.0.18:53",
    "USERVAULT_SERVER_PORT": "tcp://10.96.0.19:80",  # of a service named `uservault-server`
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_of_service_links_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)

    assert load_settings() == Settings(_env_file=None)
    assert sources() == {}


@pytest.mark.parametrize(
    ("name", "value", "near"),
    [
        ("USERVAULT_SERVER_PORT", "8000", "USERVAULT_SERVER__PORT"),
        ("USERVAULT_SERVER__PROT", "8000", "USERVAULT_SERVER__PORT"),
        ("USERVAULT_MAIL_HOST", "mail", "USERVAULT_MAIL__HOST"),
        ("USERVAULT_MAIL__PASWORD_FILE", "/run/x", "USERVAULT_MAIL__PASSWORD_FILE"),
        ("USERVAULT_DATABASE_URL", "sqlite:///x.db", "DATABASE_URL"),
        ("USERVAULT_JWT_SECRET_KEY", "x", "JWT_SECRET_KEY"),
        ("USERVAULT_PUBLICURL", "x", "USERVAULT_PUBLIC_URL"),
        ("USERVAULT_SERVICE_HOST", "sesame", None),
        ("USERVAULT_PORT", "5000", None),
        ("USERVAULT_PORT_5000_TCP", "5000", None),
        ("USERVAULT_PORT_5000_TCP_PROTO", "sesame", None),
        ("USERVAULT_X__PORT", "tcp://10.0.0.1:1", None),
    ],
)
def test_that_are_misspelt_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, near: str | None
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(BadSettings) as raised:
        load_settings()

    said = str(raised.value)
    assert said.startswith(f"{name}: there is no such setting")
    assert "sesame" not in said
    if near:
        assert said.endswith(f"did you mean {near}?")

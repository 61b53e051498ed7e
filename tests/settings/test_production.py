"""What production refuses, because it cannot be meant."""

import secrets
from base64 import b64encode
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.databases import PUBLIC_URL, SECRET
from uservault.settings.tree import Settings

PHRASE = "correct horse battery staple violet otter"


def production(**given: Any) -> Settings:
    safe: dict[str, Any] = {"public_url": PUBLIC_URL, "jwt_secret_key": SECRET}
    return Settings(_env_file=None, env="production", **safe | given)


def refusal(**given: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        production(**given)
    (error,) = raised.value.errors()
    return error["msg"].removeprefix("Value error, ")


@pytest.mark.promise("I14", "B8")
class TestPublicUrl:
    def test_is_required(self) -> None:
        assert refusal(public_url="").startswith("USERVAULT_PUBLIC_URL: required in production")

    def test_has_its_scheme_in_lower_case(self) -> None:
        assert refusal(public_url="HTTP://id.example.com").startswith("USERVAULT_PUBLIC_URL: use")
        assert production(public_url="HTTPS://id.example.com").base_url == "https://id.example.com"

    @pytest.mark.parametrize("plain", ["http://id.example.com", "http://localhost:5000"])
    def test_is_https_unless_plaintext_is_meant(self, plain: str) -> None:
        assert refusal(public_url=plain).startswith("USERVAULT_PUBLIC_URL: use https")
        assert production(public_url=plain, allow_plaintext="public_url").base_url == plain


@pytest.mark.promise("I14", "C5")
class TestSecrets:
    @pytest.mark.parametrize(
        "weak",
        [
            "s" * 32,
            "s" * 200,
            "abc" * 11,
            "abc" * 10 + "ab",
            "sesame" * 6,
            "password" * 4,
            "x7Kq-2Vb8nXs1_Rt" * 2,
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "0123456789abcdef" * 4,
            "changeme-changeme-changeme-changeme",
            "please-change-this-secret-before-production",
            "A-String-Secret-At-Least-256-Bits-Long",
        ],
    )
    def test_are_not_regular(self, weak: str) -> None:
        assert refusal(jwt_secret_key=weak).startswith("JWT_SECRET_KEY: ")
        assert refusal(sealing_keys=f"{SECRET},{weak}").startswith("USERVAULT_SEALING_KEYS: ")

    @pytest.mark.parametrize(
        "make",
        [
            lambda: secrets.token_hex(32),
            lambda: secrets.token_hex(16),
            lambda: secrets.token_urlsafe(32),
            lambda: b64encode(secrets.token_bytes(24)).decode(),
            lambda: PHRASE,
        ],
        ids=["64 hex digits", "32 hex digits", "URL-safe", "base64", "passphrase"],
    )
    def test_may_be_what_tools_make(self, make: Any) -> None:
        for _ in range(50):
            production(jwt_secret_key=make(), sealing_keys=f"{make()},{make()}")

    def test_may_be_weak_in_development(self) -> None:
        weak = {"jwt_secret_key": "s" * 32, "sealing_keys": "s" * 32}

        assert Settings(_env_file=None, **weak).weak_secret  # type: ignore[arg-type]


@pytest.mark.promise("I14")
class TestConnections:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://u:pw@db/x",
            "postgresql://u:pw@10.0.0.5/x",
            "postgresql://u:pw@db/x?sslmode=prefer",
            "postgresql://u:pw@db/x?sslmode=disable",
            "postgresql://u:pw@localhost,db/x",
            "postgresql://u:pw@/x?host=db:5432",
            "postgresql://u:pw@db/x?sslrootcert=/etc/ssl/ca.pem",
            "mysql://u:pw@db/x",
            "mysql://u:pw@db/x?ssl-mode=DISABLED",
            "mysql://u:pw@db/x?ssl-mode=DISABLED&ssl_ca=/etc/ssl/ca.pem",
            "mariadb://u:pw@db/x?charset=utf8mb4",
        ],
    )
    def test_to_a_database_are_encrypted_unless_plaintext_is_meant(self, url: str) -> None:
        said = refusal(database_url=url)

        assert said.startswith("DATABASE_URL: ")
        assert said.endswith("or name `database` in USERVAULT_ALLOW_PLAINTEXT")
        assert "pw" not in said
        production(database_url=url, allow_plaintext="database")

    @pytest.mark.parametrize(
        "url",
        [
            "sqlite:///app.db",
            "postgresql://u:pw@db/x?sslmode=require",
            "postgresql://u:pw@a,b/x?sslmode=verify-full",
            "postgresql://u:pw@localhost/x",
            "postgresql://u:pw@127.0.0.1:6432/x",
            "postgresql://u:pw@[::1]/x",
            "postgresql://u:pw@/x?host=/run/postgresql",
            "postgresql://u:pw@db/x?sslrootcert=system",
            "mysql://u:pw@db/x?ssl_ca=/etc/ssl/ca.pem",
            "mysql://u:pw@db/x?ssl-mode=REQUIRED",
            "mysql://u:pw@db/x?tls=true",
            "mysql://u:pw@/x?host=/run/mysqld.sock",
            "mariadb://u:pw@/x?unix_socket=/run/mysqld.sock",
        ],
    )
    def test_to_a_database_may_be_encrypted_or_stay_on_the_machine(self, url: str) -> None:
        production(database_url=url)

    @pytest.mark.parametrize(
        "url", ["redis://redis:6379", "redis://:pw@10.0.0.6/1", "redis:///?host=redis"]
    )
    def test_to_redis_are_encrypted_unless_plaintext_is_meant(self, url: str) -> None:
        assert refusal(limits={"storage": url}).startswith("USERVAULT_LIMITS__STORAGE: ")
        production(limits={"storage": url}, allow_plaintext="redis")

    @pytest.mark.parametrize(
        "url", ["memory://", "rediss://redis:6379", "redis://localhost", "redis://[::1]:6379"]
    )
    def test_to_redis_may_be_encrypted_or_stay_on_the_machine(self, url: str) -> None:
        production(limits={"storage": url})

    def test_to_the_mail_server_are_encrypted_unless_plaintext_is_meant(self) -> None:
        plain = {"host": "mail.example.com", "tls": "none"}

        assert refusal(mail=plain).startswith("USERVAULT_MAIL__TLS: ")
        production(mail=plain, allow_plaintext="smtp")
        production(mail=plain | {"tls": "starttls"})
        production(mail={"host": "127.0.0.1", "tls": "none"})

    def test_are_each_allowed_by_name(self) -> None:
        plain = {
            "database_url": "postgresql://db/x",
            "limits": {"storage": "redis://redis"},
            "mail": {"host": "mail", "tls": "none"},
        }

        assert len(refusal(**plain, allow_plaintext="database").splitlines()) == 2
        production(**plain, allow_plaintext="database, redis,smtp")
        with pytest.raises(ValidationError, match="allow_plaintext"):
            production(allow_plaintext="everything")

    def test_are_free_in_development(self) -> None:
        Settings(_env_file=None, database_url="postgresql://db/x")


@pytest.mark.promise("I14")
def test_everything_is_told_at_once() -> None:
    said = refusal(public_url="", jwt_secret_key="", passwords={"rounds": 4, "min_length": 6})

    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "JWT_SECRET_KEY",
        "USERVAULT_PUBLIC_URL",
        "USERVAULT_PASSWORDS__MIN_LENGTH",
        "USERVAULT_PASSWORDS__ROUNDS",
    ]

from pathlib import Path

import pytest

from tests.support.databases import PUBLIC_URL
from tests.support.databases import SECRET as STRONG
from uservault.settings.loading import BadSettings, every_setting, load_settings, shown, sources
from uservault.settings.tree import Settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faults() -> list[str]:
    with pytest.raises(BadSettings) as raised:
        load_settings()
    return str(raised.value).splitlines()


def present(name: str) -> str:
    """What `uservault settings` shows of one."""
    settings = load_settings()
    (found,) = [shown(settings, setting) for setting in every_setting() if setting.name == name]
    return found


class TestLoadSettings:
    def test_needs_nothing(self) -> None:
        assert load_settings() == Settings(_env_file=None)

    def test_reads_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")
        monkeypatch.setenv("JWT_SECRET_KEY", STRONG)
        monkeypatch.setenv("USERVAULT_SERVER__PORT", "8000")
        monkeypatch.setenv("uservault_tokens__lifetime", "PT5M")
        monkeypatch.setenv("USERVAULT_TRUSTED_PROXIES", "10.0.0.0/8, ::1")

        settings = load_settings()

        assert settings.database_url.get_secret_value() == "sqlite:///other.db"
        assert settings.jwt_secret_key.get_secret_value() == STRONG
        assert settings.server.port == 8000
        assert settings.tokens.lifetime.total_seconds() == 300
        assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_reads_a_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
        (folder / ".env").write_text(
            f"{mark}database_url=sqlite:///file.db\nUSERVAULT_SERVER__PORT=1\nOTHERS=x\n", "utf-8"
        )
        monkeypatch.setenv("USERVAULT_SERVER__PORT", "2")

        settings = load_settings()

        assert settings.database_url.get_secret_value() == "sqlite:///file.db"
        assert settings.server.port == 2  # the environment comes first
        assert sources() == {"DATABASE_URL": ".env", "USERVAULT_SERVER__PORT": "environment"}

    @pytest.mark.parametrize(
        "name",
        ["WORKERS", "MIN_LENGTH", "BLOCKLIST"],
    )
    def test_takes_an_empty_value_for_none(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(f"USERVAULT_PASSWORDS__{name}", "")
        monkeypatch.setenv("USERVAULT_LOG__FILE", "")
        monkeypatch.setenv("USERVAULT_TRUSTED_PROXIES", "")

        settings = load_settings()

        assert settings.passwords == Settings(_env_file=None).passwords
        assert settings.log.file is None
        assert settings.trusted_proxies == ()


class TestFaults:
    @pytest.mark.parametrize(
        "name",
        ["USERVAULT_PROT", "USERVAULT_SERVER__PROT", "uservault_server__prot", "USERVAULT_",
         "USERVAULT_SERVER", "USERVAULT_DATABASE_URL", "USERVAULT_SERVER__PORT__X"],
    )  # fmt: skip
    @pytest.mark.parametrize("place", ["environment", ".env"])
    def test_name_what_there_is_not(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: str
    ) -> None:
        if place == ".env":
            (folder / ".env").write_text(f"{name}=sesame\n")
        else:
            monkeypatch.setenv(name, "sesame")

        said = faults()

        assert said[0].startswith(f"{name.upper()}: there is no such setting")
        assert "sesame" not in str(said)

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("USERVAULT_ENV", "sesame"),
            ("USERVAULT_SERVER__PORT", "sesame"),
            ("USERVAULT_SERVER__PORT", "65536"),
            ("USERVAULT_SERVER__PORT", ""),
            ("USERVAULT_DOCS", "sesame"),
            ("USERVAULT_PASSWORDS__WORKERS", "sesame"),
            ("USERVAULT_PASSWORDS__MIN_LENGTH", "5"),
            ("USERVAULT_TOKENS__LIFETIME", "sesame"),
            ("USERVAULT_TOKENS__LIFETIME", "P2D"),
            ("USERVAULT_TOKENS__EXCHANGED_LIFETIME", "PT6M"),
            ("USERVAULT_TOKENS__AUDIENCES", "ses ame"),
            ("USERVAULT_TOKENS__AUDIENCES", "orders,uservault"),
            ("USERVAULT_TOKENS__AUDIENCES", "s" * 256),
            ("USERVAULT_TRUSTED_PROXIES", "sesame"),
            ("USERVAULT_TRUSTED_PROXIES", "10.0.0.1/8"),
            ("USERVAULT_PERMISSIONS", "sesame"),
            ("USERVAULT_PERMISSIONS", "orders:read,users:sesame"),
            ("USERVAULT_LIMITS__STORAGE", "sesame"),
            ("USERVAULT_LIMITS__STORAGE", "redis://h:sesame"),
            ("USERVAULT_LIMITS__STORAGE", "redis://[sesame"),
            ("USERVAULT_LIMITS__LOGIN_PER_CLIENT", "0/minute"),
            ("USERVAULT_SEALING_KEYS", "sesame"),
            ("DATABASE_URL", "sesame"),
            ("DATABASE_URL", "oracle://u:sesame@h/db"),
            ("DATABASE_URL", "postgresql://u:sesame@h:x/db"),
            ("database_url", ""),
        ],
    )
    def test_name_what_is_malformed_and_never_repeat_it(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)

        (said,) = faults()

        assert said.startswith(f"{name.upper()}: ")
        assert "sesame" not in said

    @pytest.mark.promise("I14")
    def test_are_connections_of_a_client_beyond_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USERVAULT_SERVER__MAX_CONNECTIONS", "10")
        monkeypatch.setenv("USERVAULT_SERVER__MAX_CONNECTIONS_PER_CLIENT", "11")

        (said,) = faults()

        assert said.startswith("USERVAULT_SERVER__MAX_CONNECTIONS_PER_CLIENT: ")
        assert said.endswith("USERVAULT_SERVER__MAX_CONNECTIONS")

    @pytest.mark.promise("I14")
    def test_are_logins_that_stay_fresh_beyond_their_session(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USERVAULT_SESSIONS__LIFETIME", "PT10M")
        monkeypatch.setenv("USERVAULT_SESSIONS__FRESH", "PT11M")

        (said,) = faults()

        assert said.startswith("USERVAULT_SESSIONS__FRESH: ")
        assert said.endswith("USERVAULT_SESSIONS__LIFETIME")

    @pytest.mark.parametrize(
        ("options", "named"),
        [
            ("sslmode=verify-full&sslrootcert=ca.pem", "sslrootcert"),
            ("sslmode=verify-full&sslrootcert=none.pem", "sslrootcert"),
            ("sslmode=require&sslcert=ca.pem&sslkey=ca.pem", "sslcert"),
        ],
    )
    def test_are_certificates_that_cannot_be_read(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, options: str, named: str
    ) -> None:
        (folder / "ca.pem").write_text("sesame")
        monkeypatch.setenv("DATABASE_URL", f"postgresql://u:sesame@h/db?{options}")
        (of_postgresql,) = faults()
        mysql = options.replace("sslrootcert", "ssl_ca").replace("sslcert", "ssl_cert")
        mysql = mysql.replace("sslkey", "ssl_key")
        monkeypatch.setenv("DATABASE_URL", f"mysql://u:sesame@h/db?{mysql}")
        (of_mysql,) = faults()

        assert of_postgresql.startswith(f"DATABASE_URL: {named}: ")
        assert of_mysql.startswith("DATABASE_URL: ssl_c")
        assert "sesame" not in of_postgresql + of_mysql

    def test_are_told_all_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USERVAULT_SERVER__PORT", "x")
        monkeypatch.setenv("USERVAULT_SERVER__PROT", "x")
        monkeypatch.setenv("USERVAULT_LOG__LEVEL", "x")

        named = [fault.partition(":")[0] for fault in faults()]

        assert named == [
            "USERVAULT_SERVER__PROT",
            "USERVAULT_SERVER__PORT",
            "USERVAULT_LOG__LEVEL",
        ]

    def test_are_in_a_branch_as_json(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USERVAULT_SERVER", "{no json")

        (said,) = faults()

        assert said.startswith("USERVAULT_SERVER: there is no such setting")

    def test_are_in_a_file_that_is_no_text(self, folder: Path) -> None:
        (folder / ".env").write_bytes(b"JWT_SECRET_KEY=\xff\xfe")

        assert faults() == [".env: cannot be read (UnicodeDecodeError)"]


class TestProduction:
    @pytest.fixture(autouse=True)
    def linked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What e-mails link to."""
        monkeypatch.setenv("USERVAULT_PUBLIC_URL", PUBLIC_URL)

    @pytest.mark.promise("C5")
    @pytest.mark.parametrize(
        "secret",
        ["", "short", "s" * 31, "s" * 32, "your-secret-key",
         "your-secret-key-change-this-in-production",
         "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"],
    )  # fmt: skip
    def test_needs_a_secret_of_its_own(self, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
        monkeypatch.setenv("USERVAULT_ENV", "production")
        monkeypatch.setenv("JWT_SECRET_KEY", secret)

        (said,) = faults()

        assert said.startswith("JWT_SECRET_KEY: ")
        assert not secret or secret not in said

    @pytest.mark.promise("A1", "A5")
    @pytest.mark.parametrize(("name", "value"), [("MIN_LENGTH", "7"), ("ROUNDS", "9")])
    def test_is_strict_about_passwords(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv("USERVAULT_ENV", "production")
        monkeypatch.setenv("JWT_SECRET_KEY", STRONG)
        monkeypatch.setenv(f"USERVAULT_PASSWORDS__{name}", value)

        (said,) = faults()

        assert said.startswith(f"USERVAULT_PASSWORDS__{name}: ")

    @pytest.mark.promise("I14")
    @pytest.mark.parametrize("everyone", ["0.0.0.0/0", "10.0.0.0/8,::/0"])
    def test_does_not_trust_everyone_as_a_proxy(
        self, monkeypatch: pytest.MonkeyPatch, everyone: str
    ) -> None:
        monkeypatch.setenv("USERVAULT_TRUSTED_PROXIES", everyone)
        assert load_settings().trusted_proxies  # as it may in development
        monkeypatch.setenv("USERVAULT_ENV", "production")
        monkeypatch.setenv("JWT_SECRET_KEY", STRONG)

        (said,) = faults()

        assert said.startswith("USERVAULT_TRUSTED_PROXIES: ")

    def test_starts_with_a_good_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USERVAULT_ENV", "production")
        monkeypatch.setenv("JWT_SECRET_KEY", STRONG)

        settings = load_settings()

        assert (settings.password_min_length, settings.password_blocklist) == (15, True)


class TestShown:
    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("name", "value", "seen"),
        [
            ("JWT_SECRET_KEY", "sesame" * 6, "********"),
            ("JWT_SECRET_KEY", "sesame://" + "sesame" * 6, "********"),
            ("JWT_SECRET_KEY", "", ""),
            ("USERVAULT_SEALING_KEYS", "sesame" * 6, "********"),
            ("USERVAULT_ADMIN__PASSWORD", "sesame", "********"),
            ("DATABASE_URL", "sqlite:///app.db", "sqlite:///app.db"),
            ("DATABASE_URL", "postgresql://u:sesame@h/db?ssl=require", "postgresql://h/db"),
            ("DATABASE_URL", "postgresql://u:ses/sesame@h/db", "postgresql://h/db"),
            ("USERVAULT_LIMITS__STORAGE", "redis://:sesame@h:6379/1", "redis://h:6379/1"),
            ("USERVAULT_LIMITS__STORAGE", "redis://h/1?password=x@sesame", "redis://********"),
            ("USERVAULT_TRUSTED_PROXIES", "10.0.0.0/8,::1", "10.0.0.0/8,::1/128"),
            ("USERVAULT_TOKENS__LIFETIME", "PT5M", "300"),
            ("USERVAULT_TOKENS__AUDIENCES", "orders, shop,", "orders,shop"),
            ("USERVAULT_PERMISSIONS", "orders:read, orders:write", "orders:read,orders:write"),
            ("USERVAULT_DOCS", "0", "false"),
            ("USERVAULT_LOG__FILE", "", ""),
            ("USERVAULT_SERVER__PORT", "80", "80"),
        ],
    )
    def test_shows_what_is_no_secret(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, seen: str
    ) -> None:
        monkeypatch.setenv(name, value)

        assert present(name) == seen


def test_every_setting_says_what_it_means() -> None:
    for setting in every_setting():
        assert setting.meaning, setting.name
        assert "your-secret-key" not in setting.default

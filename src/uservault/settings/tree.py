"""The settings: one frozen tree, read once and passed to what needs it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from uservault.settings import refusals
from uservault.settings.admin import AdminSettings
from uservault.settings.audit import AuditSettings
from uservault.settings.base import ENV_FILE_ENCODING, PREFIX, Branch, Network, SecretUrl, split
from uservault.settings.cors import CorsSettings
from uservault.settings.database import DatabaseSettings
from uservault.settings.env_file import put_env_file
from uservault.settings.erasure import ErasureSettings
from uservault.settings.events import EventSettings
from uservault.settings.files import read_secret_files
from uservault.settings.limits import LimitSettings
from uservault.settings.log import LogSettings
from uservault.settings.mail import MailSettings
from uservault.settings.notices import NoticeSettings
from uservault.settings.parsing import names, networks, permission_names, plain_url
from uservault.settings.passwords import PasswordSettings
from uservault.settings.plaintext import Plaintext, plain_connections, plaintext_fault
from uservault.settings.registration import RegistrationSettings
from uservault.settings.server import ServerSettings
from uservault.settings.sessions import SessionSettings
from uservault.settings.strength import is_weak, long_keys
from uservault.settings.tokens import TokenSettings
from uservault.settings.worker import WorkerSettings


class Settings(BaseSettings):
    """From the environment and from `.env` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding=ENV_FILE_ENCODING,
        frozen=True,
        extra="ignore",  # `.env` may contain variables of other programs; see settings.loading
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    env: Literal["development", "production"] = Field(
        "development", description="The profile. `production` requires safe settings."
    )
    database_url: SecretUrl = Field(
        SecretUrl("sqlite:///app.db"),
        validation_alias="DATABASE_URL",
        description="The URL of an SQLite, PostgreSQL, MySQL or MariaDB database.",
    )
    jwt_secret_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="JWT_SECRET_KEY",
        description="Signs access tokens. 32 bytes or more. If it is empty, development creates"
        " one.",
    )
    sealing_keys: Annotated[SecretStr, AfterValidator(long_keys)] = Field(
        SecretStr(""),
        description="Encrypt secrets in the database. Comma-separated, 32 bytes or more each. The"
        " first encrypts; all decrypt. Default: derived from JWT_SECRET_KEY.",
    )
    public_url: Annotated[str, AfterValidator(plain_url)] = Field(
        "",
        description="The public URL of the service. Links in e-mails begin with it. Production"
        " requires https. Default: the address to listen on.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(networks)] = Field(
        (), description="Comma-separated networks of proxies that may say who the client is."
    )
    allow_plaintext: Annotated[tuple[Plaintext, ...], NoDecode, BeforeValidator(names)] = Field(
        (),
        description="Comma-separated connections that production may use without encryption beyond"
        " loopback: `database`, `redis`, `smtp`, `public_url`.",
    )
    permissions: Annotated[tuple[str, ...], NoDecode, BeforeValidator(permission_names)] = Field(
        (),
        description="Comma-separated permissions of your applications, like `orders:read`."
        " Registered when the service starts.",
    )
    docs: bool = Field(True, description="Serve /docs, /redoc and /openapi.json.")
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    cors: CorsSettings = CorsSettings()
    tokens: TokenSettings = TokenSettings()
    sessions: SessionSettings = SessionSettings()
    passwords: PasswordSettings = PasswordSettings()
    limits: LimitSettings = LimitSettings()
    registration: RegistrationSettings = RegistrationSettings()
    mail: MailSettings = MailSettings()
    notices: NoticeSettings = NoticeSettings()
    events: EventSettings = EventSettings()
    audit: AuditSettings = AuditSettings()
    erasure: ErasureSettings = ErasureSettings()
    worker: WorkerSettings = WorkerSettings()
    log: LogSettings = LogSettings()
    admin: AdminSettings = AdminSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *_: object, **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        put_env_file(sources["dotenv_settings"])
        read_secret_files(
            settings_cls, [each for each in sources.values() if isinstance(each, EnvSettingsSource)]
        )
        return sources["init_settings"], sources["env_settings"], sources["dotenv_settings"]

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def base_url(self) -> str:
        """The beginning of our absolute URLs. Never taken from a request's Host header."""
        return self.public_url or self.server.local_url + self.root_path

    @property
    def root_path(self) -> str:
        """The path below which a proxy serves us. Empty: none."""
        return (self.server.root_path or urlsplit(self.public_url).path).rstrip("/")

    @property
    def password_min_length(self) -> int:
        return self.passwords.min_length or (15 if self.production else 6)

    @property
    def password_blocklist(self) -> bool:
        chosen = self.passwords.blocklist
        return self.production if chosen is None else chosen

    @property
    def erasure_grace(self) -> timedelta:
        chosen = self.erasure.grace_days
        return timedelta(days=(7 if self.production else 0) if chosen is None else chosen)

    @property
    def register_per_client(self) -> str:
        """A household or an office fits in, a script that fills the table does not."""
        chosen = self.limits.register_per_client
        return chosen or ("30/minute" if self.production else "100/minute")

    @property
    def needs_secret(self) -> bool:
        """Whether JWT_SECRET_KEY signs or encrypts anything."""
        return self.tokens.algorithm == "HS256" or not self.sealing_keys.get_secret_value()

    @property
    def mail_transport(self) -> Literal["smtp", "console", "directory"]:
        return self.mail.transport or ("smtp" if self.production else "console")

    def notifies(self, template: str) -> bool:
        """Whether users are sent this e-mail."""
        chosen: bool | None = getattr(self.notices, template)
        return self.production if chosen is None else chosen

    @property
    def weak_secret(self) -> bool:
        """Whether JWT_SECRET_KEY could be guessed."""
        return is_weak(self.jwt_secret_key.get_secret_value())

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.production and (faults := list(self._faults_in_production())):
            raise ValueError("\n".join(faults))
        return self

    def _faults_in_production(self) -> Iterator[str]:
        secret = self.jwt_secret_key.get_secret_value()
        if self.weak_secret and (self.needs_secret or secret):
            yield refusals.WEAK_SIGNING_KEY
        if any(map(is_weak, split(self.sealing_keys.get_secret_value()))):
            yield refusals.WEAK_SEALING_KEY
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            yield refusals.EVERY_PROXY
        if not self.public_url:
            yield refusals.NO_PUBLIC_URL
        plain = plain_connections(
            database_url=self.database_url.get_secret_value(),
            storage=self.limits.storage.get_secret_value(),
            mail=self.mail,
            public_url=self.public_url,
        )
        yield from (plaintext_fault(each) for each in plain if each not in self.allow_plaintext)
        for branch in dict(self).values():
            if isinstance(branch, Branch):
                yield from branch.faults_in_production()

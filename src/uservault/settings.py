"""What an operator may set: one frozen tree, read once, passed down by branch; no global."""

import re
from datetime import timedelta
from email.errors import HeaderParseError
from email.policy import SMTPUTF8
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ENV_FILE_ENCODING = "utf-8-sig"  # some editors put a mark before the first name
SECRET_BYTES = 32  # RFC 7518 §3.2: an HS256 key is at least as long as its hash
PUBLISHED = frozenset(
    {
        "your-secret-key",
        "a-string-secret-at-least-256-bits-long",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "your-secret-key-change-this-in-production",
        "django-insecure-change-me-please-change-me",
    }
)

SHORTEST_RETENTION = timedelta(days=2)  # no token lives so long: its revocation is on record

Algorithm = Literal["HS256", "EdDSA", "ES256", "RS256"]
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?\Z")
T = TypeVar("T")
Network = IPv4Network | IPv6Network
Rate = Annotated[
    str, Field(pattern=r"^[1-9][0-9]{0,6}/([1-9][0-9]{0,3} ?)?(second|minute|hour|day)s?$")
]


class SecretUrl(SecretStr):
    """A URL that may hold a password; the rest of it may be shown."""


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


OrNone: TypeAlias = Annotated[T | None, BeforeValidator(_none_if_empty)]  # `NAME=` is none


def split(value: str) -> list[str]:
    """The parts of a setting that are parted by commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def _is_address(value: str) -> bool:
    """Whether it fits a `From` header (RFC 5322 §3.6.2) and is one address."""
    try:
        header = SMTPUTF8.header_factory("from", value)
    except (HeaderParseError, IndexError):  # the parser stumbles over some that end early
        return False
    return not header.defects and [bool(a.domain) for a in header.addresses] == [True]


class Branch(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _seconds(cls, value: object, info: ValidationInfo) -> object:
        """The environment has text only, and a number in it is no duration to pydantic."""
        spans = cls.model_fields[str(info.field_name)].annotation is timedelta
        return float(value) if spans and isinstance(value, str) and SECONDS.match(value) else value


class DatabaseSettings(Branch):
    migrate_on_start: bool = Field(False, description="Migrate when serving (SQLite always does).")
    migration_wait: float = Field(
        120, ge=0, le=3600, description="Seconds to wait for another process that migrates."
    )
    read_pool_size: int = Field(5, ge=1, le=200, description="Connections for reading, a process.")
    write_pool_size: int = Field(
        10, ge=1, le=200, description="Connections for writing, a process (SQLite has one)."
    )
    pool_timeout: float = Field(
        5, gt=0, le=60, description="Seconds to wait for a free connection; then 503."
    )
    # Whoever meets a server that hangs may wait for these three in turn: under 15 s in all.
    connect_timeout: float = Field(3, gt=0, le=60, description="Seconds to wait for the server.")
    command_timeout: float = Field(5, gt=0, le=300, description="Seconds a statement may take.")
    busy_timeout: float = Field(
        10, gt=0, le=60, description="Seconds to wait for another process that writes (SQLite)."
    )
    statement_cache: bool = Field(
        True, description="Off behind pgbouncer in transaction mode (PostgreSQL)."
    )


class ServerSettings(Branch):
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(5000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=256, description="Server processes.")
    shutdown_timeout: int = Field(
        15, ge=1, le=300, description="Seconds for requests in flight to finish at SIGTERM."
    )
    read_timeout: float = Field(
        20, gt=0, le=300, description="Seconds for a request's body to arrive."
    )
    max_body_bytes: int = Field(
        65536, ge=1024, le=16777216, description="A larger request is answered 413."
    )


class TokenSettings(Branch):
    lifetime: timedelta = Field(
        timedelta(minutes=15),
        ge=timedelta(seconds=10),
        le=timedelta(hours=24),
        description="How long an access token is good for: seconds, or ISO 8601 (`PT15M`).",
    )
    leeway: int = Field(30, ge=5, le=60, description="Seconds that clocks may differ.")
    issuer: str = Field("uservault", min_length=1, max_length=255, description="`iss` of a token.")
    audience: str = Field("uservault", min_length=1, max_length=255, description="`aud`, likewise.")
    algorithm: Algorithm = Field(
        "HS256",
        description="`HS256` signs with JWT_SECRET_KEY; `EdDSA`, `ES256` and `RS256` with key pairs"
        " that the database keeps, for others to verify by.",
    )
    key_lead: timedelta = Field(
        timedelta(minutes=2),
        ge=timedelta(seconds=1),
        le=timedelta(days=7),
        description="How long the next key pair is published before it signs.",
    )


class SessionSettings(Branch):
    lifetime: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(minutes=1),
        le=timedelta(days=3650),
        description="How long a session lasts at the most: seconds, or ISO 8601 (`P30D`).",
    )
    idle: timedelta = Field(
        timedelta(days=7),
        ge=timedelta(minutes=2),
        le=timedelta(days=3650),
        description="How long a session lasts unused.",
    )
    refresh_grace: timedelta = Field(
        timedelta(seconds=10),
        ge=timedelta(0),
        le=timedelta(seconds=10),
        description="How long the refresh token before the last gets the same answer again.",
    )


class PasswordSettings(Branch):
    scheme: Literal["bcrypt_sha256", "argon2id"] = Field(
        "bcrypt_sha256", description="What new hashes are; `argon2id` needs the extra `argon2`."
    )
    rounds: int = Field(12, ge=4, le=16, description="bcrypt's cost; production takes 10 or more.")
    workers: OrNone[int] = Field(
        None, ge=1, le=256, description="Threads that hash; by default one a core."
    )
    queue: int = Field(
        100, ge=1, le=10000, description="Passwords hashed or waiting; one more is answered 503."
    )
    min_length: OrNone[int] = Field(
        None,
        ge=6,
        le=64,
        description="Characters; by default 15 in production (at least 8), 6 in development.",
    )
    blocklist: OrNone[bool] = Field(
        None, description="Refuse common and guessable ones; by default in production only."
    )


class LimitSettings(Branch):
    storage: SecretUrl = Field(
        SecretUrl("memory://"),
        description="Where counters are: `memory://`, one a process, or `redis://…`, shared.",
    )
    login_per_account_and_client: Rate = Field(
        "10/minute", description="Failed logins for one name from one address."
    )
    login_per_account: Rate = Field(
        "60/minute", description="Failed logins for one name from anywhere."
    )
    login_per_client: Rate = Field("100/minute", description="Failed logins from one address.")
    register_per_client: Rate = Field(
        "100/minute", description="Accounts that one address may create."
    )
    register_refused_per_client: Rate = Field(
        "600/minute",
        description="Registrations, and changes of users, of one address refused as taken.",
    )
    letters_per_address: Rate = Field(
        "5/hour", description="Letters of one kind that may be asked for to one e-mail address."
    )
    letters_per_client: Rate = Field(
        "60/hour", description="Letters that one address may ask for, to whomever."
    )

    @field_validator("storage")
    @classmethod
    def _known_storage(cls, value: SecretUrl) -> SecretUrl:
        url = value.get_secret_value()
        if not url.startswith(("memory://", "redis://", "rediss://")):
            raise ValueError("should begin with memory://, redis:// or rediss://")
        try:
            urlsplit(url).port  # noqa: B018 - raises
        except ValueError:
            raise ValueError("is not a URL") from None  # whose message would repeat it
        return value


class LogSettings(Branch):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="From here up.")
    format: Literal["auto", "text", "json"] = Field(
        "auto", description="On the console; `auto` is text on a terminal, JSON elsewhere."
    )
    file: OrNone[Path] = Field(
        Path("logs/microservice.log"), description="JSON lines, rotating; empty for none."
    )
    file_bytes: int = Field(10_000_000, ge=10_000, description="The file rotates at this size.")
    file_backups: int = Field(5, ge=1, le=100, description="Rotated files that are kept.")


class MailSettings(Branch):
    transport: Literal["smtp", "console", "directory"] | None = Field(
        None,
        description="By default `smtp` in production, which takes nothing else, and `console` in"
        " development; `directory` writes a file for each letter.",
    )
    host: str = Field("localhost", min_length=1, description="The SMTP server.")
    port: OrNone[int] = Field(
        None, ge=1, le=65535, description="Its port; by default 587, 465 for `tls`, 25 for `none`."
    )
    tls: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How the connection is encrypted; the certificate is verified."
    )
    ca_file: OrNone[Path] = Field(
        None, description="Certificates to trust instead of the system's (PEM)."
    )
    username: str = Field("", description="For servers that ask for a login.")
    password: SecretStr = Field(SecretStr(""), description="The password of that login.")
    sender: str = Field(
        "UserVault <uservault@localhost>",
        validation_alias="from",
        description="Whom letters come from: an address, or `Name <address>`.",
    )
    timeout: float = Field(30, gt=0, le=300, description="Seconds until a letter must be taken.")
    directory: Path = Field(Path("mail"), description="Where `directory` puts letters.")
    concurrency: int = Field(5, ge=1, le=100, description="Letters on their way, a worker.")
    max_tries: int = Field(10, ge=1, le=100, description="Then a letter is given up.")
    retention: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(hours=1),
        description="How long a letter is listed that was sent or given up: seconds, or ISO 8601.",
    )

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not value.isprintable() or not _is_address(value):
            raise ValueError("should be one address, with or without a name before it")
        return value


class NoticeSettings(Branch):
    """Each by the name of its letter."""

    password_changed: OrNone[bool] = Field(
        None, description="Tell users by mail; by default in production only, like the next four."
    )
    email_changed: OrNone[bool] = Field(None, description="Tell the old address.")
    new_device: OrNone[bool] = Field(
        None, description="Tell of a login from a device, or an address, that they never used."
    )
    account_deactivated: OrNone[bool] = Field(None, description="Tell users by mail.")
    role_granted: OrNone[bool] = Field(None, description="Tell users by mail.")


class RegistrationSettings(Branch):
    mode: Literal["open", "invite", "closed"] = Field(
        "open",
        description="Who may become a user: `open` anybody; `invite` who was invited, and whom"
        " somebody with `users:write` creates; `closed` only the latter.",
    )
    verify: Literal["off", "optional", "required"] = Field(
        "off",
        description="Whether users prove that their address is theirs: never asked, asked, or"
        " nobody logs in before and no new address replaces the old one before.",
    )


class EventSettings(Branch):
    retention: timedelta = Field(
        timedelta(days=730),
        ge=timedelta(0),
        description="How long events are kept: seconds, or ISO 8601 (`P730D`); 0 is for ever.",
    )

    @field_validator("retention")
    @classmethod
    def _longer_than_tokens(cls, value: timedelta) -> timedelta:
        if timedelta(0) < value < SHORTEST_RETENTION:
            raise ValueError("should be 0, or two days or more")
        return value


class WorkerSettings(Branch):
    embedded: bool = Field(
        True, description="Work inside the server; else run `uservault worker` beside it."
    )
    shutdown_timeout: float = Field(
        4, ge=0, le=300, description="Seconds for what is under way to be finished at SIGTERM."
    )


class ErasureSettings(Branch):
    grace_days: int = Field(
        0,
        ge=0,
        le=3650,
        description="For so many days a deleted user can be restored; with 0 they never can.",
    )


class AdminSettings(Branch):
    username: str = Field("", description="With the two below: made at start if there is none.")
    email: str = Field("", description="The first administrator's address.")
    password: SecretStr = Field(SecretStr(""), description="Take it away once they exist.")


class Settings(BaseSettings):
    """Read from the environment, and from `.env` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="USERVAULT_",
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding=ENV_FILE_ENCODING,
        frozen=True,
        extra="ignore",  # other programs' variables may stand in `.env`; see kit.configuration
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    env: Literal["development", "production"] = Field(
        "development", description="The profile; `production` is strict about secrets."
    )
    database_url: SecretUrl = Field(
        SecretUrl("sqlite:///app.db"),
        validation_alias="DATABASE_URL",
        description="SQLite, PostgreSQL, MySQL or MariaDB, as plain URL.",
    )
    jwt_secret_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="JWT_SECRET_KEY",
        description="Signs access tokens; 32 bytes or more. Development makes one if it is empty.",
    )
    sealing_keys: SecretStr = Field(
        SecretStr(""),
        description="Seal what the database keeps secret; 32 bytes or more each, parted by"
        " commas: the first seals, all open. By default derived from JWT_SECRET_KEY.",
    )
    public_url: str = Field(
        "",
        description="Where people and services reach us, as they write it: the beginning of every"
        " link in a letter. By default, where the service listens.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Networks, parted by commas, whose X-Forwarded-For is believed."
    )
    docs: bool = Field(True, description="Serve /docs, /redoc and /openapi.json.")
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    tokens: TokenSettings = TokenSettings()
    sessions: SessionSettings = SessionSettings()
    passwords: PasswordSettings = PasswordSettings()
    limits: LimitSettings = LimitSettings()
    registration: RegistrationSettings = RegistrationSettings()
    mail: MailSettings = MailSettings()
    notices: NoticeSettings = NoticeSettings()
    events: EventSettings = EventSettings()
    erasure: ErasureSettings = ErasureSettings()
    worker: WorkerSettings = WorkerSettings()
    log: LogSettings = LogSettings()
    admin: AdminSettings = AdminSettings()

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def base_url(self) -> str:
        """The beginning of our absolute URLs; never what a request calls us."""
        host = f"[{self.server.host}]" if ":" in self.server.host else self.server.host
        return self.public_url or f"http://{host}:{self.server.port}"

    @property
    def password_min_length(self) -> int:
        return self.passwords.min_length or (15 if self.production else 6)

    @property
    def password_blocklist(self) -> bool:
        chosen = self.passwords.blocklist
        return self.production if chosen is None else chosen

    @property
    def needs_secret(self) -> bool:
        """Whether JWT_SECRET_KEY signs or seals anything."""
        return self.tokens.algorithm == "HS256" or not self.sealing_keys.get_secret_value()

    @property
    def mail_transport(self) -> Literal["smtp", "console", "directory"]:
        return self.mail.transport or ("smtp" if self.production else "console")

    def notifies(self, template: str) -> bool:
        """Whether users are told by this letter."""
        chosen: bool | None = getattr(self.notices, template)
        return self.production if chosen is None else chosen

    @property
    def weak_secret(self) -> bool:
        """Whether the secret that is set could be guessed."""
        secret = self.jwt_secret_key.get_secret_value()
        return secret in PUBLISHED or len(secret.encode()) < SECRET_BYTES

    @field_validator("sealing_keys")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if any(len(key.encode()) < SECRET_BYTES for key in split(value.get_secret_value())):
            raise ValueError(f"each should have {SECRET_BYTES} bytes or more")
        return value

    @field_validator("public_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = value.isascii() and value.isprintable() and not set(value) & set(' ?#@\\"<>')
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or not plain):
            raise ValueError("should be http(s)://host[:port][/path], without query or fragment")
        return value.rstrip("/")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part) for part in split(value))
        except ValueError:
            raise ValueError(
                "should be addresses or networks (10.0.0.0/8, no host bits), parted by commas"
            ) from None

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if not self.production:
            return self
        if self.weak_secret and (self.needs_secret or self.jwt_secret_key.get_secret_value()):
            raise ValueError(
                "JWT_SECRET_KEY: production needs one of its own, of 32 bytes or more"
                " (`openssl rand -hex 32` makes one); with key pairs and USERVAULT_SEALING_KEYS,"
                " none"
            )
        if self.password_min_length < 8:
            raise ValueError("USERVAULT_PASSWORDS__MIN_LENGTH: at least 8 in production")
        if self.passwords.rounds < 10:
            raise ValueError("USERVAULT_PASSWORDS__ROUNDS: at least 10 in production")
        if self.mail_transport != "smtp":
            raise ValueError(
                "USERVAULT_MAIL__TRANSPORT: smtp in production; the others show what only the"
                " recipient may read"
            )
        if self.mail.username and self.mail.tls == "none":
            raise ValueError("USERVAULT_MAIL__TLS: production logs in over starttls or tls only")
        return self

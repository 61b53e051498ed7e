from datetime import timedelta
from email.errors import HeaderParseError
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Literal

from pydantic import (
    Field,
    SecretStr,
    field_validator,
)

from uservault.settings.base import Branch, OrNone


def _is_address(value: str) -> bool:
    """Whether it fits a `From` header (RFC 5322 §3.6.2) and is one address."""
    try:
        header = SMTPUTF8.header_factory("from", value)
    except (HeaderParseError, IndexError):  # the parser stumbles over some that end early
        return False
    return not header.defects and [bool(a.domain) for a in header.addresses] == [True]


class MailSettings(Branch):
    transport: Literal["smtp", "console", "directory"] | None = Field(
        None,
        description="By default `smtp` in production, which takes nothing else, and `console` in"
        " development; `directory` writes a file for each e-mail.",
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
        description="Whom e-mails come from: an address, or `Name <address>`.",
    )
    timeout: float = Field(30, gt=0, le=300, description="Seconds until an e-mail must be taken.")
    directory: Path = Field(Path("mail"), description="Where `directory` puts e-mails.")
    concurrency: int = Field(5, ge=1, le=100, description="E-mails on their way, a worker.")
    max_tries: int = Field(10, ge=1, le=100, description="Then an e-mail is given up.")
    retention: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(hours=1),
        description="How long an e-mail is listed that was sent or given up: seconds, or ISO 8601.",
    )

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not value.isprintable() or not _is_address(value):
            raise ValueError("should be one address, with or without a name before it")
        return value

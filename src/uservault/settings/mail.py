import re
from collections.abc import Iterator
from datetime import timedelta
from email.errors import HeaderParseError
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator

from uservault.settings.base import Branch, OrNone

HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[A-Za-z0-9.:]{2,100}\]")


def _is_address(value: str) -> bool:
    """Whether it is one address, valid in a `From` header (RFC 5322 §3.6.2)."""
    try:
        header = SMTPUTF8.header_factory("from", value)
    except (HeaderParseError, IndexError):  # the parser raises IndexError for some short values
        return False
    return not header.defects and [bool(a.domain) for a in header.addresses] == [True]


def _host_name(value: str) -> str:
    if value and not HOST_NAME.fullmatch(value):
        raise ValueError("should be a host name, or an address literal like [192.0.2.1]")
    return value


class MailSettings(Branch):
    transport: Literal["smtp", "console", "directory"] | None = Field(
        None,
        description="How e-mails are sent. `smtp`: the default in production, and the only choice"
        " there. `console`: the default in development. `directory`: a file for each e-mail.",
    )
    host: str = Field("localhost", min_length=1, description="The SMTP server.")
    port: OrNone[int] = Field(
        None,
        ge=1,
        le=65535,
        description="The SMTP server's port. Default: 587, 465 for `tls`, 25 for `none`.",
    )
    tls: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How the connection is encrypted. The certificate is verified."
    )
    ca_file: OrNone[Path] = Field(
        None, description="A PEM file of certificates to trust instead of the system's."
    )
    ehlo: Annotated[str, AfterValidator(_host_name)] = Field(
        "", description="The name that we give the SMTP server (EHLO). Default: the host's own."
    )
    username: str = Field(
        "", description="The username on the SMTP server, if it requires a login."
    )
    password: SecretStr = Field(SecretStr(""), description="The password on the SMTP server.")
    sender: str = Field(
        "UserVault <uservault@localhost>",
        validation_alias="from",
        description="The sender of e-mails: an address or `Name <address>`.",
    )
    timeout: float = Field(
        30, gt=0, le=300, description="Seconds for the server to accept an e-mail."
    )
    directory: Path = Field(
        Path("mail"), description="The folder for e-mails with the transport `directory`."
    )
    concurrency: int = Field(
        5, ge=1, le=100, description="E-mails that a worker sends at the same time."
    )
    max_tries: int = Field(
        24,
        ge=1,
        le=100,
        description="How often an e-mail is tried before it fails for good. 24 tries take two to"
        " four days. A link that has expired is not sent.",
    )
    retention: timedelta = Field(
        timedelta(days=30),
        ge=timedelta(hours=1),
        description="How long sent and failed e-mails are listed: seconds or ISO 8601 (`P30D`).",
    )

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not value.isprintable() or not _is_address(value):
            raise ValueError("should be one address, or a name and one address: Name <address>")
        return value

    def faults_in_production(self) -> Iterator[str]:
        if self.transport not in (None, "smtp"):
            yield (
                "USERVAULT_MAIL__TRANSPORT: smtp in production; the others disclose e-mails to"
                " people other than the recipient"
            )
        if self.username and self.tls == "none":
            yield "USERVAULT_MAIL__TLS: starttls or tls in production if a login is set"

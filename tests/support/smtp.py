"""A real SMTP server, in a thread of its own, that behaves as badly as it is told to."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.support.patience import patience
from tests.support.server import free_port
from uservault.settings.mail import MailSettings

LOGIN = ("postman", "only between us")


@dataclass
class Postbox:
    """What the server took, and what it answers instead of taking."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)
    greeted_by: list[str | None] = field(default_factory=list)
    to_sender: str | None = None
    to_recipient: str | None = None
    to_data: str | None = None
    hangs: bool = False
    drops: bool = False

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hangs:
            await asyncio.sleep(patience(10))
        if self.drops:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        if self.to_data:
            return self.to_data
        content = envelope.original_content or b""
        self.taken.append(message_from_bytes(content, policy=SMTPUTF8))
        self.recipients += envelope.rcpt_tos
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.logged_in.append(bool(session.authenticated))
        self.greeted_by.append(session.host_name)
        return "250 taken"

    def settings(self, **others: Any) -> MailSettings:
        """How to reach it."""
        given: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "tls": "none"}
        return MailSettings(**(given | others))


def let_in(_: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
    login = tuple(text.encode() for text in LOGIN)
    assert isinstance(given, LoginPassword)
    return AuthResult(success=(given.login, given.password) == login, handled=False)


P = TypeVar("P", bound=Postbox)


@contextmanager
def listening(postbox: P, **options: Any) -> Iterator[P]:
    """The server of a postbox, until it is left. `options` are aiosmtpd's."""
    controller = Controller(postbox, hostname="127.0.0.1", port=postbox.port, **options)
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop()


@contextmanager
def smtp_server(**options: Any) -> Iterator[Postbox]:
    """A server on a port of its own."""
    with listening(Postbox(free_port()), **options) as postbox:
        yield postbox


def certificate(folder: Path, host: str = "127.0.0.1") -> tuple[Path, ssl.SSLContext]:
    """The file to trust, and what a server needs to prove that it is `host`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "postbox")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    trusted = folder / "postbox.pem"
    trusted.write_bytes(made.public_bytes(Encoding.PEM))
    private = folder / "postbox.key"
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted, private)
    return trusted, context

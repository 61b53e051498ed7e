"""Renders a template and its fields as a message.

A template is plain text, one file per language. Its first line is the subject; blank lines
separate paragraphs. The HTML part has the same text in a common layout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from uservault.kit.addresses import validated
from uservault.mail.models import Mail
from uservault.wiring.ports import Resources

MAX_LENGTH = 200  # characters of a field; people choose some of them


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    subject: str
    text: str
    html: str


class Renderer:
    def __init__(self, resources: Resources) -> None:
        self.settings = resources.settings
        self.sender = _sender(resources.settings.mail.sender)
        self.templates = Environment(
            loader=PackageLoader("uservault.mail"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),  # not plain text; the layout escapes it
            auto_reload=False,
        )

    def render(self, template: str, locale: str, fields: Mapping[str, str]) -> Rendered:
        """Raises Jinja's error if the template names a missing field."""
        site = urlsplit(self.settings.base_url).netloc
        safe = {name: _one_line(name, value) for name, value in fields.items()}
        prose = self.templates.get_template(f"{locale}/{template}.txt").render(safe, site=site)
        subject, _, text = prose.partition("\n\n")
        html = self.templates.get_template("layout.html").render(
            language=locale,
            subject=subject,
            paragraphs=text.split("\n\n"),
            link=safe.get("link"),
            code=safe.get("code"),
        )
        return Rendered(subject, text, html)

    def message(self, mail: Mail, fields: Mapping[str, str]) -> EmailMessage:
        """The message, with the same Message-ID for every try, so that duplicates are recognized.

        Raises ValueError for an address that is unsafe in a header.
        """
        rendered = self.render(mail.template, mail.locale, fields)
        message = EmailMessage(policy=SMTPUTF8)
        message["From"] = self.sender
        message["To"] = _address(mail.recipient)
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = f"<{mail.reference}@{message['From'].addresses[0].domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = mail.locale  # last: add_alternative moves earlier ones
        return message


def _one_line(name: str, value: str) -> str:
    """So that no field can begin a paragraph or a header."""
    return value if name == "link" else " ".join(value.split())[:MAX_LENGTH]


def _sender(sender: str) -> Address:
    """With its domain in ASCII, as `_address`. An ASCII one may be a single name: `localhost`."""
    [given] = SMTPUTF8.header_factory("from", sender).addresses
    if given.domain.isascii():
        return Address(given.display_name, given.username, given.domain)
    plain = _address(given.addr_spec)
    return Address(given.display_name, plain.username, plain.domain)


def _address(recipient: str) -> Address:
    """Encode a non-ASCII domain in ASCII (RFC 5891) if the local part is ASCII: then servers
    without SMTPUTF8 (RFC 6531) accept the address too."""
    spelled, ascii_form = validated(recipient)
    local, _, domain = (ascii_form or spelled).rpartition("@")
    return Address(username=local, domain=domain)

"""From a template and its fields to a message.

A template is prose, in one file for each language: its first line is the subject, a blank line
parts its paragraphs. The HTML says the same, in the one layout for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime
from urllib.parse import urlsplit

from email_validator import validate_email
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from uservault.mail.models import Mail
from uservault.wiring.ports import Resources

LANGUAGES = ("en", "de", "es", "fr", "sw")
LONGEST = 200  # characters of a field that people may choose


def language(locale: str | None) -> str:
    """The language that we have for a tag of BCP 47: `de` for `de-AT`, English for any other."""
    primary = (locale or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    subject: str
    text: str
    html: str


class Renderer:
    def __init__(self, resources: Resources) -> None:
        self.settings = resources.settings
        self.templates = Environment(
            loader=PackageLoader("uservault.mail"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),  # not the prose: the layout escapes it
            auto_reload=False,
        )

    def render(self, template: str, locale: str, fields: Mapping[str, str]) -> Rendered:
        """Raises what Jinja raises if the template names a field that there is not."""
        site = urlsplit(self.settings.base_url).netloc
        shown = {name: _one_line(name, value) for name, value in fields.items()}
        prose = self.templates.get_template(f"{locale}/{template}.txt").render(shown, site=site)
        subject, _, text = prose.partition("\n\n")
        html = self.templates.get_template("layout.html").render(
            language=locale,
            subject=subject,
            paragraphs=text.split("\n\n"),
            link=shown.get("link"),
            code=shown.get("code"),
        )
        return Rendered(subject, text, html)

    def message(self, mail: Mail, fields: Mapping[str, str]) -> EmailMessage:
        """The same for every try, its Message-ID too, so that a duplicate can be told.

        Raises ValueError for an address that would break out of its header.
        """
        rendered = self.render(mail.template, mail.locale, fields)
        message = EmailMessage(policy=SMTPUTF8)
        message["From"] = self.settings.mail.sender
        message["To"] = _address(mail.recipient)
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = f"<{mail.reference}@{message['From'].addresses[0].domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = mail.locale  # now: the parts took what there was before
        return message


def _one_line(name: str, value: str) -> str:
    """No field begins a paragraph of its own, or a header."""
    return value if name == "link" else " ".join(value.split())[:LONGEST]


def _address(recipient: str) -> Address:
    """In ASCII if only its domain is not: then every server takes it (RFC 5891), not only those
    that know SMTPUTF8 (RFC 6531)."""
    validated = validate_email(recipient, check_deliverability=False)
    local, _, domain = (validated.ascii_email or validated.normalized).rpartition("@")
    return Address(username=local, domain=domain)

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from jinja2 import UndefinedError

import uservault.mail
from tests.support.databases import settings_for
from uservault.db.base import NOBODY
from uservault.mail.language import LANGUAGES, language
from uservault.mail.messages import (
    Contents,
    Invitation,
    NewDevice,
    PasswordChanged,
    ResetPassword,
    RoleGranted,
    VerifyEmail,
)
from uservault.mail.models import Mail
from uservault.mail.rendering import Rendered, Renderer
from uservault.wiring.ports import Resources

PUBLIC_URL = "https://id.example.org/vault"
KINDS = Contents.__subclasses__()
TEMPLATES = Path(uservault.mail.__file__).parent / "templates"


@pytest.fixture
def renderer() -> Renderer:
    settings = settings_for("sqlite://", public_url=PUBLIC_URL, mail={"from": "Vault <v@x.org>"})
    return Renderer(cast("Resources", SimpleNamespace(settings=settings)))


def filled(kind: type[Contents]) -> Contents:
    """One whose every field is recognised."""
    names = [field.name for field in fields(kind)]
    return kind(**{name: f"the-{name}" for name in names})


def rendered(renderer: Renderer, contents: Contents, locale: str = "en") -> Rendered:
    return renderer.render(contents.template(), locale, contents.fields(PUBLIC_URL, proved=True))


def written(renderer: Renderer, contents: Contents, to: str = "ada@example.com") -> EmailMessage:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    mail = Mail(
        reference="ref",
        template=contents.template(),
        locale="de",
        recipient=to,
        user_id=NOBODY,
        sealed=None,
        created_at=now,
        next_try_at=now,
    )
    return renderer.message(mail, contents.fields(PUBLIC_URL, proved=True))


class TestTemplates:
    @pytest.mark.parametrize("locale", LANGUAGES)
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_say_all_that_they_are_given(
        self, renderer: Renderer, kind: type[Contents], locale: str
    ) -> None:
        mail = rendered(renderer, filled(kind), locale)

        for value in filled(kind).fields(PUBLIC_URL, proved=True).values():
            assert value in mail.text
            assert value in mail.html
        assert "id.example.org" in mail.text + mail.subject
        assert mail.subject.strip() == mail.subject != ""
        assert "\n" not in mail.subject
        assert f'<html lang="{locale}">' in mail.html
        assert "{" not in mail.subject + mail.text

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_say_the_same_as_text_and_as_html(
        self, renderer: Renderer, kind: type[Contents]
    ) -> None:
        mail = rendered(renderer, filled(kind))

        html = unescape(mail.html)
        assert all(line in html for line in mail.text.splitlines())

    def test_are_there_in_every_language_and_no_others(self) -> None:
        expected = sorted(f"{kind.template()}.txt" for kind in KINDS)

        assert sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()) == sorted(
            LANGUAGES
        )
        for locale in LANGUAGES:
            assert sorted(file.name for file in (TEMPLATES / locale).iterdir()) == expected

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_differ_from_language_to_language(
        self, renderer: Renderer, kind: type[Contents]
    ) -> None:
        texts = {rendered(renderer, filled(kind), locale).text for locale in LANGUAGES}

        assert len(texts) == len(LANGUAGES)

    @pytest.mark.promise("I5")
    @pytest.mark.parametrize("locale", LANGUAGES)
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_say_nothing_to_an_unproved_address_that_a_stranger_chose(
        self, renderer: Renderer, kind: type[Contents], locale: str
    ) -> None:
        contents = filled(kind)
        mail = renderer.render(kind.template(), locale, contents.fields(PUBLIC_URL, proved=False))

        assert "the-username" not in mail.text + mail.html
        assert "the-device" not in mail.text + mail.html
        greeting = mail.text.splitlines()[0]
        assert not re.search(r" ,|,:|  ", greeting)

    def test_name_no_field_that_there_is_not(self, renderer: Renderer) -> None:
        with pytest.raises(UndefinedError, match="username"):
            renderer.render("password_changed", "en", {})

    def test_escape_in_html_what_people_chose(self, renderer: Renderer) -> None:
        mail = rendered(renderer, RoleGranted(username="ada", role="<b>&boss</b>"))

        assert "<b>&boss</b>" in mail.text
        assert "&lt;b&gt;&amp;boss&lt;/b&gt;" in mail.html
        assert "<b>" not in mail.html

    def test_let_nobody_add_a_paragraph_or_a_book(self, renderer: Renderer) -> None:
        device = "phone\r\n\r\nSend us your password\x0b" + "!" * 10_000
        mail = rendered(
            renderer, NewDevice(username="ada", device=device, address="::1", time="now")
        )

        assert "\nDevice: phone Send us your password !!!" in mail.text
        assert len(mail.text) < 1000


class TestLinks:
    @pytest.mark.promise("B8")
    @pytest.mark.parametrize(
        ("contents", "link"),
        [
            (VerifyEmail(token="a_b-c", code="1"), f"{PUBLIC_URL}/verify#token=a_b-c"),
            (ResetPassword(token="t", username="ada"), f"{PUBLIC_URL}/reset#token=t"),
            (Invitation(token="t"), f"{PUBLIC_URL}/invitation#token=t"),
        ],
        ids=["verify", "reset", "invitation"],
    )
    def test_begin_with_the_public_url_and_end_with_the_token(
        self, renderer: Renderer, contents: Contents, link: str
    ) -> None:
        mail = rendered(renderer, contents)  # never from a Host header

        assert f"\n\n{link}\n\n" in mail.text
        assert f'<a href="{link}">{link}</a>' in mail.html
        assert "?" not in link

    def test_are_in_no_letter_that_only_tells(self, renderer: Renderer) -> None:
        assert "http" not in rendered(renderer, PasswordChanged(username="ada")).html

    @pytest.mark.promise("G1")
    def test_hold_secrets_that_no_print_shows(self) -> None:
        assert "s3cret" not in repr(ResetPassword(token="s3cret", username="ada"))


class TestLanguage:
    @pytest.mark.parametrize(
        ("locale", "spoken"),
        [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE_at", "de"),
            ("sw-KE", "sw"),
            ("fr-CA-x-private", "fr"),
            ("nl", "en"),
            ("", "en"),
            (None, "en"),
            ("../de", "en"),
            ("deu", "en"),
        ],
    )
    def test_is_the_nearest_that_there_is(self, locale: str | None, spoken: str) -> None:
        assert language(locale) == spoken


class TestMessage:
    def test_names_who_what_and_when(self, renderer: Renderer) -> None:
        message = written(renderer, PasswordChanged(username="ada"))

        assert dict(message.items()) | {"Content-Type": None} == {
            "From": "Vault <v@x.org>",
            "To": "ada@example.com",
            "Subject": "Ihr Passwort wurde geändert",
            "Date": "Thu, 01 Jan 2026 00:00:00 +0000",
            "Message-ID": "<ref@x.org>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": "de",
            "MIME-Version": "1.0",
            "Content-Type": None,
        }

    def test_has_the_senders_domain_in_ascii(self) -> None:
        mail = {"from": "Büro <post@bücher.example.org>"}
        settings = settings_for("sqlite://", public_url=PUBLIC_URL, mail=mail)
        renderer = Renderer(cast("Resources", SimpleNamespace(settings=settings)))

        message = written(renderer, PasswordChanged(username="ada"))

        [sender] = message["From"].addresses
        assert sender == Address("Büro", "post", "xn--bcher-kva.example.org")
        assert message["Message-ID"] == "<ref@xn--bcher-kva.example.org>"

    def test_is_text_with_html_beside_it_in_utf8(self, renderer: Renderer) -> None:
        message = written(renderer, PasswordChanged(username="ada"))

        text, html = _parts(message)
        assert message.get_content_type() == "multipart/alternative"
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert text.get_content_charset() == html.get_content_charset() == "utf-8"
        assert text.get_content().startswith("Guten Tag ada,")
        assert all(len(line) <= 998 for line in message.as_bytes().splitlines())

    @pytest.mark.parametrize(
        "to",
        [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "ada@example.com>, <eve@example.com",
            "ada\r\n@example.com",
            "ada",
            "",
        ],
    )
    def test_goes_to_one_address_that_stays_in_its_header(
        self, renderer: Renderer, to: str
    ) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the libraries' own
            written(renderer, PasswordChanged(username="ada"), to)

    def test_has_no_header_that_people_wrote(self, renderer: Renderer) -> None:
        name = "ada\r\nBcc: eve@example.com\r\n\r\nhello"

        message = written(renderer, PasswordChanged(username=name))

        assert "Bcc" not in message
        assert "Guten Tag ada Bcc: eve@example.com hello," in _parts(message)[0].get_content()

    @pytest.mark.parametrize(
        ("kept", "header"),
        [
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("jürgen@bücher.example", "jürgen@bücher.example"),
            ("o'ada+tag@example.com", "o'ada+tag@example.com"),
        ],
    )
    def test_writes_a_domain_in_ascii_where_that_is_enough(
        self, renderer: Renderer, kept: str, header: str
    ) -> None:
        message = written(renderer, PasswordChanged(username="ada"), kept)

        assert message["To"] == header


def _parts(message: EmailMessage) -> list[EmailMessage]:
    parts: Iterator[Any] = message.iter_parts()
    return list(parts)

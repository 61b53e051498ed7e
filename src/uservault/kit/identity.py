"""When two spellings count as the same username or the same e-mail address."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypeAliasType

from uservault.kit.addresses import validated

KEY_LENGTH = 320


def username_key(username: str) -> str:
    return username.casefold()


def email_key(address: str) -> str:
    """The unique normal form: ignores case and Unicode compatibility forms (NFKC).

    RFC 5321 allows hosts to distinguish `Ada@` from `ada@`. None does, and the difference helps
    attackers (CVE-2019-19844). Upper case comes first: dotless i and long s have an ASCII upper
    case.
    """
    while (folded := _folded(address)) != address:
        address = folded
    return address


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper().casefold())


def login_key(name: str) -> tuple[str, bool]:
    """The key of a login name, and whether the name is an e-mail address.

    No username contains an @, so a name is never both. Spaces around it are a keyboard's.
    """
    name = name.strip()
    if "@" in name:
        return email_key(name), True
    return username_key(name), False


def _normalised(address: str) -> str:
    """The address with its domain in lower case and Unicode (IDNA 2008), its local part in NFC."""
    normalised, _ = validated(address)
    if len(email_key(normalised)) > KEY_LENGTH:
        raise ValueError("It is too long.")
    return normalised


# Named, so that the OpenAPI document describes it once.
Email = TypeAliasType(
    "Email",
    Annotated[
        str,
        Field(
            min_length=3,
            max_length=254,
            json_schema_extra={"format": "email"},
            description="Unique, ignoring case. The domain is stored in lower case.",
            examples=["ada@example.com"],
        ),
        AfterValidator(_normalised),
    ],
)

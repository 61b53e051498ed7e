"""The e-mails there are. The fields of each are what its template may name.

An e-mail to an address that nobody has proved to own says nothing that a stranger chose: it would
carry their words under our name.
"""

import re
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, repr=False)
class Contents:
    """What one kind of e-mail says."""

    page: ClassVar[str | None] = None  # where its link leads, below the public URL

    @classmethod
    def template(cls) -> str:
        """`VerifyEmail` is `verify_email`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def fields(self, public_url: str) -> dict[str, str]:
        """What the template is given. A token goes into the link's fragment, which no server and
        no Referer header ever sees."""
        fields: dict[str, str] = asdict(self)
        if self.page:
            fields["link"] = f"{public_url}/{self.page}#token={fields.pop('token')}"
        return fields


@dataclass(frozen=True, kw_only=True, repr=False)
class VerifyEmail(Contents):
    page = "verify"
    token: str
    code: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ConfirmNewEmail(Contents):
    """To the new address."""

    page = "verify"
    token: str
    code: str


@dataclass(frozen=True, kw_only=True, repr=False)
class EmailChanged(Contents):
    """To the old address."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ResetPassword(Contents):
    page = "reset"
    token: str
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class PasswordChanged(Contents):
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class NewDevice(Contents):
    """`time` is written for people, with its time zone: `2026-01-31 09:30 UTC`."""

    username: str
    device: str
    address: str
    time: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AccountDeactivated(Contents):
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class RoleGranted(Contents):
    username: str
    role: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Invitation(Contents):
    page = "invitation"
    token: str

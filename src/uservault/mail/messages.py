"""The kinds of e-mails. Their fields are the variables of their templates."""

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import IntEnum
from typing import ClassVar

CHOSEN = ("username", "device")  # fields whose text a stranger can choose


class Family(IntEnum):
    """What e-mails are for. The lowest are sent first."""

    RECOVERY = 0
    VERIFICATION = 1
    INVITATION = 2
    NOTICE = 3


@dataclass(frozen=True, kw_only=True, repr=False)
class Contents:
    """The variables of one kind of e-mail."""

    family: ClassVar[Family] = Family.NOTICE
    page: ClassVar[str | None] = None  # the path of its link, relative to the public URL
    lasts: ClassVar[timedelta | None] = None  # its token, after which it is not worth sending

    @classmethod
    def template(cls) -> str:
        """`verify_email` for `VerifyEmail`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def fields(self, public_url: str, *, proved: bool) -> dict[str, str]:
        """The template's variables. A token goes into the fragment of the link, which browsers
        send neither to servers nor in the Referer header.

        Unless the address is proved, what a stranger may have chosen is empty (I5). Otherwise we
        would send their words in our name.
        """
        fields: dict[str, str] = asdict(self)
        if not proved:
            fields |= {name: "" for name in CHOSEN if name in fields}
        if self.page:
            fields["link"] = f"{public_url}/{self.page}#token={fields.pop('token')}"
        return fields


@dataclass(frozen=True, kw_only=True, repr=False)
class VerifyEmail(Contents):
    family = Family.VERIFICATION
    page = "verify"
    lasts = timedelta(hours=24)
    token: str
    code: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ConfirmNewEmail(Contents):
    """To the new address."""

    family = Family.VERIFICATION
    page = "verify"
    lasts = timedelta(hours=24)
    token: str
    code: str


@dataclass(frozen=True, kw_only=True, repr=False)
class EmailChangeRequested(Contents):
    """To the address that would be replaced."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class EmailChanged(Contents):
    """To the old address."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class EmailAdded(Contents):
    """To the primary address."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ResetPassword(Contents):
    family = Family.RECOVERY
    page = "reset"
    lasts = timedelta(minutes=30)
    token: str
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class PasswordChanged(Contents):
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ResetLinkMade(Contents):
    """An administrator made a link for a new password, to hand over."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class EmailMarked(Contents):
    """An administrator marked the address as verified or not."""

    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class NewDevice(Contents):
    """`time` is for people and has a time zone: `2026-01-31 09:30 UTC`."""

    username: str
    device: str
    address: str
    time: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AccountDeleted(Contents):
    """`days`: how long it can be restored; 0 if it cannot."""

    username: str
    days: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AccountDeactivated(Contents):
    username: str


@dataclass(frozen=True, kw_only=True, repr=False)
class RoleGranted(Contents):
    username: str
    role: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Invitation(Contents):
    family = Family.INVITATION
    page = "invitation"
    lasts = timedelta(days=7)
    token: str


LASTS = {kind.template(): kind.lasts for kind in Contents.__subclasses__()}

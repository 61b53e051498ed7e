from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from uservault.settings.base import Branch, OrNone
from uservault.settings.parsing import local_names


class RegistrationSettings(Branch):
    mode: Literal["open", "invite", "closed"] = Field(
        "open",
        description="Who can register. `open`: everybody. `invite`: invited people. `closed`:"
        " no one. Users with `users:write` can always create others.",
    )
    verify: Literal["off", "optional", "required"] = Field(
        "off",
        description="Verification of e-mail addresses. `off`: not requested. `optional`:"
        " requested. `required`: no login, and no change of address, until verified.",
    )
    unverified_days: OrNone[int] = Field(
        None,
        ge=0,
        le=3650,
        description="Days after which users are deleted who registered, but never verified an"
        " address nor logged in. 0: never. Default: 30 if verification is `required`, else 0.",
    )
    local_domains: Annotated[tuple[str, ...], NoDecode, BeforeValidator(local_names)] = Field(
        (),
        description="Comma-separated domains without public e-mail whose addresses users may have:"
        " `local`, `home.arpa`, `test`. `internal` is always allowed.",
    )

    @property
    def unverified_lifetime(self) -> timedelta | None:
        """Where nobody logs in unverified, the names of a mistyped sign-up become free."""
        chosen = self.unverified_days
        days = (30 if self.verify == "required" else 0) if chosen is None else chosen
        return timedelta(days=days) or None

from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch


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

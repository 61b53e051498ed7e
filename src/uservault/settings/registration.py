from typing import Literal

from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class RegistrationSettings(Branch):
    mode: Literal["open", "invite", "closed"] = Field(
        "open",
        description="Who may become a user: `open` anybody; `invite` who was invited, and whom"
        " somebody with `users:write` creates; `closed` only the latter.",
    )
    verify: Literal["off", "optional", "required"] = Field(
        "off",
        description="Whether users prove that their address is theirs: never asked, asked, or"
        " nobody logs in before and no new address replaces the old one before.",
    )

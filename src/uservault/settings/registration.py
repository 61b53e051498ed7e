from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from uservault.settings.base import Branch
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
    local_domains: Annotated[tuple[str, ...], NoDecode, BeforeValidator(local_names)] = Field(
        (),
        description="Comma-separated domains without public e-mail whose addresses users may have:"
        " `local`, `home.arpa`, `test`. `internal` is always allowed.",
    )

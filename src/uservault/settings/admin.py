from pydantic import (
    Field,
    SecretStr,
)

from uservault.settings.base import Branch


class AdminSettings(Branch):
    username: str = Field(
        "",
        description="The first administrator's username. With the next two, creates the account at"
        " start if there is no administrator.",
    )
    email: str = Field("", description="The first administrator's e-mail address.")
    password: SecretStr = Field(
        SecretStr(""),
        description="The first administrator's password. Remove it once the account exists.",
    )

from pydantic import (
    Field,
    SecretStr,
)

from uservault.settings.base import Branch


class AdminSettings(Branch):
    username: str = Field("", description="With the two below: made at start if there is none.")
    email: str = Field("", description="The first administrator's address.")
    password: SecretStr = Field(SecretStr(""), description="Take it away once they exist.")

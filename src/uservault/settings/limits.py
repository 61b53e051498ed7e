from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    Field,
    field_validator,
)

from uservault.settings.base import Branch, SecretUrl

Rate = Annotated[
    str, Field(pattern=r"^[1-9][0-9]{0,6}/([1-9][0-9]{0,3} ?)?(second|minute|hour|day)s?$")
]


class LimitSettings(Branch):
    storage: SecretUrl = Field(
        SecretUrl("memory://"),
        description="Where counters are: `memory://`, one a process, or `redis://…`, shared.",
    )
    login_per_account_and_client: Rate = Field(
        "10/minute", description="Failed logins for one name from one address."
    )
    login_per_account: Rate = Field(
        "60/minute", description="Failed logins for one name from anywhere."
    )
    login_per_client: Rate = Field("100/minute", description="Failed logins from one address.")
    register_per_client: Rate = Field(
        "100/minute", description="Accounts that one address may create."
    )
    register_refused_per_client: Rate = Field(
        "600/minute",
        description="Registrations, and changes of users, of one address refused as taken.",
    )
    letters_per_address: Rate = Field(
        "5/hour", description="E-mails of one kind that may be asked for to one e-mail address."
    )
    letters_per_client: Rate = Field(
        "60/hour", description="E-mails that one address may ask for, to whomever."
    )

    @field_validator("storage")
    @classmethod
    def _known_storage(cls, value: SecretUrl) -> SecretUrl:
        url = value.get_secret_value()
        if not url.startswith(("memory://", "redis://", "rediss://")):
            raise ValueError("should begin with memory://, redis:// or rediss://")
        try:
            urlsplit(url).port  # noqa: B018 - raises
        except ValueError:
            raise ValueError("is not a URL") from None  # whose message would repeat it
        return value

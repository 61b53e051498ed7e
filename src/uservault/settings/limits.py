from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    Field,
    field_validator,
)

from uservault.settings.base import Branch, OrNone, SecretUrl

# An amount, a number of units, and the unit: `10/minute`, `100/5 minutes`.
RATE = r"^([1-9][0-9]{0,6})/(?:([1-9][0-9]{0,3}) ?)?(second|minute|hour|day)s?$"
Rate = Annotated[str, Field(pattern=RATE)]


class LimitSettings(Branch):
    storage: SecretUrl = Field(
        SecretUrl("memory://"),
        description="Where counters are stored: `memory://` (per process) or `redis://…` (shared).",
    )
    login_per_account_and_client: Rate = Field(
        "10/minute", description="Failed logins for one name from one IP address."
    )
    login_per_account: Rate = Field(
        "60/minute", description="Failed logins for one name from all IP addresses."
    )
    login_per_client: Rate = Field(
        "100/minute", description="Failed logins from one IP address, and wrong codes."
    )
    register_per_client: OrNone[Rate] = Field(
        None,
        description="Users registered from one IP address. Default: `30/minute` in production,"
        " `100/minute` in development.",
    )
    register_refused_per_client: Rate = Field(
        "600/minute",
        description="Registrations and changes of users from one IP address that are refused"
        " because a name or e-mail address is taken.",
    )
    letters_per_address: Rate = Field(
        "5/hour",
        description="E-mail requests of one kind for one e-mail address. Requests without a login"
        " count apart; beyond the limit they send nothing.",
    )
    letters_per_client: Rate = Field("60/hour", description="E-mail requests from one IP address.")
    writes_per_session: Rate = Field(
        "600/minute",
        description="Requests of one session that are not GET: changes and exchanged tokens."
        " Raise it for scripts that change many users.",
    )
    mails_per_recipient: Rate = Field(
        "10/hour", description="E-mails of one kind to one e-mail address."
    )
    mails_per_actor: Rate = Field("30/hour", description="E-mails of one kind that a user causes.")
    mails_per_administrator: Rate = Field(
        "1000/hour",
        description="The same for a user who may write users, roles or invitations.",
    )
    mails_per_client: Rate = Field(
        "60/hour", description="E-mails of one kind caused from one IP address."
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
            raise ValueError("is not a URL") from None  # the error's own message repeats the URL
        return value

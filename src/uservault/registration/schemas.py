from pydantic import Field

from uservault.kit.identity import Email
from uservault.kit.schema import Locale, Schema, Username
from uservault.passwords.schemas import NewPassword


class UserCreate(Schema):
    username: Username
    email: Email
    password: NewPassword
    locale: Locale | None = Field(None, description="The language of the user's e-mails (BCP 47).")

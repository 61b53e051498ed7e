from uservault.kit.identity import Email
from uservault.kit.schema import Schema, Username
from uservault.passwords.schemas import NewPassword


class Registration(Schema):
    username: Username
    email: Email
    password: NewPassword

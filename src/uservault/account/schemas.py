from uservault.kit.identity import Email
from uservault.kit.schema import Schema, Username
from uservault.passwords.schemas import GivenPassword, NewPassword


class Registration(Schema):
    username: Username
    email: Email
    password: NewPassword


class PasswordUpdate(Schema):
    current_password: GivenPassword
    new_password: NewPassword

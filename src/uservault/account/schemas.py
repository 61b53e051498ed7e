from uservault.kit.schema import Schema
from uservault.passwords.schemas import GivenPassword, NewPassword


class PasswordUpdate(Schema):
    current_password: GivenPassword
    new_password: NewPassword

from uservault.events.log import Event


class UsersExported(Event):
    """All users were exported; `whole`: with the hashes of their passwords."""

    type = "users.exported"
    whole: bool


class PasswordImported(Event):
    """An import replaced the password of a user who existed. It ended their sessions."""

    type = "password.imported"

from uservault.events.log import Event


class UsersExported(Event):
    """All users were exported; `hashes`: with the hashes of their passwords."""

    type = "users.exported"
    hashes: bool

from typing import TypedDict


class Beginning(TypedDict, total=False):
    """How somebody becomes a user."""

    verified: bool  # the caller knows that the address belongs to the user
    provisional: bool  # they register by themselves

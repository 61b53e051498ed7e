from uservault.kit.problems import Forbidden


class OneTimeTokenInvalid(Forbidden):
    """The same for one that is unknown, used, void, expired, or for another purpose."""

    title = "This link or code is invalid or has expired."
    keep_writes = True  # the try counts

from uservault.kit.problems import Forbidden


class OneTimeTokenInvalid(Forbidden):
    """The same for one that is unknown, used, expired, or for something else."""

    title = "This link or code is not valid, or no longer."
    keep_writes = True  # the try stays counted

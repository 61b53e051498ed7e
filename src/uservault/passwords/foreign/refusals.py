"""Why a hash is refused. No message contains any of the hash."""


class HashRefused(Exception):
    """`str()` of it says why, to who imports the hash."""


class UnknownFormat(HashRefused):
    def __init__(self) -> None:
        super().__init__("The format of this password hash is unknown.")


class MalformedHash(HashRefused):
    def __init__(self, format: str) -> None:
        super().__init__(f"This is no complete hash of the format {format}.")


class HashTooCostly(HashRefused):
    """It would take too long to verify, or too much memory."""

    def __init__(self, format: str, bound: str) -> None:
        super().__init__(f"This {format} hash costs too much to verify: at most {bound}.")


class HashNotVerifiable(HashRefused):
    """Something is missing here that hashes of this format need."""

    def __init__(self, format: str, need: str) -> None:
        super().__init__(f"Hashes of the format {format} need {need}.")

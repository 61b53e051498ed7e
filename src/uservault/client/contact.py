import logging

log = logging.getLogger("uservault.client")


class Contact:
    """Whether something could be had of UserVault: logs when that changes, not every time.

    An error is named by its type, for its text may hold more than a log should; an answer that
    was not the one hoped for, by its status too.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._reason = ""

    def made(self) -> None:
        if self._reason:
            log.info("%s can be had again", self.what)
        self._reason = ""

    def failed(self, error: Exception) -> None:
        if (reason := _named(error)) != self._reason:
            log.warning("%s cannot be had: %s", self.what, reason)
        self._reason = reason


def _named(error: Exception) -> str:
    response = getattr(error, "response", None)
    status = f" {response.status_code}" if response is not None else ""
    return f"{type(error).__name__}{status}"

import logging

log = logging.getLogger("uservault.client")


class Contact:
    """Logs when requests to UserVault begin to fail or to succeed again, not each time.

    Names an error by its type, and by the status of the answer if there is one. Its text may
    contain secrets.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._reason = ""

    def made(self) -> None:
        if self._reason:
            log.info("%s available again", self.what)
        self._reason = ""

    def failed(self, error: Exception) -> None:
        if (reason := _named(error)) != self._reason:
            log.warning("cannot fetch %s: %s", self.what, reason)
        self._reason = reason


def _named(error: Exception) -> str:
    response = getattr(error, "response", None)
    status = f" {response.status_code}" if response is not None else ""
    return f"{type(error).__name__}{status}"

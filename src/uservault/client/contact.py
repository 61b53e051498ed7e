import logging

log = logging.getLogger("uservault.client")


class Contact:
    """Whether something could be had of UserVault: logs when that changes, not every time.

    An error is named by its type, for its text may hold more than a log should; an answer that
    was not the one hoped for is named by its status.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._lost = False

    def made(self) -> None:
        if self._lost:
            log.info("%s can be had again", self.what)
        self._lost = False

    def failed(self, error: Exception) -> None:
        if not self._lost:
            log.warning("%s cannot be had: %s", self.what, _named(error))
        self._lost = True


def _named(error: Exception) -> str:
    response = getattr(error, "response", None)
    status = f" {response.status_code}" if response is not None else ""
    return f"{type(error).__name__}{status}"

"""Why a connection failed, in words for operators. Never what a server said: it may be secret."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator

ERRNO = re.compile(r"\[Errno (\d+)\]")
BY_NUMBER = {
    errno.ECONNREFUSED: "nothing listens at that address and port",
    errno.ECONNRESET: "the other side closed the connection",
    errno.EPIPE: "the other side closed the connection",
    errno.EHOSTUNREACH: "there is no way to the host",
    errno.ENETUNREACH: "there is no way to the host",
    errno.ETIMEDOUT: "no answer in time",
    errno.ENOENT: "there is no such socket or file",
    errno.EACCES: "this process may not use the socket or file",
    errno.EMFILE: "this process has too many open files",
    errno.ENOSPC: "the disk is full",
}
# X509_V_ERR_*, of OpenSSL.
BY_CERTIFICATE = {
    9: "the server's certificate is not valid yet",
    10: "the server's certificate has expired",
    62: "the server's certificate is for another name",
    64: "the server's certificate is for another address",
}
UNTRUSTED = "the server's certificate is not trusted: name the file of its CA"
NO_TLS = "TLS failed: the server may not speak it there, or refuses us"


def network_cause(error: BaseException) -> str | None:
    """None if it is no error of the network, nor was caused by one."""
    return next((cause for each in causes(error) if (cause := _cause(each))), None)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what a library wrapped in it, and what that came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__


def _cause(error: BaseException) -> str | None:
    match error:
        case ssl.SSLCertVerificationError():
            return BY_CERTIFICATE.get(error.verify_code, UNTRUSTED)
        case ssl.SSLError():
            return NO_TLS
        case socket.gaierror():
            return "the name of the host is unknown"
        case TimeoutError():
            return "no answer in time"
        case OSError():
            return BY_NUMBER.get(_number(error))
    return None


def _number(error: OSError) -> int:
    """Of several addresses' errors, the first: asyncio has their numbers in the text only."""
    found = ERRNO.search(str(error))
    return error.errno or (int(found[1]) if found else 0)

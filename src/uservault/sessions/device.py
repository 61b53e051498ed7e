"""What a User-Agent header says of a device, in words for people."""

import asyncio
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ua_parser import PartialResult

UNKNOWN = "Unknown device"
LONGEST_NAME = 64
LONGEST_LABEL = 2 * LONGEST_NAME + len(" on ")


async def device_label(user_agent: str | None) -> str:
    """`label`. The first takes 0.1 s, and so a thread; each new one 1 ms.

    A login asks while it holds a connection: it must not wait for a thread that others share.
    """
    if _parser.cache_info().currsize:
        return label(user_agent)
    return await asyncio.to_thread(label, user_agent)


@lru_cache(1024)
def label(user_agent: str | None) -> str:
    """`Firefox on Windows`, the name of a program, or `Unknown device`."""
    if not user_agent:
        return UNKNOWN
    found = _parser()(user_agent)
    browser = found.user_agent.family if found.user_agent else user_agent.split("/")[0].strip()
    system = found.os.family if found.os else None
    return " on ".join(part[:LONGEST_NAME] for part in (browser, system) if part) or UNKNOWN


def load_parser() -> None:
    """Compile every pattern: nothing matches this. Takes 0.1 s, so call it in a thread."""
    label("-")


@cache
def _parser() -> "Callable[[str], PartialResult]":
    # Only logins need it. With all patterns compiled it takes 0.1 s and 5 MB.
    from ua_parser import BasicResolver, Domain, load_lazy_builtins  # noqa: PLC0415

    resolve = BasicResolver(load_lazy_builtins())
    return lambda user_agent: resolve(user_agent, Domain.USER_AGENT | Domain.OS)

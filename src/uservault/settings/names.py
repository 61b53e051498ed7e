"""Variables that begin like our settings: those that are none of ours, and those misspelt."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from ipaddress import ip_address

from uservault.settings.base import PREFIX

SERVICE = PREFIX.rstrip("_") + r"(?:_[A-Z0-9]+)*"
PROTOCOL = r"TCP|UDP|SCTP"
ADDRESS = re.compile(rf"{SERVICE}_SERVICE_HOST|{SERVICE}_PORT_\d+_(?:{PROTOCOL})_ADDR")
PORT = re.compile(rf"{SERVICE}_SERVICE_PORT(?:_[A-Z0-9]+)*|{SERVICE}_PORT_\d+_(?:{PROTOCOL})_PORT")
PROTO = re.compile(rf"{SERVICE}_PORT_\d+_(?:{PROTOCOL})_PROTO")
URL = re.compile(rf"{SERVICE}_PORT(?:_\d+_(?:{PROTOCOL}))?")
URL_VALUE = re.compile(rf"(?:{PROTOCOL})://\S+:\d{{1,5}}", re.IGNORECASE)


def is_service_link(name: str, value: str) -> bool:
    """Whether Kubernetes set it, for a service named `uservault` or `uservault-…`.

    Both name and value must be a link's: `USERVAULT_SERVER_PORT=80` is a misspelt setting.
    """
    if ADDRESS.fullmatch(name):
        return _is_address(value)
    if PORT.fullmatch(name):
        return value.isdecimal()
    if PROTO.fullmatch(name):
        return value.upper() in PROTOCOL.split("|")
    return bool(URL.fullmatch(name) and URL_VALUE.fullmatch(value))


def unknown_name(name: str, known: Collection[str]) -> str:
    """The error for a name that there is not, with the nearest that there is."""
    by_words = {_words(each): each for each in known}
    near = get_close_matches(_words(name), by_words, n=1, cutoff=0.75)
    hint = f"; did you mean {by_words[near[0]]}?" if near else ""
    return f"{name}: there is no such setting{hint}"


def _words(name: str) -> str:
    """Without what all names have in common, and what is forgotten most."""
    return name.removeprefix(PREFIX).replace("__", "_")


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import NoDecode

from uservault.settings.base import Branch
from uservault.settings.parsing import names

DEFAULT_PORTS = {"http": 80, "https": 443}


class CorsSettings(Branch):
    origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)] = Field(
        (),
        description="Comma-separated origins whose pages may call the API from a browser, like"
        " `https://app.example.com`. Default: none.",
    )

    @field_validator("origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_as_browsers_write_it, value))


def _as_browsers_write_it(origin: str) -> str:
    """Lower case, without a default port (RFC 6454 §6.2). Raises ValueError."""
    parts = urlsplit(origin.lower().removesuffix("/"))
    port = parts.port  # raises, too
    authority = parts.netloc.removesuffix(f":{port}")
    known = parts.scheme in DEFAULT_PORTS and parts.hostname and origin.isascii()
    if not known or parts.path or parts.query or parts.fragment or set(authority) & set("@*? "):
        raise ValueError("should be comma-separated origins: https://host[:port], without `*`")
    shown = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{authority}{shown}"

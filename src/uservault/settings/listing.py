"""Walks the tree of settings, and writes their values without secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from uservault.settings.base import PREFIX, SecretUrl

MASK = "********"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the operator sees it. `path`: the attribute names in the tree."""

    name: str
    path: tuple[str, ...]
    meaning: str
    default: str
    secret: bool

    @property
    def file_name(self) -> str:
        """The variable that names a file with its value. Only for secrets."""
        return f"{self.name}_FILE"


def settings_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """All settings below `path`, in the order of the tree."""
    for name, field in model.model_fields.items():
        here = (*path, name)
        if isinstance(field.default, BaseModel):
            yield from settings_of(type(field.default), here)
        else:
            yield Setting(
                name=_name(here, field),
                path=here,
                meaning=field.description or "",
                default=written(field.default),
                secret=_is_secret(field),
            )


def _name(path: tuple[str, ...], field: FieldInfo) -> str:
    if len(path) == 1 and field.validation_alias:  # the alias replaces the whole name
        return str(field.validation_alias)
    last = str(field.validation_alias or path[-1])
    return PREFIX + "__".join((*path[:-1], last)).upper()


def _is_secret(field: FieldInfo) -> bool:
    types = (field.annotation, *get_args(field.annotation))
    return any(isclass(each) and issubclass(each, SecretStr) for each in types)


def written(value: Any) -> str:
    """A value as the operator would write it, masked if it is a secret."""
    match value:
        case SecretStr():
            return _masked(value)
        case None | ():
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(map(str, value))
        case _ if hasattr(value, "total_seconds"):
            return f"{value.total_seconds():.15g}"
    return str(value)


def _masked(value: SecretStr) -> str:
    """A mask; for a URL, its scheme, host and path."""
    secret = value.get_secret_value()
    if not isinstance(value, SecretUrl):
        return MASK if secret else ""
    scheme, _, rest = secret.partition("://")
    place, _, options = rest.partition("?")
    if "@" in options:  # the password may contain a question mark
        return f"{scheme}://{MASK}"
    return f"{scheme}://{place.rpartition('@')[2]}"

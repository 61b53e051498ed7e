"""Reads the settings, and lists them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import SettingsError

from uservault.kit.urls import BadDatabaseUrl, async_url
from uservault.settings.base import ENV_FILE_ENCODING, SecretUrl
from uservault.settings.tree import Settings

PREFIX = "USERVAULT_"
MASK = "********"


class BadSettings(Exception):
    """One line per error: it names the setting and never repeats a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the operator sees it. `path`: the attribute names in the tree."""

    name: str
    path: tuple[str, ...]
    meaning: str
    default: str


def every_setting() -> Iterator[Setting]:
    """All settings, in the order of the tree."""
    yield from _settings_of(Settings, ())


def load_settings() -> Settings:
    """The settings of this process. Raises BadSettings."""
    errors = [f"{name}: there is no such setting" for name in sorted(_unknown())]
    try:
        settings = Settings()
    except ValidationError as error:
        # Unknown names are in the list already.
        invalid = [each for each in error.errors() if each["type"] != "extra_forbidden"]
        errors += [_message(dict(each)) for each in invalid]
    except SettingsError:
        pass  # a whole branch was set as JSON; its name is in the list already
    else:
        errors += _url_errors(settings)
    if errors:
        raise BadSettings("\n".join(errors))
    return settings


def sources() -> Mapping[str, str]:
    """Where each setting comes from: `environment` or `.env`. Omits those with a default."""
    found = {name.upper(): ".env" for name in _env_file()}
    found |= {name.upper(): "environment" for name in os.environ}
    names = {setting.name for setting in every_setting()}
    return {name: source for name, source in found.items() if name in names}


def shown(settings: Settings, setting: Setting) -> str:
    """The current value, masked if it is a secret."""
    value: Any = settings
    for step in setting.path:
        value = getattr(value, step)
    return _written(value)


def _url_errors(settings: Settings) -> Iterator[str]:
    try:
        url = async_url(settings.database_url.get_secret_value())
    except BadDatabaseUrl as error:
        yield f"DATABASE_URL: {error}"
        return
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").parent.is_dir():
        yield "DATABASE_URL: the folder of its file does not exist"


def _unknown() -> set[str]:
    known = {setting.name for setting in every_setting()}
    present = {name.upper() for name in [*os.environ, *_env_file()]}
    return {name for name in present if name.startswith(PREFIX)} - known


def _env_file() -> Mapping[str, str | None]:
    try:
        return dotenv_values(".env", encoding=ENV_FILE_ENCODING)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f".env: cannot be read ({type(error).__name__})") from None


def _settings_of(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        here = (*path, name)
        if isinstance(field.default, BaseModel):
            yield from _settings_of(type(field.default), here)
        else:
            yield Setting(
                name=_name(here, field),
                path=here,
                meaning=field.description or "",
                default=_written(field.default),
            )


def _name(path: tuple[str, ...], field: FieldInfo) -> str:
    if len(path) == 1 and field.validation_alias:  # the alias replaces the whole name
        return str(field.validation_alias)
    last = str(field.validation_alias or path[-1])
    return PREFIX + "__".join((*path[:-1], last)).upper()


def _message(error: dict[str, Any]) -> str:
    path = tuple(str(step) for step in error["loc"])
    reason = str(error["msg"]).removeprefix("Value error, ")
    if not path:  # a rule for several settings names them in its message
        return reason
    name = path[0] if path[0].isupper() else PREFIX + "__".join(path).upper()
    return f"{name}: {reason}"


def _written(value: Any) -> str:
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

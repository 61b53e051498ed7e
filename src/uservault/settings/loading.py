"""Reads the settings, and lists them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from uservault.kit.database_tls import check_files
from uservault.kit.urls import BadDatabaseUrl, async_url
from uservault.settings.base import PREFIX
from uservault.settings.env_file import EnvFileError, read_env_file
from uservault.settings.files import SecretFileError
from uservault.settings.listing import Setting, settings_of, written
from uservault.settings.names import is_service_link, unknown_name
from uservault.settings.tree import Settings


class BadSettings(Exception):
    """One line per error: it names the setting and never repeats a value."""


def every_setting() -> Iterator[Setting]:
    """All settings, in the order of the tree."""
    yield from settings_of(Settings)


def load_settings() -> Settings:
    """The settings of this process. Raises BadSettings."""
    errors = list(_unknown())
    try:
        settings = Settings()
    except ValidationError as error:
        # Unknown names are in the list already.
        invalid = [each for each in error.errors() if each["type"] != "extra_forbidden"]
        errors += [_message(dict(each)) for each in invalid]
    except SecretFileError as error:
        errors.append(str(error))
    except SettingsError:
        pass  # a whole branch was set as JSON; its name is in the list already
    else:
        errors += _url_errors(settings)
    if errors:
        raise BadSettings("\n".join(errors))
    return settings


def sources() -> Mapping[str, str]:
    """Where each setting comes from: `environment`, `.env`, or the variable that names its file.

    Omits those with a default.
    """
    found = {name.upper(): ".env" for name in _env_file()}
    found |= {name.upper(): "environment" for name in os.environ}
    settings = list(every_setting())
    direct = {each.name: found[each.name] for each in settings if each.name in found}
    files = {each.name: each.file_name for each in settings if _is_from_file(each)}
    return direct | files


def shown(settings: Settings, setting: Setting) -> str:
    """The current value, masked if it is a secret."""
    value: Any = settings
    for step in setting.path:
        value = getattr(value, step)
    return written(value)


def _url_errors(settings: Settings) -> Iterator[str]:
    try:
        url = async_url(settings.database_url.get_secret_value())
        check_files(url)
    except BadDatabaseUrl as error:
        yield f"DATABASE_URL: {error}"
        return
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").parent.is_dir():
        yield "DATABASE_URL: the folder of its file does not exist"


def _unknown() -> Iterator[str]:
    settings = list(every_setting())
    known = {setting.name for setting in settings}
    known |= {setting.file_name for setting in settings if setting.secret}
    for name, value in sorted(_variables().items()):
        ours = name.startswith(PREFIX) and name not in known
        if ours and not is_service_link(name, value or ""):
            yield unknown_name(name, known)


def _is_from_file(setting: Setting) -> bool:
    return setting.secret and bool(_variables().get(setting.file_name))


def _variables() -> Mapping[str, str | None]:
    """By names in upper case. The environment wins."""
    return {**_upper(_env_file()), **_upper(os.environ)}


def _upper(variables: Mapping[str, str | None]) -> Mapping[str, str | None]:
    return {name.upper(): value for name, value in variables.items()}


def _env_file() -> Mapping[str, str | None]:
    try:
        return read_env_file()
    except EnvFileError as error:
        raise BadSettings(str(error)) from None


def _message(error: dict[str, Any]) -> str:
    path = tuple(str(step) for step in error["loc"])
    reason = str(error["msg"]).removeprefix("Value error, ")
    if not path:  # a rule for several settings names them in its message
        return reason
    name = path[0] if path[0].isupper() else PREFIX + "__".join(path).upper()
    return f"{name}: {reason}"

"""Secrets from files, as containers mount them: `NAME_FILE` names a file with the value of `NAME`.

Every secret setting has such a variable. The content of a file is never part of an error.
"""

from collections.abc import Iterator, Sequence

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from uservault.settings.listing import Setting, settings_of

MAX_BYTES = 8192


class SecretFileError(SettingsError):
    """One line per error: it names the variable."""


def read_secret_files(model: type[BaseSettings], sources: Sequence[EnvSettingsSource]) -> None:
    """Put what the files contain under the settings' own names. Raises SecretFileError."""
    secrets = [setting for setting in settings_of(model) if setting.secret]
    errors = list(_set_twice(secrets, sources))
    for source in sources:
        errors += _read(secrets, source)
    if errors:
        raise SecretFileError("\n".join(errors))


def _set_twice(secrets: Sequence[Setting], sources: Sequence[EnvSettingsSource]) -> Iterator[str]:
    present = {name for source in sources for name, value in source.env_vars.items() if value}
    for secret in secrets:
        if {secret.name.lower(), secret.file_name.lower()} <= present:
            yield f"{secret.file_name}: {secret.name} is set too; set one of them"


def _read(secrets: Sequence[Setting], source: EnvSettingsSource) -> Iterator[str]:
    """Replaces the variables of files in the source. Yields errors."""
    variables = dict(source.env_vars)  # pydantic-settings keeps the names in lower case
    for secret in secrets:
        path = variables.pop(secret.file_name.lower(), None)
        try:
            if path:
                variables[secret.name.lower()] = _content(path)
        except ValueError as error:
            yield f"{secret.file_name}: its file {error}"
    source.env_vars = variables


def _content(path: str) -> str:
    """The text of the file without the line break at its end. Raises ValueError."""
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"cannot be read ({type(error).__name__})") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"has more than {MAX_BYTES} bytes")
    if not text:
        raise ValueError("is empty")
    return text

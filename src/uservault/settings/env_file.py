"""Reads `.env` as its common tools write it.

python-dotenv parses it. Unlike it, and like shells and compose, we expand nothing in single quotes,
and refuse a line that it would skip: a secret may be in it.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables
from pydantic_settings import DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsError

from uservault.settings.base import ENV_FILE_ENCODING

SINGLE_QUOTED = re.compile(r"\s*(?:export\s+)?(?:'[^']+'|[^=#\s]+)\s*=[^\S\r\n]*'")


class EnvFileError(SettingsError):
    """The message names the line, never its content."""


def read_env_file(path: str = ".env") -> Mapping[str, str | None]:
    """By names as they are written. Empty if there is no file. Raises EnvFileError."""
    try:
        with Path(path).open(encoding=ENV_FILE_ENCODING) as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileError(f".env: cannot be read ({type(error).__name__})") from None
    return _values(bindings)


def put_env_file(source: PydanticBaseSettingsSource) -> None:
    """Replace what pydantic read of the file, unless it was told to read none."""
    if isinstance(source, DotEnvSettingsSource) and source.env_file:
        values = read_env_file(str(source.env_file))
        source.env_vars = {name.lower(): value for name, value in values.items()}


def _values(bindings: list[Binding]) -> Mapping[str, str | None]:
    values: dict[str, str | None] = {}
    for binding in bindings:
        if binding.error:
            line = binding.original.line
            raise EnvFileError(f".env: line {line} is not NAME=value; is a quote not closed?")
        if binding.key is not None:
            values[binding.key] = _value(binding, values)
    return values


def _value(binding: Binding, before: Mapping[str, str | None]) -> str | None:
    """With the variables in it: `${NAME}` of lines before, or of the environment."""
    if binding.value is None or SINGLE_QUOTED.match(binding.original.string):
        return binding.value
    known = {**os.environ, **before}
    return "".join(atom.resolve(known) for atom in parse_variables(binding.value))

"""Secrets are references (``env:NAME``, ``file:PATH``): resolved only when used, never shown."""

from __future__ import annotations

import os
import re
from pathlib import Path

from penstock.core.error import ConfigError

_PASSWORD = re.compile(r"(?P<head>[a-zA-Z][\w+.-]*://[^/\s:@?#]*:)\S+(?=@)")
_QUERY = re.compile(
    r"(?P<head>[?&][\w.-]*(?:password|passwd|secret|token|key|signature)[\w.-]*=)[^&\s]+", re.IGNORECASE
)
MASK = "***"


def is_reference(value: str) -> bool:
    """Whether a value refers to a secret instead of being one; ``file://...`` is a plain URL.

    Examples
    --------
    >>> is_reference("env:DATABASE_URL"), is_reference("file:///srv/artifacts")
    (True, False)
    """
    return value.startswith("env:") or (value.startswith("file:") and not value.startswith("file://"))


def resolve_secret(value: str, *, where: str = "a setting") -> str:
    """The value behind a reference; any other text is returned as it is.

    Parameters
    ----------
    value : str
        ``env:NAME``, ``file:PATH`` (without its last line end) or plain text.
    where : str
        The setting that holds it, for messages.

    Raises
    ------
    ConfigError
        If the variable is not set, or the file cannot be read.

    Examples
    --------
    >>> resolve_secret("sqlite:///runs.db", where="setting 'store'")
    'sqlite:///runs.db'
    """
    if not is_reference(value):
        return value
    scheme, _, name = value.partition(":")
    return _from_environment(name, where) if scheme == "env" else _from_file(name, where)


def _from_environment(name: str, where: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ConfigError(
            f"environment variable '{name}' is not set",
            where=where,
            fix=f"export {name}=..., or change the setting",
        ) from None


def _from_file(name: str, where: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(
            f"secret file '{name}' cannot be read: {reason}",
            where=where,
            fix="create the file and make it readable for you, or change the setting",
        ) from error


def mask_secrets(text: str) -> str:
    """The text with passwords of URLs replaced by stars; references stay, they are no secrets.

    Examples
    --------
    >>> mask_secrets("postgresql://me:pa55@db/runs?sslpassword=x")
    'postgresql://me:***@db/runs?sslpassword=***'
    """
    return _QUERY.sub(rf"\g<head>{MASK}", _PASSWORD.sub(rf"\g<head>{MASK}", text))

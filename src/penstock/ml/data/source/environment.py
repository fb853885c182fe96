"""Locations that stand in an environment variable, so that what they hold is kept nowhere else."""

from __future__ import annotations

import os

from penstock.core.error import DataError
from penstock.ml.data.source.url import has_secret, mask

PREFIX = "env:"
"""``env:NAME`` is the location that the environment variable ``NAME`` holds."""


def resolved(uri: str) -> str:
    """The location itself: of ``env:NAME`` what the variable holds, else the text as it is.

    Raises
    ------
    DataError
        If the variable is not set, or empty.
    """
    name = uri.removeprefix(PREFIX)
    if name == uri:
        return uri
    value = os.environ.get(name, "")
    if not value:
        raise DataError(
            f"the environment variable {name!r} is not set",
            where=uri,
            fix="set it to the path or URL where the data is read; write env:NAME with the variable's name",
        )
    return value


def check_no_secret(uri: str, where: str) -> None:
    """Refuse a location with a password, token or signature in it.

    Raises
    ------
    DataError
        If there is one; without it.
    """
    if has_secret(uri):
        raise DataError(
            f"the URL {mask(uri)} holds a password or another secret, which would be stored with the run",
            where=where,
            fix='put the URL into an environment variable and give its name, source="env:NAME"; '
            "for PostgreSQL leave the password out, and use PGPASSWORD or ~/.pgpass",
        )

"""Canonical JSON: the same value always gives the same bytes, hence the same digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

PREFIX = "sha256:"


def canonical_json(value: object) -> str:
    """JSON text with sorted keys and no blanks; ints stay ints.

    Parameters
    ----------
    value : JSON value
        Non-finite floats are written as ``NaN`` and ``Infinity``.

    Raises
    ------
    TypeError
        If the value is not made of JSON types with string keys.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain_json(value: Any) -> Any:
    """The value as JSON gives it back: tuples as lists, subclasses of str and numbers as what they are in JSON.

    Raises
    ------
    TypeError
        If the value is not made of JSON types with string keys.
    ValueError
        If a string cannot be written as UTF-8, or the value contains itself.

    Examples
    --------
    >>> plain_json({"a": (1, 2.5)})
    {'a': [1, 2.5]}
    """
    text = canonical_json(value)
    text.encode()
    _check_keys(value)
    return json.loads(text)


def _check_keys(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is no string")
            _check_keys(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_keys(item)


def digest_of(value: object) -> str:
    """Digest of a JSON value, ``sha256:`` and 64 hexadecimal digits."""
    return digest_bytes(canonical_json(value).encode())


def digest_bytes(data: bytes) -> str:
    """Digest of bytes, ``sha256:`` and 64 hexadecimal digits."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def short(digest: str) -> str:
    """Twelve digits of a digest, for people.

    Examples
    --------
    >>> short("sha256:0123456789abcdef")
    '0123456789ab'
    """
    return digest.removeprefix(PREFIX)[:12]

"""Values of settings in their types."""

from __future__ import annotations

from typing import Any

from penstock.engine.config.settings import TYPES


def typed(key: str, value: Any, *, where: str, is_text: bool = False) -> Any:
    """The value of a setting in its type.

    Parameters
    ----------
    key : str
        One of `TYPES`.
    value : object
    where : str
        The place that holds it, for messages.
    is_text : bool
        The value is text from a variable, whatever type is wanted.

    Raises
    ------
    ConfigError
        If it is of another type, or out of range.
    """
    if type(value) is TYPES[key] and not (isinstance(value, int) and value < 0):
        return value
    from penstock.engine.config.convert import convert

    return convert(key, value, where=where, is_text=is_text)


def type_name(value: Any) -> str:
    """A value's type in TOML's words, with the value where it can be no secret."""
    names = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "a list", dict: "a table"}
    return f"{names.get(type(value), type(value).__name__)} ({value!r:.60})" if _is_plain(value) else names[type(value)]


def _is_plain(value: Any) -> bool:
    """Whether a wrong value may be repeated in a message: a text might be a secret."""
    return not isinstance(value, (list, dict)) and not (isinstance(value, str) and "://" in value)

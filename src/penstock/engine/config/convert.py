"""Values that are not of their setting's type yet: converted, or refused with the type that is wanted.

Imported only where there is such a value.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from penstock.core.error import ConfigError
from penstock.engine.config.settings import TYPES
from penstock.engine.config.typed import type_name

_CHECKS: dict[type, Any] = {str: str, int: Annotated[int, msgspec.Meta(ge=0)], dict: dict[str, Any]}
_WORDS = {str: "a string", int: "an integer, 0 or more", dict: "a table"}
_EXAMPLES = {str: '"..."', int: "4", dict: "{ }"}
_VARIABLE_EXAMPLES = {int: "4", dict: "'{}'"}


def convert(key: str, value: Any, *, where: str, is_text: bool) -> Any:
    """The value of a setting in its type; from text (a variable) where ``is_text``.

    Raises
    ------
    ConfigError
        If it is of another type, or out of range.
    """
    kind = TYPES[key]
    try:
        if is_text and kind is dict:
            return msgspec.json.decode(value, type=_CHECKS[kind])
        return msgspec.convert(value, _CHECKS[kind], strict=not is_text)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ConfigError(
            f"setting '{key}' is {type_name(value)}; it must be {_WORDS[kind]}",
            where=where,
            fix=f"for instance {_example(key, kind, is_text)}",
        ) from error


def _example(key: str, kind: type, is_text: bool) -> str:
    """The setting as one would write it where the wrong value was found."""
    return f"PENSTOCK_{key.upper()}={_VARIABLE_EXAMPLES[kind]}" if is_text else f"{key} = {_EXAMPLES[kind]}"

"""Fixed values in a pipeline's definition, checked against the type of their input."""

from __future__ import annotations

import os
from typing import Any

from penstock.core.canonical import plain_json
from penstock.core.error import GraphError
from penstock.core.signature import PARAMETER, PATH, PortType, value_fits


def json_constant(value: Any, kind: PortType, name: str, where: str) -> Any:
    """A fixed value of an input, as JSON; paths become strings.

    Raises
    ------
    GraphError
        If it is no JSON value, or not of the input's type.
    """
    try:
        plain = plain_json(_without_paths(value) if kind.kind == PATH else value)
    except (TypeError, ValueError, RecursionError) as error:
        raise GraphError(
            f"the value of '{name}' is {value!r}, which is no JSON value",
            where=where,
            fix="use JSON values in a pipeline's definition; make other objects inside a step",
        ) from error
    if not (_is_of_type(plain, kind) or (plain is None and kind.is_optional)):
        raise GraphError(
            f"the value of '{name}' is {value!r}, which is not {kind}",
            where=where,
            fix=f"give a value of type {kind}" if kind.kind in (PARAMETER, PATH) else "give it what a step returned",
        )
    return plain


def _without_paths(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_without_paths(item) for item in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _is_of_type(value: Any, kind: PortType) -> bool:
    if kind.kind == PARAMETER:
        return value_fits(kind.form, value)
    # An artifact is made by a step, never written down.
    return kind.kind == PATH and value_fits("list[str]" if kind.is_list else "str", value)

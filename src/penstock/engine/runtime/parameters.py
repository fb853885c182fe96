"""Pipeline parameters: values given by a caller, checked against the graph."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from penstock.core.canonical import plain_json
from penstock.core.error import ParameterError, closest
from penstock.core.graph import Graph, Parameter
from penstock.core.signature import PARAMETER, PATH, value_fits


def bind_parameters(graph: Graph, given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every parameter: what is given, else the default.

    Parameters
    ----------
    graph : Graph
    given : mapping of str to object
        JSON values; paths may be ``Path`` objects.

    Raises
    ------
    ParameterError
        If a name is unknown, a required one is missing, or a value has the wrong type.
    """
    known = [parameter.name for parameter in graph.parameters]
    where = f"pipeline '{graph.name}'"
    for name in given:
        if name not in known:
            raise ParameterError(
                f"pipeline '{graph.name}' has no parameter '{name}'; {closest(name, known)}",
                where=where,
                fix="use one of its parameters",
            )
    return {parameter.name: _value(parameter, given, where) for parameter in graph.parameters}


def _value(parameter: Parameter, given: Mapping[str, Any], where: str) -> Any:
    if parameter.name not in given:
        if parameter.is_required:
            _check_giveable(parameter, where)
            raise ParameterError(
                f"the parameter '{parameter.name}' ({parameter.type}) is missing",
                where=where,
                fix=f"give it: -p {parameter.name}=VALUE, or {parameter.name}=... in Python",
            )
        return parameter.default
    _check_giveable(parameter, where)
    value, kind = given[parameter.name], parameter.type
    form = kind.form if kind.kind == PARAMETER else "list[str]" if kind.is_list else "str"
    try:
        plain = plain_json(_without_paths(value))
        fits = value_fits(form, plain) or (plain is None and kind.is_optional)
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise ParameterError(
            f"the parameter '{parameter.name}' is {value!r} ({type(value).__name__}), but should be {kind}",
            where=where,
            fix=f"give a value of type {kind}",
        )
    return plain


def _check_giveable(parameter: Parameter, where: str) -> None:
    if parameter.type.kind not in (PARAMETER, PATH):
        raise ParameterError(
            f"the parameter '{parameter.name}' is {parameter.type}, which only a step can make",
            where=where,
            fix="call this pipeline inside another one and pass it a step's output",
        )


def _without_paths(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_without_paths(item) for item in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value

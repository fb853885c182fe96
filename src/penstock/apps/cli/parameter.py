"""`-p NAME=VALUE`: texts read by the type that the pipeline declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from penstock.core.error import ParameterError, UsageError, closest
from penstock.core.graph import Parameter
from penstock.core.signature import PARAMETER, value_fits

_PYTHON_WORDS = {"True": True, "False": False, "None": None}


def parse_parameters(pairs: Iterable[str], parameters: Sequence[Parameter], *, pipeline: str) -> dict[str, Any]:
    """Values by name.

    Parameters
    ----------
    pairs : iterable of str
        ``NAME=VALUE`` each. Strings need no quotes; lists and dicts are JSON.
    parameters : sequence of Parameter
        What the pipeline declares.
    pipeline : str
        Its name, for messages.

    Raises
    ------
    UsageError
        If a pair has no ``=``.
    ParameterError
        For a name that is unknown or given twice, or a value of another type.

    Examples
    --------
    >>> from penstock.core.signature import PortType
    >>> declared = [Parameter("rate", PortType("Parameter", "float")), Parameter("tag", PortType("Parameter", "str"))]
    >>> parse_parameters(["rate=0.5", "tag=7"], declared, pipeline="taxi")
    {'rate': 0.5, 'tag': '7'}
    """
    where = f"pipeline '{pipeline}'"
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"'{pair}' has no '='", where="option -p", fix=f"write -p {pair or 'NAME'}=VALUE")
        if name not in known:
            raise ParameterError(
                f"unknown parameter '{name}'; {closest(name, known)}", where=where, fix="use one of its parameters"
            )
        if name in values:
            raise ParameterError(f"parameter '{name}' is given twice", where=where, fix=f"keep one -p {name}=...")
        values[name] = _parse(known[name], text, where)
    return values


def _parse(parameter: Parameter, text: str, where: str) -> Any:
    form = parameter.type.form if parameter.type.kind == PARAMETER else "list[str]" if parameter.type.is_list else "str"
    if parameter.type.is_optional and "None" not in form:
        form += " | None"
    for value in _readings(text, form):
        if value_fits(form, value):
            return value
    raise ParameterError(
        f"parameter '{parameter.name}' is {form}; {text!r} is not",
        where=where,
        fix=f"for instance -p {parameter.name}={_example(form)}",
    )


def _readings(text: str, form: str) -> Iterable[Any]:
    """What a text may mean, most likely first."""
    if form != "str":
        if text in _PYTHON_WORDS:
            yield _PYTHON_WORDS[text]
        with suppress(ValueError):
            yield json.loads(text)
    yield text


def _example(form: str) -> str:
    words = {"bool": "true", "int": "3", "float": "0.5", "list[str]": """'["a", "b"]'""", "list[int]": "'[1, 2]'"}
    if form in words:
        return words[form]
    if form.startswith("list"):
        return "'[...]'"
    return "'{\"key\": ...}'" if form.startswith("dict") else "..."

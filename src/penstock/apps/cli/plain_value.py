"""Reads the values of options without Typer's validation library.

Typer imports Pydantic as soon as one option has a value; that takes longer than everything else that happens
before a run. The types that our commands use need no such help.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Context

_READERS: dict[Any, Callable[[Any], Any]] = {str: str, bool: bool, int: int, float: float, Path: Path}


class PlainCommand(TyperCommand):
    """A command whose parameters read their own values."""

    def get_params(self, ctx: Context) -> list[Any]:
        """Its parameters, the help option included."""
        return _plain(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A group of commands whose own parameters read their own values."""

    def get_params(self, ctx: Context) -> list[Any]:
        """Its parameters, the help option included."""
        return _plain(super().get_params(ctx))


def _plain(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        is_list = annotation == list[str]
        if is_list or annotation in _READERS:
            parameter._runtime_param = _PlainValue(str if is_list else _READERS[annotation], is_list=is_list)
    return parameters


class _PlainValue:
    """Stands where Typer keeps what converts one parameter; another version of Typer merely converts more slowly."""

    def __init__(self, read: Callable[[Any], Any], *, is_list: bool) -> None:
        self._read = read
        self._is_list = is_list

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is None:
            return () if self._is_list else None
        if self._is_list:
            return [self._one(item, param, ctx) for item in value]
        return self._one(value, param, ctx)

    def _one(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            found = self._read(value)
        except ValueError as error:
            raise typer.BadParameter(f"{value!r} is not {_WORDS[self._read]}", ctx=ctx, param=param) from error
        lowest = param.type_descriptor.parameter_info.min
        if lowest is not None and found < lowest:
            raise typer.BadParameter(f"{found} is less than {lowest}", ctx=ctx, param=param)
        return found


_WORDS: dict[Any, str] = {int: "a whole number", float: "a number"}

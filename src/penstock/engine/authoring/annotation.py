"""Python annotations as port types."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from penstock.core.error import GraphError, closest
from penstock.core.plugin import plugins
from penstock.core.signature import PARAMETER, PATH, PortType

MATERIALIZERS = "penstock.materializers"
_ATOMS = {bool: "bool", int: "int", float: "float", str: "str", type(None): "None", None: "None", Any: "Any"}


def annotations_of(function: Callable[..., Any], where: str) -> dict[str, Any]:
    """Annotations of a function with names resolved.

    Raises
    ------
    GraphError
        If a name in an annotation is not defined at run time.
    """
    try:
        return typing.get_type_hints(function, include_extras=False)
    except (NameError, AttributeError) as error:
        raise GraphError(
            f"an annotation of '{function.__name__}' cannot be resolved: {error}",
            where=where,
            fix="import the name at the top of the module, not only under TYPE_CHECKING",
        ) from error


def input_type(annotation: Any, where: str) -> PortType:
    """Type of an input port.

    Parameters
    ----------
    annotation : object
        JSON types, ``Path``, a class some materializer knows, ``list[...]`` of such a class,
        and ``... | None`` of any of them.
    where : str
        For the message.

    Raises
    ------
    GraphError
        If no kind belongs to the annotation.
    """
    inner, is_optional = _without_none(annotation)
    if inner is Path:
        return PortType(PATH, "pathlib.Path", is_optional=is_optional)
    text = json_text(inner)
    if text:
        return PortType(PARAMETER, f"{text} | None" if is_optional else text, is_optional=is_optional)
    if get_origin(inner) is list:
        (item,) = get_args(inner)
        if item is Path:
            return PortType(PATH, "pathlib.Path", is_list=True, is_optional=is_optional)
        kind, form = _artifact(item, annotation, where)
        return PortType(kind, form, is_list=True, is_optional=is_optional)
    kind, form = _artifact(inner, annotation, where)
    return PortType(kind, form, is_optional=is_optional)


def output_type(annotation: Any, where: str) -> PortType:
    """Type of an output port; ``Path`` means a File."""
    found = input_type(annotation, where)
    return replace(found, kind="File") if found.kind == PATH else found


def json_text(annotation: Any) -> str:
    """Text of a JSON type, empty for anything else.

    Examples
    --------
    >>> json_text(dict[str, float] | None), json_text(bytes)
    ('dict[str, float] | None', '')
    """
    try:
        if annotation in _ATOMS:
            return _ATOMS[annotation]
    except TypeError:
        return ""
    if annotation in (list, dict):
        return str(annotation.__name__)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        is_json = all(type(arg) in (str, int, bool, type(None)) for arg in args)
        return f"Literal[{', '.join(map(repr, args))}]" if is_json else ""
    inner = [json_text(arg) for arg in args]
    if not inner or not all(inner):
        return ""
    if origin in (Union, types.UnionType):
        return " | ".join(sorted(inner, key=lambda text: text == "None"))
    if origin is list or (origin is dict and args[0] is str):
        return f"{origin.__name__}[{', '.join(inner)}]"
    return ""


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    rest = [arg for arg in get_args(annotation) if arg is not type(None)]
    if len(rest) == len(get_args(annotation)):
        return annotation, False
    return Union[tuple(rest)], True  # noqa: UP007 - built at run time


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """Kind by qualified class name, read from the names of the materializers."""
    return {form: kind for kind, _, form in (name.partition(".") for name in plugins(MATERIALIZERS))}


def qualified_name(cls: type) -> str:
    """Name under which materializers know a class."""
    return "pathlib.Path" if issubclass(cls, Path) else f"{cls.__module__}.{cls.__qualname__}"


def _artifact(annotation: Any, whole: Any, where: str) -> tuple[str, str]:
    if isinstance(annotation, type):
        for cls in annotation.__mro__[:-1]:
            form = qualified_name(cls)
            if form in _kinds():
                return _kinds()[form], form
    name = getattr(annotation, "__name__", str(annotation))
    raise GraphError(
        f"no artifact kind or JSON type belongs to the annotation {inspect.formatannotation(whole)}",
        where=where,
        fix=f"use a JSON type, Path, or a class that a materializer knows; {closest(name, _short_names())}",
    )


def _short_names() -> set[str]:
    return {form.rpartition(".")[2] for form in _kinds()}

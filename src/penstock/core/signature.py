"""Types of ports: kinds of artifacts, and JSON types of parameters.

A JSON type is kept as its annotation's text, for instance ``list[float] | None``:
readable in graph.json and in every message.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PARAMETER = "Parameter"
PATH = "Path"
"""An input port annotated ``Path``: takes any artifact, or a path as parameter (hashed by content)."""


@dataclass(frozen=True, slots=True)
class PortType:
    """What a port carries.

    Parameters
    ----------
    kind : str
        ``Parameter``, ``Path`` (inputs only) or an artifact kind.
    form : str
        For a Parameter its JSON type, for an artifact the qualified name of the in-memory class.
    is_list : bool
        A list of artifacts (fan-in). Lists of JSON values are part of ``form``.
    is_optional : bool
        The input takes None, also when its producer was skipped.
    """

    kind: str
    form: str = "Any"
    is_list: bool = False
    is_optional: bool = False

    def __str__(self) -> str:
        text = self.form if self.kind == PARAMETER else self.kind
        if self.kind not in (PARAMETER, PATH) and self.form:
            text += f" as {self.form.rpartition('.')[2]}"
        if self.is_list:
            text = f"list of {text}"
        return f"{text} or None" if self.is_optional and "None" not in text else text

    def listed(self) -> PortType:
        """The type of a list of these."""
        if self.kind == PARAMETER:
            return PortType(PARAMETER, f"list[{self.form}]")
        return PortType(self.kind, self.form, is_list=True)

    def to_json(self) -> dict[str, Any]:
        """JSON form; flags only where set."""
        data: dict[str, Any] = {"kind": self.kind, "form": self.form}
        if self.is_list:
            data["is_list"] = True
        if self.is_optional:
            data["is_optional"] = True
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PortType:
        """Read what `to_json` wrote."""
        return cls(**data)


def fits(target: PortType, source: PortType) -> bool:
    """Whether an input of type ``target`` takes an output of type ``source``.

    Forms of artifacts do not matter: materializers convert.

    Examples
    --------
    >>> fits(PortType("Parameter", "float"), PortType("Parameter", "int"))
    True
    >>> fits(PortType("Parameter", "int"), PortType("Parameter", "str"))
    False
    >>> fits(PortType("Dataset", "pandas.DataFrame"), PortType("Dataset", "pyarrow.lib.Table"))
    True
    """
    if target.kind == PARAMETER:
        return source.kind == PARAMETER and json_fits(target.form, source.form)
    if source.kind == PARAMETER:
        return target.kind == PATH and json_fits("list[str] | None" if target.is_list else "str | None", source.form)
    is_kind = target.kind in (source.kind, PATH)
    return is_kind and source.is_list == target.is_list and source.is_optional <= target.is_optional


def json_fits(target: str, source: str) -> bool:
    """Whether values of JSON type ``source`` may go where ``target`` is asked for."""
    return target == source or _fits(_parse(target), _parse(source))


def item_form(form: str) -> str:
    """JSON type of the items of a list type; empty where a list does not fit.

    Examples
    --------
    >>> item_form("list[int | None] | None"), item_form("list"), item_form("int")
    ('int | None', 'Any', '')
    """
    items = []
    for option in _alternatives(_parse(form)):
        if _name(option) in ("list", "Any"):
            items += [ast.unparse(arg) for arg in _arguments(option)] or ["Any"]
    return " | ".join(dict.fromkeys(items))


def value_fits(form: str, value: Any) -> bool:
    """Whether a JSON value is of a JSON type; bool is no int, int is a float.

    Examples
    --------
    >>> value_fits("list[float] | None", [1, 2.5]), value_fits("int", True)
    (True, False)
    """
    return _accepts(_parse(form), value)


@lru_cache(maxsize=1024)
def _parse(form: str) -> ast.expr:
    return ast.parse(form, mode="eval").body


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _arguments(node: ast.expr) -> list[ast.expr]:
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return "None"
    base = node.value if isinstance(node, ast.Subscript) else node
    return base.id if isinstance(base, ast.Name) else ""


def _fits(target: ast.expr, source: ast.expr) -> bool:
    if _name(target) == "Any" or _name(source) == "Any":
        return True
    options = _alternatives(target)
    return all(any(_fits_one(option, part) for option in options) for part in _alternatives(source))


def _fits_one(target: ast.expr, source: ast.expr) -> bool:
    wanted, given = _name(target), _name(source)
    if "Literal" in (wanted, given):
        return _literal_fits(target, source)
    if wanted != given:
        return wanted == "Any" or given == "Any" or (wanted, given) == ("float", "int")
    pairs = zip(_arguments(target), _arguments(source), strict=False)
    return all(_fits(left, right) for left, right in pairs)


def _literal_fits(target: ast.expr, source: ast.expr) -> bool:
    values = [ast.literal_eval(arg) for arg in _arguments(source)]
    if _name(source) == "Literal":
        return all(_accepts(target, value) for value in values)
    return all(_accepts(source, ast.literal_eval(arg)) for arg in _arguments(target))


_ATOMS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "None": (type(None),)}


def _accepts(node: ast.expr, value: Any) -> bool:
    return any(_accepts_one(option, value) for option in _alternatives(node))


def _accepts_one(node: ast.expr, value: Any) -> bool:
    name, args = _name(node), _arguments(node)
    if name == "Any":
        return True
    if isinstance(value, bool) or name == "bool":
        return (name == "bool" and isinstance(value, bool)) or (name == "Literal" and _in_literal(args, value))
    if name in _ATOMS:
        return isinstance(value, _ATOMS[name])
    if name == "list":
        return isinstance(value, list) and (not args or all(_accepts(args[0], item) for item in value))
    if name == "dict":
        return isinstance(value, dict) and (not args or all(_accepts(args[1], item) for item in value.values()))
    return name == "Literal" and _in_literal(args, value)


def _in_literal(args: list[ast.expr], value: Any) -> bool:
    options = [ast.literal_eval(arg) for arg in args]
    return any(type(option) is type(value) and option == value for option in options)

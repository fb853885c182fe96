"""Bindings and conditions: what a step's input is bound to, and when a step runs.

Everything here is frozen data with a JSON form, so that every target can read it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from penstock.core.error import ConditionError


@dataclass(frozen=True, slots=True)
class Const:
    """A JSON value fixed when the pipeline was defined."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class ParameterRef:
    """A parameter of the pipeline."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class OutputRef:
    """An output of a node, or with ``key`` one of its implicit scalars."""

    node: str
    output: str
    key: str = ""

    @property
    def port(self) -> str:
        """Name under which the producer records the value."""
        return f"{self.output}.{self.key}" if self.key else self.output

    def __str__(self) -> str:
        return f"{self.node}.{self.output}" + (f"[{self.key!r}]" if self.key else "")


@dataclass(frozen=True, slots=True)
class Gather:
    """A list made of several bindings, in order."""

    items: tuple[Binding, ...]

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.items))}]"


Binding = Const | ParameterRef | OutputRef | Gather


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator of ``OPERATORS`` applied to operands."""

    op: str
    args: tuple[Expression, ...]

    def __str__(self) -> str:
        if self.op == "not":
            return f"not ({self.args[0]})"
        return f" {self.op} ".join(_parenthesised(arg) for arg in self.args)


Expression = Const | ParameterRef | OutputRef | Operation


def _parenthesised(expression: Expression) -> str:
    return f"({expression})" if isinstance(expression, Operation) else str(expression)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(expression: Expression, lookup: Callable[[ParameterRef | OutputRef], Any]) -> bool:
    """Truth of a condition.

    Parameters
    ----------
    expression : Expression
    lookup : callable
        Gives the JSON value of a parameter or output.

    Raises
    ------
    ConditionError
        If a value is neither boolean where a truth is needed, nor comparable.

    Examples
    --------
    >>> evaluate(Operation(">", (ParameterRef("auc"), Const(0.9))), lambda ref: 0.94)
    True
    """
    result = _value(expression, lookup)
    if not isinstance(result, bool):
        raise _not_boolean(expression, result)
    return result


def _value(expression: Expression, lookup: Callable[[ParameterRef | OutputRef], Any]) -> Any:
    if isinstance(expression, Const):
        return expression.value
    if not isinstance(expression, Operation):
        return lookup(expression)
    if expression.op in OPERATORS:
        left, right = (_value(arg, lookup) for arg in expression.args)
        return _compare(expression, left, right)
    truths = [evaluate(arg, lookup) for arg in expression.args]
    return {"and": all(truths), "or": any(truths), "not": not truths[0]}[expression.op]


def _compare(expression: Operation, left: Any, right: Any) -> bool:
    try:
        if left != left or right != right:
            raise TypeError("NaN is neither more nor less than anything")
        return bool(OPERATORS[expression.op](left, right))
    except TypeError as error:
        raise ConditionError(
            f"condition {expression} cannot be evaluated: {left!r} {expression.op} {right!r}",
            where=f"condition {expression}",
            fix="compare values of one type, a number with a number, a string with a string; NaN with nothing",
        ) from error


def _not_boolean(expression: Expression, value: Any) -> ConditionError:
    return ConditionError(
        f"condition {expression} is {value!r}, which is neither true nor false",
        where=f"condition {expression}",
        fix="compare it with something, for instance `metrics['auc'] > 0.9`",
    )


def references(expression: Expression | Binding) -> Iterator[ParameterRef | OutputRef]:
    """Every parameter and output that an expression or binding mentions, in order."""
    if isinstance(expression, (ParameterRef, OutputRef)):
        yield expression
    elif isinstance(expression, Operation):
        for arg in expression.args:
            yield from references(arg)
    elif isinstance(expression, Gather):
        for item in expression.items:
            yield from references(item)


def to_json(expression: Expression | Binding) -> dict[str, Any]:
    """JSON form of an expression or binding.

    Examples
    --------
    >>> to_json(OutputRef("evaluate", "metrics", "auc"))
    {'output': ['evaluate', 'metrics', 'auc']}
    """
    match expression:
        case Const(value):
            return {"const": value}
        case ParameterRef(name):
            return {"parameter": name}
        case OutputRef(node, output, key):
            return {"output": [node, output, key] if key else [node, output]}
        case Gather(items):
            return {"gather": [to_json(item) for item in items]}
        case Operation(op, args):
            return {"op": op, "args": [to_json(arg) for arg in args]}


def from_json(data: dict[str, Any]) -> Any:
    """Read what `to_json` wrote: an Expression or a Binding."""
    if "const" in data:
        return Const(data["const"])
    if "parameter" in data:
        return ParameterRef(data["parameter"])
    if "output" in data:
        return OutputRef(*data["output"])
    if "gather" in data:
        return Gather(tuple(from_json(item) for item in data["gather"]))
    return Operation(data["op"], tuple(from_json(arg) for arg in data["args"]))

"""Handles: what steps return while a pipeline is being defined.

A handle stands for a value that exists only when the pipeline runs. It can be
passed to steps, compared for `when`, and read by key; anything else is an error that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from penstock.core.error import GraphError, closest
from penstock.core.expression import Const, Expression, Operation, OutputRef, ParameterRef
from penstock.core.signature import PARAMETER, PATH, PortType, json_fits

if TYPE_CHECKING:
    from penstock.engine.authoring.tracer import Tracer

_KEYED = ("Metrics", "Evaluation", "Anomalies")


def _comparison(op: str) -> Callable[[Any, Any], Any]:
    def compare(self: Condition, other: Any) -> Condition:
        operands = (expression_of(self, self.tracer), expression_of(other, self.tracer))
        return Condition(Operation(op, operands), self.tracer)

    return compare


def _refused(symbol: str) -> Callable[..., Any]:
    def refuse(self: Condition, *_: Any) -> NoReturn:
        raise GraphError(
            f"`{symbol}` of `{self.expression}` cannot be computed while the pipeline is being defined",
            where=f"pipeline '{self.tracer.name}'",
            fix="compute it in a step; only comparisons and `& | ~` are written into the graph",
        )

    return refuse


class Condition:
    """A truth that is known when the pipeline runs; for `when`."""

    def __init__(self, expression: Expression, tracer: Tracer) -> None:
        self.expression = expression
        self.tracer = tracer

    __eq__ = _comparison("==")
    __ne__ = _comparison("!=")
    __hash__ = object.__hash__
    __add__ = __radd__ = _refused("+")
    __sub__ = __rsub__ = __neg__ = _refused("-")
    __mul__ = __rmul__ = _refused("*")
    __truediv__ = __rtruediv__ = _refused("/")
    # Text made of it would be baked into the graph as what `repr` shows.
    __format__ = _refused("format")

    def __and__(self, other: Any) -> Condition:
        return self._logical("and", self, other)

    def __or__(self, other: Any) -> Condition:
        return self._logical("or", self, other)

    def __rand__(self, other: Any) -> Condition:
        return self._logical("and", other, self)

    def __ror__(self, other: Any) -> Condition:
        return self._logical("or", other, self)

    def __invert__(self) -> Condition:
        return self._logical("not", self)

    def _logical(self, op: str, *operands: Any) -> Condition:
        return Condition(Operation(op, tuple(truth_of(item, self.tracer) for item in operands)), self.tracer)

    def __bool__(self) -> NoReturn:
        raise GraphError(
            f"the truth of `{self.expression}` is known only when the pipeline runs",
            where=f"pipeline '{self.tracer.name}'",
            fix="write `with when(...):` instead of `if`, and `& | ~` instead of `and or not`",
        )


class Handle(Condition):
    """An output of a step, or a parameter of the pipeline, while it is being defined.

    Parameters
    ----------
    expression : OutputRef or ParameterRef
    type : PortType
    tracer : Tracer
        The definition it belongs to.
    """

    expression: OutputRef | ParameterRef

    def __init__(self, expression: OutputRef | ParameterRef, type: PortType, tracer: Tracer) -> None:
        super().__init__(expression, tracer)
        self.type = type

    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")

    def __repr__(self) -> str:
        return f"<{self.expression}: {self.type}>"

    def __getitem__(self, key: str) -> Handle:
        """A scalar of a Metrics, Evaluation or Anomalies output, by key."""
        ref = self.expression
        is_keyed = self.type.kind in _KEYED or (self.type.kind == PARAMETER and self.type.form.startswith("dict"))
        if not isinstance(key, str) or not is_keyed or not isinstance(ref, OutputRef) or self.type.is_list or ref.key:
            raise self._error(
                f"`{ref}[{key!r}]` cannot be read while the pipeline is being defined",
                "read keys of Metrics, Evaluation, Anomalies and dict outputs only; for the rest write a step",
            )
        self.tracer.add_scalar(ref.node, ref.output, key)
        return Handle(OutputRef(ref.node, ref.output, key), PortType(PARAMETER, "Any"), self.tracer)

    def after(self, *others: Any) -> Handle:
        """Wait for other steps although no data flows from them; returns the handle itself."""
        self.tracer.add_order(self.expression, [node_of(other, self.tracer) for other in others])
        return self

    def __iter__(self) -> Iterator[Any]:
        raise self._error(f"`{self.expression}` cannot be looped over yet", "use step.map(items) to run per item")

    def __len__(self) -> int:
        raise self._error(f"the length of `{self.expression}` is not known yet", "compute it in a step")

    def __index__(self) -> int:
        raise self._error(f"the number `{self.expression}` is not known yet", "use it inside a step, or step.map()")

    __int__ = __index__

    def __float__(self) -> float:
        raise self._error(f"the number `{self.expression}` is not known yet", "use it inside a step")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise self._error(
            f"`{self.expression}.{name}` cannot be read while the pipeline is being defined",
            "work with the value inside a step",
        )

    def _error(self, what: str, fix: str) -> GraphError:
        return GraphError(what, where=f"pipeline '{self.tracer.name}'", fix=fix)


class Handles:
    """The outputs of a step that returns a NamedTuple (or nothing): by attribute, index, or unpacked."""

    def __init__(self, node: str, handles: dict[str, Handle], tracer: Tracer) -> None:
        self._node = node
        self._handles = handles
        self._tracer = tracer

    def __repr__(self) -> str:
        return f"<outputs of {self._node}: {', '.join(self._handles) or 'none'}>"

    def __getattr__(self, name: str) -> Handle:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._named(name)

    def __iter__(self) -> Iterator[Handle]:
        return iter(self._handles.values())

    def __len__(self) -> int:
        return len(self._handles)

    def __bool__(self) -> NoReturn:
        raise GraphError(
            f"{self!r} are known only when the pipeline runs",
            where=f"pipeline '{self._tracer.name}'",
            fix="write `with when(...):` instead of `if`",
        )

    def __getitem__(self, key: int | str) -> Handle:
        return self._named(key) if isinstance(key, str) else list(self._handles.values())[key]

    def _named(self, name: str) -> Handle:
        if name not in self._handles:
            raise GraphError(
                f"step '{self._node}' has no output '{name}'; {closest(name, self._handles)}",
                where=f"pipeline '{self._tracer.name}'",
                fix="use one of its outputs",
            )
        return self._handles[name]

    def after(self, *others: Any) -> Handles:
        """Wait for other steps although no data flows from them."""
        self._tracer.add_order(OutputRef(self._node, ""), [node_of(other, self._tracer) for other in others])
        return self


def node_of(value: Any, tracer: Tracer) -> str:
    """Name of the node behind a handle."""
    if isinstance(value, Handles):
        check_owner(value, value._tracer, tracer)
        return value._node
    if isinstance(value, Handle) and isinstance(value.expression, OutputRef):
        check_owner(value, value.tracer, tracer)
        return value.expression.node
    raise GraphError(
        f"{value!r} is not the result of a step",
        where=f"pipeline '{tracer.name}', .after(...)",
        fix="pass what a step returned inside this pipeline",
    )


def check_owner(value: Any, owner: Tracer, tracer: Tracer) -> None:
    """Refuse a handle of another definition."""
    if owner is not tracer:
        raise GraphError(
            f"{value!r} belongs to pipeline '{owner.name}'",
            where=f"pipeline '{tracer.name}'",
            fix="pass it through the pipeline's parameters",
        )


def truth_of(value: Any, tracer: Tracer) -> Expression:
    """Expression of what a condition is made of: a comparison, or something that is true or false."""
    is_truth = isinstance(value, (bool, Condition))
    if isinstance(value, Handle):
        is_truth = value.type.kind == PARAMETER and json_fits("bool", value.type.form)
    if not is_truth:
        raise GraphError(
            f"{value!r} is neither true nor false",
            where=f"pipeline '{tracer.name}'",
            fix="compare it with something, for instance `metrics['auc'] > 0.9`",
        )
    return expression_of(value, tracer)


def expression_of(value: Any, tracer: Tracer) -> Expression:
    """Expression of an operand: a handle's, or a constant."""
    if isinstance(value, Handle) and value.type.kind not in (PARAMETER, PATH):
        raise GraphError(
            f"{value!r} is an artifact, which cannot be compared",
            where=f"pipeline '{tracer.name}'",
            fix="compare a key of Metrics, or a step's JSON output",
        )
    if isinstance(value, Condition):
        check_owner(value, value.tracer, tracer)
        return value.expression
    if isinstance(value, (bool, int, float, str)) or value is None:
        return Const(value)
    raise GraphError(
        f"{value!r} cannot be part of a condition",
        where=f"pipeline '{tracer.name}'",
        fix="compare with a number, a string, a boolean, or another output",
    )

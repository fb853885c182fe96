"""The tracer: runs a pipeline's function once and writes down the graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from penstock.core.error import GraphError, PortTypeError
from penstock.core.expression import Binding, Const, Expression, Gather, Operation, OutputRef, ParameterRef
from penstock.core.graph import Input, MapSpec, Node
from penstock.core.signature import PARAMETER, PATH, PortType, fits, item_form
from penstock.engine.authoring.constant import json_constant
from penstock.engine.authoring.handle import Condition, Handle, Handles, check_owner, truth_of

if TYPE_CHECKING:
    from penstock.engine.authoring.step import Step

_CURRENT: ContextVar[Tracer | None] = ContextVar("penstock_tracer", default=None)


def current() -> Tracer | None:
    """The definition in progress, or None."""
    return _CURRENT.get()


@dataclass
class Tracer:
    """A pipeline in the making.

    Parameters
    ----------
    name : str
        The pipeline's name.
    """

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    steps: dict[str, Step[..., Any]] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    conditions: list[Expression] = field(default_factory=list)
    last_when: dict[int, Expression] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this the definition that steps add themselves to."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Nodes added meanwhile are named ``name/...``."""
        self.scopes.append(self.unique(name))
        try:
            yield
        finally:
            self.scopes.pop()

    @contextmanager
    def branch(self, condition: Expression) -> Iterator[None]:
        """Nodes added meanwhile run only where the condition holds."""
        depth = len(self.conditions)
        self.conditions.append(condition)
        try:
            yield
        finally:
            self.conditions.pop()
            self.last_when = {level: last for level, last in self.last_when.items() if level < depth}
            self.last_when[depth] = condition

    def unique(self, name: str) -> str:
        """A name that no node or scope has: with ``_2``, ``_3`` behind it where needed."""
        path = "/".join([*self.scopes, name])
        candidate = name
        while (taken := "/".join([*self.scopes, candidate])) in self.uses:
            self.uses[path] += 1
            candidate = f"{name}_{self.uses[path]}"
        self.uses[taken] = 1
        return candidate

    def add(self, step: Step[..., Any], given: dict[str, Any], map_spec: MapSpec | None) -> Any:
        """Add a node and return the handle, or handles, to its outputs."""
        name = "/".join([*self.scopes, self.unique(step.name)])
        inputs = tuple(
            self._input(
                name, port.name, port.type, given[port.name], map_spec is not None and map_spec.over == port.name
            )
            for port in step.inputs
        )
        node = Node(name, step.ref, inputs, step.outputs, step.policy, map_spec, self._condition())
        self.nodes[name] = node
        self.steps[name] = step
        handles = {
            port.name: Handle(OutputRef(name, port.name), port.type.listed() if map_spec else port.type, self)
            for port in step.outputs
        }
        return handles["output"] if list(handles) == ["output"] else Handles(name, handles, self)

    def add_scalar(self, node: str, output: str, key: str) -> None:
        """Let a node record one key of an output as a scalar."""
        drafted = self.nodes[node]
        outputs = tuple(
            replace(port, scalars=tuple(sorted({*port.scalars, key}))) if port.name == output else port
            for port in drafted.outputs
        )
        self.nodes[node] = replace(drafted, outputs=outputs)

    def add_order(self, ref: OutputRef | ParameterRef, others: Sequence[str]) -> None:
        """Let a node wait for others."""
        if isinstance(ref, ParameterRef):
            raise GraphError(
                f"'{ref}' is a parameter and waits for nothing",
                where=f"pipeline '{self.name}'",
                fix="call .after() on what a step returned",
            )
        drafted = self.nodes[ref.node]
        self.nodes[ref.node] = replace(drafted, after=tuple(dict.fromkeys([*drafted.after, *others])))

    def binding(self, value: Any, target: PortType, where: str) -> Binding:
        """What a value given to an input is bound to, checked against the input's type."""
        if isinstance(value, Handle):
            check_owner(value, value.tracer, self)
            if not fits(target, value.type):
                raise self._mismatch(where, target, value.type, str(value.expression))
            return value.expression
        if isinstance(value, (list, tuple)) and any(isinstance(item, (Handle, Handles)) for item in value):
            item_type = _item_type(target)
            if item_type is None:
                raise self._mismatch(where, target, "a list", f"{value!r}")
            return Gather(tuple(self.binding(item, item_type, where) for item in value))
        if isinstance(value, (Condition, Handles)):
            raise GraphError(
                f"{where} is given {value!r}, which is not one output",
                where=f"pipeline '{self.name}'",
                fix="pass one of the step's outputs by name",
            )
        return Const(json_constant(value, target, where, f"pipeline '{self.name}'"))

    def _input(self, node: str, name: str, kind: PortType, value: Any, is_mapped: bool) -> Input:
        where = f"{node}.{name}"
        if is_mapped and kind.is_list:
            raise GraphError(
                f"{where} takes {kind}, so one item would be a list of artifacts",
                where=f"pipeline '{self.name}'",
                fix="map over another input, or let the step take one artifact",
            )
        return Input(name, kind, self.binding(value, _list_of(kind) if is_mapped else kind, where))

    def _condition(self) -> Expression | None:
        if not self.conditions:
            return None
        return self.conditions[0] if len(self.conditions) == 1 else Operation("and", tuple(self.conditions))

    def _mismatch(self, where: str, target: PortType, given: PortType | str, source: str) -> PortTypeError:
        is_list = isinstance(given, str) or given.is_list or given.form.startswith("list[")
        hint = ", or use .map() to run per item" if is_list and _item_type(target) is None else ""
        return PortTypeError(
            f"{where} takes {target}, but {source} gives {given}",
            where=f"pipeline '{self.name}', from '{source}' to '{where}'",
            fix=f"change one of the two annotations{hint}",
        )


def _item_type(target: PortType) -> PortType | None:
    """Type of one item of a list input, None where a list does not fit."""
    if target.kind != PARAMETER:
        return PortType(target.kind, target.form) if target.is_list else None
    form = item_form(target.form)
    return PortType(PARAMETER, form) if form else None


def _list_of(kind: PortType) -> PortType:
    if kind.kind == PATH:
        return PortType(PATH, kind.form, is_list=True)
    return kind.listed()


@contextmanager
def when(condition: Any) -> Iterator[None]:
    """Steps added inside run only where the condition holds, else they are skipped.

    Parameters
    ----------
    condition : comparison of outputs and parameters, or a boolean one of them
        Combine with ``& | ~``.

    Raises
    ------
    GraphError
        If no pipeline is being defined.

    Examples
    --------
    Inside a pipeline::

        with when(metrics["auc"] > 0.9):
            publish(model)
        with otherwise():
            complain(metrics)
    """
    tracer = _needed("when(...)")
    with tracer.branch(truth_of(condition, tracer)):
        yield


@contextmanager
def otherwise() -> Iterator[None]:
    """Steps added inside run where the condition of the `when` just before did not hold."""
    tracer = _needed("otherwise()")
    depth = len(tracer.conditions)
    if depth not in tracer.last_when:
        raise GraphError(
            "otherwise() has no when(...) before it",
            where=f"pipeline '{tracer.name}'",
            fix="write `with when(...):` first, at the same depth",
        )
    with tracer.branch(Operation("not", (tracer.last_when[depth],))):
        yield
    # Else a second otherwise() would be the opposite of the first.
    del tracer.last_when[depth]


def _needed(what: str) -> Tracer:
    tracer = current()
    if tracer is None:
        raise GraphError(f"{what} was used outside of a pipeline", where=what, fix="use it inside a @pipeline function")
    return tracer

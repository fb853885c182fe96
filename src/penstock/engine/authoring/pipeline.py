"""The pipeline: a function that wires steps, traced once into a graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, overload

from penstock.core.error import GraphError, UsageError, closest
from penstock.core.expression import Binding, Gather, OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, Node, Parameter
from penstock.core.signature import PARAMETER, PortType, fits
from penstock.engine.authoring import tracer as tracing
from penstock.engine.authoring.annotation import annotations_of, input_type
from penstock.engine.authoring.constant import json_constant
from penstock.engine.authoring.handle import Handle, Handles
from penstock.engine.authoring.naming import checked_name
from penstock.engine.authoring.step import REQUIRED, Step, place

STATUS = "status"


class Pipeline:
    """Steps wired by passing outputs to inputs.

    Parameters
    ----------
    function : callable
        Every parameter is annotated. It is called once, with handles, when the pipeline is defined.
    name : str
    on_exit : Step or None
        Runs at the end, whatever happened; has an input ``status: dict``.

    Raises
    ------
    GraphError
        For everything that is wrong with the definition.
    """

    def __init__(self, function: Callable[..., Any], *, name: str = "", on_exit: Step[..., Any] | None = None) -> None:
        self.function = function
        self.on_exit = on_exit
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__qualname__ = function.__qualname__
        self.parameters = _parameters(function)
        self.name = checked_name(name or function.__name__, place(function))
        self.graph, self.steps = self._trace()

    def __repr__(self) -> str:
        return f"<pipeline {self.name}: {len(self.graph.nodes)} steps>"

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The function behind each node."""
        return {name: step.function for name, step in self.steps.items()}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add the pipeline's steps to the one that is being defined.

        Raises
        ------
        UsageError
            Outside of a pipeline, where nothing would run.
        """
        outer = tracing.current()
        if outer is None:
            raise UsageError(
                f"pipeline '{self.name}' was called like a function",
                where=place(self.function),
                fix=f"run it: penstock.run({self.__name__}, ...), or penstock run FILE:{self.__name__}",
            )
        if self.on_exit is not None:
            raise GraphError(
                f"pipeline '{self.name}' has an exit handler and cannot be nested",
                where=f"pipeline '{outer.name}'",
                fix="move on_exit to the outer pipeline",
            )
        given = self._bind(outer, args, kwargs)
        with outer.scope(self.name):
            return self.function(**given)

    def _bind(self, outer: tracing.Tracer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = inspect.signature(self.function).bind(*args, **kwargs)
        except TypeError as error:
            known = [parameter.name for parameter in self.parameters]
            unknown = next((name for name in kwargs if name not in known), "")
            raise GraphError(
                f"pipeline '{self.name}' cannot be called so: {error}; {closest(unknown, known)}",
                where=f"pipeline '{outer.name}'",
                fix="pass its parameters by name",
            ) from error
        bound.apply_defaults()
        for parameter in self.parameters:
            value = bound.arguments[parameter.name]
            outer.binding(value, parameter.type, f"{self.name}.{parameter.name}")
        return dict(bound.arguments)

    def _trace(self) -> tuple[Graph, dict[str, Step[..., Any]]]:
        tracer = tracing.Tracer(self.name)
        handles = {
            parameter.name: Handle(ParameterRef(parameter.name), parameter.type, tracer)
            for parameter in self.parameters
        }
        with tracer.active():
            result = self.function(**handles)
        exit_node = None if self.on_exit is None else self._exit_node(self.on_exit, tracer)
        graph = Graph(
            self.name,
            self.parameters,
            tuple(tracer.nodes.values()),
            _outputs(result, tracer),
            exit_node,
        )
        if not tracer.nodes:
            raise GraphError(
                f"pipeline '{self.name}' has no step",
                where=place(self.function),
                fix="call steps in it; a function becomes a step by @step above its definition",
            )
        if self.on_exit is not None and exit_node is not None:
            tracer.steps[exit_node.name] = self.on_exit
        return graph, tracer.steps

    def _exit_node(self, handler: Step[..., Any], tracer: tracing.Tracer) -> Node:
        where = f"pipeline '{self.name}', on_exit '{getattr(handler, 'name', handler)}'"
        ports = {port.name: port.type for port in handler.inputs} if isinstance(handler, Step) else {}
        if STATUS not in ports or not fits(ports[STATUS], _DICT):
            raise GraphError(
                f"{handler!r} cannot be an exit handler: it is no step with an input '{STATUS}: dict'",
                where=where,
                fix=f"write @step def notify({STATUS}: dict) -> None",
            )
        known = {parameter.name: parameter for parameter in self.parameters}
        inputs = []
        for port in handler.inputs:
            value: Any = None if port.default is REQUIRED else port.default
            if port.name == STATUS:
                inputs.append(Input(port.name, PortType(PARAMETER, "dict | None"), tracer.binding(None, _ANY, "")))
                continue
            if port.name in known and fits(port.type, known[port.name].type):
                value = Handle(ParameterRef(port.name), known[port.name].type, tracer)
            elif port.default is REQUIRED:
                raise GraphError(
                    f"the exit handler needs '{port.name}', which is no parameter of the pipeline of that type",
                    where=where,
                    fix="name it like a parameter of the pipeline, or give it a default",
                )
            inputs.append(Input(port.name, port.type, tracer.binding(value, port.type, port.name)))
        name = tracer.unique(handler.name)
        return Node(name, handler.ref, tuple(inputs), handler.outputs, handler.policy)


_ANY = PortType(PARAMETER, "Any", is_optional=True)
_DICT = PortType(PARAMETER, "dict")


@overload
def pipeline(function: Callable[..., Any], /) -> Pipeline: ...
@overload
def pipeline(*, name: str = "", on_exit: Step[..., Any] | None = None) -> Callable[[Callable[..., Any]], Pipeline]: ...


def pipeline(
    function: Callable[..., Any] | None = None, /, *, name: str = "", on_exit: Step[..., Any] | None = None
) -> Any:
    """Make a pipeline of a function that calls steps.

    Parameters
    ----------
    function : callable
        Its parameters become the pipeline's; what it returns becomes the run's outputs: one
        output, a dict of outputs by name, or nothing (then the outputs nobody consumes).
    name : str
        The function's name by default.
    on_exit : Step or None
        Runs at the end of every run. Its input ``status: dict`` gets ``run``, ``pipeline``, ``state``,
        ``failed`` (names of steps) and ``error``; its other inputs get the parameters of the same name.

    Raises
    ------
    GraphError
        At definition time, naming both ends and the fix.

    Examples
    --------
    >>> from penstock.engine.authoring import step
    >>> @step
    ... def double(x: int) -> int:
    ...     return 2 * x
    >>> @pipeline
    ... def quadruple(x: int = 1):
    ...     return double(double(x))
    >>> [node.name for node in quadruple.graph.nodes]
    ['double', 'double_2']
    """

    def decorate(decorated: Callable[..., Any]) -> Pipeline:
        return Pipeline(decorated, name=name, on_exit=on_exit)

    return decorate if function is None else decorate(function)


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    where = place(function)
    hints = annotations_of(function, where)
    parameters = []
    for found in inspect.signature(function).parameters.values():
        if found.kind in (found.VAR_POSITIONAL, found.VAR_KEYWORD, found.POSITIONAL_ONLY) or found.name not in hints:
            raise GraphError(
                f"pipeline '{function.__name__}' does not say name and type of the parameter '{found}'",
                where=where,
                fix=f"annotate it, for instance `{found.name}: str`",
            )
        kind = input_type(hints[found.name], where)
        if found.default is REQUIRED:
            parameters.append(Parameter(found.name, kind))
        else:
            default = json_constant(found.default, kind, found.name, where)
            parameters.append(Parameter(found.name, kind, default, is_required=False))
    return tuple(parameters)


def _outputs(result: Any, tracer: tracing.Tracer) -> dict[str, Binding]:
    if result is None:
        return _unused_outputs(tracer)
    if isinstance(result, Handles):
        return {port: handle.expression for port, handle in result._handles.items()}
    if hasattr(result, "_asdict"):
        result = result._asdict()
    if isinstance(result, tuple):
        result = {_short_name(item, index): item for index, item in enumerate(result)}
    if not isinstance(result, Mapping) or not all(isinstance(name, str) for name in result):
        result = {"output": result}
    return {name: _result_binding(name, value, tracer) for name, value in result.items()}


def _result_binding(name: str, value: Any, tracer: tracing.Tracer) -> Binding:
    if isinstance(value, Handle):
        tracer.binding(value, value.type, f"output '{name}'")
        return value.expression
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, Handle) for item in value):
        return Gather(tuple(_result_binding(name, item, tracer) for item in value))
    raise GraphError(
        f"output '{name}' is {value!r}, which no step made",
        where=f"pipeline '{tracer.name}'",
        fix="return what steps returned: one output, or a dict of outputs by name",
    )


def _short_name(value: Any, index: int) -> str:
    ref = getattr(value, "expression", None)
    return str(ref).replace(".output", "") if isinstance(ref, OutputRef) else f"output_{index}"


def _unused_outputs(tracer: tracing.Tracer) -> dict[str, Binding]:
    """Outputs that no other step consumes, named after their step."""
    used = {
        (ref.node, ref.output)
        for node in tracer.nodes.values()
        for ref in node.references()
        if isinstance(ref, OutputRef)
    }
    found: dict[str, Binding] = {}
    for node in tracer.nodes.values():
        for port in node.outputs:
            if (node.name, port.name) not in used:
                ref = OutputRef(node.name, port.name)
                found[node.name if port.name == "output" else str(ref)] = ref
    return found

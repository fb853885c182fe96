"""The step: a typed Python function, plain outside of a pipeline, a node inside of one."""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from penstock.core.error import GraphError, UsageError, closest
from penstock.core.graph import MapSpec, Output, Policy, StepRef
from penstock.core.signature import PortType
from penstock.engine.authoring import tracer
from penstock.engine.authoring.annotation import annotations_of, input_type, output_type
from penstock.engine.authoring.constant import json_constant
from penstock.engine.authoring.naming import checked_name

P = ParamSpec("P")
R = TypeVar("R")

REQUIRED = inspect.Parameter.empty
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


@dataclass(frozen=True, slots=True)
class StepInput:
    """An input of a step's signature; ``default`` is ``REQUIRED`` where there is none."""

    name: str
    type: PortType
    default: Any = REQUIRED


class Step(Generic[P, R]):
    """A typed function that pipelines are made of.

    Called outside of a pipeline it just runs. Called while a pipeline is being
    defined it adds a node and returns a handle to its outputs.

    Parameters
    ----------
    function : callable
        Every parameter and the result are annotated.
    name : str
        Its name in graphs.
    policy : Policy
        How it is run.
    fingerprint : callable or None
        Takes the step's parameter values by name and gives a text that becomes part of the cache
        key; an empty text means that the result is never reused. For steps that read from outside.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str = "",
        policy: Policy = Policy(),
        fingerprint: Callable[..., str] | None = None,
    ) -> None:
        self.function = function
        self.policy = policy
        self.fingerprint = fingerprint
        functools.update_wrapper(self, function)
        self.inputs, self.outputs = _signature(function)
        self.name = checked_name(name or function.__name__, place(function))
        self.ref = StepRef(function.__module__, function.__qualname__)

    def __repr__(self) -> str:
        inputs = ", ".join(f"{port.name}: {port.type}" for port in self.inputs)
        outputs = ", ".join(f"{port.name}: {port.type}" for port in self.outputs)
        return f"<step {self.name}({inputs}) -> {outputs or 'nothing'}>"

    @property
    def where(self) -> str:
        """Place of its definition, for messages."""
        return place(self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function, or add a node to the pipeline that is being defined."""
        current = tracer.current()
        if current is None:
            return self.function(*args, **kwargs)
        given = self._bind(args, kwargs)
        # A handle stands for the result while the pipeline is being defined.
        return cast(R, current.add(self, given, None))

    def map(self, items: Any, /, *, max_parallel: int = 0, **shared: Any) -> Any:
        """Run the step once per item; its outputs become lists.

        Parameters
        ----------
        items : list, or handle to a list output or parameter
            Bound to the first input that ``shared`` does not name.
        max_parallel : int
            Most items at once; 0 for as many as the executor takes.
        **shared
            The other inputs, the same for every item.

        Raises
        ------
        UsageError
            If no pipeline is being defined.
        """
        current = tracer.current()
        if current is None:
            raise UsageError(
                f"'{self.name}.map' was called outside of a pipeline",
                where=self.where,
                fix=f"call it inside a @pipeline function, or write [{self.name}(item) for item in items]",
            )
        free = [port.name for port in self.inputs if port.name not in shared]
        if not free:
            raise GraphError(
                f"every input of '{self.name}' is given by name, so none is left for the items",
                where=self.where,
                fix="leave out the input that takes one item",
            )
        _check_count("max_parallel", max_parallel, self.where)
        given = self._bind((), {free[0]: items, **shared})
        return current.add(self, given, MapSpec(free[0], max_parallel))

    def options(self, *, name: str = "", **changes: Any) -> Step[P, R]:
        """The same step with another name or policy for one use.

        Parameters
        ----------
        name : str
            Name of the node.
        **changes
            Any option of `step`.
        """
        policy = replace(self.policy, **_policy_fields(changes, self.where))
        return Step(self.function, name=name or self.name, policy=policy, fingerprint=self.fingerprint)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        names = [port.name for port in self.inputs]
        if len(args) > len(names):
            raise self._call_error(f"'{self.name}' takes {len(names)} inputs, {len(args)} were given", "remove some")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in names:
                raise self._call_error(f"'{self.name}' has no input '{name}'; {closest(name, names)}", "rename it")
            if name in given:
                raise self._call_error(f"input '{name}' of '{self.name}' is given twice", "give it once")
            given[name] = value
        for port in self.inputs:
            if port.name not in given and port.default is REQUIRED:
                raise self._call_error(
                    f"'{self.name}' needs the input '{port.name}' ({port.type})",
                    f"pass it: {self.name}({port.name}=...)",
                )
            given.setdefault(port.name, port.default)
        return {name: given[name] for name in names}

    def _call_error(self, what: str, fix: str) -> GraphError:
        current = tracer.current()
        pipeline = f"pipeline '{current.name}', " if current else ""
        return GraphError(what, where=f"{pipeline}step '{self.name}' ({self.where})", fix=fix)


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    name: str = "",
    retries: int = 0,
    backoff_s: float = 1.0,
    timeout_s: float = 0.0,
    cpu: float = 1.0,
    gpu: float = 0.0,
    memory: str | int = 0,
    priority: int = 0,
    cache: bool = True,
    env: Sequence[str] = (),
    files: Sequence[str] = (),
    requirements: Sequence[str] = (),
    image: str = "",
    fingerprint: Callable[..., str] | None = None,
) -> Callable[[Callable[P, R]], Step[P, R]]: ...


def step(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    fingerprint: Callable[..., str] | None = None,
    **options: Any,
) -> Any:
    """Make a step of a typed function.

    Parameters
    ----------
    function : callable
        Inputs and result are annotated: JSON types are parameters, other classes name an artifact
        kind and the form it is wanted in. Several outputs are a ``NamedTuple``.
    name : str
        Name in graphs; the function's name by default.
    retries : int
        Further attempts after a failure, with exponential backoff from ``backoff_s`` and jitter.
    backoff_s : float
        Seconds before the first retry.
    timeout_s : float
        Seconds after which the step and its children are killed; 0 for never.
    cpu, gpu : float
        Reserved while it runs.
    memory : str or int
        Bytes or text such as ``"2GiB"``: reserved, and a limit on resident memory.
    priority : int
        Higher goes first among steps that are ready.
    cache : bool
        False to run it every time.
    env, files : sequence of str
        Environment variables and files whose content is part of the cache key; files by their path from the project's
        root, or from the current folder.
    requirements : sequence of str
        Extra packages, where the target makes an environment.
    image : str
        Container image, where the target runs containers.
    fingerprint : callable or None
        See `Step`.

    Raises
    ------
    GraphError
        If an annotation is missing or unknown, a default is no JSON value, or an option is wrong.

    Examples
    --------
    >>> @step(retries=2)
    ... def double(x: int) -> int:
    ...     return 2 * x
    >>> double(4)
    8
    """

    def decorate(decorated: Callable[..., Any]) -> Step[..., Any]:
        policy = Policy(**_policy_fields(options, place(decorated)))
        return Step(decorated, name=name, policy=policy, fingerprint=fingerprint)

    return decorate if function is None else decorate(function)


def place(function: Callable[..., Any]) -> str:
    """File and line of a function, for messages."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


_RENAMED = {"memory": "memory_bytes", "cache": "is_cached"}
_OPTIONS = sorted({*Policy.__slots__, *_RENAMED} - set(_RENAMED.values()))


def _policy_fields(options: dict[str, Any], where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in options.items():
        if name not in _OPTIONS:
            raise GraphError(f"a step has no option '{name}'; {closest(name, _OPTIONS)}", where=where, fix="rename it")
        field = _RENAMED.get(name, name)
        fields[field] = size_bytes(value, where) if name == "memory" else _option_value(value)
        is_right, wanted = _KINDS_OF_OPTION[type(getattr(_DEFAULT, field))]
        if not is_right(fields[field]):
            raise _wrong_option(name, value, wanted, where)
    _check_count("retries", fields.get("retries", 0), where)
    return fields


def _option_value(value: Any) -> Any:
    """Lists as tuples; a set has no order, so it is given one."""
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(value, key=str))
    return tuple(value) if isinstance(value, list) else value


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


_DEFAULT = Policy()
_KINDS_OF_OPTION: dict[type, tuple[Callable[[Any], bool], str]] = {
    bool: (lambda value: isinstance(value, bool), "True or False"),
    float: (_is_amount, "a number that is not negative"),
    int: (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    str: (lambda value: isinstance(value, str), "a string"),
    tuple: (
        lambda value: isinstance(value, tuple) and all(isinstance(item, str) for item in value),
        "a list of strings",
    ),
}


def _check_count(name: str, value: Any, where: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong_option(name, value, "a whole number that is not negative", where)


def _wrong_option(name: str, value: Any, wanted: str, where: str) -> GraphError:
    return GraphError(f"option '{name}' is {value!r}", where=where, fix=f"give {wanted}")


def size_bytes(text: str | int, where: str) -> int:
    """Bytes of a size such as ``"2GiB"`` or ``"500 MB"``.

    Examples
    --------
    >>> size_bytes("2GiB", "here"), size_bytes(10, "here")
    (2147483648, 10)
    """
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?\s*", str(text), re.IGNORECASE | re.ASCII)
    if found is None or not isinstance(text, str):
        raise GraphError(f"memory {text!r} is not a size", where=where, fix='write bytes, or for instance "2GiB"')
    return int(float(found[1]) * _UNITS[(found[2] or "").upper()])


def _signature(function: Callable[..., Any]) -> tuple[tuple[StepInput, ...], tuple[Output, ...]]:
    where = f"step '{function.__name__}', {place(function)}"
    hints = annotations_of(function, where)
    inputs = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise GraphError(
                f"step '{function.__name__}' has the input '{parameter}', which has no name of its own",
                where=where,
                fix="name every input",
            )
        if parameter.name not in hints:
            raise _missing_annotation(function, f"input '{parameter.name}'", f"{parameter.name}: int")
        inputs.append(_input(parameter, hints[parameter.name], where))
    if "return" not in hints:
        raise _missing_annotation(function, "the result", "-> None")
    return tuple(inputs), _outputs(hints["return"], where)


def _missing_annotation(function: Callable[..., Any], part: str, example: str) -> GraphError:
    return GraphError(
        f"step '{function.__name__}' does not say the type of {part}",
        where=place(function),
        fix=f"annotate it, for instance `{example}`",
    )


def _input(parameter: inspect.Parameter, annotation: Any, where: str) -> StepInput:
    kind = input_type(annotation, where)
    if parameter.default is REQUIRED:
        return StepInput(parameter.name, kind)
    return StepInput(parameter.name, kind, json_constant(parameter.default, kind, parameter.name, where))


def _outputs(annotation: Any, where: str) -> tuple[Output, ...]:
    if annotation is type(None):
        return ()
    if isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        hints = annotations_of(annotation, where)
        return tuple(Output(name, output_type(hints[name], where)) for name in annotation._fields)
    return (Output("output", output_type(annotation, where)),)

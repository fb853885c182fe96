from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from penstock.core.canonical import canonical_json
from penstock.core.error import GraphError, UsageError
from penstock.core.expression import Const, Gather, OutputRef, ParameterRef
from penstock.core.graph import Graph, Node, Parameter
from penstock.core.signature import PARAMETER, PortType
from penstock.engine.authoring import Pipeline, otherwise, pipeline, step, when


class Parts(NamedTuple):
    train: pa.Table
    test: pa.Table


@step
def load(source: str) -> pa.Table:
    return pa.table({"source": [source]})


@step
def split(table: pa.Table, share: float = 0.5) -> Parts:
    return Parts(table, table)


@step
def count(table: pa.Table) -> int:
    return table.num_rows


@step
def add(a: int, b: int = 1) -> int:
    return a + b


@step
def anything(value: Any = None) -> dict[str, Any]:
    return {"value": value}


@step
def total(parts: list[Any]) -> int:
    return len(parts)


@step
def tell(text: str) -> None: ...


@step
def notify(status: dict[str, Any]) -> None: ...


@pipeline
def halves(source: str, share: float = 0.5) -> Any:
    """Load and split."""
    return split(load(source), share)


# Parameters and outputs.


def test_what_it_says_of_itself() -> None:
    assert (halves.name, halves.__name__, halves.__doc__) == ("halves", "halves", "Load and split.")
    assert repr(halves) == "<pipeline halves: 2 steps>"
    assert halves.functions == {"load": load.function, "split": split.function}
    assert halves.steps == {"load": load, "split": split}
    assert pipeline(name="other")(halves.function).graph.name == "other"


def test_parameters_are_typed() -> None:
    @pipeline
    def p(source: Path, sizes: list[int] = [1, 2], n: int | None = None, table: pa.Table | None = None) -> None:  # noqa: B006
        add(1)

    assert p.graph.parameters == (
        Parameter("source", PortType("Path", "pathlib.Path")),
        Parameter("sizes", PortType(PARAMETER, "list[int]"), [1, 2], is_required=False),
        Parameter("n", PortType(PARAMETER, "int | None", is_optional=True), None, is_required=False),
        Parameter("table", PortType("Dataset", "pyarrow.lib.Table", is_optional=True), None, is_required=False),
    )


def test_parameters_flow_into_inputs() -> None:
    nodes = halves.graph.nodes
    assert nodes[0].inputs[0].binding == ParameterRef("source")
    assert nodes[1].inputs[1].binding == ParameterRef("share")


def error_of(function: Callable[..., Any], **options: Any) -> GraphError:
    with pytest.raises(GraphError) as caught:
        pipeline(**options)(function)
    assert caught.value.where
    assert caught.value.fix
    return caught.value


def test_parameters_without_type() -> None:
    def p(source) -> None: ...  # type: ignore[no-untyped-def]

    assert "does not say name and type of the parameter 'source'" in error_of(p).what
    assert "parameter '*rows'" in error_of(eval("lambda *rows: 1")).what


@pytest.mark.parametrize("default", [object(), "three", None, {1: 2}])
def test_defaults_that_do_not_fit(default: Any) -> None:
    def p(n: int = default) -> None: ...

    assert f"the value of 'n' is {default!r}" in error_of(p).what


def outputs_of(body: Callable[[], Any]) -> dict[str, Any]:
    @pipeline
    def p(n: int = 1) -> Any:
        return body()

    return dict(p.graph.outputs)


class Result(NamedTuple):
    rows: Any
    table: Any


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (lambda: add(1), {"output": "add.output"}),
        (lambda: {"rows": add(1), "more": add(2)}, {"rows": "add.output", "more": "add_2.output"}),
        (lambda: Result(add(1), load("a")), {"rows": "add.output", "table": "load.output"}),
        (lambda: (add(1), load("a")), {"add": "add.output", "load": "load.output"}),
        (lambda: split(load("a")), {"train": "split.train", "test": "split.test"}),
        (lambda: split(load("a")).test, {"output": "split.test"}),
        (lambda: [add(1), add(2)], {"output": "[add.output, add_2.output]"}),
        (lambda: {"best": anything(1)["value"]}, {"best": "anything.output['value']"}),
        (lambda: tell("a"), {}),
    ],
)
def test_what_it_returns_becomes_the_outputs(body: Callable[[], Any], names: dict[str, str]) -> None:
    assert {name: str(binding) for name, binding in outputs_of(body).items()} == names


def test_without_a_result_the_outputs_are_those_that_nobody_consumes() -> None:
    def body() -> None:
        parts: Any = split(load("a"))
        rows = count(parts.train)
        with when(rows > 3):
            tell("many")
        add(1)

    assert {name: str(binding) for name, binding in outputs_of(body).items()} == {
        "split.test": "split.test",
        "add": "add.output",
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: 3, "output 'output' is 3, which no step made"),
        (lambda: {"rows": 3}, "output 'rows' is 3, which no step made"),
        (lambda: {"rows": [add(1), 3]}, "output 'rows' is .*, which no step made"),
        (list, r"output 'output' is \[\], which no step made"),
        (lambda: {"all": split(load("a"))}, "output 'all' is <outputs of split"),
        (lambda: add(1) > 2, "output 'output' is .*, which no step made"),
        (lambda: {1: add(1)}, "which no step made"),
    ],
)
def test_results_that_no_step_made(body: Callable[[], Any], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        outputs_of(body)


def test_a_result_of_another_pipeline() -> None:
    stolen: list[Any] = []
    outputs_of(lambda: stolen.append(add(1)))
    with pytest.raises(GraphError, match="belongs to pipeline 'p'"):
        outputs_of(lambda: stolen[0])


def test_an_unknown_name_or_argument_in_the_body_is_the_callers_own_error() -> None:
    with pytest.raises(NameError):
        outputs_of(lambda: undefined_step(1))  # type: ignore[name-defined] # noqa: F821
    with pytest.raises(GraphError, match="'add' has no input 'c'"):
        outputs_of(lambda: add(1, c=2))


# Nesting.


def test_calling_it_like_a_function() -> None:
    with pytest.raises(UsageError, match="pipeline 'halves' was called like a function") as caught:
        halves("a.csv")
    assert "penstock run FILE:halves" in caught.value.fix


def test_nested_steps_are_named_after_their_pipeline() -> None:
    @pipeline
    def inner(source: str) -> Any:
        return count(halves(source).train)

    @pipeline
    def outer() -> None:
        first = inner("a")
        second = inner("b")
        add(first, second)
        load("c")

    assert [node.name for node in outer.graph.nodes] == [
        "inner/halves/load",
        "inner/halves/split",
        "inner/count",
        "inner_2/halves/load",
        "inner_2/halves/split",
        "inner_2/count",
        "add",
        "load",
    ]
    assert [str(port.binding) for port in outer.graph.by_name["add"].inputs] == [
        "inner/count.output",
        "inner_2/count.output",
    ]


def test_nested_parameters_are_constants_outputs_and_parameters() -> None:
    @pipeline
    def outer(share: float) -> Any:
        return halves(share=share, source="a").train

    nodes = outer.graph.by_name
    assert nodes["halves/load"].inputs[0].binding == Const("a")
    assert nodes["halves/split"].inputs[1].binding == ParameterRef("share")
    assert outer.graph.parameters == (Parameter("share", PortType(PARAMETER, "float")),)


def test_artifacts_as_parameters_of_a_nested_pipeline() -> None:
    @pipeline
    def measure(table: pa.Table, more: list[pa.Table]) -> Any:
        return count.map([table, *more]) if isinstance(more, list) else count.map(more)

    @pipeline
    def outer() -> None:
        measure(load("a"), [load("b")])

    binding = outer.graph.by_name["measure/count"].inputs[0].binding
    assert binding == Gather((OutputRef("load", "output"), OutputRef("load_2", "output")))


def test_branches_around_and_inside_of_a_nested_pipeline() -> None:
    @pipeline
    def choose(n: int) -> None:
        with when(n > 1):
            add(1)
        with otherwise():
            add(2)

    @pipeline
    def outer(n: int, is_on: bool) -> None:
        with when(is_on):
            choose(n)
            choose(0)

    assert {node.name: str(node.condition) for node in outer.graph.nodes} == {
        "choose/add": "is_on and (n > 1)",
        "choose/add_2": "is_on and (not (n > 1))",
        "choose_2/add": "is_on and False",
        "choose_2/add_2": "is_on and (not (False))",
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: halves(), "pipeline 'halves' cannot be called so: missing a required argument: 'source'"),
        (lambda: halves("a", sahre=1), "unexpected keyword argument 'sahre'; did you mean 'share'"),
        (lambda: halves("a", 0.5, 1), "too many positional arguments"),
        (lambda: halves(3), "the value of 'halves.source' is 3, which is not str"),
        (lambda: halves(add(1)), "halves.source takes str, but add.output gives int"),
    ],
)
def test_wrong_calls_of_a_nested_pipeline(body: Callable[[], Any], message: str) -> None:
    with pytest.raises(GraphError, match=message) as caught:
        outputs_of(body)
    assert "pipeline 'p'" in caught.value.where


# The exit handler.


def test_the_exit_handler_is_no_node_of_the_graph() -> None:
    @pipeline(on_exit=notify)
    def p(n: int = 1) -> Any:
        return add(n)

    node = p.graph.on_exit
    assert node is not None
    assert [found.name for found in p.graph.nodes] == ["add"]
    assert (node.name, [port.name for port in node.inputs]) == ("notify", ["status"])
    assert p.functions["notify"] is notify.function
    assert p.steps["notify"] is notify


def test_the_exit_handler_gets_parameters_of_the_same_name() -> None:
    @step
    def report(status: dict[str, Any], source: str, n: int = 3, more: str = "x") -> None: ...

    @pipeline(on_exit=report)
    def p(source: str, n: str = "three") -> None:
        load(source)

    assert p.graph.on_exit is not None
    bindings = {port.name: port.binding for port in p.graph.on_exit.inputs}
    assert bindings == {"status": Const(None), "source": ParameterRef("source"), "n": Const(3), "more": Const("x")}


def test_the_exit_handler_has_a_name_of_its_own() -> None:
    @pipeline(on_exit=notify)
    def p() -> None:
        notify({})

    assert p.graph.on_exit is not None
    assert p.graph.on_exit.name == "notify_2"


def test_what_cannot_be_an_exit_handler() -> None:
    @step
    def needs(status: dict[str, Any], folder: str) -> None: ...

    @step
    def takes_text(status: str) -> None: ...

    def plain(status: dict[str, Any]) -> None: ...

    def body() -> None: ...

    for handler in (plain, add, takes_text, "notify"):
        assert "cannot be an exit handler" in error_of(body, on_exit=handler).what
    assert "needs 'folder'" in error_of(body, on_exit=needs).what


def test_a_pipeline_with_an_exit_handler_is_not_nested() -> None:
    @pipeline(on_exit=notify)
    def inner() -> None:
        add(1)

    with pytest.raises(GraphError, match="'inner' has an exit handler and cannot be nested"):
        outputs_of(lambda: inner())


# The graph: canonical, and the same in another process.

definition = st.lists(
    st.tuples(
        st.sampled_from(["anything", "total", "map", "key", "when", "after", "nested"]),
        st.lists(st.integers(0, 99), max_size=3),
        json_values,
    ),
    min_size=1,
    max_size=8,
)


def defined(parts: list[tuple[str, list[int], Any]]) -> Pipeline:
    """A pipeline whose steps take what earlier ones made, as `parts` say."""

    @pipeline
    def inner(value: Any = None) -> Any:
        return anything(anything(value))

    @pipeline
    def p(start: Any = 0, items: list[int] = [1, 2]) -> None:  # noqa: B006
        made: list[Any] = [start]

        def pick(indexes: list[int]) -> list[Any]:
            return [made[index % len(made)] for index in indexes]

        for kind, indexes, constant in parts:
            chosen = pick(indexes)
            match kind:
                case "anything":
                    made.append(anything(chosen[0] if chosen else constant))
                case "total":
                    made.append(total([*chosen, 7]))
                case "map":
                    made.append(anything.map(chosen or items, max_parallel=len(chosen)))
                case "key":
                    made.append(anything(constant)["k"])
                case "when":
                    with when(start == 1):
                        made.append(total(chosen))
                    with otherwise():
                        made.append(anything(constant))
                case "after":
                    last = anything(constant)
                    for other in chosen:
                        if other is not start:
                            last.after(other)  # type: ignore[attr-defined]
                    made.append(last)
                case _:
                    made.append(inner(chosen[0] if chosen else constant))

    return p


@given(definition)
def test_a_graph_survives_json_with_its_digest(parts: list[tuple[str, list[int], Any]]) -> None:
    graph = defined(parts).graph
    read = Graph.from_json(json.loads(canonical_json(graph.to_json())))
    assert read == graph
    assert read.digest == graph.digest


@given(definition)
def test_the_same_definition_gives_the_same_bytes(parts: list[tuple[str, list[int], Any]]) -> None:
    first, second = defined(parts), defined(json.loads(json.dumps(parts)))
    assert canonical_json(first.graph.to_json()) == canonical_json(second.graph.to_json())


@given(definition)
def test_every_node_has_its_step_and_comes_after_what_it_needs(parts: list[tuple[str, list[int], Any]]) -> None:
    made = defined(parts)
    seen: set[str] = set()
    for node in made.graph.nodes:
        assert made.steps[node.name].ref == node.step
        assert set(node.upstream()) <= seen
        seen.add(node.name)
    assert seen == set(made.steps)


_CODE = """
from penstock.engine.authoring import pipeline, step, when

@step(env={"B", "A", "HOME"}, requirements={"x", "y"}, retries=2)
def add(a: int, b: dict[str, int] = {"y": 1, "x": 2}) -> dict[str, int]:
    return {"sum": a}

@pipeline
def p(n: int = 3, names: list[str] = ["b", "a"]):
    made = add(n)
    made["sum"], made["product"]
    with when(made["sum"] > 2):
        add.map([1, 2])

print(p.graph.digest)
"""


def test_the_digest_does_not_depend_on_the_process() -> None:
    found = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-c", _CODE]
        environment = {"PYTHONHASHSEED": seed, "PATH": ""}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.add(done.stdout.strip())
    assert len(found) == 1


def test_every_change_of_the_definition_counts() -> None:
    def graph(**changes: Any) -> Graph:
        @pipeline
        def p(n: int = changes.get("n", 1)) -> None:
            add.options(**changes.get("options", {}))(n, changes.get("b", 2))

        return p.graph

    changes: list[dict[str, Any]] = [{}, {"n": 2}, {"b": 3}, {"options": {"retries": 1}}, {"options": {"name": "sum"}}]
    assert len({graph(**change).digest for change in changes}) == len(changes)


def test_thousands_of_nodes() -> None:
    @pipeline
    def p() -> Any:
        made = add(0)
        for _ in range(2000):
            made = add(made)
        return made

    last: Node = p.graph.nodes[-1]
    assert last.name == "add_2001"


def test_a_pipeline_without_steps() -> None:
    def plain(n: int) -> int:
        return n

    with pytest.raises(GraphError, match="has no step") as caught:

        @pipeline
        def p(n: int = 1) -> None:
            plain(n)

    assert "@step" in caught.value.fix


@pytest.mark.parametrize("use", [range, int, float, [1, 2].__getitem__])
def test_numbers_of_handles_are_not_known_yet(use: Callable[[Any], Any]) -> None:
    with pytest.raises(GraphError, match="not known yet"):

        @pipeline
        def p(n: int = 1) -> None:
            use(n)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from penstock.core.error import GraphError, PortTypeError
from penstock.core.expression import Const, Gather, Operation, OutputRef, ParameterRef
from penstock.core.graph import Graph, MapSpec, Node
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.core.value import Metrics
from penstock.engine.authoring import otherwise, pipeline, step, when
from penstock.engine.authoring.tracer import current


class Parts(NamedTuple):
    train: pa.Table
    test: pa.Table


@step
def load(source: str) -> pa.Table:
    return pa.table({"source": [source]})


@step
def split(table: pa.Table) -> Parts:
    return Parts(table, table)


@step
def stack(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables)


@step
def evaluate(table: pa.Table) -> Metrics:
    return Metrics(auc=0.5)


@step
def number(n: int) -> int:
    return n


@step
def numbers(n: int = 3) -> list[int]:
    return list(range(n))


@step
def total(parts: list[int]) -> int:
    return sum(parts)


@step
def texts() -> list[str]:
    return ["a"]


@step
def read(path: Path) -> int:
    return len(path.read_bytes())


@step
def read_all(paths: list[Path]) -> int:
    return len(paths)


@step
def maybe(table: pa.Table | None = None, n: int | None = None) -> int:
    return 0


@step
def tell(text: str) -> None: ...


def graph_of(body: Callable[[], Any]) -> Graph:
    @pipeline
    def p() -> None:
        body()

    return p.graph


def node_of(body: Callable[[], Any], name: str) -> Node:
    return graph_of(body).by_name[name]


def binding_of(body: Callable[[], Any], name: str) -> Any:
    return node_of(body, name).inputs[0].binding


def test_nothing_is_traced_outside_of_a_definition() -> None:
    assert current() is None
    graph_of(lambda: tell("a"))
    assert current() is None
    with pytest.raises(ZeroDivisionError):
        graph_of(lambda: 1 // 0)
    assert current() is None


# Data: what an input is bound to.


def test_outputs_flow_into_inputs() -> None:
    nodes = graph_of(lambda: evaluate(load("a.csv"))).nodes
    assert [node.name for node in nodes] == ["load", "evaluate"]
    assert nodes[0].inputs[0].binding == Const("a.csv")
    assert nodes[1].inputs[0].binding == OutputRef("load", "output")


def test_a_list_of_outputs_is_gathered_in_order() -> None:
    two = binding_of(lambda: stack([load("a"), load("b")]), "stack")
    assert two == Gather((OutputRef("load", "output"), OutputRef("load_2", "output")))
    mixed = binding_of(lambda: total((number(1), 5, number(2))), "total")  # type: ignore[arg-type]
    assert mixed == Gather((OutputRef("number", "output"), Const(5), OutputRef("number_2", "output")))


def test_items_of_an_optional_list() -> None:
    @step
    def add(parts: list[int | None] | None = None) -> int:
        return 0

    assert isinstance(binding_of(lambda: add([number(1), None]), "add"), Gather)
    with pytest.raises(PortTypeError, match=r"add.parts takes int \| None, but texts.output gives list\[str\]"):
        graph_of(lambda: add([texts()]))  # type: ignore[list-item]


def test_any_artifact_goes_where_a_path_is_asked_for() -> None:
    assert binding_of(lambda: read(load("a")), "read") == OutputRef("load", "output")  # type: ignore[arg-type]
    assert binding_of(lambda: read(Path("a b.txt")), "read") == Const("a b.txt")
    assert binding_of(lambda: read_all([Path("a"), Path("b")]), "read_all") == Const(["a", "b"])
    assert isinstance(binding_of(lambda: read_all([load("a"), Path("b")]), "read_all"), Gather)  # type: ignore[list-item]


def test_optional_inputs_take_none_and_values() -> None:
    assert [port.binding for port in node_of(maybe, "maybe").inputs] == [Const(None), Const(None)]
    given = node_of(lambda: maybe(load("a"), number(1)), "maybe")
    assert [port.binding for port in given.inputs] == [OutputRef("load", "output"), OutputRef("number", "output")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: evaluate(number(1)), "evaluate.table takes Dataset as Table, but number.output gives int"),
        (lambda: number(load("a")), "number.n takes int, but load.output gives Dataset as Table"),
        (lambda: number(texts()), r"number.n takes int, but texts.output gives list\[str\]"),
        (lambda: load(evaluate(load("a"))), "load_2.source takes str, but evaluate.output gives Metrics as Metrics"),
        (lambda: stack(load("a")), "stack.tables takes list of Dataset as Table, but load.output gives Dataset"),
        (lambda: stack([load("a"), number(1)]), "stack.tables takes Dataset as Table, but number.output gives int"),
        (lambda: evaluate([load("a")]), r"evaluate.table takes Dataset as Table, but .* gives a list"),
        (lambda: number([number(1)]), "number_2.n takes int, but .* gives a list"),
        (lambda: total([texts()]), r"total.parts takes int, but texts.output gives list\[str\]"),
        (lambda: read(number(1)), "read.path takes Path, but number.output gives int"),
        (lambda: number(number.map([1])), r"number_2.n takes int, but number.output gives list\[int\]"),
    ],
)
def test_wrong_kinds_name_both_ends(body: Callable[[], Any], message: str) -> None:
    with pytest.raises(PortTypeError, match=message) as caught:
        graph_of(body)
    assert "pipeline 'p', from '" in caught.value.where
    assert caught.value.fix.startswith("change one of the two annotations")


def test_a_list_for_one_item_offers_map() -> None:
    for body in (lambda: number(numbers()), lambda: number([number(1)]), lambda: evaluate([load("a")])):
        with pytest.raises(PortTypeError) as caught:
            graph_of(body)
        assert "use .map()" in caught.value.fix
    with pytest.raises(PortTypeError) as caught:
        graph_of(lambda: total(texts()))
    assert "map" not in caught.value.fix


def test_an_optional_artifact_does_not_go_where_one_is_needed() -> None:
    @step
    def find() -> pa.Table | None:
        return None

    assert binding_of(lambda: maybe(find()), "maybe") == OutputRef("find", "output")
    with pytest.raises(PortTypeError, match=r"evaluate.table takes Dataset as Table, but find.output gives"):
        graph_of(lambda: evaluate(find()))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: evaluate(split(load("a"))), "evaluate.table is given <outputs of split: train, test>"),
        (lambda: number(tell("a")), "number.n is given <outputs of tell: none>"),
        (lambda: number(number(1) > 2), "number_2.n is given .*, which is not one output"),
        (lambda: stack([split(load("a"))]), "stack.tables is given <outputs of split"),
        (lambda: number({"a": number(1)}), "which is no JSON value"),
        (lambda: evaluate(pa.table({"x": [1]})), "which is no JSON value"),
        (lambda: evaluate(None), "the value of 'evaluate.table' is None, which is not Dataset as Table"),
    ],
)
def test_what_is_not_one_output(body: Callable[[], Any], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        graph_of(body)


# Names.


def test_repeated_names_are_numbered() -> None:
    graph = graph_of(lambda: [number(1), number(2), number.options(name="number_2")(3), number(4), tell("a")])
    assert [node.name for node in graph.nodes] == ["number", "number_2", "number_2_2", "number_3", "tell"]


def test_a_name_that_is_taken_is_passed_over() -> None:
    graph = graph_of(lambda: [number.options(name="number_2")(1), number(2), number(3)])
    assert [node.name for node in graph.nodes] == ["number_2", "number", "number_3"]


# Map.


def test_map_over_a_literal_keeps_ints() -> None:
    node = node_of(lambda: number.map([1, 2]), "number")
    assert node.map == MapSpec("n", 0)
    assert repr(node.inputs[0].binding) == "Const(value=[1, 2])"
    assert node_of(lambda: number.map([], max_parallel=3), "number").map == MapSpec("n", 3)


def test_map_over_an_output_and_a_parameter() -> None:
    @pipeline
    def p(items: list[int]) -> None:
        number.map(numbers())
        number.map(items)

    assert [node.inputs[0].binding for node in p.graph.nodes[1:]] == [
        OutputRef("numbers", "output"),
        ParameterRef("items"),
    ]


def test_map_over_outputs_of_a_mapped_step_and_over_gathered_ones() -> None:
    graph = graph_of(lambda: [number.map(number.map([1])), stack(load.map(["a", "b"])), evaluate.map([load("c")])])
    bindings = {node.name: node.inputs[0].binding for node in graph.nodes}
    assert bindings["number_2"] == OutputRef("number", "output")
    assert bindings["stack"] == OutputRef("load", "output")
    assert bindings["evaluate"] == Gather((OutputRef("load_2", "output"),))


def test_map_over_paths() -> None:
    assert binding_of(lambda: read.map([Path("a"), "b"]), "read") == Const(["a", "b"])
    assert binding_of(lambda: read.map(texts()), "read") == OutputRef("texts", "output")
    assert binding_of(lambda: read.map(load.map(["a"])), "read") == OutputRef("load", "output")


def test_the_mapped_input_has_the_type_of_one_item() -> None:
    assert node_of(lambda: read.map(["a"]), "read").inputs[0].type == PortType(PATH, "pathlib.Path")
    assert node_of(lambda: number.map([1]), "number").inputs[0].type == PortType(PARAMETER, "int")


def test_shared_inputs_are_the_same_for_every_item() -> None:
    @step
    def fit(n: int, table: pa.Table, rate: float = 0.1) -> int:
        return n

    node = node_of(lambda: fit.map([1, 2], table=load("a"), rate=0.5), "fit")
    assert [port.binding for port in node.inputs] == [Const([1, 2]), OutputRef("load", "output"), Const(0.5)]
    by_table = node_of(lambda: fit.map(load.map(["a"]), n=1), "fit")
    assert by_table.map == MapSpec("table", 0)


def test_outputs_of_a_mapped_step_are_lists() -> None:
    kept: list[Any] = []
    graph_of(lambda: kept.append(split.map([load("a")])))
    assert [str(handle.type) for handle in kept[0]] == ["list of Dataset as Table"] * 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: number.map(3), r"the value of 'number.n' is 3, which is not list\[int\]"),
        (lambda: number.map(["a"]), r"which is not list\[int\]"),
        (lambda: number.map(range(3)), "which is no JSON value"),
        (lambda: number.map(number(1)), r"number_2.n takes list\[int\], but number.output gives int"),
        (lambda: number.map([number(1), texts()]), r"number_2.n takes int, but texts.output gives list\[str\]"),
        (lambda: read.map(numbers()), r"read.path takes list of Path, but numbers.output gives list\[int\]"),
        (lambda: stack.map([load("a")]), "one item would be a list of artifacts"),
    ],
)
def test_wrong_items(body: Callable[[], Any], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        graph_of(body)


# Conditions.


def branches(body: Callable[[Any, Any], Any]) -> dict[str, str]:
    """Condition of each node by its name, as text."""

    @pipeline
    def p(n: int, is_on: bool) -> None:
        body(n, is_on)

    return {node.name: str(node.condition) for node in p.graph.nodes}


def test_when_and_otherwise() -> None:
    def body(n: Any, is_on: Any) -> None:
        with when(n > 3):
            number(1)
        with otherwise():
            number(2)
        tell("a")

    assert branches(body) == {"number": "n > 3", "number_2": "not (n > 3)", "tell": "None"}


def test_nested_branches() -> None:
    def body(n: Any, is_on: Any) -> None:
        with when(is_on):
            with when((n > 1) & ~(n == 7) | is_on):
                number(1)
            with otherwise():
                number(2)
            number(3)
        with otherwise():
            number(4)
            with when(n < 0):
                number(5)

    assert branches(body) == {
        "number": "is_on and (((n > 1) and (not (n == 7))) or is_on)",
        "number_2": "is_on and (not (((n > 1) and (not (n == 7))) or is_on))",
        "number_3": "is_on",
        "number_4": "not (is_on)",
        "number_5": "(not (is_on)) and (n < 0)",
    }


def test_conditions_on_outputs_make_their_step_wait() -> None:
    def body() -> None:
        metrics = evaluate(load("a"))
        with when(metrics["auc"] > 0.9):  # type: ignore[arg-type]
            tell("good")

    node = node_of(body, "tell")
    assert node.condition == Operation(">", (OutputRef("evaluate", "output", "auc"), Const(0.9)))
    assert node.upstream() == ["evaluate"]


def test_otherwise_without_when() -> None:
    def twice() -> None:
        with when(number(1) > 1):
            tell("a")
        with otherwise():
            tell("b")
        with otherwise():
            tell("c")

    def inside() -> None:
        with when(number(1) > 1), otherwise():
            tell("a")

    def alone() -> None:
        with otherwise():
            tell("a")

    for body in (alone, inside, twice):
        with pytest.raises(GraphError, match=r"otherwise\(\) has no when\(...\) before it"):
            graph_of(body)


def test_a_when_inside_does_not_answer_for_the_one_outside() -> None:
    def body(n: Any, is_on: Any) -> None:
        with when(n > 1), when(n > 2):
            number(1)
        with otherwise():
            number(2)

    assert branches(body) == {"number": "(n > 1) and (n > 2)", "number_2": "not (n > 1)"}


def test_outside_of_a_pipeline() -> None:
    for branch in (when(True), otherwise()):
        with pytest.raises(GraphError, match="was used outside of a pipeline"), branch:
            pass


@pytest.mark.parametrize("condition", [1, "yes", None, [True]])
def test_what_is_no_condition(condition: Any) -> None:
    def body() -> None:
        with when(condition):
            tell("a")

    with pytest.raises(GraphError, match="is neither true nor false"):
        graph_of(body)


def test_an_error_inside_a_branch_leaves_the_definition_usable() -> None:
    def body(n: Any, is_on: Any) -> None:
        try:
            with when(n > 1):
                number("x")  # type: ignore[arg-type]
        except GraphError:
            number(1)

    assert branches(body) == {"number_2": "None"}


# Order without data.


def test_cycles_through_after_are_named() -> None:
    def body() -> None:
        first: Any = number(1)
        second = number(first)
        first.after(second)

    with pytest.raises(GraphError, match=r"steps wait for each other: number(_2)? -> number") as caught:
        graph_of(body)
    assert ".after()" in caught.value.fix
    with pytest.raises(GraphError, match="number -> number"):
        graph_of(lambda: (lambda one: one.after(one))(number(1)))

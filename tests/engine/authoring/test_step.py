from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import GraphError, UsageError
from penstock.core.graph import Policy, StepRef
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.authoring import pipeline, step
from penstock.engine.authoring.step import REQUIRED, Step, StepInput, size_bytes

INT = PortType(PARAMETER, "int")


class Halves(NamedTuple):
    train: pa.Table
    rows: int


@step
def add(a: int, b: int = 2) -> int:
    """Sum of two numbers."""
    return a + b


@step
def split(table: pa.Table, share: float = 0.5) -> Halves:
    return Halves(table, int(share * table.num_rows))


@step
def fail(x: int) -> int:
    raise KeyError(x)


def traced(body: Callable[[], Any]) -> None:
    """Call something while a pipeline is being defined."""

    @pipeline
    def p() -> None:
        body()


def test_called_outside_of_a_pipeline_it_is_the_plain_function() -> None:
    assert add(1) == 3
    assert add(1, b=5) == 6
    assert split(pa.table({"x": [1, 2]})) == (pa.table({"x": [1, 2]}), 1)
    with pytest.raises(KeyError):
        fail(3)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        add()  # type: ignore[call-arg]


def test_it_keeps_what_the_function_says_of_itself() -> None:
    assert add.__name__ == "add"
    assert add.__doc__ == "Sum of two numbers."
    assert list(inspect.signature(add).parameters) == ["a", "b"]
    assert add.ref == StepRef(__name__, "add")
    assert repr(add) == "<step add(a: int, b: int) -> output: int>"
    assert add.where == f"{__file__}:{add.function.__code__.co_firstlineno}"


def test_its_signature_is_typed() -> None:
    assert add.inputs == (StepInput("a", INT), StepInput("b", INT, 2))
    assert [(port.name, port.type) for port in add.outputs] == [("output", INT)]


def test_a_named_tuple_is_several_outputs() -> None:
    table = PortType("Dataset", "pyarrow.lib.Table")
    assert [(port.name, port.type) for port in split.outputs] == [("train", table), ("rows", INT)]


def test_nothing_and_a_path_as_results() -> None:
    @step
    def write(target: Path = Path("out.txt")) -> Path:
        return target

    @step
    def notify(text: str) -> None: ...

    assert write.inputs == (StepInput("target", PortType(PATH, "pathlib.Path"), "out.txt"),)
    assert [port.type.kind for port in write.outputs] == ["File"]
    assert notify.outputs == ()


def test_optional_inputs() -> None:
    @step
    def use(table: pa.Table | None = None, n: int | None = None) -> int:
        return 0

    assert [port.type.is_optional for port in use.inputs] == [True, True]
    assert [port.default for port in use.inputs] == [None, None]


# What is wrong with a definition is said when it is made.


def error_of(function: Callable[..., Any]) -> GraphError:
    with pytest.raises(GraphError) as caught:
        step(function)
    assert function.__name__ in caught.value.what + caught.value.where
    assert "test_step.py:" in caught.value.where
    assert caught.value.fix
    return caught.value


def test_an_input_without_annotation() -> None:
    def clean(table: pa.Table, rate=0.2) -> pa.Table:  # type: ignore[no-untyped-def]
        return table

    error = error_of(clean)
    assert error.what == "step 'clean' does not say the type of input 'rate'"
    assert "rate: int" in error.fix


def test_a_result_without_annotation() -> None:
    def clean(table: pa.Table):  # type: ignore[no-untyped-def]
        return table

    assert error_of(clean).what == "step 'clean' does not say the type of the result"


def test_a_function_without_any_annotation() -> None:
    assert "input 'x'" in error_of(lambda x: x).what
    assert "the result" in error_of(lambda: 1).what


@pytest.mark.parametrize("parameters", ["*rows: int", "**rows: int", "rows: int, /"])
def test_inputs_without_a_name_of_their_own(parameters: str) -> None:
    scope: dict[str, Any] = {}
    exec(compile(f"def collect({parameters}) -> int: ...", __file__, "exec"), scope)
    assert "step 'collect' has the input" in error_of(scope["collect"]).what


def test_an_annotation_that_no_kind_belongs_to() -> None:
    def clean(data: bytes) -> int:
        return 0

    assert "annotation bytes" in error_of(clean).what


@pytest.mark.parametrize("default", [object(), {1, 2}, {1: 2}, "three", None, 1.5])
def test_a_default_that_is_no_json_value_of_the_type(default: Any) -> None:
    def count(n: int = default) -> int:
        return n

    assert f"the value of 'n' is {default!r}" in error_of(count).what


def test_a_default_for_an_artifact() -> None:
    def count(table: pa.Table = pa.table({"x": [1]})) -> int:  # noqa: B008
        return 0

    assert "which is no JSON value" in error_of(count).what


# Options.


def test_options_become_the_policy() -> None:
    @step(
        name="fit",
        retries=2,
        backoff_s=0.5,
        timeout_s=600,
        cpu=2,
        gpu=0.5,
        memory="2GiB",
        priority=-1,
        cache=False,
        env=["HOME"],
        files=("a.txt",),
        requirements={"b", "a"},  # type: ignore[arg-type]
        image="python:3.11",
    )
    def train(x: int) -> int:
        return x

    assert train.name == "fit"
    assert train.policy == Policy(
        retries=2,
        backoff_s=0.5,
        timeout_s=600,
        cpu=2,
        gpu=0.5,
        memory_bytes=2 * 2**30,
        priority=-1,
        is_cached=False,
        env=("HOME",),
        files=("a.txt",),
        requirements=("a", "b"),
        image="python:3.11",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retries", -1),
        ("retries", 1.5),
        ("retries", True),
        ("timeout_s", "10"),
        ("timeout_s", float("nan")),
        ("cpu", -0.5),
        ("gpu", float("inf")),
        ("priority", "high"),
        ("cache", 1),
        ("memory", "much"),
        ("env", "HOME"),
        ("files", [Path("a.txt")]),
        ("image", 3),
    ],
)
def test_wrong_values_of_options(name: str, value: Any) -> None:
    with pytest.raises(GraphError) as caught:
        add.options(**{name: value})
    assert f"'{name}'" in caught.value.what or name == "memory"
    assert repr(value) in caught.value.what
    assert "test_step.py:" in caught.value.where


def test_an_unknown_option() -> None:
    with pytest.raises(GraphError, match="no option 'retrys'; did you mean 'retries'"):
        add.options(retrys=2)
    with pytest.raises(GraphError, match="no option 'memory_bytes'; did you mean 'memory'"):
        step(memory_bytes=2)(add.function)  # type: ignore[call-overload]


def test_options_for_one_use_leave_the_step_as_it_is() -> None:
    changed = add.options(name="sum", retries=3)
    assert isinstance(changed, Step)
    assert (changed.name, changed.policy.retries, changed.ref) == ("sum", 3, add.ref)
    assert (add.name, add.policy) == ("add", Policy())
    assert changed.options(cpu=2).policy == Policy(retries=3, cpu=2)
    assert changed(1) == 3


def test_a_fingerprint_is_kept_by_options() -> None:
    reads = step(fingerprint=lambda n: str(n))(add.function)
    assert reads.options(name="other").fingerprint is reads.fingerprint is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("1024", 1024),
        ("1kB", 1000),
        ("1 KiB", 1024),
        ("1.5GiB", 3 * 2**29),
        ("2g", 2 * 10**9),
        (" 3 MiB ", 3 * 2**20),
        ("1TiB", 2**40),
        (17, 17),
    ],
)
def test_sizes(text: str | int, expected: int) -> None:
    assert size_bytes(text, "here") == expected


@pytest.mark.parametrize("text", ["", "GiB", "1.2.3GiB", ".", "1 XB", "5iB", "-1", -1, True, None, 1.5, "1e9"])
def test_what_is_no_size(text: Any) -> None:
    with pytest.raises(GraphError, match="is not a size"):
        size_bytes(text, "here")


@given(st.integers(0, 2**50), st.sampled_from(["", "B"]))
def test_plain_bytes(count: int, unit: str) -> None:
    assert size_bytes(f"{count}{unit}", "here") == int(float(count))


# Calls inside of a pipeline.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: add(), r"'add' needs the input 'a' \(int\)"),
        (lambda: add(1, 2, 3), "'add' takes 2 inputs, 3 were given"),
        (lambda: add(1, a=2), "input 'a' of 'add' is given twice"),
        (lambda: split(share=0.2), r"'split' needs the input 'table' \(Dataset as Table\)"),
        (lambda: split(tabel=1), "'split' has no input 'tabel'; did you mean 'table'"),
        (lambda: add("one"), "the value of 'add.a' is 'one', which is not int"),
        (lambda: split(3), "the value of 'split.table' is 3, which is not Dataset as Table"),
    ],
)
def test_wrong_calls(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(GraphError, match=message) as caught:
        traced(call)
    assert "pipeline 'p'" in caught.value.where
    assert caught.value.fix


def test_inputs_by_position_and_by_name() -> None:
    @pipeline
    def p() -> None:
        add(1, b=3)
        add(b=4, a=5)
        add(6)

    given = [[port.binding.value for port in node.inputs] for node in p.graph.nodes]  # type: ignore[union-attr]
    assert given == [[1, 3], [5, 4], [6, 2]]


def test_map_outside_of_a_pipeline() -> None:
    with pytest.raises(UsageError, match=r"'add\.map' was called outside of a pipeline") as caught:
        add.map([1, 2])
    assert "[add(item) for item in items]" in caught.value.fix


def test_map_needs_a_free_input_and_a_right_limit() -> None:
    with pytest.raises(GraphError, match="every input of 'add' is given by name"):
        traced(lambda: add.map([1], a=1, b=2))
    with pytest.raises(GraphError, match="option 'max_parallel' is -1"):
        traced(lambda: add.map([1], max_parallel=-1))
    with pytest.raises(GraphError, match="no input 'c'"):
        traced(lambda: add.map([1], c=2))


def test_a_required_input_is_not_the_same_as_none() -> None:
    @step
    def use(n: int | None) -> int:
        return 0

    assert use.inputs[0].default is REQUIRED
    with pytest.raises(GraphError, match="needs the input 'n'"):
        traced(lambda: use())

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from penstock.core.error import GraphError
from penstock.core.expression import Const, Operation, OutputRef, ParameterRef
from penstock.core.signature import PARAMETER, PortType
from penstock.core.value import Metrics
from penstock.engine.authoring import pipeline, step
from penstock.engine.authoring.handle import Condition, Handle, Handles, expression_of, node_of, truth_of
from penstock.engine.authoring.tracer import Tracer

TABLE = PortType("Dataset", "pyarrow.lib.Table")


class Parts(NamedTuple):
    train: pa.Table
    rows: int


@step
def split(n: int) -> Parts:
    return Parts(pa.table({"n": [n]}), n)


@step
def count(n: int) -> int:
    return n


@step
def figures(n: int) -> dict[str, float]:
    return {"mean": float(n)}


@step
def load(n: int) -> pa.Table:
    return pa.table({"n": [n]})


@step
def evaluate(n: int) -> Metrics:
    return Metrics(auc=0.9)


def handle(form: str = "Any", name: str = "n", tracer: Tracer | None = None) -> Handle:
    return Handle(ParameterRef(name), PortType(PARAMETER, form), tracer or Tracer("p"))


def refused(use: Callable[[Any], Any], made: Callable[[int], Any] = count) -> GraphError:
    """The error of a pipeline that uses a step's result in some way."""
    with pytest.raises(GraphError) as caught:

        @pipeline
        def p(n: int = 1) -> None:
            use(made(n))

    assert "pipeline 'p'" in caught.value.where
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("op", "made"),
    [
        ("==", lambda h: h == 3),
        ("!=", lambda h: h != 3),
        ("<", lambda h: h < 3),
        ("<=", lambda h: h <= 3),
        (">", lambda h: h > 3),
        (">=", lambda h: h >= 3),
    ],
)
def test_comparisons_become_operations(op: str, made: Callable[[Handle], Condition]) -> None:
    assert made(handle()).expression == Operation(op, (ParameterRef("n"), Const(3)))


def test_a_constant_on_the_left() -> None:
    assert (3 < handle()).expression == Operation(">", (ParameterRef("n"), Const(3)))  # noqa: SIM300
    assert (3 == handle()).expression == Operation("==", (ParameterRef("n"), Const(3)))  # noqa: SIM300


def test_two_handles() -> None:
    tracer = Tracer("p")
    a, b = handle(name="a", tracer=tracer), handle(name="b", tracer=tracer)
    assert (a < b).expression == Operation("<", (ParameterRef("a"), ParameterRef("b")))


def test_logic() -> None:
    tracer = Tracer("p")
    a, b = handle("int", "a", tracer) > 1, handle("bool", "b", tracer)
    left, right = a.expression, ParameterRef("b")
    assert (a & b).expression == Operation("and", (left, right))
    assert (b | a).expression == Operation("or", (right, left))
    assert (~b).expression == Operation("not", (right,))
    assert (a & True).expression == Operation("and", (left, Const(True)))
    assert (False | a).expression == Operation("or", (Const(False), left))
    assert (True & a).expression == Operation("and", (Const(True), left))


def test_a_condition_can_be_compared_too() -> None:
    condition = handle("int") > 1
    assert (condition == False).expression == Operation("==", (condition.expression, Const(False)))  # noqa: E712
    assert (condition != True).expression == Operation("!=", (condition.expression, Const(True)))  # noqa: E712


@pytest.mark.parametrize(
    "use",
    [
        lambda h: 1 if h else 2,
        lambda h: 1 if h > 3 else 2,
        lambda h: h > 1 and h < 3,
        lambda h: not h,
        lambda h: 1 < h < 3,
        lambda h: bool(h == 1),
        lambda h: h in (2, 3),
        lambda h: max(h, 3),
    ],
)
def test_truth_is_not_known_yet(use: Callable[[Any], Any]) -> None:
    error = refused(use)
    assert "is known only when the pipeline runs" in error.what
    assert "with when(...)" in error.fix


@pytest.mark.parametrize("use", [lambda h: 1 if h else 2, lambda h: not h, lambda h: h or 3])
def test_truth_of_several_outputs(use: Callable[[Any], Any]) -> None:
    assert "are known only when the pipeline runs" in refused(use, split).what


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (list, "`count.output` cannot be looped over yet"),
        (lambda h: [item for item in h], "cannot be looped over yet"),  # noqa: C416
        (lambda h: 3 in h, "cannot be looped over yet"),
        (len, "the length of `count.output` is not known yet"),
        (lambda h: h.columns, "`count.output.columns` cannot be read"),
        (lambda h: h[0], r"`count.output\[0\]` cannot be read"),
        (lambda h: h["auc"], r"`count.output\['auc'\]` cannot be read"),
        (lambda h: h + 1, r"`\+` of `count.output` cannot be computed"),
        (lambda h: 2 * h, r"`\*` of `count.output` cannot be computed"),
        (lambda h: h / 2, "`/` of `count.output` cannot be computed"),
        (lambda h: -h, "`-` of `count.output` cannot be computed"),
        (lambda h: (h > 1) + 1, "cannot be computed"),
        (lambda h: f"model-{h}", "`format` of `count.output` cannot be computed"),
        (lambda h: f"{h:.2f}", "`format` of `count.output` cannot be computed"),
        (lambda h: h > [1], r"\[1\] cannot be part of a condition"),
        (lambda h: h & True, "is neither true nor false"),
        (lambda h: ~h, "is neither true nor false"),
        (lambda h: (h > 1) | 1, "1 is neither true nor false"),
    ],
)
def test_anything_else_says_what_to_do(use: Callable[[Any], Any], message: str) -> None:
    assert re.search(message, refused(use).what)


@pytest.mark.parametrize("use", [lambda h: h == 3, lambda h: h > 3, lambda h: h & (h == 2)])
def test_artifacts_are_not_compared(use: Callable[[Any], Any]) -> None:
    error = refused(use, load)
    assert "load.output: Dataset as Table" in error.what
    assert "Metrics" in error.fix or "compare" in error.fix


def test_a_key_is_an_implicit_scalar_of_its_producer() -> None:
    kept: list[Handle] = []

    @pipeline
    def p() -> None:
        made = figures(1)
        kept.extend([made["mean"], made["max"], made["mean"]])  # type: ignore[arg-type]

    assert [found.expression for found in kept] == [
        OutputRef("figures", "output", "mean"),
        OutputRef("figures", "output", "max"),
        OutputRef("figures", "output", "mean"),
    ]
    assert p.graph.nodes[0].outputs[0].scalars == ("max", "mean")


def test_keys_of_metrics() -> None:
    @pipeline
    def p() -> None:
        count(evaluate(1)["auc"])  # type: ignore[arg-type]

    assert p.graph.nodes[0].outputs[0].scalars == ("auc",)
    assert p.graph.nodes[1].inputs[0].binding == OutputRef("evaluate", "output", "auc")


@pytest.mark.parametrize(
    "use",
    [lambda h: h["mean"]["more"], lambda h: h[1], lambda h: figures.map([1, 2])["mean"]],
)
def test_keys_that_cannot_be_read(use: Callable[[Any], Any]) -> None:
    assert "read keys of Metrics, Evaluation, Anomalies and dict outputs only" in refused(use, figures).fix


def test_a_parameter_has_no_keys() -> None:
    with pytest.raises(GraphError, match=r"`settings\['rate'\]` cannot be read"):

        @pipeline
        def p(settings: dict[str, float]) -> None:
            settings["rate"]


def test_several_outputs_by_attribute_index_name_and_unpacking() -> None:
    kept: list[Any] = []

    @pipeline
    def p() -> None:
        parts: Any = split(1)
        train, rows = parts
        kept.extend([parts.train, parts[0], parts["train"], train, parts.rows, rows, len(parts)])
        assert repr(parts) == "<outputs of split: train, rows>"

    assert [found.expression.output for found in kept[:-1]] == ["train"] * 4 + ["rows"] * 2
    assert kept[-1] == 2


@pytest.mark.parametrize("use", [lambda parts: parts.trian, lambda parts: parts["trian"]])
def test_an_unknown_output(use: Callable[[Any], Any]) -> None:
    assert "step 'split' has no output 'trian'; did you mean 'train'" in refused(use, split).what


def test_handles_have_no_hidden_attributes() -> None:
    tracer = Tracer("p")
    assert not hasattr(handle(), "_repr_html_")
    assert not hasattr(Handles("a", {}, tracer), "_repr_html_")
    assert copy.copy(handle()).expression == ParameterRef("n")
    assert len({handle(), handle()}) == 2
    assert repr(handle("int")) == "<n: int>"


@pytest.mark.parametrize(("form", "is_truth"), [("bool", True), ("Any", True), ("int", False), ("bool | None", False)])
def test_what_may_be_a_condition(form: str, is_truth: bool) -> None:
    tracer = Tracer("p")
    if is_truth:
        assert truth_of(handle(form, tracer=tracer), tracer) == ParameterRef("n")
    else:
        with pytest.raises(GraphError, match="neither true nor false"):
            truth_of(handle(form, tracer=tracer), tracer)


def test_constants_of_conditions() -> None:
    tracer = Tracer("p")
    assert truth_of(True, tracer) == Const(True)
    assert expression_of(None, tracer) == Const(None)
    with pytest.raises(GraphError, match="1 is neither true nor false"):
        truth_of(1, tracer)


def test_handles_of_another_pipeline_are_refused_everywhere() -> None:
    stolen: list[Any] = []

    @pipeline
    def first(n: int) -> None:
        stolen.extend([count(n), split(n), n])

    one, several, parameter = stolen
    for use in (
        lambda h: h == one,
        lambda h: (h > 1) & (one > 1),
        lambda h: h.after(one),
        lambda h: h.after(several),
        lambda h: count(one),
        lambda h: count(parameter),
        lambda h: count.map([h, one]),
    ):
        error = refused(use)
        assert "belongs to pipeline 'first'" in error.what
        assert "parameters" in error.fix


def test_what_is_no_result_of_a_step() -> None:
    tracer = Tracer("p")
    for value in (3, "count", handle(tracer=tracer), handle(tracer=tracer) > 1):
        with pytest.raises(GraphError, match="is not the result of a step"):
            node_of(value, tracer)
    assert "is a parameter and waits for nothing" in refused(lambda h: handle(tracer=h.tracer).after(h)).what


def test_after_returns_what_it_was_called_on() -> None:
    @pipeline
    def p() -> None:
        first, parts = count(1), split(2)
        assert first.after(parts) is first  # type: ignore[attr-defined]
        assert split(3).after(first, parts, first)[0] is not None  # type: ignore[attr-defined]

    assert [node.after for node in p.graph.nodes] == [(), ("split",), ("count", "split")]

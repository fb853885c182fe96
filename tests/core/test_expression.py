from __future__ import annotations

import json
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import bindings, expressions

from penstock.core.canonical import canonical_json
from penstock.core.error import ConditionError
from penstock.core.expression import (
    Const,
    Gather,
    Operation,
    OutputRef,
    ParameterRef,
    evaluate,
    from_json,
    references,
    to_json,
)

AUC = OutputRef("evaluate", "metrics", "auc")
RATE = ParameterRef("rate")


def value_of(values: dict[str, Any]):
    return lambda ref: values[str(ref)]


@given(expressions | bindings)
def test_json_round_trip(expression: Any) -> None:
    text = canonical_json(to_json(expression))
    assert from_json(json.loads(text)) == expression


@pytest.mark.parametrize(
    ("op", "function"),
    [
        ("==", operator.eq),
        ("!=", operator.ne),
        ("<", operator.lt),
        ("<=", operator.le),
        (">", operator.gt),
        (">=", operator.ge),
    ],
)
@given(left=st.integers(-2, 2), right=st.floats(-2, 2))
def test_comparisons_are_pythons(op: str, function: Any, left: int, right: float) -> None:
    assert evaluate(Operation(op, (Const(left), Const(right))), value_of({})) is function(left, right)


@given(st.booleans(), st.booleans())
def test_and_or_not(left: bool, right: bool) -> None:
    args = (Const(left), Const(right))
    assert evaluate(Operation("and", args), value_of({})) is (left and right)
    assert evaluate(Operation("or", args), value_of({})) is (left or right)
    assert evaluate(Operation("not", args[:1]), value_of({})) is (not left)


def test_references_are_looked_up_by_what_they_name() -> None:
    condition = Operation("and", (Operation(">", (AUC, RATE)), ParameterRef("publish")))
    values = {"evaluate.metrics['auc']": 0.94, "rate": 0.9, "publish": True}
    assert evaluate(condition, value_of(values))
    assert not evaluate(condition, value_of({**values, "rate": 0.95}))
    assert list(references(condition)) == [AUC, RATE, ParameterRef("publish")]


def test_references_of_a_list_are_in_order() -> None:
    assert list(references(Gather((AUC, Const(1), Gather((RATE,)))))) == [AUC, RATE]


@pytest.mark.parametrize("value", [None, 0, 1, "", "true", [], {}])
def test_what_is_no_boolean_is_an_error_and_never_false(value: Any) -> None:
    with pytest.raises(ConditionError, match="neither true nor false"):
        evaluate(RATE, value_of({"rate": value}))
    with pytest.raises(ConditionError):
        evaluate(Operation("not", (RATE,)), value_of({"rate": value}))


@pytest.mark.parametrize("value", ["0.9", None, [0.9]])
def test_what_cannot_be_compared_is_an_error_that_shows_both_values(value: Any) -> None:
    with pytest.raises(ConditionError) as caught:
        evaluate(Operation(">", (AUC, RATE)), value_of({"evaluate.metrics['auc']": 0.94, "rate": value}))
    assert f"0.94 > {value!r}" in caught.value.what
    assert isinstance(caught.value.__cause__, TypeError)


def test_an_error_in_one_operand_is_not_hidden_by_the_other() -> None:
    with pytest.raises(ConditionError):
        evaluate(Operation("or", (Const(True), Const(3))), value_of({}))


def test_text_for_people() -> None:
    condition = Operation("and", (Operation(">", (AUC, Const(0.9))), Operation("not", (RATE,))))
    assert str(condition) == "(evaluate.metrics['auc'] > 0.9) and (not (rate))"
    assert str(Gather((Const("a"), RATE))) == "['a', rate]"
    assert (AUC.port, OutputRef("a", "b").port) == ("metrics.auc", "b")

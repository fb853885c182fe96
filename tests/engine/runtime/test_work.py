from __future__ import annotations

from typing import Any

import pytest

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.error import DataError
from penstock.core.expression import Const
from penstock.core.graph import Input, MapSpec, Node, Output, StepRef
from penstock.core.record import NO_ITEM
from penstock.core.signature import PARAMETER, PortType
from penstock.core.state import CACHED, CANCELED, COMPLETE, FAILED
from penstock.engine.runtime.work import MappedProgress, Work, gather, items_of

ANY = PortType(PARAMETER, "Any")
PLAIN = Node("a", StepRef("flow", "f"), (Input("x", ANY, Const(1)),), (Output("left", ANY), Output("right", ANY)))
MAPPED = Node("a", StepRef("flow", "f"), PLAIN.inputs, PLAIN.outputs, map=MapSpec("x"))


def test_a_plain_node_is_one_execution() -> None:
    inputs = {"x": Inline([1, 2])}
    assert items_of(PLAIN, inputs) == [(NO_ITEM, inputs)]


@pytest.mark.parametrize(
    ("over", "items"),
    [
        (Inline([1, "b", None]), [Inline(1), Inline("b"), Inline(None)]),
        (Inline([]), []),
        (
            Gathered((Inline(1), ArtifactRef("File", "sha256:0", 1))),
            [Inline(1), ArtifactRef("File", "sha256:0", 1)],
        ),
        (Gathered(()), []),
    ],
)
def test_a_mapped_node_is_one_execution_per_item(over: Value, items: list[Value]) -> None:
    found = items_of(MAPPED, {"x": over, "y": Inline("shared")})
    assert found == [(index, {"x": item, "y": Inline("shared")}) for index, item in enumerate(items)]


@pytest.mark.parametrize("over", [Inline(None), Inline("abc"), Inline({"a": 1}), ArtifactRef("File", "sha256:0", 1)])
def test_mapping_over_what_is_no_list(over: Value) -> None:
    with pytest.raises(DataError, match="'a' maps over something that is no list"):
        items_of(MAPPED, {"x": over})


def test_outputs_are_gathered_by_port() -> None:
    outputs: list[dict[str, Value]] = [{"left": Inline(i), "right": Inline(-i)} for i in range(3)]
    assert gather(MAPPED, outputs) == {
        "left": Gathered((Inline(0), Inline(1), Inline(2))),
        "right": Gathered((Inline(0), Inline(-1), Inline(-2))),
    }
    assert gather(MAPPED, []) == {"left": Gathered(()), "right": Gathered(())}


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([], COMPLETE),
        ([COMPLETE, COMPLETE], COMPLETE),
        ([CACHED, CACHED], CACHED),
        ([CACHED, COMPLETE], COMPLETE),
        ([COMPLETE, FAILED, CANCELED], FAILED),
        ([COMPLETE, CANCELED, CACHED], CANCELED),
    ],
)
def test_state_of_a_mapped_node(states: list[str], whole: str) -> None:
    progress = MappedProgress(len(states))
    for index, state in reversed(list(enumerate(states))):
        assert not progress.is_done
        progress.finish(index, state, {"left": Inline(index), "right": Inline(0)})
    assert progress.is_done
    assert progress.state == whole
    is_committed = whole in (COMPLETE, CACHED)
    expected: Any = Gathered(tuple(Inline(index) for index in range(len(states)))) if is_committed else None
    assert progress.gathered(MAPPED).get("left") == expected


def test_work_is_named_and_ordered() -> None:
    first = Work(PLAIN, NO_ITEM, {}, order=(-1, 0))
    second = Work(MAPPED, 2, {}, order=(0, 0), attempt=5, first_attempt=3)
    assert (first.id, second.id) == ("a[-1]", "a[2]")
    assert sorted([second, first]) == [first, second]
    assert (first.retries_used, second.retries_used) == (0, 2)

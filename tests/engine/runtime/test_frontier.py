from __future__ import annotations

from typing import Any

import pytest

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.error import ConditionError, NotFoundError
from penstock.core.expression import Const, Gather, Operation, OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, MapSpec, Node, Output, Parameter, Policy, StepRef
from penstock.core.signature import PARAMETER, PortType
from penstock.core.state import CACHED, CANCELED, COMPLETE, FAILED, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime.frontier import Frontier

ANY = PortType(PARAMETER, "Any")
OPTIONAL = PortType(PARAMETER, "Any", is_optional=True)


def node(name: str, *upstream: str, kind: PortType = ANY, **more: Any) -> Node:
    inputs = tuple(Input(f"x{index}", kind, OutputRef(other, "output")) for index, other in enumerate(upstream))
    return Node(name, StepRef("flow", "f"), inputs, (Output("output", ANY),), **more)


def frontier(*nodes: Node, until: str = "", **parameters: Any) -> Frontier:
    known = tuple(Parameter(name, ANY) for name in parameters)
    return Frontier(Graph("p", known, nodes), parameters, until)


def ready(found: Frontier) -> list[str]:
    return [node.name for node in found.pop_ready()]


def give(found: Frontier, name: str, state: str = COMPLETE, **outputs: Any) -> None:
    values: dict[str, Value] = {port: Inline(value) for port, value in outputs.items()}
    found.finish(name, state, values)


def test_nodes_become_ready_when_all_before_them_have_finished() -> None:
    found = frontier(node("a"), node("b"), node("c", "a", "b"), node("d", "c"))
    assert ready(found) == ["a", "b"]
    assert ready(found) == []
    give(found, "a")
    assert ready(found) == []
    give(found, "b")
    assert ready(found) == ["c"]
    give(found, "c")
    give(found, "d") if ready(found) == ["d"] else pytest.fail("d should be ready")
    assert found.is_done


def test_an_empty_graph_is_done() -> None:
    assert frontier().is_done


def test_order_without_data_counts() -> None:
    found = frontier(node("a"), node("b", after=("a",)))
    assert ready(found) == ["a"]
    give(found, "a")
    assert ready(found) == ["b"]


def test_the_most_urgent_goes_first() -> None:
    urgent = node("urgent", policy=Policy(priority=1))
    found = frontier(node("short"), node("long"), node("middle", "long"), node("end", "middle"), urgent)
    assert ready(found) == ["urgent", "long", "short"]
    assert found.rank("urgent") < found.rank("long") < found.rank("short")


def test_the_order_of_definition_decides_between_equals() -> None:
    names = [f"n{index}" for index in range(20)]
    assert ready(frontier(*map(node, names))) == names


def test_until_takes_what_that_step_needs() -> None:
    nodes = (node("a"), node("b", "a"), node("c", after=("a",)), node("d", "b", "c"), node("e", "a"))
    found = frontier(*nodes, until="d")
    assert found.wanted == {"a", "b", "c", "d"}
    assert frontier(*nodes, until="a").wanted == {"a"}
    with pytest.raises(NotFoundError, match="pipeline 'p' has no step 'bb'"):
        frontier(*nodes, until="bb")


def test_the_exit_handler_is_nothing_to_stop_at() -> None:
    graph = Graph("p", nodes=(node("a"),), on_exit=node("notify"))
    with pytest.raises(NotFoundError, match="has no step 'notify'; known: a"):
        Frontier(graph, {}, "notify")


# What becomes of a ready node.


def test_inputs_are_bound() -> None:
    ref = ArtifactRef("Dataset", "sha256:0", 3)
    bindings = (Const(3), ParameterRef("n"), OutputRef("a", "output"), OutputRef("a", "output", "auc"))
    inputs = (
        *(Input(f"x{i}", ANY, binding) for i, binding in enumerate(bindings)),
        Input("all", ANY, Gather(bindings)),
    )
    last = Node("b", StepRef("flow", "f"), inputs)
    found = frontier(node("a"), last, n=[1, 2])
    found.finish("a", COMPLETE, {"output": ref, "output.auc": Inline(0.9)})
    values = (Inline(3), Inline([1, 2]), ref, Inline(0.9))
    expected: dict[str, Value] = {f"x{index}": value for index, value in enumerate(values)}
    assert found.resolve(last).inputs == {**expected, "all": Gathered(values)}
    assert found.resolve(last).state == ""


@pytest.mark.parametrize("state", [FAILED, UPSTREAM_FAILED, CANCELED])
@pytest.mark.parametrize("kind", [ANY, OPTIONAL])
def test_what_depends_on_a_failure_does_not_run(state: str, kind: PortType) -> None:
    last = node("b", "a", kind=kind)
    found = frontier(node("a"), last)
    give(found, "a", state)
    assert found.resolve(last).state == UPSTREAM_FAILED
    assert found.resolve(last).reason == {"upstream": "a", "state": state}


def test_waiting_for_a_failure_is_depending_on_it() -> None:
    last = node("b", after=("a",))
    found = frontier(node("a"), last)
    give(found, "a", FAILED)
    assert found.resolve(last).state == UPSTREAM_FAILED


def test_a_failure_counts_for_more_than_a_skip() -> None:
    last = node("c", "a", "b", condition=Const(False))
    found = frontier(node("a"), node("b"), last)
    give(found, "a", SKIPPED)
    give(found, "b", FAILED)
    assert found.resolve(last).state == UPSTREAM_FAILED


def test_what_needs_a_skipped_output_is_skipped() -> None:
    last = node("b", "a")
    found = frontier(node("a"), last)
    give(found, "a", SKIPPED)
    assert found.resolve(last).state == SKIPPED
    assert found.resolve(last).reason == {"upstream": "a"}


def test_an_optional_input_takes_none_for_a_skipped_output() -> None:
    gathered = Input("all", OPTIONAL, Gather((OutputRef("a", "output"), Const(1))))
    last = Node("b", StepRef("flow", "f"), (Input("x", OPTIONAL, OutputRef("a", "output")), gathered))
    found = frontier(node("a"), last)
    give(found, "a", SKIPPED)
    assert found.resolve(last).inputs == {"x": Inline(None), "all": Gathered((Inline(None), Inline(1)))}


def test_waiting_for_a_skipped_step_is_not_needing_it() -> None:
    last = node("b", after=("a",))
    found = frontier(node("a"), last)
    give(found, "a", SKIPPED)
    assert found.resolve(last).state == ""


def test_a_condition_on_a_skipped_output_skips() -> None:
    last = node("b", condition=Operation(">", (OutputRef("a", "output"), Const(1))))
    found = frontier(node("a"), last)
    give(found, "a", SKIPPED)
    assert found.resolve(last).reason == {"upstream": "a"}


def test_optional_items_do_not_make_the_list_optional() -> None:
    last = node("b", "a", kind=OPTIONAL, map=MapSpec("x0"))
    found = frontier(node("a"), last)
    give(found, "a", SKIPPED)
    assert found.resolve(last).state == SKIPPED


# Conditions.


@pytest.mark.parametrize(("auc", "state"), [(0.95, ""), (0.5, SKIPPED)])
def test_a_condition_decides(auc: float, state: str) -> None:
    condition = Operation("and", (Operation(">", (OutputRef("a", "output", "auc"), Const(0.9))), ParameterRef("on")))
    last = node("b", condition=condition)
    found = frontier(node("a"), last, on=True)
    found.finish("a", CACHED, {"output.auc": Inline(auc)})
    assert found.resolve(last).state == state
    if state:
        assert found.resolve(last).reason == {
            "condition": "(a.output['auc'] > 0.9) and on",
            "values": {"a.output['auc']": 0.5, "on": True},
        }


@pytest.mark.parametrize("value", [None, "high", [1], 1])
def test_a_condition_that_cannot_be_evaluated_is_an_error(value: Any) -> None:
    compared = Operation(">", (OutputRef("a", "output"), Const(0.9)))
    bare = OutputRef("a", "output")
    last = node("b", condition=bare if value == 1 else compared)
    found = frontier(node("a"), last)
    give(found, "a", output=value)
    with pytest.raises(ConditionError):
        found.resolve(last)


def test_an_artifact_in_a_condition_is_an_error() -> None:
    last = node("b", condition=Operation("==", (OutputRef("a", "output"), Const(1))))
    found = frontier(node("a"), last)
    ref = ArtifactRef("Dataset", "sha256:0", 3)
    for value in (ref, Gathered((ref,))):
        found.finish("a", COMPLETE, {"output": value})
        with pytest.raises(ConditionError, match=r"`a\.output` is an artifact"):
            found.resolve(last)


def test_outputs_of_a_mapped_step_are_compared_as_a_list() -> None:
    last = node("b", condition=Operation("==", (OutputRef("a", "output"), Const([1, 2]))))
    found = frontier(node("a"), last)
    found.finish("a", COMPLETE, {"output": Gathered((Inline(1), Inline(2)))})
    assert found.resolve(last).state == ""


# The end.


def test_outputs_of_a_run_are_those_that_were_made() -> None:
    outputs = {
        "made": OutputRef("a", "output"),
        "lost": OutputRef("b", "output"),
        "both": Gather((OutputRef("a", "output"), OutputRef("b", "output"))),
        "given": ParameterRef("n"),
    }
    found = Frontier(Graph("p", (Parameter("n", ANY),), (node("a"), node("b")), outputs), {"n": 7})
    give(found, "a", output=1)
    give(found, "b", FAILED)
    assert found.run_outputs() == {"made": Inline(1), "given": Inline(7)}
    assert found.has_failed()


def test_skipped_and_canceled_are_no_failures() -> None:
    found = frontier(node("a"), node("b"))
    give(found, "a", SKIPPED)
    give(found, "b", CANCELED)
    assert found.is_done
    assert not found.has_failed()

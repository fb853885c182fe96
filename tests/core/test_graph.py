from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from penstock.core.canonical import canonical_json
from penstock.core.error import GraphError
from penstock.core.expression import Const, Operation, OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, Node, Output, Parameter, Policy, StepRef, node_from_json, node_to_json
from penstock.core.signature import PARAMETER, PortType

INT = PortType(PARAMETER, "int")


def node(name: str, *upstream: str, **more: Any) -> Node:
    inputs = tuple(Input(f"x{index}", INT, OutputRef(other, "output")) for index, other in enumerate(upstream))
    return Node(name, StepRef("flow", "add", "flow.py"), inputs, (Output("output", INT),), **more)


def order(*nodes: Node) -> list[str]:
    return [found.name for found in Graph("p", nodes=nodes).nodes]


@given(graphs())
def test_json_round_trip_keeps_digest(graph: Graph) -> None:
    read = Graph.from_json(json.loads(canonical_json(graph.to_json())))
    assert read == graph
    assert read.digest == graph.digest


@given(graphs(), st.randoms(use_true_random=False))
def test_nodes_come_after_what_they_need(graph: Graph, random) -> None:
    nodes = list(graph.nodes)
    random.shuffle(nodes)
    seen: set[str] = set()
    for found in replace(graph, nodes=tuple(nodes)).nodes:
        assert set(found.upstream()) <= seen
        seen.add(found.name)
    assert len(seen) == len(nodes)


def test_given_order_is_kept_where_it_is_possible() -> None:
    assert order(node("b"), node("a"), node("c", "a")) == ["b", "a", "c"]
    assert order(node("c", "a"), node("b"), node("a")) == ["b", "a", "c"]


def test_digest_is_the_same_in_another_process() -> None:
    graph = Graph("p", (Parameter("n", INT),), (node("a", policy=Policy(retries=2)), node("b", "a")))
    code = (
        "import json, sys; from penstock.core.graph import Graph; print(Graph.from_json(json.load(sys.stdin)).digest)"
    )
    text = json.dumps(graph.to_json())
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == graph.digest


@pytest.mark.parametrize(
    "change",
    [
        {"policy": Policy(retries=1)},
        {"condition": Const(True)},
        {"step": StepRef("flow", "other", "flow.py")},
        {"inputs": (Input("x", INT, Const(2)),)},
        {"name": "b"},
    ],
)
def test_every_part_of_a_node_counts_for_the_digest(change: dict[str, Any]) -> None:
    before = replace(node("a"), inputs=(Input("x", INT, Const(1)),))
    assert Graph("p", nodes=(before,)).digest != Graph("p", nodes=(replace(before, **change),)).digest


def test_policy_holds_only_what_differs_from_the_default() -> None:
    data = node_to_json(node("a", policy=Policy(retries=2, env=("HOME",))))
    assert data["policy"] == {"retries": 2, "env": ["HOME"]}
    assert node_from_json(data).policy == Policy(retries=2, env=("HOME",))


def test_it_is_frozen() -> None:
    graph = Graph("p")
    with pytest.raises(FrozenInstanceError):
        graph.name = "q"  # type: ignore[misc]


def test_a_default_of_none_is_no_missing_default() -> None:
    graph = Graph("p", (Parameter("a", INT, None, is_required=False), Parameter("b", INT)))
    assert Graph.from_json(graph.to_json()).parameters == graph.parameters


def test_exit_handler_is_found_by_name_and_kept() -> None:
    graph = Graph("p", nodes=(node("a"),), on_exit=node("notify"))
    assert list(graph.by_name) == ["a", "notify"]
    assert Graph.from_json(graph.to_json()).on_exit == graph.on_exit


def test_two_nodes_of_one_name() -> None:
    with pytest.raises(GraphError, match="two steps are called 'a'"):
        Graph("p", nodes=(node("a"), node("a")))
    with pytest.raises(GraphError, match="two steps are called 'a'"):
        Graph("p", nodes=(node("a"),), on_exit=node("a"))


def test_unknown_names_are_refused_with_the_closest() -> None:
    with pytest.raises(GraphError, match="did you mean 'train'"):
        Graph("p", nodes=(node("train"), node("evaluate", "trian")))
    with pytest.raises(GraphError, match="did you mean 'rate'"):
        Graph("p", (Parameter("rate", INT),), (node("a", condition=ParameterRef("rat")),))
    with pytest.raises(GraphError, match=r"no output 'model'.*'output'|no output 'model'.*output"):
        Graph("p", nodes=(node("a"), replace(node("b"), inputs=(Input("x", INT, OutputRef("a", "model")),))))
    with pytest.raises(GraphError, match="output 'result' uses step 'b'"):
        Graph("p", nodes=(node("a"),), outputs={"result": OutputRef("b", "output")})


@pytest.mark.parametrize(
    "nodes",
    [
        (node("a", "a"),),
        (node("a", "b"), node("b", "a")),
        (node("x"), node("a", "c", "x"), node("b", "a"), node("c", "b"), node("d", "c")),
        (node("a", after=("b",)), node("b", condition=Operation("==", (OutputRef("a", "output"), Const(1))))),
    ],
)
def test_a_cycle_is_named(nodes: tuple[Node, ...]) -> None:
    with pytest.raises(GraphError, match="steps wait for each other") as caught:
        Graph("p", nodes=nodes)
    loop = caught.value.what.partition(": ")[2].split(" -> ")
    assert loop[0] == loop[-1]
    by_name = {found.name: found for found in nodes}
    assert all(earlier in by_name[later].upstream() for earlier, later in pairwise(loop))


def test_a_newer_schema_is_refused() -> None:
    with pytest.raises(GraphError, match="schema 99"):
        Graph.from_json({**Graph("p").to_json(), "schema": 99})


def test_upstream_lists_each_node_once() -> None:
    condition = Operation(">", (OutputRef("b", "output"), Const(1)))
    assert node("c", "a", "b", "a", condition=condition, after=("z", "a")).upstream() == ["a", "b", "z"]

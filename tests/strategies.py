"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from penstock.core.expression import Const, Expression, Gather, Operation, OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, MapSpec, Node, Output, Parameter, Policy, StepRef
from penstock.core.signature import PARAMETER, PortType

names = st.text("abcdefgh_", min_size=1, max_size=6)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
parameter_refs = st.builds(ParameterRef, names)
output_refs = st.builds(OutputRef, names, names, st.just("") | names)
leaves = st.builds(Const, json_values) | parameter_refs | output_refs


def _operations(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Operation]:
    pairs = st.tuples(inner, inner)
    binary = st.builds(Operation, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "and", "or"]), pairs)
    return binary | st.builds(Operation, st.just("not"), st.tuples(inner))


expressions: st.SearchStrategy[Expression] = st.recursive(leaves, _operations, max_leaves=8)
bindings = st.recursive(leaves, lambda inner: st.builds(Gather, st.lists(inner, max_size=3).map(tuple)), max_leaves=6)
port_types = st.builds(
    PortType,
    st.sampled_from(["Parameter", "Path", "Dataset", "Model", "Metrics"]),
    st.sampled_from(["Any", "int", "list[float]", "pyarrow.lib.Table"]),
    is_list=st.booleans(),
    is_optional=st.booleans(),
)
policies = st.builds(
    Policy,
    retries=st.integers(0, 9),
    timeout_s=st.floats(0, 1e6),
    memory_bytes=st.integers(0, 2**40),
    is_cached=st.booleans(),
    env=st.lists(names, max_size=2).map(tuple),
    image=names,
)
ANY = PortType(PARAMETER, "Any")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Valid graphs: each node reads parameters, constants and outputs of earlier nodes."""
    parameters = tuple(
        Parameter(name, draw(port_types))
        if draw(st.booleans())
        else Parameter(name, ANY, draw(json_values), is_required=False)
        for name in draw(st.lists(names, unique=True, max_size=3))
    )
    nodes: list[Node] = []
    for index in range(draw(st.integers(0, 6))):
        known: list[st.SearchStrategy[Any]] = [st.builds(Const, json_values)]
        known += [st.just(ParameterRef(parameter.name)) for parameter in parameters]
        known += [st.just(OutputRef(node.name, "output")) for node in nodes]
        nodes.append(draw(_nodes(f"n{index}", st.one_of(known), [node.name for node in nodes])))
    outputs = {node.name: OutputRef(node.name, "output") for node in nodes if draw(st.booleans())}
    return Graph(draw(names), parameters, tuple(nodes), outputs)


@st.composite
def _nodes(draw: st.DrawFn, name: str, values: st.SearchStrategy[Any], earlier: list[str]) -> Node:
    inputs = tuple(Input(f"x{index}", draw(port_types), draw(values)) for index in range(draw(st.integers(0, 3))))
    is_mapped = bool(inputs) and draw(st.booleans())
    return Node(
        name,
        StepRef(draw(names), draw(names), draw(names)),
        inputs,
        (Output("output", draw(port_types), draw(st.lists(names, max_size=2).map(tuple))),),
        draw(policies),
        MapSpec(inputs[0].name, draw(st.integers(0, 4))) if is_mapped else None,
        draw(st.none() | st.builds(lambda left, right: Operation("==", (left, right)), values, values)),
        tuple(draw(st.lists(st.sampled_from(earlier), max_size=2))) if earlier else (),
    )

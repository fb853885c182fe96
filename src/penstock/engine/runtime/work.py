"""Work: one execution to be done, and how a mapped node falls into items."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from penstock.core.artifact import Gathered, Inline, Value
from penstock.core.error import DataError
from penstock.core.graph import Node
from penstock.core.record import NO_ITEM
from penstock.core.state import CACHED, CANCELED, COMPLETE, FAILED
from penstock.engine.runtime.cache_key import CacheKey

NO_KEY = CacheKey("", {})


@dataclass(eq=False)
class Work:
    """A node, or one item of a mapped node, with its inputs bound.

    Parameters
    ----------
    node : Node
    item : int
    inputs : mapping of str to Value
    order : tuple of int
        The smaller one goes first.
    attempt, first_attempt : int
        Counted over all passes of the run; the first one of this pass.
    key : CacheKey
    started_us : int
        Wall-clock microseconds of the current attempt.
    """

    node: Node
    item: int
    inputs: Mapping[str, Value]
    order: tuple[int, ...] = ()
    attempt: int = 1
    first_attempt: int = 1
    key: CacheKey = NO_KEY
    started_us: int = 0

    @property
    def id(self) -> str:
        """Unique in the run."""
        return f"{self.node.name}[{self.item}]"

    @property
    def retries_used(self) -> int:
        """Attempts in this pass before the current one."""
        return self.attempt - self.first_attempt

    def __lt__(self, other: Work) -> bool:
        return self.order < other.order


def items_of(node: Node, inputs: Mapping[str, Value]) -> list[tuple[int, Mapping[str, Value]]]:
    """Inputs of each execution of a node: one, or one per item of the list it maps over.

    Raises
    ------
    DataError
        If it maps over something that is no list.
    """
    if node.map is None:
        return [(NO_ITEM, inputs)]
    over = inputs[node.map.over]
    items = over.items if isinstance(over, Gathered) else [Inline(item) for item in _as_list(over, node)]
    return [(index, {**inputs, node.map.over: item}) for index, item in enumerate(items)]


def gather(node: Node, outputs: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Outputs of a mapped node from those of its items."""
    return {port.name: Gathered(tuple(item[port.name] for item in outputs)) for port in node.outputs}


@dataclass
class MappedProgress:
    """Items of a mapped node as they finish.

    Parameters
    ----------
    count : int
        Number of items.
    """

    count: int
    running: int = 0
    held: deque[Work] = field(default_factory=deque)
    outputs: dict[int, Mapping[str, Value]] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)

    @property
    def is_done(self) -> bool:
        """Whether every item has a final state."""
        return len(self.outputs) == self.count

    @property
    def state(self) -> str:
        """State of the node as a whole, once it is done."""
        for state in (FAILED, CANCELED):
            if state in self.states:
                return state
        return CACHED if self.states == {CACHED} else COMPLETE

    def finish(self, item: int, state: str, outputs: Mapping[str, Value]) -> None:
        """Give an item its final state."""
        self.outputs[item] = outputs
        self.states.add(state)

    def gathered(self, node: Node) -> dict[str, Value]:
        """Outputs of the node, in the order of the items; none unless all have committed."""
        if self.state not in (CACHED, COMPLETE):
            return {}
        return gather(node, [self.outputs[index] for index in range(self.count)])


def _as_list(value: Value, node: Node) -> list[Any]:
    if isinstance(value, Inline) and isinstance(value.json, list):
        return value.json
    raise DataError(
        f"'{node.name}' maps over something that is no list",
        where=f"step '{node.name}'",
        fix="map over a list",
    )

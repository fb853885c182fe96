"""The plan: what a run would do and why, without doing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.core.artifact import Value
from penstock.core.graph import Node
from penstock.core.record import NO_ITEM
from penstock.core.state import COMPLETE, SKIPPED
from penstock.engine.runtime.cache_key import CacheKey, cache_key
from penstock.engine.runtime.explanation import miss_reasons
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.options import RunOptions
from penstock.engine.runtime.place import Place
from penstock.engine.runtime.prepared import Prepared
from penstock.engine.runtime.reuse import find_hits
from penstock.engine.runtime.work import gather, items_of

HIT, RUN, UNKNOWN, SKIP = "hit", "run", "unknown", "skip"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What would happen to one step.

    Parameters
    ----------
    step : str
    item : int
        Index in a mapped step, else -1.
    state : str
        ``hit``, ``run``, ``unknown`` (decided by a step before it) or ``skip``.
    why : str
    """

    step: str
    item: int
    state: str
    why: str


def make_plan(
    place: Place, prepared: Prepared, parameters: Mapping[str, Any], options: RunOptions
) -> list[PlannedStep]:
    """Say what `start` would do with the same arguments."""
    planner = _Planner(place, prepared, Frontier(prepared.graph, parameters, options.until), options)
    return planner.steps()


class _Planner:
    def __init__(self, place: Place, prepared: Prepared, frontier: Frontier, options: RunOptions) -> None:
        self.place = place
        self.prepared = prepared
        self.frontier = frontier
        self.options = options
        self.facts = prepared.key_facts()
        self.open: set[str] = set()

    def steps(self) -> list[PlannedStep]:
        found: list[PlannedStep] = []
        while ready := self.frontier.pop_ready():
            for node in ready:
                found.extend(self._plan(node))
        order = {node.name: index for index, node in enumerate(self.prepared.graph.nodes)}
        return sorted(found, key=lambda planned: (order[planned.step], planned.item))

    def _plan(self, node: Node) -> list[PlannedStep]:
        waits_for = next((name for name in node.upstream() if name in self.open), None)
        if waits_for is not None:
            return self._leave_open(node, [PlannedStep(node.name, NO_ITEM, UNKNOWN, f"'{waits_for}' runs before it")])
        resolution = self.frontier.resolve(node)
        if resolution.state:
            self.frontier.finish(node.name, SKIPPED, {})
            reason = resolution.reason
            why = f"`{reason['condition']}` is false" if "condition" in reason else f"'{reason['upstream']}' is skipped"
            return [PlannedStep(node.name, NO_ITEM, SKIP, why)]
        works = items_of(node, resolution.inputs)
        if not works:
            self.frontier.finish(node.name, COMPLETE, gather(node, []))
            return [PlannedStep(node.name, NO_ITEM, SKIP, "the list that it maps over is empty")]
        results = [self._item(node, item, inputs) for item, inputs in works]
        planned = [step for step, _ in results]
        if any(step.state != HIT for step in planned):
            return self._leave_open(node, planned)
        outputs = [hit for _, hit in results]
        self.frontier.finish(node.name, COMPLETE, outputs[0] if node.map is None else gather(node, outputs))
        return planned

    def _leave_open(self, node: Node, planned: list[PlannedStep]) -> list[PlannedStep]:
        self.open.add(node.name)
        self.frontier.finish(node.name, COMPLETE, {})
        return planned

    def _item(self, node: Node, item: int, inputs: Mapping[str, Value]) -> tuple[PlannedStep, Mapping[str, Value]]:
        key = cache_key(node, inputs, self.facts)
        hits = find_hits(self.place.store.lineage, self.place.blobs, {key.digest}) if self.options.is_cached else {}
        if key.digest in hits:
            hit = hits[key.digest]
            return PlannedStep(
                node.name, item, HIT, f"reused from {hit.cached_from or f'{hit.run}/{hit.label}'}"
            ), hit.outputs
        return PlannedStep(node.name, item, RUN, self._why(node, item, key)), {}

    def _fingerprints(self, digests: Collection[str]) -> dict[str, Any]:
        """Those in the store together with those of the sources as they are now."""
        own = {digest: self.prepared.parts[digest] for digest in digests if digest in self.prepared.parts}
        return {**self.place.store.lineage.fingerprints(set(digests) - set(own)), **own}

    def _why(self, node: Node, item: int, key: CacheKey) -> str:
        if not self.options.is_cached:
            return "nothing is to be reused (--no-cache)"
        if not key.digest:
            return "its result is never reused"
        previous = self.place.store.lineage.latest(self.prepared.graph.name, node.name, item)
        if previous is None:
            return "it has never been completed"
        return "; ".join(miss_reasons(self._fingerprints, self.place.blobs, previous, key.digest, key.parts))

"""The lineage of an artifact, upstream and downstream, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from penstock.apps.cli.format import json_text, plain_json, size
from penstock.apps.cli.terminal import Painter
from penstock.core import state
from penstock.core.artifact import ArtifactRef, artifacts_in
from penstock.core.canonical import short
from penstock.core.protocol import Lineage
from penstock.core.record import ArtifactRecord, ExecutionRecord


@dataclass
class Branch:
    """An artifact or an execution, what it hangs on, and the data of its JSON form."""

    text: str
    data: dict[str, Any]
    children: list[Branch] = field(default_factory=list)

    def to_json(self, key: str) -> dict[str, Any]:
        """Its data, with the children below a key."""
        return {**self.data, key: [child.to_json(key) for child in self.children]}


class LineageTree:
    """Reads the store once per artifact.

    Parameters
    ----------
    lineage : Lineage
    depth : int
        Executions to go, up and down.
    """

    def __init__(self, lineage: Lineage, depth: int) -> None:
        self._lineage = lineage
        self._depth = depth
        self._records: dict[tuple[str, str], ArtifactRecord | None] = {}

    def lines(self, ref: ArtifactRef, painter: Painter) -> list[str]:
        """Both directions, drawn."""
        lines = [painter.bold(_artifact_text(ref))]
        up, down = self.up(ref), self.down(ref)
        lines += [painter.dim("made from"), *_drawn(up, painter)] if up else []
        lines += [painter.dim("used for"), *_drawn(down, painter)] if down else [painter.dim("used for nothing yet")]
        return lines

    def to_json(self, ref: ArtifactRef) -> dict[str, Any]:
        """Both directions, as JSON."""
        return {
            **_artifact_data(ref),
            "producers": [branch.to_json("inputs") for branch in self.up(ref)],
            "consumers": [branch.to_json("outputs") for branch in self.down(ref)],
        }

    def up(self, ref: ArtifactRef) -> list[Branch]:
        """The execution that made it, with its inputs, and so on."""
        return self._walk(ref, self._depth, set(), is_up=True)

    def down(self, ref: ArtifactRef) -> list[Branch]:
        """The executions that read it, with their outputs, and so on."""
        return self._walk(ref, self._depth, set(), is_up=False)

    def _walk(self, ref: ArtifactRef, depth: int, seen: set[str], *, is_up: bool) -> list[Branch]:
        """Executions next to an artifact; what was drawn before is not drawn again."""
        record = self._record(ref)
        if record is None or not depth or ref.digest in seen:
            return []
        seen.add(ref.digest)
        near = _that_ran(record.producers)[:1] if is_up else _that_ran(record.consumers)
        branches = []
        for execution in near:
            branch = _execution_branch(execution, len(_that_ran(record.producers)) - 1 if is_up else 0)
            values = execution.inputs if is_up else execution.outputs
            for name, value in values.items():
                found = list(artifacts_in(value))
                if is_up and not found:
                    json = plain_json(value)
                    branch.children.append(
                        Branch(f"{name} = {json_text(json, limit=60)}", {"name": name, "value": json})
                    )
                branch.children += [self._artifact(name, item, depth - 1, seen, is_up=is_up) for item in found]
            branches.append(branch)
        return branches

    def _artifact(self, name: str, ref: ArtifactRef, depth: int, seen: set[str], *, is_up: bool) -> Branch:
        above = ", see above" if ref.digest in seen else ""
        branch = Branch(f"{name}: {_artifact_text(ref)}{above}", {"name": name, **_artifact_data(ref)})
        branch.children = self._walk(ref, depth, seen, is_up=is_up)
        return branch

    def _record(self, ref: ArtifactRef) -> ArtifactRecord | None:
        key = (ref.kind, ref.digest)
        if key not in self._records:
            found = self._lineage.artifacts(ref.digest)
            self._records[key] = next((item for item in found if item.kind == ref.kind), None)
        return self._records[key]


def _that_ran(executions: Sequence[ExecutionRecord]) -> list[ExecutionRecord]:
    """Executions that computed; those that merely reused say nothing new, but stand in where no other is left."""
    ran = [execution for execution in executions if execution.state == state.COMPLETE]
    return ran or list(executions)[:1]


def _execution_branch(execution: ExecutionRecord, others: int) -> Branch:
    more = f", and {others} more with the same result" if others else ""
    text = f"{execution.label}  ({execution.run}{more})"
    return Branch(text, {"run": execution.run, "step": execution.step, "item": execution.item})


def _artifact_text(ref: ArtifactRef) -> str:
    return f"{ref.kind} {short(ref.digest)}, {size(ref.size_bytes)}"


def _artifact_data(ref: ArtifactRef) -> dict[str, Any]:
    return {"kind": ref.kind, "digest": ref.digest, "size_bytes": ref.size_bytes}


def _drawn(branches: list[Branch], painter: Painter, indent: str = "") -> Iterator[str]:
    for branch in branches:
        is_last = branch is branches[-1]
        yield f"{indent}{painter.dim(painter.symbol('└─' if is_last else '├─'))} {branch.text}"
        below = "   " if is_last else f"{painter.dim(painter.symbol('│'))}  "
        yield from _drawn(branch.children, painter, indent + below)

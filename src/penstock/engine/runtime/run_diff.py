"""Two runs side by side: parameters, what their keys were made of, outputs and figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from penstock.core.artifact import value_to_json
from penstock.core.record import NO_ITEM, ExecutionRecord, MetricPoint, RunRecord
from penstock.core.state import COMMITTED
from penstock.engine.runtime.cache_key import key_differences
from penstock.engine.source import difference

if TYPE_CHECKING:
    from penstock.engine.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; None where a run does not have it."""

    name: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step whose key differs, and why."""

    step: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDiff:
    """What differs between two runs; empty tuples where nothing does.

    Parameters
    ----------
    left, right : str
        Ids of the runs.
    parameters, outputs, metrics : tuple of Change
    steps : tuple of StepChange
    """

    left: str
    right: str
    parameters: tuple[Change, ...] = ()
    steps: tuple[StepChange, ...] = ()
    outputs: tuple[Change, ...] = ()
    metrics: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)


def compare(store: Store, left: RunRecord, right: RunRecord) -> RunDiff:
    """Compare two runs."""
    return RunDiff(
        left=left.run,
        right=right.run,
        parameters=_changes(dict(left.parameters), dict(right.parameters)),
        steps=_step_changes(store, _committed(store, left), _committed(store, right)),
        outputs=_changes(_outputs(left), _outputs(right)),
        metrics=_changes(_figures(store, left), _figures(store, right)),
    )


def _changes(left: dict[str, Any], right: dict[str, Any]) -> tuple[Change, ...]:
    names = sorted({*left, *right})
    return tuple(Change(n, left.get(n), right.get(n)) for n in names if left.get(n) != right.get(n))


def _outputs(record: RunRecord) -> dict[str, Any]:
    return {name: value_to_json(value) for name, value in record.outputs.items()}


def _figures(store: Store, record: RunRecord) -> dict[str, Any]:
    """Last value of every logged figure, by step and name; of a reused step, those of the run it comes from."""
    figures: dict[str, Any] = {}
    for label, found in _committed(store, record).items():
        origin, _, name = found.cached_from.partition("/") if found.cached_from else (record.run, "", label)
        for point in store.metrics.metrics(origin, step=name.partition("[")[0]):
            if _label(point) == name:
                figures[f"{label}.{point.name}"] = point.value
    return figures


def _label(point: MetricPoint) -> str:
    return point.step if point.item == NO_ITEM else f"{point.step}[{point.item}]"


def _committed(store: Store, record: RunRecord) -> dict[str, ExecutionRecord]:
    return {found.label: found for found in store.runs.executions(record.run) if found.state in COMMITTED}


def _step_changes(
    store: Store, left: dict[str, ExecutionRecord], right: dict[str, ExecutionRecord]
) -> tuple[StepChange, ...]:
    changes = []
    for name in sorted({*left, *right}):
        if name not in left or name not in right:
            changes.append(StepChange(name, (f"only in the {'right' if name in right else 'left'} run",)))
        elif left[name].key_parts != right[name].key_parts:
            changes.append(StepChange(name, tuple(_reasons(store, left[name], right[name]))))
    return tuple(changes)


def _reasons(store: Store, left: ExecutionRecord, right: ExecutionRecord) -> list[str]:
    old, new = left.key_parts.get("source", ""), right.key_parts.get("source", "")
    known = store.lineage.fingerprints({old, new}) if old != new else {}
    return [
        *(difference(known.get(old, {}), known.get(new, {})) if old != new else []),
        *key_differences(left.key_parts, right.key_parts),
    ]

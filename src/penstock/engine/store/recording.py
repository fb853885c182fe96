"""Writes a batch: every row of it, in the one order in which all writers take their locks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Connection

from penstock.core.artifact import ArtifactRef
from penstock.core.clock import now_us
from penstock.core.error import NotFoundError
from penstock.core.record import Batch, ExecutionRecord, MetricPoint, ParamPoint, RunRecord
from penstock.engine.store.rows import artifact_paths, execution_row, plain_text, run_row, to_text
from penstock.engine.store.schema import (
    INPUT,
    OUTPUT,
    PIPELINE,
    RUN,
    artifact,
    attribution,
    context,
    event,
    execution,
    fingerprint,
    metric,
    param,
)

Insert = Callable[..., Any]


def write_batch(connection: Connection, insert_into: Insert, batch: Batch) -> None:
    """Write everything in a batch but its lease, in the caller's transaction.

    Parameters
    ----------
    connection : Connection
    insert_into : callable
        The dialect's ``insert``.
    batch : Batch

    Raises
    ------
    NotFoundError
        If something is recorded of a run that is not in the store.
    """
    if batch.run is not None:
        _write_run(connection, insert_into, batch.run)
    rows: list[ExecutionRecord | MetricPoint | ParamPoint] = [*batch.executions, *batch.metrics, *batch.params]
    contexts = {name: _context_id(connection, name) for name in sorted({row.run for row in rows})}
    _write_artifacts(connection, insert_into, batch)
    if batch.run is not None:
        _write_attributions(connection, batch.run)
    if batch.executions:
        _write_executions(connection, insert_into, batch.executions, contexts)
    if batch.fingerprints:
        contents = [{"digest": name, "content": to_text(value)} for name, value in sorted(batch.fingerprints.items())]
        connection.execute(_insert_new(insert_into, fingerprint), contents)
    if batch.metrics:
        connection.execute(insert(metric), [_metric_row(point, contexts[point.run]) for point in batch.metrics])
    if batch.params:
        connection.execute(insert(param), [_param_row(point, contexts[point.run]) for point in batch.params])


def _write_run(connection: Connection, insert_into: Insert, record: RunRecord) -> None:
    pipeline = run_row(RunRecord(run=record.pipeline, pipeline="", state=""))
    connection.execute(_insert_new(insert_into, context), {**pipeline, "type": PIPELINE, "created_us": now_us()})
    parent = connection.execute(_find_context(), {"of_type": PIPELINE, "called": record.pipeline}).scalar_one()
    connection.execute(_upsert(insert_into, context), {**run_row(record), "type": RUN, "parent_id": parent})


def _context_id(connection: Connection, run: str) -> int:
    found = connection.execute(_find_context(), {"of_type": RUN, "called": run}).scalar()
    if found is None:
        raise NotFoundError(
            f"run '{run}' is not in the store, so nothing can be recorded of it",
            where=f"run {run}",
            fix="it was deleted while it ran: run the pipeline again",
        )
    return int(found)


def _write_artifacts(connection: Connection, insert_into: Insert, batch: Batch) -> None:
    found: dict[tuple[str, str], ArtifactRef] = {}
    values = [values for record in batch.executions for values in (record.inputs, record.outputs)]
    for ports in [*values, batch.run.outputs if batch.run else {}]:
        found.update(((ref.digest, ref.kind), ref) for _, ref in artifact_paths(ports))
    if not found:
        return
    # In order: two writers that each wait for a row of the other would wait for ever.
    time_us = now_us()
    rows = [
        {"kind": kind, "digest": digest, "size_bytes": ref.size_bytes, "created_us": time_us}
        for (digest, kind), ref in sorted(found.items())
    ]
    connection.execute(_insert_new(insert_into, artifact), rows)


def _write_attributions(connection: Connection, record: RunRecord) -> None:
    context_id = _context_id(connection, record.run)
    connection.execute(_drop_attributions(), {"of_run": context_id})
    rows = [
        {"of_run": context_id, "at": path, "of_kind": ref.kind, "of_digest": ref.digest}
        for path, ref in artifact_paths(record.outputs)
    ]
    if rows:
        connection.execute(_insert_attribution(), rows)


def _write_executions(
    connection: Connection, insert_into: Insert, records: Sequence[ExecutionRecord], contexts: dict[str, int]
) -> None:
    rows = [execution_row(record, contexts[record.run]) for record in records]
    connection.execute(_upsert(insert_into, execution), rows)
    places = [
        {"of_run": row["context_id"], "of_step": row["step"], "of_item": row["item"], "of_attempt": row["attempt"]}
        for row in rows
    ]
    connection.execute(_drop_events(), places)
    events = [
        {**place, "of_type": type_, "at": path, "of_kind": ref.kind, "of_digest": ref.digest}
        for place, record in zip(places, records, strict=True)
        for type_, values in ((INPUT, record.inputs), (OUTPUT, record.outputs))
        for path, ref in artifact_paths(values)
    ]
    if events:
        connection.execute(_insert_event(), events)


def _metric_row(point: MetricPoint, context_id: int) -> dict[str, Any]:
    return {
        "context_id": context_id,
        "step": point.step,
        "item": point.item,
        "attempt": point.attempt,
        "name": plain_text(point.name),
        # SQLite has no NaN: it is NULL in every database.
        "value": None if point.value != point.value else point.value,
        "training_step": point.training_step,
        "time_us": point.time_us,
    }


def _param_row(point: ParamPoint, context_id: int) -> dict[str, Any]:
    return {
        "context_id": context_id,
        "step": point.step,
        "item": point.item,
        "attempt": point.attempt,
        "name": plain_text(point.name),
        "value": plain_text(point.value),
    }


# Statements are built once: a batch of one step is written in less time than they take to build.

_KEYS = {"context": ["type", "name"], "execution": ["context_id", "step", "item", "attempt"]}


@cache
def _upsert(insert_into: Insert, table: Any) -> Any:
    statement = insert_into(table)
    keys = _KEYS[table.name]
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in (*keys, "id")}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _insert_new(insert_into: Insert, table: Any) -> Any:
    return insert_into(table).on_conflict_do_nothing()


@cache
def _find_context() -> Any:
    return select(context.c.id).where(context.c.type == bindparam("of_type"), context.c.name == bindparam("called"))


def _execution_id() -> Any:
    return select(execution.c.id).where(
        execution.c.context_id == bindparam("of_run"),
        execution.c.step == bindparam("of_step"),
        execution.c.item == bindparam("of_item"),
        execution.c.attempt == bindparam("of_attempt"),
    )


def _artifact_id() -> Any:
    wanted = (artifact.c.kind == bindparam("of_kind"), artifact.c.digest == bindparam("of_digest"))
    return select(artifact.c.id).where(*wanted).scalar_subquery()


@cache
def _drop_events() -> Any:
    return delete(event).where(event.c.execution_id == _execution_id().scalar_subquery())


@cache
def _insert_event() -> Any:
    values = {
        "execution_id": _execution_id().scalar_subquery(),
        "type": bindparam("of_type"),
        "path": bindparam("at"),
        "artifact_id": _artifact_id(),
    }
    return insert(event).values(values)


@cache
def _drop_attributions() -> Any:
    return delete(attribution).where(attribution.c.context_id == bindparam("of_run"))


@cache
def _insert_attribution() -> Any:
    values = {"context_id": bindparam("of_run"), "path": bindparam("at"), "artifact_id": _artifact_id()}
    return insert(attribution).values(values)

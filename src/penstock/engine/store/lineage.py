"""What came from what: lineage over a database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.engine import Connection

from penstock.core.canonical import PREFIX
from penstock.core.record import ArtifactRecord, ExecutionRecord
from penstock.core.state import COMMITTED
from penstock.engine.store.database import Database
from penstock.engine.store.rows import execution_record
from penstock.engine.store.schema import (
    INPUT,
    IS_COMMITTED,
    OUTPUT,
    PIPELINE,
    artifact,
    context,
    event,
    execution,
    fingerprint,
)

_AT_ONCE = 1000
"""Values in one IN list; databases limit their number."""


class DatabaseLineage:
    """`Lineage` over a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def hits(self, keys: Collection[str]) -> dict[str, ExecutionRecord]:
        """The newest committed execution of each cache key that has one."""
        found: dict[str, ExecutionRecord] = {}
        with self._database.read() as connection:
            for some in _chunks(key for key in keys if key):
                rows = connection.execute(_newest_by_key(), {"keys": some})
                found.update((row.cache_key, execution_record(row)) for row in rows)
        return found

    def latest(self, pipeline: str, step: str, item: int) -> ExecutionRecord | None:
        """The newest committed execution of that step in any run of that pipeline."""
        place = {"of_pipeline": pipeline, "of_step": step, "of_item": item}
        with self._database.read() as connection:
            row = connection.execute(_newest_of_step(), place).first()
        return None if row is None else execution_record(row)

    def fingerprints(self, digests: Collection[str]) -> dict[str, Any]:
        """Content of fingerprints by digest."""
        found: dict[str, Any] = {}
        with self._database.read() as connection:
            for some in _chunks(digests):
                rows = connection.execute(select(fingerprint).where(fingerprint.c.digest.in_(some)))
                found.update((row.digest, json.loads(row.content)) for row in rows)
        return found

    def artifacts(self, prefix: str = "") -> list[ArtifactRecord]:
        """Artifacts whose digest begins so (with or without ``sha256:``), newest first."""
        begin = PREFIX + prefix.removeprefix(PREFIX).lower()
        chosen = func.substr(artifact.c.digest, 1, len(begin)) == begin
        with self._database.read() as connection:
            rows = connection.execute(select(artifact).where(chosen).order_by(artifact.c.id.desc())).all()
            users = _users(connection, select(artifact.c.id).where(chosen))
        return [
            ArtifactRecord(
                kind=row.kind,
                digest=row.digest,
                size_bytes=row.size_bytes,
                created_us=row.created_us,
                producers=tuple(one for one in users[row.id, OUTPUT] if one.state in COMMITTED),
                consumers=tuple(users[row.id, INPUT]),
            )
            for row in rows
        ]

    def reachable(self) -> set[str]:
        """Digests of every blob that a recorded run refers to (packages included)."""
        with self._database.read() as connection:
            found = set(connection.execute(select(artifact.c.digest)).scalars())
            found.update(connection.execute(select(context.c.package_digest).distinct()).scalars())
        return found - {""}


def _chunks(values: Collection[str] | Iterator[str]) -> Iterator[list[str]]:
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _users(connection: Connection, artifacts: Any) -> dict[tuple[int, int], list[ExecutionRecord]]:
    """Executions by artifact and type of event, each once, oldest first."""
    chosen = event.c.artifact_id.in_(artifacts)
    rows = connection.execute(_executions().where(execution.c.id.in_(select(event.c.execution_id).where(chosen))))
    records = {row.id: execution_record(row) for row in rows}
    pairs = select(event.c.artifact_id, event.c.type, event.c.execution_id).where(chosen).distinct()
    users: dict[tuple[int, int], list[ExecutionRecord]] = defaultdict(list)
    for artifact_id, type_, execution_id in connection.execute(pairs.order_by(event.c.execution_id)):
        users[artifact_id, type_].append(records[execution_id])
    return users


@cache
def _executions() -> Any:
    columns = select(execution, context.c.name.label("run"))
    return columns.join(context, context.c.id == execution.c.context_id)


@cache
def _newest_by_key() -> Any:
    key = execution.c.cache_key
    wanted = key.in_(bindparam("keys", expanding=True))
    newest = select(func.max(execution.c.id)).where(text(IS_COMMITTED), wanted).group_by(key)
    return _executions().where(execution.c.id.in_(newest))


@cache
def _newest_of_step() -> Any:
    pipeline = context.alias("pipeline")
    one_step = (execution.c.step == bindparam("of_step"), execution.c.item == bindparam("of_item"))
    # By itself, so that the condition's column names are not ambiguous.
    committed = select(execution.c.id).where(text(IS_COMMITTED), *one_step)
    return (
        _executions()
        .join(pipeline, pipeline.c.id == context.c.parent_id)
        .where(
            execution.c.id.in_(committed),
            pipeline.c.type == PIPELINE,
            pipeline.c.name == bindparam("of_pipeline"),
        )
        .order_by(execution.c.id.desc())
        .limit(1)
    )

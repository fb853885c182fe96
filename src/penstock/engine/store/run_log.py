"""What ran: the run log over a database."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.engine import Connection, Row

from penstock.core.error import NotFoundError, closest
from penstock.core.record import Batch, ExecutionRecord, RunRecord, run_lease
from penstock.engine.store.database import Database
from penstock.engine.store.leases import require_free, require_held
from penstock.engine.store.recording import write_batch
from penstock.engine.store.rows import execution_record, run_record
from penstock.engine.store.schema import (
    RUN,
    artifact,
    attribution,
    context,
    event,
    execution,
    fingerprint,
    lease,
)

LAST = "last"


class DatabaseRunLog:
    """`RunLog` over a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, batch: Batch) -> None:
        """Write a batch in one transaction.

        Raises
        ------
        LeaseError
            If ``batch.lease`` is given and no longer held; nothing is written.
        StoreError
            If a second attempt at an execution would be committed; nothing is written.
        """
        with self._database.write() as connection:
            if batch.lease is not None:
                require_held(connection, batch.lease, self._database.where)
            write_batch(connection, self._database.dialect.insert, batch)

    def runs(self, *, pipeline: str = "", limit: int = 0) -> list[RunRecord]:
        """Runs, newest first: in the order of their first record, whatever the clocks said."""
        query = _runs()
        if pipeline:
            query = query.where(_pipeline().c.name == pipeline)
        if limit:
            query = query.limit(limit)
        with self._database.read() as connection:
            return [run_record(row) for row in connection.execute(query)]

    def run(self, run: str) -> RunRecord:
        """The run of that id, unique prefix of an id, or ``last``.

        Raises
        ------
        NotFoundError
            If there is none, or several.
        """
        with self._database.read() as connection:
            found = self._find(connection, run)
            if len(found) != 1:
                raise self._not_one(connection, run, found)
        return run_record(found[0])

    def _find(self, connection: Connection, run: str) -> Sequence[Row[Any]]:
        if run == LAST:
            return connection.execute(_runs().limit(1)).all()
        found = connection.execute(_runs().where(context.c.name == run)).all()
        if found or not run:
            return found
        # Not LIKE: it ignores case in one database, and a name may hold its wildcards.
        return connection.execute(_runs().where(func.substr(context.c.name, 1, len(run)) == run).limit(20)).all()

    def _not_one(self, connection: Connection, run: str, found: Sequence[Row[Any]]) -> NotFoundError:
        where = self._database.where
        if found:
            names = ", ".join(sorted(row.name for row in found))
            return NotFoundError(f"'{run}' begins several runs: {names}", where=where, fix="give more of the id")
        known = [row.name for row in connection.execute(_runs().limit(200))]
        what = "there is no run yet" if not known else f"there is no run '{run}'; {closest(run, known)}"
        return NotFoundError(what, where=where, fix="penstock runs lists them" if known else "penstock run FILE")

    def executions(self, run: str) -> list[ExecutionRecord]:
        """Every attempt of a run, in the order in which they were first recorded."""
        with self._database.read() as connection:
            return [execution_record(row) for row in connection.execute(_executions_of_run(), {"of_run": run})]

    def forget(self, runs: Sequence[str]) -> None:
        """Remove runs with all that hangs on them; blobs stay until `gc`.

        Raises
        ------
        LeaseError
            If somebody is at work on one of them; nothing is removed.
        """
        with self._database.write() as connection:
            for run in sorted(set(runs)):
                require_free(connection, run_lease(run), self._database.where)
                connection.execute(delete(context).where(context.c.type == RUN, context.c.name == run))
                connection.execute(delete(lease).where(lease.c.name == run_lease(run)))
            if self._database.dialect.lock_out:
                connection.exec_driver_sql(self._database.dialect.lock_out)
            for statement in _drop_orphans():
                connection.execute(statement)


@cache
def _pipeline() -> Any:
    return context.alias("pipeline")


@cache
def _runs() -> Any:
    pipeline = _pipeline()
    return (
        select(context, pipeline.c.name.label("pipeline"))
        .join(pipeline, pipeline.c.id == context.c.parent_id)
        .where(context.c.type == RUN)
        .order_by(context.c.id.desc())
    )


@cache
def _executions_of_run() -> Any:
    return (
        select(execution, context.c.name.label("run"))
        .join(context, context.c.id == execution.c.context_id)
        .where(context.c.type == RUN, context.c.name == bindparam("of_run"))
        .order_by(execution.c.id)
    )


def _drop_orphans() -> list[Any]:
    from penstock.engine.store.layout import whole_layout

    version = whole_layout().tables["model_version"]
    used = [exists().where(table.c.artifact_id == artifact.c.id) for table in (event, attribution, version)]
    return [
        delete(artifact).where(*(~one for one in used)),
        delete(fingerprint).where(fingerprint.c.digest.not_in(select(execution.c.source_digest))),
    ]

"""Figures and settings that executions logged: the metric log over a database."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from penstock.core.record import MetricPoint, ParamPoint
from penstock.engine.store.database import Database
from penstock.engine.store.schema import RUN, context, metric, param


class DatabaseMetricLog:
    """`MetricLog` over a database: of each step and item, the last attempt that logged any.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def metrics(self, run: str, *, step: str = "") -> list[MetricPoint]:
        """Those of the last attempts, in the order in which they were recorded."""
        rows = self._rows(metric, run, step)
        return [
            MetricPoint(
                run=run,
                step=row.step,
                item=row.item,
                name=row.name,
                value=math.nan if row.value is None else row.value,
                training_step=row.training_step,
                time_us=row.time_us,
                attempt=row.attempt,
            )
            for row in rows
        ]

    def params(self, run: str, *, step: str = "") -> list[ParamPoint]:
        """Those of the last attempts, in the order in which they were recorded."""
        rows = self._rows(param, run, step)
        return [ParamPoint(run, row.step, row.item, row.name, row.value, row.attempt) for row in rows]

    def _rows(self, table: Any, run: str, step: str) -> list[Row[Any]]:
        with self._database.read() as connection:
            rows = connection.execute(_of_run(table, run, step)).all()
        last: dict[tuple[str, int], int] = {}
        for row in rows:
            last[row.step, row.item] = max(row.attempt, last.get((row.step, row.item), row.attempt))
        return [row for row in rows if row.attempt == last[row.step, row.item]]


def _of_run(table: Any, run: str, step: str) -> Any:
    query = select(table).join(context, context.c.id == table.c.context_id)
    query = query.where(context.c.type == RUN, context.c.name == run).order_by(table.c.id)
    return query.where(table.c.step == step) if step else query

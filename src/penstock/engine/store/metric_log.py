"""Figures and settings that executions logged: the metric log over a database."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import select

from penstock.core.record import MetricPoint, ParamPoint
from penstock.engine.store.database import Database
from penstock.engine.store.schema import RUN, context, metric, param


class DatabaseMetricLog:
    """`MetricLog` over a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def metrics(self, run: str, *, step: str = "") -> list[MetricPoint]:
        """In the order in which they were recorded."""
        with self._database.read() as connection:
            rows = connection.execute(_of_run(metric, run, step)).all()
        return [
            MetricPoint(
                run=run,
                step=row.step,
                item=row.item,
                name=row.name,
                value=math.nan if row.value is None else row.value,
                training_step=row.training_step,
                time_us=row.time_us,
            )
            for row in rows
        ]

    def params(self, run: str, *, step: str = "") -> list[ParamPoint]:
        """In the order in which they were recorded."""
        with self._database.read() as connection:
            rows = connection.execute(_of_run(param, run, step)).all()
        return [ParamPoint(run=run, step=row.step, item=row.item, name=row.name, value=row.value) for row in rows]


def _of_run(table: Any, run: str, step: str) -> Any:
    query = select(table).join(context, context.c.id == table.c.context_id)
    query = query.where(context.c.type == RUN, context.c.name == run).order_by(table.c.id)
    return query.where(table.c.step == step) if step else query

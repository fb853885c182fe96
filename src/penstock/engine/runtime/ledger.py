"""The ledger: what happens to work, told to the journal (records) and to whoever watches (events)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from penstock.core.clock import now_us
from penstock.core.protocol import TaskEvent
from penstock.core.record import ExecutionRecord, MetricPoint, ParamPoint
from penstock.core.state import CACHED, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.work import Work

Emit = Callable[[dict[str, Any]], None]


class Ledger:
    """Records and events of one run.

    Parameters
    ----------
    run : str
    journal : Journal
    emit : callable
        Takes events, one JSON object each.
    """

    def __init__(self, run: str, journal: Journal, emit: Emit) -> None:
        self.run = run
        self.journal = journal
        self.emit = emit

    def started(self, work: Work, state: str) -> None:
        """An attempt begins."""
        work.started_us = now_us()
        self.journal.execution(self.record(work, state))
        self.emit({"event": "step_started", **self._place(work), "attempt": work.attempt})

    def logged(self, work: Work, event: TaskEvent) -> None:
        """A running step sent a message."""
        data, name, item, attempt = event.data, work.node.name, work.item, work.attempt
        if event.type == "progress":
            progress = {key: data[key] for key in ("done", "total", "note")}
            self.emit({"event": "step_progress", **self._place(work), **progress})
        elif event.type == "metrics":
            at, now = data["training_step"], now_us()
            self.journal.metrics(
                [
                    MetricPoint(self.run, name, item, key, value, at, now, attempt)
                    for key, value in data["values"].items()
                ]
            )
        elif event.type == "params":
            self.journal.params(
                [ParamPoint(self.run, name, item, key, text, attempt) for key, text in data["values"].items()]
            )

    def retrying(self, work: Work, record: ExecutionRecord, wait_s: float) -> None:
        """An attempt failed and another one will follow."""
        self.journal.execution(record)
        error = public_error(record.reason["error"])
        self.emit(
            {"event": "step_retry", **self._place(work), "attempt": work.attempt, "wait_s": wait_s, "error": error}
        )

    def finished(self, work: Work, record: ExecutionRecord, *, is_new: bool = True) -> None:
        """Work has its final state; ``is_new`` unless the store has it already."""
        if is_new:
            self.journal.execution(record)
        event: dict[str, Any] = {
            "event": "step_finished",
            **self._place(work),
            "status": record.state,
            "cached": record.state == CACHED,
            "seconds": round(record.duration_s, 6),
        }
        if "error" in record.reason:
            event["error"] = public_error(record.reason["error"])
        elif record.state in (SKIPPED, UPSTREAM_FAILED):
            event["reason"] = dict(record.reason)
        if record.cached_from:
            event["cached_from"] = record.cached_from
        self.emit(event)

    def record(self, work: Work, state: str, **fields: Any) -> ExecutionRecord:
        """The record of an attempt in some state."""
        base = ExecutionRecord(
            run=self.run,
            step=work.node.name,
            item=work.item,
            attempt=work.attempt,
            state=state,
            cache_key=work.key.digest,
            key_parts=work.key.parts,
            inputs=work.inputs,
            started_us=work.started_us or now_us(),
        )
        return replace(base, **fields)

    def _place(self, work: Work) -> dict[str, Any]:
        return {"run": self.run, "step": work.node.name, "item": work.item}


def public_error(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error without its traceback, for events."""
    return {name: error[name] for name in ("type", "what", "where", "fix")}

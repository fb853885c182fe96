"""States of runs and executions."""

from __future__ import annotations

RUNNING = "running"
COMPLETE = "complete"
CACHED = "cached"
FAILED = "failed"
CANCELED = "canceled"
SKIPPED = "skipped"
UPSTREAM_FAILED = "upstream_failed"
ABANDONED = "abandoned"

COMMITTED = frozenset({COMPLETE, CACHED})
"""An execution in one of these has outputs that others may use."""

FINISHED = frozenset({COMPLETE, CACHED, FAILED, CANCELED, SKIPPED, UPSTREAM_FAILED, ABANDONED})

RUN_STATES = (RUNNING, COMPLETE, FAILED, CANCELED, ABANDONED)
EXECUTION_STATES = (RUNNING, COMPLETE, CACHED, FAILED, CANCELED, SKIPPED, UPSTREAM_FAILED, ABANDONED)

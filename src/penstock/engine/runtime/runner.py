"""The runner: starts and resumes runs."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from penstock.core.clock import now_us
from penstock.core.error import UsageError
from penstock.core.plugin import load_plugin
from penstock.core.protocol import BlobStore
from penstock.core.record import ExecutionRecord, RunRecord, latest_attempts, run_lease
from penstock.core.state import ABANDONED, COMMITTED, COMPLETE, RUNNING
from penstock.engine.config import Settings
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.heartbeat import TTL_S
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.ledger import Emit
from penstock.engine.runtime.options import RunOptions
from penstock.engine.runtime.parameters import bind_parameters
from penstock.engine.runtime.place import Place
from penstock.engine.runtime.prepared import PACKAGE, Prepared
from penstock.engine.runtime.run_pass import RunPass


def check_request(prepared: Prepared, given: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
    """A value for every parameter, once it is sure that the run can be started; nothing is opened or made.

    Raises
    ------
    ParameterError, NotFoundError
        If the parameters do not fit the pipeline, or ``options.until`` is none of its steps.
    """
    parameters = bind_parameters(prepared.graph, given)
    Frontier(prepared.graph, parameters, options.until)
    return parameters


def start_executor_ahead(settings: Settings, options: RunOptions) -> None:
    """Let the executor begin to start while the caller opens the store."""
    if not options.inline:
        plugin = load_plugin("penstock.executors", settings.executor)
        if "start_ahead" in plugin.capabilities:
            plugin.start_ahead()


def start(
    place: Place,
    prepared: Prepared,
    parameters: Mapping[str, Any],
    options: RunOptions,
    emit: Emit,
) -> RunRecord:
    """Run a pipeline from the beginning.

    Parameters
    ----------
    place : Place
    prepared : Prepared
    parameters : mapping of str to JSON value
        As `check_request` gives them.
    options : RunOptions
    emit : callable
        Takes events.

    Returns
    -------
    RunRecord
        In its final state.
    """
    package = store_package(place.blobs, prepared)
    created_us = now_us()
    record = RunRecord(
        run=new_run_id(prepared.graph.name, created_us),
        pipeline=prepared.graph.name,
        state=RUNNING,
        graph_digest=prepared.graph.digest,
        package_digest=package,
        parameters=parameters,
        created_us=created_us,
        properties=_facts(prepared, options),
    )
    lease = place.store.leases.acquire(run_lease(record.run), ttl_s=TTL_S)
    journal = Journal(place.store.runs, place.store.leases, lease)
    return RunPass(place, prepared, record, journal, options, emit).carry_out({})


def resume(place: Place, prepared: Prepared, record: RunRecord, options: RunOptions, emit: Emit) -> RunRecord:
    """Finish an interrupted, failed or cancelled run: what has committed stays, the rest runs.

    The exit handler runs again at the end of each pass.

    Raises
    ------
    UsageError
        If the run is complete, or its pipeline is not the one given.
    LeaseError
        If it is still being run.
    """
    _check_resumable(record, prepared)
    package = store_package(place.blobs, prepared)
    lease = place.store.leases.acquire(run_lease(record.run), ttl_s=TTL_S)
    try:
        # It may have been finished between the reading and the lease.
        record = place.store.runs.run(record.run)
        _check_resumable(record, prepared)
        options = _as_recorded(options, record)
        journal = Journal(place.store.runs, place.store.leases, lease)
        earlier = _close_open_ends(place, prepared, record, journal)
    except BaseException:
        place.store.leases.release(lease)
        raise
    properties = {**record.properties, **_facts(prepared, options)}
    record = replace(record, state=RUNNING, package_digest=package, finished_us=0, properties=properties)
    return RunPass(place, prepared, record, journal, options, emit).carry_out(earlier)


def _close_open_ends(
    place: Place, prepared: Prepared, record: RunRecord, journal: Journal
) -> dict[tuple[str, int], ExecutionRecord]:
    """Last attempts of a run that is resumed; those left running are abandoned, and so is the exit handler's."""
    handler = None if prepared.graph.on_exit is None else prepared.graph.on_exit.name
    executions = []
    for execution in place.store.runs.executions(record.run):
        if execution.state == RUNNING or (execution.step == handler and execution.state in COMMITTED):
            execution = replace(execution, state=ABANDONED)
            journal.execution(execution)
        executions.append(execution)
    return {(execution.step, execution.item): execution for execution in latest_attempts(executions)}


def _check_resumable(record: RunRecord, prepared: Prepared) -> None:
    where = f"run {record.run}"
    if record.state == COMPLETE:
        raise UsageError(f"run {record.run} is complete", where=where, fix="start a new run: penstock run")
    if record.graph_digest != prepared.graph.digest:
        raise UsageError(
            f"pipeline '{record.pipeline}' has changed since run {record.run} was started",
            where=where,
            fix=f"finish it with the recorded sources: penstock resume {record.run} --recorded; or start a new run",
        )


def _as_recorded(options: RunOptions, record: RunRecord) -> RunOptions:
    """Options of a resume: what the run was started with, unless other is asked for."""
    known = record.properties
    return replace(
        options,
        until=options.until or str(known.get("until", "")),
        is_cached=options.is_cached and known.get("is_cached", True) is not False,
    )


def new_run_id(pipeline: str, created_us: int) -> str:
    """An id that people can read, sort and tell apart: ``taxi-20261120-101500-k3f9``."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(created_us / 1e6))
    name = "".join(char if char.isalnum() else "-" for char in pipeline).strip("-") or "run"
    letters = random.SystemRandom().choices("abcdefghjkmnpqrstuvwxyz23456789", k=4)
    return f"{name}-{stamp}-{''.join(letters)}"


def store_package(blobs: BlobStore, prepared: Prepared) -> str:
    """Digest of the package of a pipeline, which is put into the blob store unless it comes from there."""
    if prepared.stored:
        return prepared.stored
    staged = blobs.stage()
    prepared.package(staged / PACKAGE)
    return blobs.commit(staged).digest


def _facts(prepared: Prepared, options: RunOptions) -> dict[str, Any]:
    """Volatile facts of a run: properties in the store, never part of an artifact."""
    main = prepared.project.main
    return {
        "user": os.environ.get("USER") or str(os.getuid()),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "folder": os.getcwd(),
        "file": "" if main is None else str(main),
        "until": options.until,
        "inline": options.inline,
        "is_cached": options.is_cached,
    }

"""Why a step ran, was reused, was skipped or failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from penstock.core.error import NotFoundError, closest
from penstock.core.protocol import BlobStore
from penstock.core.record import ExecutionRecord, RunRecord, latest_attempts
from penstock.core.state import ABANDONED, CACHED, CANCELED, COMMITTED, FAILED, RUNNING, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime.cache_key import key_differences
from penstock.engine.runtime.reuse import missing
from penstock.engine.source import difference

if TYPE_CHECKING:
    from penstock.engine.store import Store

Fingerprints = Callable[[Collection[str]], Mapping[str, Any]]
"""Gives the content of source digests."""

_MAX_RUNS = 200


@dataclass(frozen=True, slots=True)
class Explanation:
    """Answer to `why`, for one execution.

    Parameters
    ----------
    run, step : str
    item : int
    state : str
    headline : str
        One sentence.
    lines : tuple of str
        Details, one sentence each.
    """

    run: str
    step: str
    item: int
    state: str
    headline: str
    lines: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON form."""
        return {**asdict(self), "lines": list(self.lines)}


def explain(store: Store, blobs: BlobStore, record: RunRecord, step: str) -> list[Explanation]:
    """Explain every item of a step of a run, by its last attempt.

    Raises
    ------
    NotFoundError
        If the run has no execution of that step.
    """
    last = latest_attempts(store.runs.executions(record.run))
    found = [execution for execution in last if step in (execution.step, execution.label)]
    if not found:
        names = {execution.step for execution in last}
        raise NotFoundError(
            f"run {record.run} has no execution of '{step}'; {closest(step, names)}",
            where=f"run {record.run}",
            fix="name one of the steps that `penstock show` lists",
        )
    return [
        _explain(store, blobs, record, execution) for execution in sorted(found, key=lambda execution: execution.item)
    ]


def _explain(store: Store, blobs: BlobStore, record: RunRecord, execution: ExecutionRecord) -> Explanation:
    headline, lines = _STORIES.get(execution.state, _ran)(store, blobs, record, execution)
    return Explanation(execution.run, execution.step, execution.item, execution.state, headline, tuple(lines))


def _cached(store: Store, _blobs: BlobStore, _record: RunRecord, execution: ExecutionRecord) -> tuple[str, list[str]]:
    origin = named_origin(store, execution.cached_from)
    return (
        f"reused from {origin}: nothing that its result depends on has changed",
        [f"cache key {execution.cache_key}"],
    )


def named_origin(store: Store, origin: str) -> str:
    """``RUN/STEP`` of a reused result, marked where that run has been deleted since."""
    try:
        store.runs.run(origin.partition("/")[0])
    except NotFoundError:
        return f"{origin} (deleted since)"
    return origin


def _skipped(_store: Store, _blobs: BlobStore, _record: RunRecord, execution: ExecutionRecord) -> tuple[str, list[str]]:
    reason = execution.reason
    if "condition" not in reason:
        return f"skipped, because it needs the output of '{reason.get('upstream')}', which was skipped", []
    values = [f"{name} is {value!r}" for name, value in reason["values"].items()]
    return f"skipped, because the condition `{reason['condition']}` was false", values


def _upstream_failed(
    _store: Store, _blobs: BlobStore, _record: RunRecord, execution: ExecutionRecord
) -> tuple[str, list[str]]:
    reason = execution.reason
    return f"did not run, because '{reason.get('upstream')}' is {reason.get('state')}", []


def _failed(store: Store, blobs: BlobStore, record: RunRecord, execution: ExecutionRecord) -> tuple[str, list[str]]:
    error = execution.reason.get("error", {})
    lines = [f"where: {error.get('where')}", f"fix: {error.get('fix')}"]
    _, ran = _ran(store, blobs, record, execution)
    return f"failed in attempt {execution.attempt}: {error.get('what')}", [*lines, *ran]


def _ran(store: Store, blobs: BlobStore, record: RunRecord, execution: ExecutionRecord) -> tuple[str, list[str]]:
    if not execution.key_parts:
        return f"is {execution.state}", []
    if not execution.cache_key:
        return "ran, because its result is never reused", [_why_never(execution)]
    previous = next(_committed_before(store, record, execution), None)
    if previous is None:
        return f"ran, because it had never been completed in a run of '{record.pipeline}'", []
    is_same = previous.cache_key == execution.cache_key
    if is_same and record.properties.get("is_cached") is False:
        return f"ran, although it has the key of run {previous.run}", ["nothing was to be reused (--no-cache)"]
    lines = miss_reasons(store.lineage.fingerprints, blobs, previous, execution.cache_key, execution.key_parts)
    headline = "ran, although it has the key" if is_same else "ran, because its key differs from that"
    return f"{headline} of run {previous.run}", lines


def _why_never(execution: ExecutionRecord) -> str:
    if execution.key_parts.get("external") == "":
        return "its source cannot say whether the data changed"
    return "it is declared with cache=False, or is the exit handler"


def _stopped(store: Store, blobs: BlobStore, record: RunRecord, execution: ExecutionRecord) -> tuple[str, list[str]]:
    headline, lines = _ran(store, blobs, record, execution)
    return headline.replace("ran,", f"{_NOT_ENDED[execution.state]}; it was started,"), lines


_NOT_ENDED = {
    RUNNING: "is still running",
    CANCELED: "was cancelled before it ended",
    ABANDONED: "was abandoned: the process that ran it died",
}
_STORIES = {
    CACHED: _cached,
    SKIPPED: _skipped,
    UPSTREAM_FAILED: _upstream_failed,
    FAILED: _failed,
    **dict.fromkeys(_NOT_ENDED, _stopped),
}


def _committed_before(store: Store, record: RunRecord, execution: ExecutionRecord) -> Iterator[ExecutionRecord]:
    """Committed executions of the same step in earlier runs, newest first."""
    runs = [found.run for found in store.runs.runs(pipeline=record.pipeline)]
    earlier = runs[runs.index(record.run) + 1 :] if record.run in runs else []
    for run in earlier[:_MAX_RUNS]:
        for found in store.runs.executions(run):
            if (found.step, found.item) == (execution.step, execution.item) and found.state in COMMITTED:
                yield found


def miss_reasons(
    fingerprints: Fingerprints, blobs: BlobStore, previous: ExecutionRecord, key: str, parts: Mapping[str, Any]
) -> list[str]:
    """What changed since an earlier execution of the same step.

    Parameters
    ----------
    fingerprints : callable
        Content of source digests.
    blobs : BlobStore
    previous : ExecutionRecord
        A committed one.
    key : str
        Cache key now.
    parts : mapping
        Its parts.

    Returns
    -------
    list of str
        Sentences that name what changed.
    """
    old = previous.key_parts
    lines: list[str] = []
    if old.get("source") != parts.get("source"):
        known = fingerprints({old.get("source", ""), parts.get("source", "")})
        lines += difference(known.get(old.get("source", ""), {}), known.get(parts.get("source", ""), {}))
    lines += key_differences(old, parts)
    if lines:
        return lines
    if previous.cache_key != key:
        return ["the earlier result was made where nothing is reused (cache=False)"]
    lost = missing(blobs, [previous])
    return [f"artifact {digest} is no longer in the store" for digest in sorted(lost)] or [
        "the earlier result was not in the store then: removed, or made at the same time"
    ]

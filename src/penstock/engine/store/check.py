"""Finds what is wrong in a store, and mends what can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from penstock.core.canonical import short
from penstock.core.error import CorruptArtifactError, NotFoundError
from penstock.core.record import NO_ITEM, run_lease
from penstock.core.state import RUNNING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from penstock.core.protocol import BlobStore
    from penstock.engine.store.opening import Store

ERROR = "error"
WARNING = "warning"
_RERUN = "run the pipeline again: what is missing is made anew; or forget the run: penstock runs delete {run}"
_REPAIR = "penstock store check --repair, then run the pipeline again"
_BACKUP = "restore the store from a backup, or report this with the output of penstock store check --json"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Parameters
    ----------
    severity : str
        ``error``: something recorded cannot be relied on. ``warning``: nothing is lost, but somebody should act.
    what, where, fix : str
    digest : str
        The corrupt blob, which `repair` puts aside; else empty.
    """

    severity: str
    what: str
    where: str
    fix: str
    digest: str = ""


@runtime_checkable
class Keeper(Protocol):
    """A blob store that can hash a blob anew, and put a corrupt one aside."""

    def verify(self, digest: str) -> None:
        """Raise as `BlobStore.fetch` does."""

    def quarantine(self, digest: str) -> str:
        """Put it aside and tell where it is."""


def check_store(store: Store | None, blobs: BlobStore) -> list[Finding]:
    """Check the database, its invariants, and every blob that a committed execution or a run refers to.

    Parameters
    ----------
    store : Store or None
        None where no store was made yet: nothing is wrong with it.
    blobs : BlobStore

    Returns
    -------
    list of Finding
        Errors first. A clean store has no finding of severity ``error``.
    """
    if store is None:
        return []
    findings = [Finding(ERROR, line, store.database.where, _BACKUP) for line in _database_lines(store)]
    findings += _blob_findings(_referred(store), blobs)
    findings += _run_findings(store)
    return sorted(findings, key=lambda finding: finding.severity)


def repair(blobs: BlobStore, findings: Sequence[Finding]) -> list[str]:
    """Put corrupt blobs aside, so that the next run makes them anew.

    Parameters
    ----------
    blobs : BlobStore
    findings : sequence of Finding
        From `check_store`.

    Returns
    -------
    list of str
        What was done.
    """
    done = []
    for digest in sorted({finding.digest for finding in findings if finding.digest}):
        if isinstance(blobs, Keeper):
            done.append(f"moved corrupt blob {short(digest)} to {blobs.quarantine(digest)}")
        else:
            blobs.delete(digest)
            done.append(f"removed corrupt blob {short(digest)}")
    return done


def _database_lines(store: Store) -> Iterator[str]:
    with store.database.read() as connection:
        yield from store.database.dialect.integrity(connection)
        yield from _twice_committed(connection)
        yield from _lost_rows(connection)
        yield from _unlike_events(connection)


def _twice_committed(connection: Connection) -> Iterator[str]:
    from sqlalchemy import func, select, text

    from penstock.engine.store.schema import IS_COMMITTED, execution

    place = (execution.c.context_id, execution.c.step, execution.c.item)
    twice = select(*place, func.count()).where(text(IS_COMMITTED)).group_by(*place).having(func.count() > 1)
    for context_id, step, item, count in connection.execute(twice):
        yield f"step {_label(step, item)} of run number {context_id} is committed {count} times"


def _lost_rows(connection: Connection) -> Iterator[str]:
    from sqlalchemy import or_, select

    from penstock.engine.store.schema import artifact, event, execution

    joined = event.outerjoin(artifact, artifact.c.id == event.c.artifact_id)
    joined = joined.outerjoin(execution, execution.c.id == event.c.execution_id)
    lost = select(event).select_from(joined).where(or_(artifact.c.id.is_(None), execution.c.id.is_(None)))
    for row in connection.execute(lost):
        yield f"event '{row.path}' of execution number {row.execution_id} has no artifact or no execution"


def _unlike_events(connection: Connection) -> Iterator[str]:
    """Executions whose events are not those of the artifacts in their port values."""
    from sqlalchemy import select

    from penstock.engine.store.rows import artifact_paths, execution_record
    from penstock.engine.store.schema import INPUT, OUTPUT, artifact, context, event, execution

    recorded: dict[int, set[tuple[Any, ...]]] = {}
    pairs = select(event.c.execution_id, event.c.type, event.c.path, artifact.c.kind, artifact.c.digest)
    for execution_id, *rest in connection.execute(pairs.join(artifact, artifact.c.id == event.c.artifact_id)):
        recorded.setdefault(execution_id, set()).add(tuple(rest))
    rows = select(execution, context.c.name.label("run")).join(context, context.c.id == execution.c.context_id)
    for row in connection.execute(rows):
        record = execution_record(row)
        ports = ((INPUT, record.inputs), (OUTPUT, record.outputs))
        expected = {(type_, path, ref.kind, ref.digest) for type_, port in ports for path, ref in artifact_paths(port)}
        if expected != recorded.get(row.id, set()):
            yield f"step {record.label} of run {record.run} has other artifacts on its row than in its events"


def _referred(store: Store) -> dict[str, tuple[str, str]]:
    """By digest of a blob that must be there: who refers to it, and the run."""
    from sqlalchemy import select, text

    from penstock.engine.store.rows import artifact_paths, execution_record
    from penstock.engine.store.schema import IS_COMMITTED, context, execution

    found: dict[str, tuple[str, str]] = {}
    for run in store.runs.runs():
        if run.package_digest:
            found.setdefault(run.package_digest, (f"run {run.run}, its package", run.run))
        for path, ref in artifact_paths(run.outputs):
            found.setdefault(ref.digest, (f"run {run.run}, output '{path}'", run.run))
    committed = select(execution.c.id).where(text(IS_COMMITTED))
    rows = select(execution, context.c.name.label("run")).join(context, context.c.id == execution.c.context_id)
    with store.database.read() as connection:
        for row in connection.execute(rows.where(execution.c.id.in_(committed))):
            record = execution_record(row)
            for path, ref in artifact_paths(record.outputs):
                found[ref.digest] = (f"run {record.run}, step {record.label}, output '{path}'", record.run)
    return found


def _blob_findings(referred: dict[str, tuple[str, str]], blobs: BlobStore) -> Iterator[Finding]:
    look: Callable[[str], object] = blobs.verify if isinstance(blobs, Keeper) else blobs.fetch
    for digest, (place, run) in sorted(referred.items(), key=lambda pair: pair[1]):
        try:
            look(digest)
        except NotFoundError:
            yield Finding(ERROR, f"blob {digest} is missing", place, _RERUN.format(run=run))
        except CorruptArtifactError as error:
            yield Finding(ERROR, error.what, f"{place}, {digest}", _REPAIR, digest)


def _run_findings(store: Store) -> Iterator[Finding]:
    live = {lease.name for lease in store.leases.live()}
    for run in store.runs.runs():
        if run_lease(run.run) in live:
            continue
        if run.state == RUNNING:
            what = "the run is abandoned: its runner is gone"
            yield Finding(WARNING, what, f"run {run.run}", f"penstock resume {run.run}")
            continue
        for record in store.runs.executions(run.run):
            if record.state == RUNNING:
                what = f"step {record.label} counts as running in a run that is {run.state}"
                yield Finding(WARNING, what, f"run {run.run}", f"penstock resume {run.run}")


def _label(step: str, item: int) -> str:
    return step if item == NO_ITEM else f"{step}[{item}]"

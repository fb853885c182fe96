"""The composition root: settings, store and executor meet here, and pipelines run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from penstock.core.artifact import Inline, Value
from penstock.core.canonical import short
from penstock.core.error import RunError, UsageError, closest
from penstock.core.record import NO_ITEM, RunRecord
from penstock.core.state import COMPLETE, FAILED
from penstock.engine.config import Settings, create_workspace, load_settings, resolve_secret
from penstock.engine.runtime.options import RunOptions
from penstock.engine.runtime.run_handle import Run
from penstock.engine.source.loading import stop_if_loading

if TYPE_CHECKING:
    from penstock.core.protocol import BlobStore
    from penstock.engine.authoring import Pipeline, Step
    from penstock.engine.runtime import Explanation, Place, PlannedStep, Prepared, RunDiff
    from penstock.engine.source import Manifest
    from penstock.engine.store import Store

DEFAULT_OPTIONS = RunOptions()

Watch = Callable[[dict[str, Any]], None]
"""Takes the events of a run, one JSON object each."""


class Workspace:
    """Everything that one place keeps and does: runs, artifacts, settings.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def open(
        cls, start: Path | None = None, *, profile: str | None = None, flags: Mapping[str, Any] | None = None
    ) -> Workspace:
        """The workspace of a folder; it is made by the first thing that writes to it.

        Parameters
        ----------
        start : Path, optional
            Where the search upwards for ``.penstock`` and ``penstock.toml`` begins; the current folder by default.
        profile : str, optional
        flags : mapping, optional
            Settings that win over all others.
        """
        return cls(load_settings(start=start, profile=profile, flags=flags or {}))

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<workspace {self.home}>"

    @property
    def home(self) -> Path:
        """The workspace folder."""
        return self.settings.home

    @cached_property
    def store(self) -> Store:
        """The metadata store; opened, or made, when first used."""
        from penstock.engine.store import open_store, store_exists

        url = resolve_secret(self.settings.store, where="setting 'store'")
        if not store_exists(url):
            create_workspace(self.home)
        return open_store(url)

    @cached_property
    def blobs(self) -> BlobStore:
        """The blob store."""
        from penstock.engine.store import open_blobs

        blobs: BlobStore = open_blobs(self._artifacts, cache=self.home / "cache")
        return blobs

    def close(self) -> None:
        """Close the store. Idempotent."""
        if "store" in self.__dict__:
            self.store.close()
            for name in ("store", "_place"):
                self.__dict__.pop(name, None)

    # Runs.

    def run(
        self,
        pipeline: Pipeline,
        parameters: Mapping[str, Any],
        *,
        options: RunOptions = DEFAULT_OPTIONS,
        watch: Watch | None = None,
    ) -> Run:
        """Run a pipeline to its end, whatever that is.

        Parameters
        ----------
        pipeline : Pipeline
        parameters : mapping of str to JSON value
        options : RunOptions
        watch : callable, optional
            Takes the run's events.
        """
        from penstock.engine.runtime import check_request, start, start_executor_ahead

        stop_if_loading()
        prepared = self._prepare(pipeline)
        bound = check_request(prepared, parameters, options)
        start_executor_ahead(self.settings, options)
        create_workspace(self.home)
        record = start(self._place, prepared, bound, options, watch or _ignore)
        return Run(record, self)

    def plan(
        self, pipeline: Pipeline, parameters: Mapping[str, Any], *, options: RunOptions = DEFAULT_OPTIONS
    ) -> list[PlannedStep]:
        """What `run` would do with the same arguments, and why; nothing runs."""
        from penstock.engine.runtime import check_request, make_plan

        prepared = self._prepare(pipeline)
        return make_plan(self._place, prepared, check_request(prepared, parameters, options), options)

    def resume(
        self,
        run: str,
        *,
        pipeline: Pipeline | None = None,
        recorded: bool = False,
        options: RunOptions = DEFAULT_OPTIONS,
        watch: Watch | None = None,
    ) -> Run:
        """Finish a run that was interrupted, failed or was cancelled.

        Parameters
        ----------
        run : str
            Id, prefix or ``last``.
        pipeline : Pipeline, optional
            Read from the file of the run by default.
        recorded : bool
            Use the sources stored with the run instead of the current ones.
        options, watch
            As for `run`.

        Raises
        ------
        UsageError
            If the pipeline has changed since, or its file is gone.
        """
        from penstock.engine.runtime import resume

        stop_if_loading()
        create_workspace(self.home)
        self._sweep()
        record = self.store.runs.run(run)
        if recorded and options.inline:
            raise UsageError(
                "recorded sources cannot run inline, where the current ones may be loaded already",
                where=f"run {record.run}",
                fix="leave out --inline, or resume with the current sources",
            )
        prepared = self._recorded(record) if recorded else self._prepare(pipeline or _pipeline_of(record))
        return Run(resume(self._place, prepared, record, options, watch or _ignore), self)

    def cancel(self, run: str) -> None:
        """Ask the runner of a run to stop, wherever it is; a run without a runner becomes cancelled."""
        from penstock.engine.runtime import request_cancel

        request_cancel(self._place, self.store.runs.run(run))

    def get_run(self, run: str = "last") -> Run:
        """A run by its id, a unique prefix, or ``last``; dead ones are marked abandoned first."""
        self._sweep()
        return Run(self.store.runs.run(run), self)

    def runs(self, *, pipeline: str = "", limit: int = 0) -> list[Run]:
        """Runs, newest first; dead ones are marked abandoned first."""
        self._sweep()
        return [Run(record, self) for record in self.store.runs.runs(pipeline=pipeline, limit=limit)]

    def explain(self, run: str, step: str) -> list[Explanation]:
        """Why a step of a run ran, was reused, was skipped or failed; one answer per item."""
        from penstock.engine.runtime import explain

        return explain(self.store, self.blobs, self.get_run(run).record, step)

    def diff(self, left: str, right: str) -> RunDiff:
        """What differs between two runs."""
        from penstock.engine.runtime import compare

        return compare(self.store, self.get_run(left).record, self.get_run(right).record)

    def log_file(self, run: str, step: str, item: int = NO_ITEM) -> Path:
        """File that holds what an execution printed; it may not exist."""
        from penstock.engine.runtime.location import log_file

        return log_file(self.home, run, step, item)

    # Artifacts.

    def load(self, value: Value, form: type | None = None) -> Any:
        """The Python object behind a value.

        Parameters
        ----------
        value : Value
        form : type, optional
            Class wanted of an artifact; its kind's own class by default.
        """
        from penstock.engine.runtime.value_io import load_as

        return value.json if isinstance(value, Inline) else load_as(value, form, self.blobs)

    # Internals.

    @cached_property
    def _place(self) -> Place:
        from penstock.engine.runtime import Place

        return Place(self.settings, self.store, self.blobs, self._artifacts)

    def _sweep(self) -> None:
        """Mark runs whose runner died as abandoned; where the store can only be read, they stay as they are."""
        from penstock.engine.runtime import sweep

        if not self.store.is_read_only:
            sweep(self._place)

    @property
    def _artifacts(self) -> str:
        return resolve_secret(self.settings.artifacts, where="setting 'artifacts'")

    def _prepare(self, pipeline: Pipeline) -> Prepared:
        from penstock.engine.runtime import prepare

        return prepare(pipeline, cache=self.home / "cache" / "sources")

    def _recorded(self, record: RunRecord) -> Prepared:
        from penstock.engine.runtime import prepare_recorded

        package = self.blobs.fetch(record.package_digest) / "package.zip"
        digest = record.package_digest
        return prepare_recorded(package, self.home / "packages" / short(digest), stored=digest)


def run(
    pipeline: Pipeline,
    params: Mapping[str, Any] | None = None,
    /,
    *,
    profile: str | None = None,
    workers: int | None = None,
    cache: bool = True,
    inline: bool = False,
    **parameters: Any,
) -> Run:
    """Run a pipeline in the workspace of the current folder.

    Parameters
    ----------
    pipeline : Pipeline
    params : mapping, optional
        Parameters whose names collide with the options below.
    profile : str, optional
        Profile of ``penstock.toml``.
    workers : int, optional
        Processes at once.
    cache : bool
        False runs every step anew.
    inline : bool
        Run in this process, for debuggers.
    **parameters
        The pipeline's parameters. `Workspace.run` takes the rarer options, and a function that watches.

    Returns
    -------
    Run
        Complete; read its results with ``run.outputs["x"].load()``.

    Raises
    ------
    RunError
        If the run ends in any other state; the message names the first step that failed.
    """
    stop_if_loading()
    options = RunOptions(workers, cache, inline=inline)
    workspace = Workspace.open(profile=profile)
    finished = workspace.run(pipeline, {**(params or {}), **parameters}, options=options)
    return _checked(finished)


def resume(run: str = "last", *, profile: str | None = None, recorded: bool = False, watch: Watch | None = None) -> Run:
    """Finish a run that was interrupted, failed or was cancelled.

    Parameters
    ----------
    run : str
        Id, unique prefix or ``last``.
    profile : str, optional
    recorded : bool
        Use the sources stored with the run instead of the current ones.
    watch : callable, optional
        Takes the run's events.

    Raises
    ------
    RunError
        If it still does not complete.
    """
    stop_if_loading()
    return _checked(Workspace.open(profile=profile).resume(run, recorded=recorded, watch=watch))


def package(content: Pipeline | Step[..., Any], target: str | Path, *, with_data: bool = False) -> Manifest:
    """Write a pipeline, or a single step, with the project's sources into a zip.

    The sources can be imported from the zip by another project: put ``TARGET/sources`` on its path.

    Parameters
    ----------
    content : Pipeline or Step
    target : str or Path
        The file to write.
    with_data : bool
        Also the project's other files, whatever their size.

    Returns
    -------
    Manifest
        What is in it: ``files`` by name, and the ``digest`` of it all.
    """
    from penstock.engine.authoring import Pipeline
    from penstock.engine.runtime import prepare, prepare_step

    prepared = prepare(content) if isinstance(content, Pipeline) else prepare_step(content)
    return prepared.package(Path(target), with_data=with_data)


def _checked(finished: Run) -> Run:
    if finished.state == COMPLETE:
        return finished
    failed = next((found for found in finished.executions if found.state == FAILED), None)
    error = failed.reason.get("error", {}) if failed else {}
    raise RunError(
        f"run {finished.id} is {finished.state}: {error.get('what', 'it was stopped')}",
        where=error.get("where", f"pipeline '{finished.record.pipeline}'"),
        fix=f"correct it, then: penstock resume {finished.id} (log: penstock logs {finished.id})",
    )


def _pipeline_of(record: RunRecord) -> Pipeline:
    """The pipeline of a run, from its file as it is now."""
    from penstock.engine.authoring import Pipeline
    from penstock.engine.source import load_pipeline_file

    file = str(record.properties.get("file", ""))
    if not file or not Path(file).exists():
        raise UsageError(
            f"the file of run {record.run} is not there: {file or 'it was started in a notebook'}",
            where=f"run {record.run}",
            fix=f"use the recorded sources: penstock resume {record.run} --recorded",
        )
    found = [item for item in vars(load_pipeline_file(Path(file))).values() if isinstance(item, Pipeline)]
    for item in found:
        if item.name == record.pipeline:
            return item
    raise UsageError(
        f"{file} no longer has the pipeline '{record.pipeline}'; {closest(record.pipeline, [p.name for p in found])}",
        where=f"run {record.run}",
        fix=f"use the recorded sources: penstock resume {record.run} --recorded",
    )


def _ignore(_event: dict[str, Any]) -> None:
    """Nobody watches."""

"""A run and its outputs as values to hold: what the store has of them is read when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from penstock.core.artifact import Value
from penstock.core.error import NotFoundError, closest
from penstock.core.record import ExecutionRecord, RunRecord

if TYPE_CHECKING:
    from penstock.engine.store import Store


class Readable(Protocol):
    """What a run is read through: an open workspace."""

    @property
    def store(self) -> Store:
        """Runs and lineage."""

    def load(self, value: Value, form: type | None = None) -> Any:
        """The Python object behind a value."""


class OutputHandle:
    """One output of a run; nothing is read before `load`.

    Parameters
    ----------
    name : str
    value : Value
    workspace : Readable
    """

    def __init__(self, name: str, value: Value, workspace: Readable) -> None:
        self.name = name
        self.value = value
        self._workspace = workspace

    def __repr__(self) -> str:
        return f"<output {self.name}: {self.value}>"

    def load(self, form: type | None = None) -> Any:
        """The value: JSON as it is, an artifact in the form of a class.

        Parameters
        ----------
        form : type, optional
            For instance ``pandas.DataFrame`` or ``Path``; the kind's own class by default.
        """
        return self._workspace.load(self.value, form)


class Run:
    """A run, as the store has it.

    Parameters
    ----------
    record : RunRecord
    workspace : Readable
    """

    def __init__(self, record: RunRecord, workspace: Readable) -> None:
        self.record = record
        self._workspace = workspace

    def __repr__(self) -> str:
        return f"<run {self.id}: {self.state}>"

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.run

    @property
    def state(self) -> str:
        """``running``, ``complete``, ``failed``, ``canceled`` or ``abandoned``."""
        return self.record.state

    @cached_property
    def executions(self) -> list[ExecutionRecord]:
        """Every attempt at every step, in order."""
        return self._workspace.store.runs.executions(self.id)

    @cached_property
    def outputs(self) -> Mapping[str, OutputHandle]:
        """The pipeline's outputs by name."""
        values = self.record.outputs
        return _Outputs({name: OutputHandle(name, value, self._workspace) for name, value in values.items()}, self.id)

    def step(self, name: str) -> Mapping[str, OutputHandle]:
        """Outputs of one step (or ``step[item]``), by port name.

        Raises
        ------
        NotFoundError
            If no execution of that name has outputs.
        """
        found = {execution.label: execution for execution in self.executions if execution.outputs}
        if name not in found:
            raise NotFoundError(
                f"run {self.id} has no outputs of step '{name}'; {closest(name, found)}",
                where=f"run {self.id}",
                fix="name a step that is complete",
            )
        values = found[name].outputs
        return _Outputs({port: OutputHandle(port, value, self._workspace) for port, value in values.items()}, self.id)


class _Outputs(dict[str, OutputHandle]):
    """Outputs by name; an unknown name is an error that lists them."""

    def __init__(self, handles: Mapping[str, OutputHandle], run: str) -> None:
        super().__init__(handles)
        self._run = run

    def __missing__(self, name: str) -> OutputHandle:
        raise NotFoundError(
            f"run {self._run} has no output '{name}'; {closest(name, self)}",
            where=f"run {self._run}",
            fix="use one of its outputs, or .step(NAME) for those of a step",
        )

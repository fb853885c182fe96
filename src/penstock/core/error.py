"""Errors that say what went wrong, where, and how to fix it.

The tree (each class also is the builtin a caller would expect)::

    PenstockError
    ├── UsageError          ValueError       a call or a command that cannot mean anything
    │   └── ParameterError                   unknown, missing or wrongly typed pipeline parameter
    ├── GraphError          ValueError       the pipeline's definition is wrong
    │   ├── PortTypeError   TypeError        two ends of a connection do not fit
    │   └── ConditionError                   a condition that cannot be evaluated
    ├── ConfigError         ValueError       a setting that is unknown or wrong
    ├── NotFoundError       KeyError         no run, step, artifact or plug-in of that name
    ├── MissingDependencyError ImportError   an optional package is not installed
    ├── PluginError         RuntimeError     a plug-in cannot be loaded or breaks its protocol
    ├── PackageError        ValueError       a package that is damaged, unsafe or cannot be made
    ├── StepError           RuntimeError     a step failed
    │   ├── StepTimeoutError TimeoutError    ... took longer than its timeout_s
    │   ├── StepMemoryError MemoryError      ... used more than its memory, or the machine's
    │   ├── StepCrashError                   ... its process died
    │   ├── OutputTypeError TypeError        ... returned something else than it promises
    │   └── SourceChangedError               ... its source cannot be loaded as it was planned
    ├── RunError            RuntimeError     a run ended without success
    ├── DataError           ValueError       data that cannot be read or used
    ├── ModelError          ValueError       a model that cannot be loaded or applied
    │   └── UntrustedError  PermissionError  ... only by running foreign code
    └── StoreError          OSError          the store cannot do what is asked
        ├── CorruptArtifactError             content does not match its digest
        ├── LeaseError                       someone else holds the run, or took it over
        └── NewerStoreError                  written by a newer version of Penstock
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PenstockError(Exception):
    """Any error that Penstock raises on purpose.

    Parameters
    ----------
    what : str
        What went wrong, with the value in question.
    where : str
        The place: pipeline, step, file and line, run, setting.
    fix : str
        What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  fix:   {self.fix}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.fix)


def _rebuild(cls: type[PenstockError], what: str, where: str, fix: str) -> PenstockError:
    return cls(what, where=where, fix=fix)


class UsageError(PenstockError, ValueError):
    """A call or a command that cannot mean anything."""


class ParameterError(UsageError):
    """A pipeline parameter that is unknown, missing or of the wrong type."""


class GraphError(PenstockError, ValueError):
    """The definition of a pipeline is wrong."""


class PortTypeError(GraphError, TypeError):
    """The two ends of a connection do not fit each other."""


class ConditionError(GraphError):
    """A condition cannot be evaluated; it is never taken for false."""


class ConfigError(PenstockError, ValueError):
    """A setting is unknown or has a wrong value."""


class NotFoundError(PenstockError, KeyError):
    """There is no run, step, artifact or plug-in of that name."""

    __str__ = PenstockError.__str__


class MissingDependencyError(PenstockError, ImportError):
    """An optional package is not installed."""


class PluginError(PenstockError, RuntimeError):
    """A plug-in cannot be loaded, or breaks its protocol."""


class PackageError(PenstockError, ValueError):
    """A package is damaged or unsafe, or cannot be made."""


class StepError(PenstockError, RuntimeError):
    """A step failed."""


class StepTimeoutError(StepError, TimeoutError):
    """A step took longer than its ``timeout_s``."""


class StepMemoryError(StepError, MemoryError):
    """A step used more memory than it declared, or than the machine has."""


class StepCrashError(StepError):
    """The process of a step died."""


class OutputTypeError(StepError, TypeError):
    """A step returned something else than its annotation promises."""


class SourceChangedError(StepError):
    """The source of a step cannot be loaded as it was when the run was planned."""


class RunError(PenstockError, RuntimeError):
    """A run ended without success."""


class DataError(PenstockError, ValueError):
    """Data cannot be read or used."""


class ModelError(PenstockError, ValueError):
    """A model cannot be loaded or applied."""


class UntrustedError(ModelError, PermissionError):
    """A model can only be loaded by running foreign code."""


class StoreError(PenstockError, OSError):
    """The store cannot do what is asked."""

    __str__ = PenstockError.__str__


class CorruptArtifactError(StoreError):
    """The content of an artifact does not match its digest."""


class LeaseError(StoreError):
    """Somebody else holds what is asked for, or took it over."""


class NewerStoreError(StoreError):
    """The store was written by a newer version of Penstock."""


def error_class(name: str) -> type[PenstockError]:
    """Class of the tree by its name, ``StepError`` for a name that is not in it.

    Examples
    --------
    >>> error_class("DataError").__name__
    'DataError'
    """
    found = globals().get(name)
    if isinstance(found, type) and issubclass(found, PenstockError):
        return found
    return StepError


def closest(name: str, known: Iterable[str]) -> str:
    """Sentence that lists the known names and offers the nearest one.

    Examples
    --------
    >>> closest("souce", ["source", "rows"])
    "did you mean 'source'? known: rows, source"
    >>> closest("x", [])
    'there are none'
    """
    names = sorted(known)
    if not names:
        return "there are none"
    listed = ", ".join(names[:20]) + (f", ... ({len(names)} in all)" if len(names) > 20 else "")
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'? known: {listed}" if near else f"known: {listed}"

"""Loads pipeline files and steps under the names that every process agrees on."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from penstock.core.error import GraphError, PenstockError, SourceChangedError, UsageError, closest
from penstock.engine.source.finder import OWN, PackageFinder
from penstock.engine.source.loading import StopLoading, loading
from penstock.engine.source.project import Project, find_project

if TYPE_CHECKING:
    from penstock.core.graph import StepRef
    from penstock.engine.source.archive import Package

_ENTERED: list[str] = []
"""What `enter_project` put on ``sys.path``."""
_LOADED: set[str] = set()
"""Modules of projects that `load_pipeline_file` imported."""


def load_pipeline_file(path: Path) -> ModuleType:
    """Import the file of a pipeline under its canonical name.

    Modules of projects that an earlier call loaded are forgotten first, so that the file as it is now is read.
    A top-level call of ``run`` ends the loading; the module holds what was defined before it.

    Parameters
    ----------
    path : Path
        A Python file.

    Raises
    ------
    UsageError
        If there is no such file, or it is no Python file.
    GraphError
        If it, or a module it imports, does not compile or fails; the cause is chained. Errors of Penstock's own
        tree pass as they are.
    """
    file = _checked(path)
    from penstock.engine.source.live_finder import watch

    project = find_project(file)
    _forget_loaded()
    enter_project(project)
    watch(project)
    before = set(sys.modules)
    try:
        return _load(project.module_name(file), file)
    finally:
        _LOADED.update(name for name in set(sys.modules) - before if _is_in(project, name))


def enter_project(project: Project) -> None:
    """Put the project's folders first on ``sys.path``, in place of those of an earlier project."""
    folders = project.folders()
    sys.path[:] = [*folders, *(entry for entry in sys.path if entry not in _ENTERED and entry not in folders)]
    _ENTERED[:] = folders


def serve_package(package: Package, root: Path) -> PackageFinder:
    """Let imports of project modules come from a package from now on; for workers.

    Parameters
    ----------
    package : Package
        Stays open.
    root : Path
        The live project where there is one, else the folder that the package was unpacked into.

    Returns
    -------
    PackageFinder
        Remove it from ``sys.meta_path`` to stop.
    """
    finder = PackageFinder(package, Path(os.path.realpath(root)))
    sys.meta_path[:] = [finder, *(other for other in sys.meta_path if not isinstance(other, PackageFinder))]
    main = package.manifest.main
    enter_project(Project(finder.root, finder.root / main if main else None, package.manifest.paths))
    return finder


def load_step(step: StepRef) -> Any:
    """The object that a reference names.

    Raises
    ------
    SourceChangedError
        If the module has nothing of that name; an exception of the module itself passes as it is.
    """
    where = f"{step.module}:{step.qualname}"
    try:
        with loading():
            found: Any = importlib.import_module(step.module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{step.module}.".startswith(error.name + "."):
            raise
        raise SourceChangedError(
            f"the module '{step.module}' of the step cannot be found", where=where, fix="run the pipeline again"
        ) from error
    for name in step.qualname.split("."):
        if not hasattr(found, name):
            raise SourceChangedError(
                f"'{name}' is not in {step.module}; {closest(name, [key for key in vars(found) if key[0] != '_'])}",
                where=where,
                fix="define the step at the top level of its module, above the call that runs the pipeline",
            )
        found = getattr(found, name)
    return found


def _checked(path: Path) -> Path:
    file = Path(os.path.realpath(path))
    if file.is_file() and file.suffix == ".py":
        return file
    if not file.exists():
        known = [entry.name for entry in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise UsageError(f"there is no file {path}; {closest(file.name, known)}", where=str(path), fix="check the path")
    raise UsageError(f"{path} is not a Python file", where=str(path), fix="name the .py file that defines the pipeline")


def _load(name: str, file: Path) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    from penstock.engine.source.live_finder import LiveLoader

    spec = spec_from_file_location(name, file, loader=LiveLoader(name, str(file)))
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} cannot be imported", where=str(file), fix="give it the suffix .py")
    try:
        if spec.parent:
            importlib.import_module(spec.parent)
        module = module_from_spec(spec)
        sys.modules[name] = module
        with loading():
            spec.loader.exec_module(module)
    except StopLoading as stop:
        _check_stop(stop, file)
    except BaseException as error:
        sys.modules.pop(name, None)
        if isinstance(error, (PenstockError, KeyboardInterrupt)):
            raise
        raise _failure(error, file) from error
    return module


def _check_stop(stop: StopLoading, file: Path) -> None:
    """A stop must come from the file itself; one inside of another module leaves this one half defined."""
    modules = [frame for frame in _frames(stop.__traceback__) if frame[2] == "<module>"]
    if modules and not os.path.samefile(modules[-1][0], file):
        place = f"{modules[-1][0]}:{modules[-1][1]}"
        raise GraphError(
            f"{os.path.basename(modules[-1][0])} runs a pipeline while it is imported",
            where=place,
            fix='put that call below: if __name__ == "__main__":',
        ) from None


def _failure(error: BaseException, file: Path) -> GraphError:
    if isinstance(error, SyntaxError):
        return GraphError(
            f"the file does not compile: {error.msg}",
            where=f"{error.filename or file}:{error.lineno or 1}",
            fix=f"correct the line: {(error.text or '').strip()}" if error.text else "correct the file",
        )
    frames = [frame for frame in _frames(error.__traceback__) if not _is_machinery(frame[0])]
    place = f"{frames[-1][0]}:{frames[-1][1]}" if frames else str(file)
    fix = "correct the code there; the traceback shows how it came to it"
    if isinstance(error, ModuleNotFoundError) and error.name:
        fix = f"install what offers '{error.name.partition('.')[0]}', or correct the name"
    return GraphError(f"{file.name} cannot be loaded: {type(error).__name__}: {error}", where=place, fix=fix)


def _frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return frames


def _is_machinery(file: str) -> bool:
    own = os.path.dirname(os.path.abspath(__file__))
    return file.startswith("<frozen ") or file == importlib.__file__ or os.path.dirname(file) == own


def _forget_loaded() -> None:
    for name in _LOADED:
        sys.modules.pop(name, None)
    _LOADED.clear()
    importlib.invalidate_caches()


def _is_in(project: Project, name: str) -> bool:
    """Whether a module was loaded from the project's own sources."""
    if name.partition(".")[0] == OWN:
        return False
    module = sys.modules[name]
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", None) or ())
    relative = project.relative(places[0]) if places else None
    return relative is not None and "site-packages" not in relative

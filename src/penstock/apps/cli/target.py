"""`FILE[:NAME]`: which file, and which pipeline or step in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from penstock.core.error import UsageError, closest

if TYPE_CHECKING:
    from penstock.engine.authoring import Pipeline, Step


_T = TypeVar("_T")


def split_target(text: str) -> tuple[Path, str]:
    r"""A file's path and the name after its last colon; the name is empty where none is given.

    A path may hold colons: what exists as a file is one, and what follows a colon is a name only if it could be one.

    Examples
    --------
    >>> split_target("flows/taxi.py:train")
    (PosixPath('flows/taxi.py'), 'train')
    >>> split_target("C:\\flows\\taxi.py")[1]
    ''
    """
    path = Path(text)
    head, _, name = text.rpartition(":")
    if not path.exists() and head and name.isidentifier():
        return Path(head), name
    return path, ""


def existing_file(path: Path, text: str) -> None:
    """Make sure that a path is a file.

    Raises
    ------
    UsageError
        If it is not there, or is a folder; the closest Python files are offered.
    """
    if path.is_file():
        return
    folder = path if path.is_dir() else path.parent
    near = [str(file.relative_to(folder)) for file in sorted(folder.glob("*.py"))] if folder.is_dir() else []
    found = "is a folder" if path.is_dir() else "does not exist"
    known = closest(path.name, near).replace("there are none", f"'{folder}' holds no Python file")
    fix = f"name a Python file, for instance {folder / near[0]}" if near else f"name a Python file instead of {text!r}"
    raise UsageError(f"'{path}' {found}; {known}", where=str(Path.cwd()), fix=fix)


def load_pipeline(text: str) -> Pipeline:
    """The pipeline that ``FILE[:PIPELINE]`` names; the file may be a package.

    Raises
    ------
    UsageError
        If there is no such file or pipeline, or several and none is named.
    """
    path, name = split_target(text)
    existing_file(path, text)
    from penstock.engine.authoring import Pipeline
    from penstock.engine.source import load_pipeline_file

    if path.suffix == ".zip":
        from penstock.apps.cli.unpacked import unpacked

        path, packed = unpacked(path)
        name = name or packed
    return choose(load_pipeline_file(path), name, Pipeline, path=path)


def load_target(text: str) -> Pipeline | Step[..., Any]:
    """The pipeline or step that ``FILE[:NAME]`` names; without a name the file's only pipeline, or its only step.

    Raises
    ------
    UsageError
        If there is no such file or name, or several and none is named.
    """
    path, name = split_target(text)
    existing_file(path, text)
    from penstock.engine.authoring import Pipeline, Step
    from penstock.engine.source import load_pipeline_file

    module = load_pipeline_file(path)
    is_step = name in _objects(module, Step) or (not name and not _objects(module, Pipeline))
    return choose(module, name, Step, path=path) if is_step else choose(module, name, Pipeline, path=path)


def choose(module: Any, name: str, kind: type[_T], *, path: Path) -> _T:
    """The object of a class in a module, by its name or because it is the only one.

    Raises
    ------
    UsageError
        If the name is unknown, or there is not exactly one.
    """
    word = kind.__name__.lower()
    found = _objects(module, kind)
    if name:
        by_own_name = {str(getattr(item, "name", "")): item for item in found.values()}
        if name not in found and name not in by_own_name:
            raise UsageError(
                f"'{path}' has no {word} '{name}'; {closest(name, found)}",
                where=str(path),
                fix=f"name one of its {word}s",
            )
        return found[name] if name in found else by_own_name[name]
    own = {key: item for key, item in found.items() if item.__module__ == module.__name__} or found
    if len(own) == 1:
        return next(iter(own.values()))
    if not own:
        raise UsageError(
            f"'{path}' defines no {word}", where=str(path), fix=f"decorate a function with @penstock.{word}"
        )
    raise UsageError(
        f"'{path}' defines several {word}s: {', '.join(own)}",
        where=str(path),
        fix=f"name one: {path}:{next(iter(own))}",
    )


def _objects(module: Any, kind: type[_T]) -> dict[str, _T]:
    """Objects of a class by the first name that each has in the module."""
    found: dict[int, tuple[str, _T]] = {}
    for name, value in vars(module).items():
        if isinstance(value, kind) and not name.startswith("_"):
            found.setdefault(id(value), (name, value))
    return dict(found.values())

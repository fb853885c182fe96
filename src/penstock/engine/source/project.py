"""The project that a file belongs to: its root, its modules and its sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from penstock.core.error import PackageError

MARKERS = ("penstock.toml", "pyproject.toml")
"""Files that make a folder a project's root."""

SOURCE_SUFFIXES = frozenset(
    {".py", ".sql", ".yaml", ".yml", ".toml", ".json", ".txt", ".md", ".html", ".j2", ".cfg", ".ini"}
)
MAX_SOURCE_BYTES = 1 << 20
MAX_SOURCES = 9_000

_PRUNED = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
# A file name may hold a dot where a module name may not; this look-alike stands for it.
_DOT = "\u2024"


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of sources, as it is imported and packaged.

    Parameters
    ----------
    root : Path
        Absolute and free of symbolic links.
    main : Path or None
        The pipeline's file; None for a notebook.
    paths : tuple of str
        Folders below the root that go on ``sys.path``, in order; ``""`` is the root itself.
    """

    root: Path
    main: Path | None
    paths: tuple[str, ...]

    def folders(self) -> list[str]:
        """Absolute form of ``paths``."""
        return [os.path.join(self.root, *folder.split("/")) if folder else str(self.root) for folder in self.paths]

    def relative(self, file: str | Path) -> str | None:
        """Path of a file below the root with forward slashes; None when it lies elsewhere."""
        real = os.path.realpath(file)
        prefix = os.path.join(self.root, "")
        return real.removeprefix(prefix).replace(os.sep, "/") if real.startswith(prefix) else None

    def module_name(self, file: str | Path) -> str:
        """Dotted name under which a file of the project is imported.

        It is relative to ``src`` for files in there, else to the root, whatever the main file's folder is.
        Parts need not be identifiers.

        Raises
        ------
        PackageError
            If the file is not below the root.
        """
        name = self.relative(file)
        if name is None:
            raise PackageError(
                f"{file} is not part of the project",
                where=f"project {self.root}",
                fix="move it below the project's root",
            )
        if "src" in self.paths:
            name = name.removeprefix("src/")
        path = PurePosixPath(name)
        parts = [*path.parent.parts, path.stem]
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(part.replace(".", _DOT) for part in parts)

    def module_file(self, module: str) -> Path | None:
        """The Python file of a module of the project, None when it has none (a folder without ``__init__.py`` too)."""
        tail = module_path(module)
        for folder in self.folders():
            for name in (os.path.join(folder, tail, "__init__.py"), os.path.join(folder, tail + ".py")):
                if os.path.isfile(name):
                    return Path(name)
        return None

    def is_folder(self, module: str) -> bool:
        """Whether a folder of the project may be imported under that name."""
        return any(os.path.isdir(os.path.join(folder, module_path(module))) for folder in self.folders())

    def files(self) -> list[str]:
        """Sources of the project, sorted, as paths below the root with forward slashes.

        Python files and small text files. Left out: hidden files and folders, virtual environments,
        ``__pycache__``, ``node_modules``, links that lead out of the root. A root without a marker file may be
        any folder (a home folder, say): there, only folders that hold sources themselves are entered.

        Raises
        ------
        PackageError
            If there are more than ``MAX_SOURCES``.
        """
        is_marked = any((self.root / marker).is_file() for marker in MARKERS)
        found = []
        for name in _walk(str(self.root), "", is_marked):
            found.append(name)
            if len(found) > MAX_SOURCES:
                raise PackageError(
                    f"the project has more than {MAX_SOURCES} source files",
                    where=f"project {self.root}",
                    fix="put a penstock.toml into the folder of the pipeline to make that the project",
                )
        return sorted(found)


def data_files(project: Project) -> list[Path]:
    """Files of a project that are no sources, hidden ones left out."""
    sources = {project.root / name for name in project.files()}
    found = []
    for folder, names, files in os.walk(project.root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _PRUNED)
        found += [Path(folder, name) for name in sorted(files) if not name.startswith(".")]
    return [path for path in found if path not in sources and path.is_file() and project.relative(path)]


def module_path(module: str) -> str:
    """Relative path of a module without its suffix.

    Examples
    --------
    >>> module_path("trips.clean").replace(os.sep, "/")
    'trips/clean'
    """
    return os.path.join(*(part.replace(_DOT, ".") for part in module.split(".")))


def find_root(file: Path) -> Path:
    """The nearest folder upwards that holds ``penstock.toml`` or ``pyproject.toml``, else the file's own folder."""
    own = os.path.dirname(os.path.realpath(file))
    folder = own
    while True:
        if any(os.path.isfile(os.path.join(folder, marker)) for marker in MARKERS):
            return Path(folder)
        parent = os.path.dirname(folder)
        if parent == folder:
            return Path(own)
        folder = parent


def find_project(file: Path) -> Project:
    """The project of a pipeline's main file.

    Its own folder comes first on the path, as for ``python FILE``, unless it is a package: then last, so that
    its modules do not hide others of the same name.
    """
    real = Path(os.path.realpath(file))
    return make_project(find_root(real), real)


def make_project(root: Path, main: Path | None, *, folder: Path | None = None) -> Project:
    """A project of a given root.

    Parameters
    ----------
    root : Path
    main : Path or None
        The main file.
    folder : Path or None
        What takes the place of the main file's folder where there is no main file.
    """
    top = os.path.realpath(root)
    paths = [""]
    if os.path.isdir(os.path.join(top, "src")) and not os.path.isfile(os.path.join(top, "src", "__init__.py")):
        paths.append("src")
    own = os.path.realpath(main.parent if main is not None else folder or root)
    if own.startswith(os.path.join(top, "")):
        name = os.path.relpath(own, top).replace(os.sep, "/")
        if name not in paths:
            is_package = os.path.isfile(os.path.join(own, "__init__.py"))
            paths.insert(len(paths) if is_package else 0, name)
    return Project(Path(top), None if main is None else Path(os.path.realpath(main)), tuple(paths))


def _walk(folder: str, prefix: str, is_marked: bool) -> Iterator[str]:
    """Names of sources below a folder; an unreadable folder has none."""
    try:
        with os.scandir(folder) as scan:
            entries = [entry for entry in scan if not entry.name.startswith(".")]
    except PermissionError:
        return
    if prefix and (any(entry.name == "pyvenv.cfg" for entry in entries) or (not is_marked and _is_foreign(entries))):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _PRUNED and not entry.name.endswith((".egg-info", ".dist-info")):
                yield from _walk(entry.path, f"{prefix}{entry.name}/", is_marked)
        elif _is_source(entry, folder, prefix):
            yield prefix + entry.name


def _is_source(entry: os.DirEntry[str], folder: str, prefix: str) -> bool:
    if os.path.splitext(entry.name)[1] not in SOURCE_SUFFIXES or not entry.is_file():
        return False
    if entry.is_symlink():
        root = folder.removesuffix(os.sep + prefix.rstrip("/").replace("/", os.sep)) if prefix else folder
        if not os.path.realpath(entry.path).startswith(os.path.join(root, "")):
            return False
    return entry.stat().st_size <= MAX_SOURCE_BYTES


def _is_foreign(entries: list[os.DirEntry[str]]) -> bool:
    """Whether a folder below an unmarked root is a project of its own, or no source folder at all."""
    names = {entry.name for entry in entries}
    return any(marker in names for marker in MARKERS) or not any(name.endswith((".py", ".sql")) for name in names)

"""Writes packages: a pipeline's graph and its project's sources in one zip, the same bytes for the same content."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from penstock.core.canonical import canonical_json
from penstock.core.error import PackageError
from penstock.core.graph import StepRef
from penstock.engine.source.archive import SOURCES
from penstock.engine.source.manifest import FileEntry, Manifest
from penstock.engine.source.project import Project

DATA = "data/"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK_BYTES = 1 << 20


def build_package(
    project: Project,
    graph_json: Mapping[str, Any],
    detached: Mapping[str, str],
    target: Path,
    *,
    data: Sequence[Path] = (),
    requirements: Mapping[str, str] | None = None,
) -> Manifest:
    """Write a package.

    Parameters
    ----------
    project : Project
    graph_json : mapping
        JSON of the graph: a pipeline's, or that of a single step for other projects to import.
    detached : mapping of str to str
        Generated modules with their texts.
    target : Path
        The zip. It is replaced in one go.
    data : sequence of Path
        Files to take along, under ``data/``.
    requirements : mapping of str to str
        Versions by distribution; found from the steps' sources where not given.

    Raises
    ------
    PackageError
        If a data file is missing, or the project is too big.
    """
    contents = plan_package(project, graph_json, detached, data=data, requirements=requirements)
    write_package(contents, target)
    return contents.manifest


class PackageContents:
    """What goes into a package: the manifest, and where each file's bytes come from."""

    def __init__(self, manifest: Manifest, files: Mapping[str, bytes | Path]) -> None:
        self.manifest = manifest
        self.files = files


def plan_package(
    project: Project,
    graph_json: Mapping[str, Any],
    detached: Mapping[str, str],
    *,
    data: Sequence[Path] = (),
    requirements: Mapping[str, str] | None = None,
) -> PackageContents:
    """Collect what a package holds; ``manifest.digest`` tells whether one with that content is there already.

    See `build_package` for the parameters and errors.
    """
    pins = _requirements(project, graph_json, detached) if requirements is None else requirements
    files: dict[str, bytes | Path] = {
        "graph.json": canonical_json(graph_json).encode(),
        "requirements.txt": "".join(f"{name}=={version}\n" for name, version in sorted(pins.items())).encode(),
    }
    for name in project.files():
        files[SOURCES + name] = (project.root / name).read_bytes()
    for name, text in detached.items():
        files[f"{SOURCES}{name}.py"] = text.encode("utf-8", "surrogatepass")
    for path in data:
        files[DATA + _data_name(project, path)] = path
    main = "" if project.main is None else project.relative(project.main) or ""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    entries = {name: _entry(files[name]) for name in sorted(files)}
    return PackageContents(Manifest(entries, python, project.paths, main), files)


def write_package(contents: PackageContents, target: Path) -> None:
    """Write the zip: sorted names, fixed times, nothing compressed (compressors differ from machine to machine)."""
    from zipfile import ZIP_STORED, ZipFile

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    manifest = canonical_json(contents.manifest.to_json()).encode()
    files = {**contents.files, "manifest.json": manifest}
    try:
        with ZipFile(part, "w", ZIP_STORED) as archive:
            for name in sorted(files):
                source = files[name]
                if isinstance(source, bytes):
                    archive.writestr(_info(name), source)
                else:
                    with archive.open(_info(name), "w", force_zip64=True) as stream:
                        for chunk in _chunks(source):
                            stream.write(chunk)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _info(name: str) -> Any:
    from zipfile import ZipInfo

    info = ZipInfo(name, _EPOCH)
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _entry(source: bytes | Path) -> FileEntry:
    if isinstance(source, bytes):
        return FileEntry(hashlib.sha256(source).hexdigest(), len(source))
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(source):
        digest.update(chunk)
        size += len(chunk)
    return FileEntry(digest.hexdigest(), size)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


def _data_name(project: Project, path: Path) -> str:
    if not path.is_file():
        raise PackageError(f"there is no data file {path}", where=f"project {project.root}", fix="check the path")
    return project.relative(path) or path.name


def _requirements(project: Project, graph_json: Mapping[str, Any], detached: Mapping[str, str]) -> dict[str, str]:
    from penstock.engine.source.step_fingerprint import fingerprint_steps, requirements_of

    nodes = [*graph_json["nodes"], *([graph_json["on_exit"]] if graph_json.get("on_exit") else [])]
    steps = [StepRef(**node["step"]) for node in nodes]
    return requirements_of(fingerprint_steps(project, steps, detached).values())

"""Tests of `penstock.engine.source.archive`: what is safe comes out, anything else is refused."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.core.error import PackageError
from penstock.engine.source.archive import Package, open_package, unpack

FILES = {"graph.json": b"{}", "sources/a.py": b"x = 1\n", "sources/pkg/__init__.py": b"", "sources/sub/b.py": b"y\n"}


def manifest_of(files: Mapping[str, bytes], /, **changes: Any) -> bytes:
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()}
    return json.dumps({"schema": 1, "python": "3.11", "paths": [""], "main": "", "files": entries, **changes}).encode()


def write(
    path: Path, files: Mapping[str, bytes], manifest: bytes | None = None, kind: int = zipfile.ZIP_STORED
) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", manifest_of(files) if manifest is None else manifest)
    return path


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_package_is_read(tmp_path: Path, kind: int) -> None:
    with open_package(write(tmp_path / "p.zip", FILES, kind=kind)) as package:
        assert package.read("sources/a.py") == b"x = 1\n"
        assert package.module_source("a") == (b"x = 1\n", "a.py", False)
        assert package.module_source("pkg") == (b"", "pkg/__init__.py", True)
        assert package.module_source("sub.b") == (b"y\n", "sub/b.py", False)
        assert package.module_source("sub") is None
        assert package.source_folders == {"pkg", "sub"}
        with pytest.raises(PackageError, match=r"no file 'sources/z\.py'"):
            package.read("sources/z.py")


def test_unpack_writes_every_file(tmp_path: Path) -> None:
    manifest = unpack(write(tmp_path / "p.zip", FILES), tmp_path / "out")
    found = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")
    }
    assert found == FILES
    assert set(manifest.files) == set(FILES)


def test_unpack_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("")
    with pytest.raises(PackageError, match="not an empty folder"):
        unpack(write(tmp_path / "p.zip", FILES), tmp_path / "out")


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../a.py", "sources/../../a.py", "sources//a.py", "./a.py", "C:/a.py", "a\\b.py", "sources/", ".."],
)
def test_unsafe_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="is not a safe file name"):
        unpack(write(tmp_path / "p.zip", {name: b""}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("sources/link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("manifest.json", manifest_of({"sources/link": b"/etc/passwd"}))
    with pytest.raises(PackageError, match="is a symbolic link"):
        unpack(tmp_path / "p.zip", tmp_path / "out")


def test_duplicates_are_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
            archive.writestr("a.py", b"good")
            archive.writestr("a.py", b"evil")
            archive.writestr("manifest.json", manifest_of({"a.py": b"good"}))
    with pytest.raises(PackageError, match=r"'a\.py' is in the package twice"):
        unpack(tmp_path / "p.zip", tmp_path / "out")


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ({"a.py": b"other"}, "does not match the manifest"),
        ({"a.py": b"gooD"}, "does not match the manifest"),
        ({"a.py": b"good", "b.py": b""}, "either missing or not in the manifest"),
        ({}, "either missing or not in the manifest"),
    ],
)
def test_content_must_match_the_manifest(tmp_path: Path, listed: dict[str, bytes], message: str) -> None:
    path = write(tmp_path / "p.zip", {"a.py": b"good"}, manifest_of(listed))
    with pytest.raises(PackageError, match=message):
        unpack(path, tmp_path / "out")


def test_bytes_are_counted_while_reading(tmp_path: Path) -> None:
    bomb = {"big.txt": b"0" * 1_000_000}
    path = write(tmp_path / "p.zip", bomb, kind=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 5_000
    with pytest.raises(PackageError, match="more than 1000 bytes"):
        unpack(path, tmp_path / "out", max_bytes=1000)
    small = write(tmp_path / "q.zip", bomb, manifest_of({"big.txt": b"0"}), kind=zipfile.ZIP_DEFLATED)
    with pytest.raises(PackageError, match="does not match the manifest"):
        unpack(small, tmp_path / "out2")


def test_files_are_counted(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="has 4 files, more than 3"):
        unpack(write(tmp_path / "p.zip", FILES), tmp_path / "out", max_files=3)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (b"{", "damaged"),
        (b"[]", "not a manifest"),
        (b"{}", "not a manifest"),
        (b"\xff\xfe", "damaged"),
        (manifest_of(FILES, schema=99), "has schema 99"),
        (manifest_of(FILES, files=[]), "not a manifest"),
        (manifest_of(FILES, files={"a": {"size": "x", "sha256": ""}}), "damaged|not a manifest"),
    ],
)
def test_odd_manifests_are_refused(tmp_path: Path, manifest: bytes, message: str) -> None:
    with pytest.raises(PackageError, match=message):
        open_package(write(tmp_path / "p.zip", FILES, manifest))


def test_no_manifest_no_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("a.py", b"")
    with pytest.raises(PackageError, match=r"no manifest\.json"):
        open_package(tmp_path / "p.zip")


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x05\x06" + b"\0" * 10])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.zip").write_bytes(data)
    with pytest.raises(PackageError, match="damaged"):
        open_package(tmp_path / "p.zip")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(PackageError, match="cannot be read"):
            open_package(path)


def test_a_damaged_graph_is_told_once(tmp_path: Path) -> None:
    contents = {**FILES, "graph.json": b'{"name": "p"}'}
    path = write(tmp_path / "p.zip", contents, kind=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b'{"name": "p"}', b'{"name": "q"}', 1))
    with open_package(path) as package, pytest.raises(PackageError) as caught:
        _ = package.graph_json
    assert "where:" not in caught.value.what


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_damage_anywhere_is_found_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    whole = bytearray(write(tmp_path / "p.zip", FILES, kind=kind).read_bytes())
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "p.zip").write_bytes(whole)
    try:
        with open_package(tmp_path / "p.zip") as package:
            found = {name: package.read(name) for name in package.manifest.files}
    except PackageError:
        return
    assert found == FILES


def test_a_forked_child_reads_on_its_own(tmp_path: Path) -> None:
    package: Package = open_package(write(tmp_path / "p.zip", FILES))
    forked(lambda: package.read("sources/a.py") == b"x = 1\n")
    assert package.read("sources/sub/b.py") == b"y\n"
    package.close()


def forked(check: Callable[[], bool]) -> None:
    child = os.fork()
    if not child:
        os._exit(0 if check() else 1)
    assert os.waitpid(child, 0)[1] == 0

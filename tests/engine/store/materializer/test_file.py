from __future__ import annotations

import os
from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.core.value import File
from penstock.engine.store.materializer.file import materializer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "artifact").mkdir()
    return tmp_path / "artifact"


def test_links_are_followed(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "target").write_text("x")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "link").symlink_to(tmp_path / "target")
    materializer.save(File(tmp_path / "given"), folder)
    copied = folder / "file" / "given" / "link"
    assert not copied.is_symlink()
    assert copied.read_text() == "x"


def test_path_with_dots_keeps_its_name(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given" / "inner").mkdir(parents=True)
    (tmp_path / "given" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path / "given" / "inner")
    materializer.save(File(Path("..")), folder)
    assert materializer.load(folder).path == folder / "file" / "given"


def test_what_is_not_there(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="no file or folder"):
        materializer.save(File(tmp_path / "absent"), folder)


@pytest.mark.parametrize("kind", ["dangling", "circle", "pipe"])
def test_what_cannot_be_copied(tmp_path: Path, folder: Path, kind: str) -> None:
    given = tmp_path / "given"
    given.mkdir()
    if kind == "pipe":
        os.mkfifo(given / kind)
    else:
        (given / kind).symlink_to(given if kind == "circle" else tmp_path / "absent")
    with pytest.raises(DataError, match=kind):
        materializer.save(File(given), folder)


def test_artifact_that_is_no_file(folder: Path) -> None:
    with pytest.raises(DataError, match="not a File"):
        materializer.load(folder)

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.source.images import ImagesSource

Image = pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")


def write(folder: Path, name: str, colour: str = "red") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 3), colour).save(path)
    return path


def test_columns(tmp_path: Path) -> None:
    write(tmp_path, "cat/a.png")
    (tmp_path / "cat" / "notes.txt").write_text("not an image")
    first, second = Dataset.from_source(ImagesSource(str(tmp_path))).to_arrow().to_pylist()
    assert first == {
        "path": "cat/a.png",
        "label": "cat",
        "width": 4,
        "height": 3,
        "channels": 3,
        "format": "PNG",
        "size_bytes": (tmp_path / "cat" / "a.png").stat().st_size,
        "is_broken": False,
        "broken_reason": None,
    }
    assert (second["is_broken"], second["broken_reason"]) == (True, "not an image of a known format")


def test_bytes_and_pixels(tmp_path: Path) -> None:
    path = write(tmp_path, "cat/a.png")
    (row,) = ImagesSource(str(tmp_path), bytes=True, pixels=True).read().read_all().to_pylist()
    assert row["image"] == path.read_bytes()
    assert (row["mean_red"], row["mean_green"]) == (255.0, 0.0)
    assert len(row["perceptual_hash"]) == 32


def test_a_folder_of_classes_is_found_out(tmp_path: Path) -> None:
    write(tmp_path, "cat/a.png")
    write(tmp_path, "dog/b.jpeg")
    found = open_source(str(tmp_path))
    assert isinstance(found, ImagesSource)
    assert repr(found) == f"images {tmp_path}"


def test_fingerprint(tmp_path: Path) -> None:
    write(tmp_path, "cat/a.png")
    first = ImagesSource(str(tmp_path)).fingerprint()
    (tmp_path / "cat" / "a.png").touch()
    assert ImagesSource(str(tmp_path)).fingerprint() == first
    (tmp_path / "cat").rename(tmp_path / "dog")
    moved = ImagesSource(str(tmp_path)).fingerprint()
    write(tmp_path, "dog/a.png", "blue")
    assert len({first, moved, ImagesSource(str(tmp_path)).fingerprint()}) == 3


def test_remote_folders() -> None:
    with pytest.raises(DataError, match="local folder only"):
        ImagesSource("s3://bucket/images").read()

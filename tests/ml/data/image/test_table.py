from __future__ import annotations

import io
import os
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penstock.core.error import DataError
from penstock.ml.data.image import image_table, perceptual_hash
from penstock.ml.data.image.facts import MAX_PIXELS

Image = pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")

COLOURS = np.random.default_rng(0).integers(0, 256, (8, 12, 3), dtype=np.uint8)


def encoded(image: Any, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rows(folder: Path, **options: Any) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in image_table(folder, **options).read_all().to_pylist()}


def one(tmp_path: Path, content: bytes, name: str = "a.png") -> dict[str, Any]:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / name).write_bytes(content)
    (row,) = rows(tmp_path).values()
    (header,) = rows(tmp_path, pixels=False).values()
    if not row["is_broken"]:
        assert header.items() <= row.items()
    return row


@pytest.mark.parametrize(
    ("mode", "kind", "channels"),
    [
        ("L", "PNG", 1),
        ("1", "PNG", 1),
        ("LA", "PNG", 2),
        ("RGB", "PNG", 3),
        ("RGBA", "PNG", 4),
        ("P", "PNG", 3),
        ("RGB", "JPEG", 3),
        ("CMYK", "JPEG", 4),
        ("RGB", "WEBP", 3),
        ("RGB", "BMP", 3),
        ("RGB", "TIFF", 3),
    ],
)
def test_forms(tmp_path: Path, mode: str, kind: str, channels: int) -> None:
    row = one(tmp_path, encoded(Image.fromarray(COLOURS).convert(mode), kind), "A.ANY")
    assert (row["label"], row["format"], row["channels"]) == ("cat", kind, channels)
    assert (row["width"], row["height"], row["is_broken"], row["broken_reason"]) == (12, 8, False, None)
    assert row["size_bytes"] == (tmp_path / "cat" / "A.ANY").stat().st_size
    with Image.open(tmp_path / "cat" / "A.ANY") as image:
        assert row["perceptual_hash"] == perceptual_hash(image).hex()


def test_means_are_exact(tmp_path: Path) -> None:
    row = one(tmp_path, encoded(Image.fromarray(COLOURS)))
    sums = [int(total) for total in COLOURS.astype(object).sum(axis=(0, 1))]
    means = [float(Fraction(total, 96)) for total in sums]
    assert [row["mean_red"], row["mean_green"], row["mean_blue"]] == means
    assert row["brightness"] == float(Fraction(299 * sums[0] + 587 * sums[1] + 114 * sums[2], 96_000))


def test_deep_grey(tmp_path: Path) -> None:
    deep = Image.fromarray(np.full((4, 4), 40_000, np.uint16))
    row = one(tmp_path, encoded(deep))
    assert (row["channels"], row["mean_red"], row["mean_blue"]) == (1, 156.0, 156.0)


def test_floating_point_has_no_colours(tmp_path: Path) -> None:
    row = one(tmp_path, encoded(Image.fromarray(np.ones((4, 5), np.float32)), "TIFF"))
    assert (row["width"], row["channels"], row["is_broken"]) == (5, 1, False)
    assert (row["mean_red"], row["brightness"], row["perceptual_hash"]) == (None, None, None)


def test_a_turned_photograph(tmp_path: Path) -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    row = one(tmp_path, encoded(Image.fromarray(COLOURS), "JPEG", exif=notes))
    assert (row["width"], row["height"]) == (8, 12)


def test_the_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    row = one(tmp_path, encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (row["format"], row["channels"], row["mean_red"], row["mean_blue"]) == ("GIF", 3, 255.0, 0.0)


def _bomb() -> bytes:
    """A PNG of one pixel whose header says that it has very many."""
    content = bytearray(encoded(Image.new("L", (1, 1))))
    content[16:24] = struct.pack(">II", 20_000, 20_000)
    import zlib

    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"just some notes\n", "not an image of a known format"),
        (encoded(Image.fromarray(COLOURS), "JPEG")[:300], "damaged|cut off"),
        (encoded(Image.fromarray(np.tile(COLOURS, (20, 20, 1))), "JPEG")[:-2000], "cut off or damaged"),
        (encoded(Image.fromarray(COLOURS))[:-60], "cut off or damaged"),
        (_bomb(), f"more than {MAX_PIXELS} pixels"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not an image of a known format"),
    ],
)
def test_broken_files_are_rows(tmp_path: Path, content: bytes, reason: str) -> None:
    row = one(tmp_path, content)
    assert row["is_broken"] is True
    assert any(part in row["broken_reason"] for part in reason.split("|"))
    assert (row["mean_red"], row["perceptual_hash"]) == (None, None)
    assert row["size_bytes"] == len(content)


def test_random_damage_is_never_a_traceback(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    folder = tmp_path / "cat"
    folder.mkdir()
    image = Image.fromarray(COLOURS)
    kinds = [kind for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP") if kind in Image.SAVE]
    for index in range(400):
        content = bytearray(encoded(image, kinds[index % len(kinds)]))
        for position in random.integers(0, len(content), 4):
            content[position] = random.integers(0, 256)
        (folder / f"{index:03}").write_bytes(content[: random.integers(1, len(content) + 1)])
    found = rows(tmp_path)
    assert len(found) == 400
    assert 100 < sum(row["is_broken"] for row in found.values()) < 400
    assert len(rows(tmp_path, pixels=False)) == 400


def test_labels_and_order(tmp_path: Path) -> None:
    content = encoded(Image.fromarray(COLOURS))
    for name in ("dog/b.PNG", "dog/old/a.png", "cat/z.png", "cat/a.png", "loose.png", ".hidden/x.png", "cat/_x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert [(path, row["label"]) for path, row in rows(tmp_path).items()] == [
        ("cat/a.png", "cat"),
        ("cat/z.png", "cat"),
        ("dog/b.PNG", "dog"),
        ("dog/old/a.png", "dog"),
        ("loose.png", None),
    ]


def test_contents_and_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encoded(Image.fromarray(COLOURS))
    (tmp_path / "cat").mkdir()
    for index in range(5):
        (tmp_path / "cat" / f"{index}.png").write_bytes(content)
    monkeypatch.setattr("penstock.ml.data.image.table._BATCH_BYTES", 2 * len(content))
    batches = list(image_table(tmp_path, pixels=False, contents=True))
    assert [batch.num_rows for batch in batches] == [2, 2, 1]
    assert {row["image"] for batch in batches for row in batch.to_pylist()} == {content}


def test_progress(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    for index in range(3):
        (tmp_path / "cat" / f"{index}.png").write_bytes(encoded(Image.fromarray(COLOURS)))
    seen: list[tuple[float, float, str]] = []
    image_table(tmp_path, progress=lambda *step: seen.append(step)).read_all()
    assert seen[-1] == (3.0, 3.0, "images")


def test_no_folder_no_files_no_permission(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        image_table(tmp_path / "nowhere")
    with pytest.raises(DataError, match="has no files"):
        image_table(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(DataError, match="not a folder"):
        image_table(tmp_path / "a.png")
    (tmp_path / "cat").mkdir()
    os.symlink(tmp_path / "gone", tmp_path / "cat" / "a.png")
    with pytest.raises(DataError, match="the file cannot be read: No such file"):
        image_table(tmp_path).read_all()

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.image import MAX_DISTANCE, perceptual_hash

Image = pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")


def scene(seed: int, height: int = 120, width: int = 160) -> Any:
    """A smooth picture: random colours on a coarse grid, drawn large."""
    colours = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def by_definition(pixels: np.ndarray) -> bytes:
    """The definition, in exact arithmetic, pixel by pixel of an image that is made 72 times as large."""
    luma = pixels.astype(object) @ np.array([299, 587, 114], dtype=object)
    bits = ""
    for rows, columns, down in ((8, 9, False), (9, 8, True)):
        large = np.repeat(np.repeat(luma, rows, axis=0), columns, axis=1)
        height, width = luma.shape
        cells = large.reshape(rows, height, columns, width).sum(axis=(1, 3))
        level = 1000 * height * width
        pairs = pairwise(cells) if down else zip(cells[:, :-1], cells[:, 1:], strict=True)
        thresholds = iter(Fraction(2 * (37 * index % 64) + 1, 128) * 255 * level for index in range(64))
        for first, second in pairs:
            for before, after in zip(first, second, strict=True):
                threshold = next(thresholds)
                is_plain = abs(after - before) <= level
                bits += str(int(after > threshold if is_plain else after > before))
    return int(bits, 2).to_bytes(16, "big")


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000), st.sampled_from([2, 20, 256]))
def test_it_is_as_defined(height: int, width: int, seed: int, levels: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, levels, (height, width, 3), dtype=np.uint8)
    assert perceptual_hash(pixels) == by_definition(pixels)


def test_a_known_value() -> None:
    ramp = np.tile(np.arange(0, 252, 4, dtype=np.uint8), (50, 1))
    assert perceptual_hash(ramp).hex() == "ff" * 8 + "ab17072a552f0f15"


def test_large_images_go_by_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    image = scene(1)
    expected = perceptual_hash(image)
    monkeypatch.setattr("penstock.ml.data.image.cell._STRIP_PIXELS", 500)
    assert perceptual_hash(image) == expected


@pytest.mark.parametrize("seed", range(5))
def test_the_same_picture_otherwise_stored(seed: int) -> None:
    image = scene(seed)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=40)
    for other in (Image.open(jpeg), image.resize((80, 60)), image.resize((500, 375)), image.point(lambda v: v * 0.9)):
        assert distance(perceptual_hash(image), perceptual_hash(other)) <= MAX_DISTANCE


def test_other_pictures_are_far() -> None:
    hashes = [perceptual_hash(scene(seed)) for seed in range(20)]
    distances = [distance(one, other) for index, one in enumerate(hashes) for other in hashes[:index]]
    assert min(distances) > 2 * MAX_DISTANCE


@pytest.mark.parametrize(
    ("one", "other", "bits"), [(0, 255, 128), (0, 127, 64), (100, 116, 8), (0, 1, 0), (120, 120, 0)]
)
def test_plain_images_are_as_far_as_their_brightness(one: int, other: int, bits: int) -> None:
    first, second = (perceptual_hash(np.full((20, 30), level, np.uint8)) for level in (one, other))
    assert distance(first, second) == bits


def test_noise_in_a_plain_area_does_not_count() -> None:
    plain = np.full((90, 90), 200, np.uint8)
    noisy = plain + np.random.default_rng(0).integers(0, 3, plain.shape, dtype=np.uint8)
    assert distance(perceptual_hash(plain), perceptual_hash(noisy)) <= 2


@pytest.mark.parametrize(
    "array", [np.zeros((3, 3)), np.zeros((0, 3, 3), np.uint8), np.zeros((3, 3, 2), np.uint8), np.zeros(3, np.uint8)]
)
def test_what_is_no_image(array: np.ndarray) -> None:
    with pytest.raises(DataError, match="is no image"):
        perceptual_hash(array)


def test_pixels_without_a_range() -> None:
    with pytest.raises(DataError, match="mode 'F'"):
        perceptual_hash(Image.new("F", (3, 3)))

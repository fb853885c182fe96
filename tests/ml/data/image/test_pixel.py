from __future__ import annotations

import io

import numpy as np
import pytest

from penstock.ml.data.image.pixel import orientation, rgb_pixels, upright_size

Image = pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")
ImageOps = pytest.importorskip("PIL.ImageOps")

COLOURS = np.random.default_rng(0).integers(0, 256, (3, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation(turn: int) -> None:
    notes = Image.Exif()
    notes[0x0112] = turn
    file = io.BytesIO()
    Image.fromarray(COLOURS).save(file, "PNG", exif=notes)
    with Image.open(file) as image:
        assert orientation(image) == turn
        upright = ImageOps.exif_transpose(image)
        assert upright_size(image) == upright.size
        assert (rgb_pixels(image) == np.asarray(upright)).all()


@pytest.mark.parametrize("value", [0, 9, "left"])
def test_a_senseless_orientation(value: object) -> None:
    image = Image.fromarray(COLOURS)
    image.getexif()[0x0112] = value
    assert orientation(image) == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_modes(mode: str) -> None:
    image = Image.fromarray(COLOURS).convert(mode)
    assert (rgb_pixels(image) == np.asarray(image.convert("RGB"))).all()


def test_deep_grey_is_not_cut_off() -> None:
    deep = np.array([[0, 255, 256], [4096, 65535, 32768]], np.uint16)
    assert rgb_pixels(Image.fromarray(deep))[:, :, 0].tolist() == [[0, 0, 1], [16, 255, 128]]


def test_transparency_is_left_out() -> None:
    clear = np.dstack([COLOURS, np.zeros((3, 5), np.uint8)])
    assert (rgb_pixels(Image.fromarray(clear)) == COLOURS).all()

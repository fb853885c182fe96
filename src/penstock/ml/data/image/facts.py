"""What one image file is: its size and form from the header, its colours from all pixels."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

from penstock.core.plugin import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIXELS = 89_478_485
"""Pixels of the largest image that is decoded: Pillow's own limit against decompression bombs."""

_BOMB = f"a decompression bomb: more than {MAX_PIXELS} pixels"
# Those that decode without running another program; Pillow's EPS, for one, runs Ghostscript.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
_CHANNELS = {
    "1": 1,
    "L": 1,
    "LA": 2,
    "La": 2,
    "PA": 4,
    "RGB": 3,
    "RGBA": 4,
    "RGBa": 4,
    "RGBX": 3,
    "CMYK": 4,
    "YCbCr": 3,
}
_UNREADABLE = (
    OSError,
    SyntaxError,  # Pillow's word for a broken chunk
    ValueError,
    TypeError,
    RuntimeError,
    LookupError,
    ArithmeticError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours of an image over all of its pixels, each 0 to 255.

    Parameters
    ----------
    red, green, blue : float
        Means, by exact sums.
    brightness : float
        Mean of 0.299 R + 0.587 G + 0.114 B.
    hash : bytes
        `perceptual_hash`.
    """

    red: float
    green: float
    blue: float
    brightness: float
    hash: bytes


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """One image file.

    Parameters
    ----------
    size_bytes : int
    width, height : int or None
        In pixels, as it is seen (EXIF orientation applied); None where the header cannot be read.
    channels : int or None
        Grey 1, with transparency 2; colours 3, with transparency or of print (CMYK) 4; a palette counts as colours.
    format : str or None
        Pillow's name: ``JPEG``, ``PNG``, ...
    broken_reason : str
        Why it cannot be read; empty for a good image.
    colors : Colors or None
        Where pixels were asked for, could be decoded, and have a stated range.
    """

    size_bytes: int
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    format: str | None = None
    broken_reason: str = ""
    colors: Colors | None = None


def read_facts(file: Path | BinaryIO, size_bytes: int, *, pixels: bool) -> ImageFacts:
    """Facts about an image file; what is wrong with it is one of them.

    Parameters
    ----------
    file : Path or binary file
    size_bytes : int
    pixels : bool
        Decode all of it; otherwise only the header is read, which does not show that a file is cut off.

    Raises
    ------
    MissingDependencyError
        If Pillow is not installed.
    """
    pillow = _pillow()
    if not size_bytes:
        return ImageFacts(0, broken_reason="the file is empty")
    try:
        with pillow.open(file, formats=_known_formats()) as image:
            return _facts(image, size_bytes, pixels)
    except pillow.DecompressionBombError:
        return ImageFacts(size_bytes, broken_reason=_BOMB)
    except pillow.UnidentifiedImageError:
        return ImageFacts(size_bytes, broken_reason="not an image of a known format")
    except _UNREADABLE:
        return ImageFacts(size_bytes, broken_reason="damaged: its header cannot be read")


def _facts(image: Any, size_bytes: int, pixels: bool) -> ImageFacts:
    from penstock.ml.data.image.pixel import has_colors, upright_size

    # A phone's JPEG with a second picture in it is one all the same.
    kind = "JPEG" if image.format == "MPO" else image.format
    width, height = upright_size(image)
    reason, colors = "", None
    if width * height > MAX_PIXELS:
        reason = _BOMB
    elif pixels:
        try:
            image.load()
            colors = _colors(image) if has_colors(image) else None
        except _UNREADABLE:
            reason = "cut off or damaged: its pixels cannot be decoded"
    return ImageFacts(size_bytes, width, height, _channels(image), kind, reason, colors)


def _colors(image: Any) -> Colors:
    from penstock.ml.data.image.cell import BLUE, GREEN, RED, luma_cells
    from penstock.ml.data.image.image_hash import hash_of_cells
    from penstock.ml.data.image.pixel import rgb_pixels

    pixels: NDArray[np.uint8] = rgb_pixels(image)
    num = pixels.shape[0] * pixels.shape[1]
    red, green, blue = (int(pixels[:, :, channel].sum(dtype="uint64")) for channel in range(3))
    brightness = (RED * red + GREEN * green + BLUE * blue) / (1000 * num)
    return Colors(red / num, green / num, blue / num, brightness, hash_of_cells(luma_cells(pixels), num))


def _channels(image: Any) -> int:
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    return _CHANNELS.get(image.mode, 1)


@cache
def _pillow() -> ModuleType:
    pillow = require("PIL.Image", extra="images", where="images")
    pillow.init()
    return pillow


@cache
def _known_formats() -> tuple[str, ...]:
    return tuple(name for name in _FORMATS if name in _pillow().OPEN)

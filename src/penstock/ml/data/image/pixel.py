"""The upright colours of an image, whatever form its pixels have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.core.error import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEEP_GREY = ("I;16", "I;16B", "I;16L", "I;16N")
_NO_RANGE = ("I", "F", "LAB")
_ORIENTATION = 0x0112
_TURNED = 5
"""EXIF orientations from this one on swap width and height."""


def rgb_pixels(image: Any) -> NDArray[np.uint8]:
    """Red, green and blue of each pixel, with the EXIF orientation applied.

    Grey counts as three equal colours, 16-bit grey by its upper 8 bits; transparency is left out. Of an animation
    it is the first frame.

    Parameters
    ----------
    image : PIL.Image.Image, or ndarray of uint8, shape (height, width) or (height, width, 1, 3 or 4)

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)

    Raises
    ------
    DataError
        If the pixels have no stated range (32-bit integers, floating point), or the array has another shape or type.
    """
    pixels = image if isinstance(image, np.ndarray) else _of_image(image)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or 0 in pixels.shape:
        raise DataError(
            f"an array of {pixels.dtype} of shape {pixels.shape} is no image",
            where="image",
            fix="give uint8 of shape (height, width) or (height, width, 3)",
        )
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, :3]


def has_colors(image: Any) -> bool:
    """Whether the pixels of an image have a stated range, hence colours."""
    return image.mode not in _NO_RANGE


def orientation(image: Any) -> int:
    """EXIF orientation, 1 to 8; 1 (upright) where none can be read."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, TypeError, OSError, LookupError):
        # Pixels are whole without their notes.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def upright_size(image: Any) -> tuple[int, int]:
    """Width and height as it is seen, in pixels; from the header alone."""
    width, height = image.size
    return (height, width) if orientation(image) >= _TURNED else (width, height)


def _of_image(image: Any) -> NDArray[np.uint8]:
    if not has_colors(image):
        raise DataError(
            f"pixels of mode '{image.mode}' have no stated range",
            where="image",
            fix="convert it to 8 or 16 bits per channel, with a range that suits it",
        )
    if image.mode in _DEEP_GREY:
        pixels = (np.asarray(image) >> 8).astype(np.uint8)
    else:
        pixels = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    return _upright(pixels, orientation(image))


def _upright(pixels: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    if turn >= _TURNED:
        # 5: mirrored along the main diagonal; 6, 7 and 8 are that, and then mirrored as below.
        pixels = pixels.swapaxes(0, 1)
    if turn in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if turn in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels

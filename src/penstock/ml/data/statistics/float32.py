"""Numbers as TensorFlow Metadata keeps them in fields of 32 bits."""

from __future__ import annotations

import numpy as np


def float32(number: float) -> float:
    """The shortest decimal that is the same float32, as protocol buffers write it in JSON.

    Examples
    --------
    >>> float32(8 / 3)
    2.6666667
    """
    with np.errstate(over="ignore"):
        return float(str(np.float32(number)))

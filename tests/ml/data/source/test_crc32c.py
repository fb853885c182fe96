from __future__ import annotations

import numpy as np
import pytest
from tf_examples import masked_crc

from penstock.ml.data.source.crc32c import crc32c, masked


@pytest.mark.parametrize(
    ("data", "crc"),
    [  # RFC 3720, appendix B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"", 0),
    ],
)
def test_known_values(data: bytes, crc: int) -> None:
    assert int(crc32c(np.frombuffer(data, np.uint8), np.array([0]), np.array([len(data)]))[0]) == crc


def test_ranges_of_all_sizes_at_once() -> None:
    data = np.random.default_rng(1).integers(0, 256, 70_000, dtype=np.uint8)
    sizes = np.array([0, 1, 3, 4, 7, 127, 128, 129, 0, 255, 256, 257, 1000, 5000, 60_000])
    starts = np.cumsum(sizes) - sizes
    found = masked(crc32c(data, starts, starts + sizes))
    expected = [masked_crc(data[start : start + size].tobytes()) for start, size in zip(starts, sizes, strict=True)]
    assert found.tolist() == expected


def test_no_ranges() -> None:
    nothing = np.empty(0, np.int64)
    assert crc32c(np.zeros(4, np.uint8), nothing, nothing).tolist() == []

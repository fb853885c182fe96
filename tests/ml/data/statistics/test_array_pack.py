from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.array_pack import Packer, Unpacker

integers = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20)


@given(integers, st.lists(st.text(max_size=5), max_size=10), st.booleans())
def test_arrays_come_back(numbers: list[int], texts: list[str], is_ascending: bool) -> None:
    numbers = sorted(set(numbers)) if is_ascending else numbers
    packer = Packer()
    first = packer.add_integers(np.array(numbers, dtype=np.int64))
    second = packer.add_texts(pa.array(texts, pa.string()))
    unpacker = Unpacker(packer.joined())
    assert unpacker.integers(first).tolist() == numbers
    assert unpacker.texts(second).to_pylist() == texts
    unpacker.finish()


def test_numbers_are_as_narrow_as_they_can_be() -> None:
    packer = Packer()
    assert packer.add_integers(np.arange(10**12, 10**12 + 200))["width"] == 1
    assert packer.add_integers(np.array([5, 5, 5 + 255]))["width"] == 1
    assert packer.add_integers(np.array([5, 5, 5 + 256]))["width"] == 2
    assert len(packer.joined()) == 199 + 3 + 6


def test_a_slice_packs_as_its_copy() -> None:
    whole = pa.array(["ab", "c", "déf", ""])
    sliced, copied = Packer(), Packer()
    sliced.add_texts(whole.slice(1, 2))
    copied.add_texts(pa.array(["c", "déf"]))
    assert sliced.joined() == copied.joined()


@pytest.mark.parametrize(
    "description",
    [
        {"size": 9, "width": 1, "offset": 0, "ascending": False},
        {"size": -1, "width": 1, "offset": 0, "ascending": False},
        {"size": 1, "width": 3, "offset": 0, "ascending": False},
        {"size": 1, "width": 1, "offset": 1 << 70, "ascending": False},
        {"size": 1, "width": 1},
    ],
)
def test_wrong_descriptions_are_refused(description: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, OverflowError)):
        Unpacker(b"abc").integers(description)


def test_wrong_texts_are_refused() -> None:
    lengths = {"size": 2, "width": 1, "offset": 0, "ascending": False}
    with pytest.raises(ValueError, match="do not fit"):
        Unpacker(b"\x01\x05ab").texts({"lengths": lengths, "bytes": 2})
    with pytest.raises(ValueError, match=r"UTF-?8"):
        Unpacker(b"\x01\x01\xff\xfe").texts({"lengths": lengths, "bytes": 2})
    with pytest.raises(ValueError, match="too many"):
        Unpacker(b"abc").finish()

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tf_examples import varint

from penstock.ml.data.source.protobuf_wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    Fields,
    WireError,
    gather,
    packed_varints,
    split_fields,
)

Ranges = tuple[np.ndarray, np.ndarray, np.ndarray]
numbers = st.integers(0, 2**64 - 1)
contents = st.one_of(
    st.tuples(st.just(VARINT), numbers.map(varint)),
    st.tuples(st.just(FIXED64), st.binary(min_size=8, max_size=8)),
    st.tuples(st.just(LENGTH), st.binary(max_size=200)),
    st.tuples(st.just(FIXED32), st.binary(min_size=4, max_size=4)),
)
fields = st.tuples(st.integers(1, 2**29 - 1), contents)


def ranges(parts: list[bytes]) -> Ranges:
    data = np.frombuffer(b"".join(parts) + bytes(16), np.uint8)
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return data, ends - [len(part) for part in parts], ends


def encoded(number: int, wire: int, content: bytes) -> bytes:
    return varint(number << 3 | wire) + (varint(len(content)) if wire == LENGTH else b"") + content


@given(st.lists(st.lists(fields, max_size=5), min_size=1, max_size=6))
def test_fields_of_messages(messages: list[list[tuple[int, tuple[int, bytes]]]]) -> None:
    data, starts, ends = ranges([b"".join(encoded(number, *content) for number, content in one) for one in messages])
    found = split_fields(data, starts, ends)
    written = [(index, number, *content) for index, one in enumerate(messages) for number, content in one]
    read = [
        (int(parent), int(number), int(wire), data[start:end].tobytes())
        for parent, number, wire, start, end in zip(
            found.parent, found.number, found.wire, found.starts, found.ends, strict=True
        )
    ]
    assert read == written


@given(st.lists(st.lists(numbers, max_size=8), min_size=1, max_size=6))
def test_packed_numbers(lists: list[list[int]]) -> None:
    data, starts, ends = ranges([b"".join(map(varint, one)) for one in lists])
    values, counts = packed_varints(data, starts, ends)
    assert counts.tolist() == [len(one) for one in lists]
    assert values.view(np.uint64).tolist() == [number for one in lists for number in one]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"\x0a\x05abc", "beyond its end"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "beyond its end"),
        (b"\x0a", "beyond its end"),
        (b"\x0d\x00\x00", "beyond its end"),
        (b"\x80", "beyond its end"),
        (b"\x0b\x00", "no type"),
        (b"\x02\x00", "no type"),
        (b"\xff" * 12, "too long"),
    ],
)
def test_malformed_messages(message: bytes, why: str) -> None:
    data, starts, ends = ranges([b"\x08\x01", message])
    with pytest.raises(WireError, match=why) as caught:
        split_fields(data, starts, ends)
    assert caught.value.index == 1


def test_malformed_numbers() -> None:
    for bad, why in ((b"\x80", "cut off"), (b"\xff" * 10 + b"\0", "too long")):
        data, starts, ends = ranges([b"\x01", b"", bad, b"\x02"])
        with pytest.raises(WireError, match=why) as caught:
            packed_varints(data, starts, ends)
        assert caught.value.index == 2


def test_nothing() -> None:
    data, starts, ends = ranges([b"", b""])
    assert isinstance(split_fields(data, starts, ends), Fields)
    assert split_fields(data, starts, ends).parent.tolist() == []
    values, counts = packed_varints(data, starts, ends)
    assert (values.tolist(), counts.tolist()) == ([], [0, 0])
    assert gather(data, starts, ends).tolist() == []

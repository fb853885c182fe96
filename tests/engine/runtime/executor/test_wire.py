from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from penstock.engine.runtime.executor.wire import Wire, encode

messages = st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=3), min_size=1, max_size=5)


@pytest.fixture
def pair() -> Iterator[tuple[Wire, Wire]]:
    left, right = socket.socketpair()
    ends = Wire(left), Wire(right)
    yield ends
    for end in ends:
        end.close()


def read(wire: Wire, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        found += wire.receive()
    return found


@given(messages, st.integers(1, 40))
def test_messages_survive_any_cut(sent: list[dict[str, Any]], size: int) -> None:
    left, right = socket.socketpair()
    with left, right:
        wire = Wire(right)
        data = b"".join(map(encode, sent))
        found: list[dict[str, Any]] = []
        for start in range(0, len(data), size):
            left.sendall(data[start : start + size])
            found += wire.receive()
        assert found == sent


def test_a_message_is_one_line_of_ascii() -> None:
    data = encode({"text": "a\nb ä \udcff"})
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")
    assert data.isascii()


def test_both_ways(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    left.send({"n": 1})
    right.send({"n": 2})
    assert (right.receive(), left.receive()) == ([{"n": 1}], [{"n": 2}])


def test_a_large_message_comes_in_pieces(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    text = "x" * 100_000
    left.send({"text": text})
    assert read(right, 1) == [{"text": text}]


def test_a_piece_of_a_large_message_is_not_a_copy_of_all_before(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    for _ in range(256):
        left.sock.sendall(b"x" * 2**16)
        assert right.receive() == []
    left.sock.sendall(b"x")
    tracemalloc.start()
    try:
        right.receive()
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


def test_half_a_message_waits_for_the_rest(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    left.sock.sendall(b'{"a": 1}\n{"b"')
    assert right.receive() == [{"a": 1}]
    left.sock.sendall(b": 2}\n")
    assert right.receive() == [{"b": 2}]


def test_the_end_is_noticed_after_the_last_message(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    left.send({"n": 1})
    left.close()
    assert right.receive() == [{"n": 1}]
    assert not right.is_closed
    assert right.receive() == []
    assert right.is_closed
    assert left.is_closed


def test_sending_to_somebody_who_is_gone(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    right.close()
    left.send({"n": 1})
    left.send({"n": 2})
    assert left.is_closed


def test_draining_takes_what_is_there_and_does_not_wait(pair: tuple[Wire, Wire]) -> None:
    left, right = pair
    assert right.drain() == []
    for number in range(3):
        left.send({"n": number})
    left.sock.sendall(b'{"half"')
    assert [message["n"] for message in right.drain()] == [0, 1, 2]
    assert not right.is_closed
    left.sock.sendall(b": true}\n")
    left.close()
    assert right.drain() == [{"half": True}]
    assert right.is_closed

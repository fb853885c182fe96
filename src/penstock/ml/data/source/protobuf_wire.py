"""The wire format of protocol buffers, read from many messages at once.

Every function works on arrays of messages: a step reads one field of each message that has any left, so the number of
NumPy calls is that of fields per message, not of messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penstock.ml.data.source.crc32c import Bytes, Places

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
"""Wire types."""

_MAX_VARINT_BYTES = 10


class WireError(Exception):
    """A message that does not follow the wire format: its index among those asked for, and why."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index = index


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of messages, in order of the messages, within one in the order they are written.

    Parameters
    ----------
    parent : ndarray of int64, shape (n_fields,)
        Index of the message.
    number : ndarray of int64
    wire : ndarray of int64
        One of the wire types.
    starts, ends : ndarray of int64
        Where the value lies: content of a `LENGTH` field without its length, the bytes of a number.
    """

    parent: Places
    number: Places
    wire: Places
    starts: Places
    ends: Places

    def where(self, mask: npt.NDArray[np.bool_]) -> Fields:
        """Only some of the fields."""
        parts = (part[mask] for part in (self.parent, self.number, self.wire, self.starts, self.ends))
        return Fields(*parts)


def split_fields(data: Bytes, starts: Places, ends: Places) -> Fields:
    """The fields of messages.

    Parameters
    ----------
    data : ndarray of uint8
        With at least 16 bytes after the last message.
    starts, ends : ndarray of int64, shape (n_messages,)

    Raises
    ------
    WireError
        If a message is malformed.
    """
    steps = list(_steps(data, starts, ends))
    if not steps:
        empty = np.empty(0, np.int64)
        return Fields(empty, empty, empty, empty, empty)
    if len(steps) == 1:
        return steps[0]
    parts = [
        np.concatenate([getattr(step, name) for step in steps])
        for name in ("parent", "number", "wire", "starts", "ends")
    ]
    order = np.argsort(parts[0], kind="stable")
    return Fields(*(part[order] for part in parts))


def _steps(data: Bytes, starts: Places, ends: Places) -> Iterator[Fields]:
    """One field of each message that has any left, again and again."""
    parent = np.flatnonzero(starts < ends)
    place, limit = starts[parent], ends[parent]
    while parent.size:
        tag, begin = _varint(data, place, parent)
        number, wire = (tag >> np.uint64(3)).astype(np.int64), (tag & np.uint64(7)).astype(np.int64)
        size = np.select([wire == FIXED64, wire == FIXED32], [8, 4], 0)
        has_length = np.flatnonzero(wire == LENGTH)
        if has_length.size:
            length, after = _varint(data, begin[has_length], parent[has_length])
            begin[has_length] = after
            # A length beyond the message is refused below; as a signed number it must not turn negative.
            size[has_length] = np.minimum(length, np.uint64(1 << 62)).astype(np.int64)
        has_varint = np.flatnonzero(wire == VARINT)
        if has_varint.size:
            size[has_varint] = _varint(data, begin[has_varint], parent[has_varint])[1] - begin[has_varint]
        _check_step(parent, number, wire, size > limit - begin)
        end = begin + size
        yield Fields(parent, number, wire, begin, end)
        left = end < limit
        parent, place, limit = parent[left], end[left], limit[left]


def _check_step(parent: Places, number: Places, wire: Places, is_beyond: npt.NDArray[np.bool_]) -> None:
    is_known = (wire == VARINT) | (wire == FIXED64) | (wire == LENGTH) | (wire == FIXED32)
    for wrong, why in ((is_beyond, "a field runs beyond its end"), (~is_known | (number == 0), "a field has no type")):
        if wrong.any():
            raise WireError(int(parent[np.argmax(wrong)]), why)


def _varint(data: Bytes, places: Places, parent: Places) -> tuple[npt.NDArray[np.uint64], Places]:
    """The numbers of variable length at places, and where they end."""
    first = data[places]
    value = (first & 0x7F).astype(np.uint64)
    end = places + 1
    going = np.flatnonzero(first & 0x80)
    for index in range(1, _MAX_VARINT_BYTES):
        if not going.size:
            return value, end
        byte = data[np.minimum(end[going], len(data) - 1)]
        value[going] |= (byte & 0x7F).astype(np.uint64) << np.uint64(7 * index)
        end[going] += 1
        going = going[(byte & 0x80) != 0]
    if going.size:
        raise WireError(int(parent[going[0]]), "a number is too long")
    return value, end


def gather(data: Bytes, starts: Places, ends: Places) -> Bytes:
    """The bytes of ranges, one after the other."""
    lengths = ends - starts
    if len(starts) == 1:
        return data[starts[0] : ends[0]]
    offsets = np.cumsum(lengths) - lengths
    return data[np.repeat(starts - offsets, lengths) + np.arange(int(lengths.sum()))]


def packed_varints(data: Bytes, starts: Places, ends: Places) -> tuple[npt.NDArray[np.int64], Places]:
    """Numbers of variable length in ranges, and how many each range has.

    Raises
    ------
    WireError
        If a range ends within a number.
    """
    stream = gather(data, starts, ends)
    lengths = ends - starts
    is_last = stream < 0x80
    last = np.flatnonzero(is_last)
    total = np.concatenate([[0], np.cumsum(is_last)])
    borders = np.concatenate([[0], np.cumsum(lengths)])
    cut = np.flatnonzero((lengths > 0) & ~is_last[np.maximum(borders[1:] - 1, 0)]) if len(stream) else np.empty(0)
    if cut.size:
        raise WireError(int(cut[0]), "a list of numbers is cut off")
    counts = total[borders[1:]] - total[borders[:-1]]
    if not last.size:
        return np.empty(0, np.int64), counts
    first = np.concatenate([[0], last[:-1] + 1])
    sizes = last + 1 - first
    if int(sizes.max()) > _MAX_VARINT_BYTES:
        long = int(np.searchsorted(np.cumsum(counts), np.argmax(sizes), side="right"))
        raise WireError(long, "a number is too long")
    if len(last) == len(stream):
        return stream.astype(np.int64), counts
    shifts = (7 * (np.arange(len(stream)) - np.repeat(first, sizes))).astype(np.uint64)
    values = np.add.reduceat((stream & 0x7F).astype(np.uint64) << shifts, first)
    return values.view(np.int64), counts

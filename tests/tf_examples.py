"""Writes TFRecord files of tf.Example, by the letter of the formats and one byte at a time."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

Value = bytes | float | int


@cache
def crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


def masked_crc(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc_table()[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def feature(values: Sequence[Value] | None, *, packed: bool = True) -> bytes:
    """A Feature message; None gives one without a list, an empty sequence a list of floats without values."""
    if values is None:
        return b""
    if values and isinstance(values[0], bytes):
        return field(1, b"".join(field(1, value) for value in values if isinstance(value, bytes)))
    if values and isinstance(values[0], int):
        numbers = [varint(int(value)) for value in values]
        return field(3, field(1, b"".join(numbers)) if packed else b"".join(b"\x08" + number for number in numbers))
    floats = [struct.pack("<f", value) for value in values]
    if not packed:
        return field(2, b"".join(b"\x0d" + one for one in floats))
    return field(2, field(1, b"".join(floats)) if floats else b"")


def example(row: Mapping[str, Sequence[Value] | None], *, packed: bool = True) -> bytes:
    entries = [field(1, name.encode()) + field(2, feature(values, packed=packed)) for name, values in row.items()]
    return field(1, b"".join(field(1, entry) for entry in entries))


def record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", masked_crc(length)) + content + struct.pack("<I", masked_crc(content))


def write_tfrecord(path: Path, rows: Sequence[Mapping[str, Sequence[Value] | None]], *, packed: bool = True) -> None:
    data = b"".join(record(example(row, packed=packed)) for row in rows)
    path.write_bytes(gzip.compress(data, mtime=0) if path.name.endswith(".gz") else data)

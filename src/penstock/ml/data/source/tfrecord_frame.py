"""Records of TFRecord files: found in blocks of bytes, with both checksums verified."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.source.crc32c import Bytes, Places, crc32c, masked
from penstock.ml.data.source.location import content_kind

PADDING = 16
"""Zero bytes after the last record of a block, so that numbers can be read without looking for the end."""

_BLOCK_BYTES = 2 << 20
_HEADER = struct.Struct("<QI")
_FRAME_BYTES = 16
_LENGTH_BYTES = 8
_CRC_BYTES = 4


@dataclass(frozen=True, slots=True)
class Records:
    """Some records of a file that follow each other.

    Parameters
    ----------
    data : ndarray of uint8, shape (n_bytes + `PADDING`,)
    starts, ends : ndarray of int64, shape (n_records,)
        Record i is ``data[starts[i]:ends[i]]``.
    first : int
        Number of the first of them in the file, from 1.
    """

    data: Bytes
    starts: Places
    ends: Places
    first: int


def read_records(path: Path) -> Iterator[Records]:
    """The records of a TFRecord file, gzipped or not, in blocks of about 2 MiB (more where one record is longer).

    Raises
    ------
    DataError
        If the file is of another format, is cut off or damaged: with the number of the record.
    """
    is_gzip = content_kind(path)[0] == "gzip"
    count = 0
    try:
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            for found in _blocks(file, path):  # type: ignore[arg-type]
                yield found
                count = found.first + len(found.starts) - 1
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"the gzip file is damaged or cut off: {error}",
            where=f"{path}, after record {count}",
            fix="compress it again, or fetch it anew",
        ) from error


def _blocks(file: BinaryIO, path: Path) -> Iterator[Records]:
    rest = b""
    first = 1
    while True:
        chunk = file.read(max(_BLOCK_BYTES, _lacking(rest, path, first)))
        data = rest + chunk
        starts, ends, used = _frames(data)
        if starts.size:
            found = Records(np.frombuffer(data + bytes(PADDING), np.uint8), starts, ends, first)
            _check(found, path)
            yield found
            first += len(starts)
        rest = data[used:]
        if not chunk:
            break
    if rest:
        _lacking(rest, path, first)
        raise DataError(
            f"the file is cut off within record {first}: {len(rest)} bytes are left of it",
            where=str(path),
            fix="write the file again, or fetch it anew; it may still be being written",
        )


def _lacking(rest: bytes, path: Path, number: int) -> int:
    """Bytes that the record at hand still needs; its length is verified before anybody trusts it."""
    if len(rest) < _HEADER.size:
        return 0
    length, crc = _HEADER.unpack_from(rest)
    whole = np.frombuffer(rest[:_LENGTH_BYTES], np.uint8)
    if int(masked(crc32c(whole, np.array([0]), np.array([_LENGTH_BYTES])))[0]) != crc:
        raise _damaged("length", path, number)
    return max(0, int(length) + _FRAME_BYTES - len(rest))


def _frames(data: bytes) -> tuple[Places, Places, int]:
    """Where whole records lie, and how many bytes they take with their frames."""
    starts, ends = [], []
    place, size = 0, len(data)
    while place + _HEADER.size <= size:
        length, _ = _HEADER.unpack_from(data, place)
        end = place + _HEADER.size + length
        if end + _CRC_BYTES > size:
            break
        starts.append(place + _HEADER.size)
        ends.append(end)
        place = end + _CRC_BYTES
    return np.array(starts, np.int64), np.array(ends, np.int64), place


def _check(found: Records, path: Path) -> None:
    """Compare both checksums of every record."""
    heads = found.starts - _HEADER.size
    length_ok = masked(crc32c(found.data, heads, heads + _LENGTH_BYTES)) == _words(found.data, heads + _LENGTH_BYTES)
    wrong = int(np.argmin(length_ok))
    if not length_ok[wrong]:
        # What follows a wrong length is not even a record; those before it may have their own damage.
        ahead = Records(found.data, found.starts[:wrong], found.ends[:wrong], found.first)
        if wrong:
            _check(ahead, path)
        raise _damaged("length", path, found.first + wrong)
    data_ok = masked(crc32c(found.data, found.starts, found.ends)) == _words(found.data, found.ends)
    if not data_ok.all():
        raise _damaged("content", path, found.first + int(np.argmin(data_ok)))


def _words(data: Bytes, places: Places) -> Bytes:
    """Little-endian 32-bit numbers at places."""
    return np.ascontiguousarray(data[places[:, None] + np.arange(_CRC_BYTES)]).view("<u4")[:, 0]


def _damaged(what: str, path: Path, number: int) -> DataError:
    kind, text = content_kind(path)
    if number == 1 and what == "length":
        return DataError(
            f"the file is not TFRecord{f', but {text}' if kind and kind != 'gzip' else ''}",
            where=str(path),
            fix="give its real format, or write it again with tf.io.TFRecordWriter (plain or GZIP)",
        )
    return DataError(
        f"record {number} is damaged: the checksum of its {what} does not match",
        where=str(path),
        fix="write the file again, or fetch it anew",
    )

"""Serialised `tf.Example` messages as columns, many at once and without TensorFlow.

The messages nest as ``Example{1: Features{1: entry{1: name, 2: Feature{1: bytes | 2: floats | 3: int64s}}}}``, and each
list as ``{1: values}``, packed or one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penstock.ml.data.source.crc32c import Bytes, Places
from penstock.ml.data.source.protobuf_wire import (
    FIXED32,
    LENGTH,
    VARINT,
    Fields,
    WireError,
    gather,
    packed_varints,
    split_fields,
)

UNSET, BYTES, FLOAT, INT64 = 0, 1, 2, 3
"""Kinds of lists; a feature without one is missing."""

_WIRES = {BYTES: (LENGTH,), FLOAT: (LENGTH, FIXED32), INT64: (LENGTH, VARINT)}
_SEQUENCES = 2


class ExampleError(Exception):
    """A record that is no tf.Example: its index among those given, and why."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index = index


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """The values of one feature in some records.

    Parameters
    ----------
    kind : int
        `BYTES`, `FLOAT`, `INT64`, or `UNSET` where no record has a list. Where all lists are empty, that of one.
    is_present : ndarray of bool, shape (n_records,)
        Which records have a list, be it empty.
    counts : ndarray of int64, shape (n_records,)
        Values of each record.
    values : pa.Array
        All values in order of the records: binary, float or int64; null for `UNSET`.
    """

    kind: int
    is_present: npt.NDArray[np.bool_]
    counts: Places
    values: pa.Array


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries of the maps of features, in order of their records."""

    record: Places
    key: Places
    names: list[str]
    kind: Places
    starts: Places
    ends: Places


def read_examples(data: Bytes, starts: Places, ends: Places) -> dict[str, FeatureColumn]:
    """The features of records, by name.

    Parameters
    ----------
    data : ndarray of uint8
        With at least 16 bytes after the last record.
    starts, ends : ndarray of int64, shape (n_records,)

    Raises
    ------
    ExampleError
        If a record is no tf.Example, or a feature has values of two kinds.
    """
    entries = _entries(data, starts, ends)
    lists = _split(data, entries.starts, entries.ends, entries.record)
    lists = lists.where(lists.number == 1)
    # The fields of each name beside each other; within a name they keep the order of the records.
    by_key = np.argsort(entries.key[lists.parent], kind="stable")
    field_borders = np.searchsorted(entries.key[lists.parent][by_key], np.arange(len(entries.names) + 1))
    by_entry = np.argsort(entries.key, kind="stable")
    entry_borders = np.searchsorted(entries.key[by_entry], np.arange(len(entries.names) + 1))
    found = {}
    for index, name in enumerate(entries.names):
        own = by_entry[entry_borders[index] : entry_borders[index + 1]]
        fields = by_key[field_borders[index] : field_borders[index + 1]]
        found[name] = _column(data, entries, own, _at(lists, fields), len(starts))
    return found


def _entries(data: Bytes, starts: Places, ends: Places) -> _Entries:
    record = np.arange(len(starts))
    top = _split(data, starts, ends, record)
    _check_top(top, starts, ends)
    top = top.where((top.number == 1) & (top.wire == LENGTH))
    record = top.parent
    maps = _split(data, top.starts, top.ends, record)
    maps = maps.where((maps.number == 1) & (maps.wire == LENGTH))
    record = record[maps.parent]
    parts = _split(data, maps.starts, maps.ends, record)
    key, names = _keys(data, *_last(parts, 1, len(record)), record)
    value_starts, value_ends = _last(parts, 2, len(record))
    features = _split(data, value_starts, value_ends, record)
    features = features.where((features.number <= INT64) & (features.wire == LENGTH))
    kind, list_starts, list_ends = (np.zeros(len(record), np.int64) for _ in range(3))
    # Of several the last counts; NumPy keeps the last of repeated places.
    kind[features.parent] = features.number
    list_starts[features.parent], list_ends[features.parent] = features.starts, features.ends
    is_last = _is_last(record, key)
    columns = (record, key, kind, list_starts, list_ends)
    record, key, kind, list_starts, list_ends = (column[is_last] for column in columns)
    return _Entries(record, key, names, kind, list_starts, list_ends)


def _check_top(top: Fields, starts: Places, ends: Places) -> None:
    sequence = np.flatnonzero((top.number == _SEQUENCES) & (top.wire == LENGTH))
    if sequence.size:
        raise ExampleError(int(top.parent[sequence[0]]), "it is a tf.SequenceExample, or something else")
    has_features = np.zeros(len(starts), np.bool_)
    has_features[top.parent[(top.number == 1) & (top.wire == LENGTH)]] = True
    strange = np.flatnonzero(~has_features & (ends > starts))
    if strange.size:
        raise ExampleError(int(strange[0]), "it has no features")


def _split(data: Bytes, starts: Places, ends: Places, record: Places) -> Fields:
    try:
        return split_fields(data, starts, ends)
    except WireError as error:
        raise ExampleError(int(record[error.index]), str(error)) from error


def _last(parts: Fields, number: int, count: int) -> tuple[Places, Places]:
    """Where the last field of that number lies in each message; an empty place where there is none."""
    starts, ends = np.zeros(count, np.int64), np.zeros(count, np.int64)
    chosen = parts.where((parts.number == number) & (parts.wire == LENGTH))
    starts[chosen.parent], ends[chosen.parent] = chosen.starts, chosen.ends
    return starts, ends


def _keys(data: Bytes, starts: Places, ends: Places, record: Places) -> tuple[Places, list[str]]:
    """An index per entry, and the names it counts in."""
    encoded = _binary(data, starts, ends).dictionary_encode()
    names = []
    for index, name in enumerate(encoded.dictionary.to_pylist()):
        try:
            names.append(name.decode())
        except UnicodeDecodeError as error:
            entry = int(np.argmax(encoded.indices.to_numpy() == index))
            raise ExampleError(int(record[entry]), f"the name {name!r} is no UTF-8 text") from error
    return encoded.indices.to_numpy().astype(np.int64), names


def _is_last(record: Places, key: Places) -> npt.NDArray[np.bool_]:
    """Whether no later entry of the record has the same name: the last one counts."""
    order = np.lexsort((key, record))
    again = (np.diff(record[order]) == 0) & (np.diff(key[order]) == 0)
    found = np.ones(len(record), np.bool_)
    found[order[:-1][again]] = False
    return found


def _at(fields: Fields, index: Places) -> Fields:
    parts = (part[index] for part in (fields.parent, fields.number, fields.wire, fields.starts, fields.ends))
    return Fields(*parts)


def _column(data: Bytes, entries: _Entries, own: Places, fields: Fields, records: int) -> FeatureColumn:
    kinds = entries.kind[own]
    # An empty list has no values that could be of another type.
    with_values = entries.kind[fields.parent]
    kind = _one_kind(with_values, entries.record[fields.parent]) or int(kinds.max(initial=UNSET))
    is_present = np.zeros(records, np.bool_)
    is_present[entries.record[own[kinds != UNSET]]] = True
    if kind == UNSET:
        return FeatureColumn(kind, is_present, np.zeros(records, np.int64), pa.nulls(0))
    record = entries.record[fields.parent]
    wrong = np.flatnonzero(~np.isin(fields.wire, _WIRES[kind]))
    if wrong.size:
        raise ExampleError(int(record[wrong[0]]), "a value is not of its list's type")
    values, per_field = _values(data, kind, fields, record)
    counts = np.bincount(record, per_field, records).astype(np.int64)
    return FeatureColumn(kind, is_present, counts, values)


def _one_kind(kinds: Places, record: Places) -> int:
    wrong = np.flatnonzero(kinds != kinds[:1])
    if wrong.size:
        raise ExampleError(int(record[wrong[0]]), "a feature has values of two types")
    return int(kinds[0]) if kinds.size else UNSET


def _values(data: Bytes, kind: int, fields: Fields, record: Places) -> tuple[pa.Array, Places]:
    """All values, and how many each field holds."""
    if kind == BYTES:
        return _binary(data, fields.starts, fields.ends), np.ones(len(record), np.int64)
    if kind == FLOAT:
        sizes = fields.ends - fields.starts
        cut = np.flatnonzero(sizes % 4)
        if cut.size:
            raise ExampleError(int(record[cut[0]]), "a list of floats is cut off")
        stream = np.ascontiguousarray(gather(data, fields.starts, fields.ends))
        return pa.array(stream.view("<f4")), sizes // 4
    try:
        values, counts = packed_varints(data, fields.starts, fields.ends)
    except WireError as error:
        raise ExampleError(int(record[error.index]), str(error)) from error
    return pa.array(values), counts


def _binary(data: Bytes, starts: Places, ends: Places) -> pa.Array:
    """Ranges as one binary array."""
    offsets = np.concatenate([[0], np.cumsum(ends - starts)]).astype(np.int32)
    content = pa.py_buffer(gather(data, starts, ends).tobytes()) if len(starts) else pa.py_buffer(b"")
    return pa.Array.from_buffers(pa.binary(), len(starts), [None, pa.py_buffer(offsets), content])

"""Splits as TFX's ExampleGen makes them: a column's value as a serialised feature, hashed into buckets.

The key of a row is the serialised ``tf.train.Feature`` of one column: its text or bytes as a ``bytes_list`` of one,
its integer as an ``int64_list`` of one. The row's bucket is the SHA-256 of the key, as a number, modulo the total
number of buckets; a split has as many buckets as it asks for, in the order given. This is what ExampleGen does with a
``partition_feature_name``. Without one it hashes the whole serialised record, which depends on the format it was read
from; that is not offered.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import quote_name

if TYPE_CHECKING:
    import pyarrow as pa

    from penstock.ml.data.dataset import Dataset

TFX_BUCKETS: Mapping[str, int] = {"train": 2, "eval": 1}
"""ExampleGen's own default."""

_MAX_BUCKETS = (1 << 31) - 1
_LIMB = 15
"""Hexadecimal digits of a limb: 60 bits, which a BIGINT holds."""


@dataclass(frozen=True)
class TfxSplit:
    """By TFX's hash buckets; a `Splitter`.

    Parameters
    ----------
    key : str
        Column of text, bytes or integers; TFX's ``partition_feature_name``.
    buckets : mapping of str to int
        Number of buckets of each split, a whole one; the order counts, as in TFX's ``SplitConfig``.
    """

    key: str
    buckets: Mapping[str, float] = field(default_factory=lambda: dict(TFX_BUCKETS))

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split; checks that no key is missing, as TFX does.

        Raises
        ------
        DataError
            If the key is missing somewhere, or of another type, or the buckets are no positive numbers.
        """
        edges = [0, *accumulate(_checked(self.buckets).values())]
        bucket = tfx_bucket_sql(data.schema, self.key, edges[-1])
        missing = data.sql(f"select 1 from this where {quote_name(self.key)} is null").num_rows
        if missing:
            raise DataError(
                f"the key '{self.key}' is missing in {missing} rows, which TFX refuses",
                where="split by TFX's buckets",
                fix="leave these rows out, or name another column",
            )
        where = (f"{bucket} between {edges[i]} and {edges[i + 1] - 1}" for i in range(len(edges) - 1))
        return {name: f"select * from this where {text}" for name, text in zip(self.buckets, where, strict=True)}


def tfx_bucket(value: str | bytes | int, total: int) -> int:
    """Bucket of a key among ``total``.

    Examples
    --------
    >>> tfx_bucket("Flash Cab", 3), tfx_bucket(17, 3)
    (1, 1)
    """
    return int(hashlib.sha256(serialized_feature(value)).hexdigest(), 16) % total


def tfx_split(value: str | bytes | int, buckets: Mapping[str, int] = TFX_BUCKETS) -> str:
    """Name of the split that a key belongs to.

    Raises
    ------
    DataError
        If the buckets are no positive numbers.
    """
    edges = list(accumulate(_checked(buckets).values()))
    return list(buckets)[bisect(edges, tfx_bucket(value, edges[-1]))]


def serialized_feature(value: str | bytes | int) -> bytes:
    r"""The wire form of a ``tf.train.Feature`` with one value.

    Examples
    --------
    >>> serialized_feature("ab"), serialized_feature(300)
    (b'\n\x04\n\x02ab', b'\x1a\x04\n\x02\xac\x02')
    """
    if isinstance(value, int):
        return _field(3, _field(1, _varint(value % (1 << 64))))
    return _field(1, _field(1, value.encode() if isinstance(value, str) else value))


def tfx_bucket_sql(schema: pa.Schema, key: str, total: int) -> str:
    """SQL expression for the bucket of a row; agrees with `tfx_bucket`.

    Raises
    ------
    DataError
        If the key is no column, or neither text, bytes nor integer.
    """
    digest = f"sha256(unhex({_feature_sql(schema, key)}))"
    # The 256 bits as four and four times 15 digits, reduced one after the other: exact in 64 bits.
    lengths = [64 % _LIMB, *[_LIMB] * (64 // _LIMB)]
    result, start = "0", 1
    for length in lengths:
        limb = f"('0x' || substr(digest, {start}, {length}))::bigint"
        result = f"(({result} * {(1 << 4 * length) % total} + {limb} % {total}) % {total})"
        start += length
    # The lambda gives the digest a name: it is computed once, and used five times.
    return f"list_transform([{digest}], lambda digest: {result})[1]"


def _feature_sql(schema: pa.Schema, key: str) -> str:
    """SQL expression for the hexadecimal digits of the serialised feature."""
    import pyarrow as pa

    if key not in schema.names:
        raise DataError(
            f"the key '{key}' is no column; {closest(key, schema.names)}" if key else "there is no key",
            where="split by TFX's buckets",
            fix="name a column of text, bytes or integers: key='...'",
        )
    kind, name = schema.field(key).type, quote_name(key)
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_integer(kind):
        return _field_sql(3, _field_sql(1, _varint_sql(f"({name}::hugeint + (1::hugeint << 64)) % (1::hugeint << 64)")))
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if is_text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _field_sql(1, _field_sql(1, f"hex({name})"))
    raise DataError(
        f"the key '{key}' is {kind}; TFX takes text, bytes or integers",
        where="split by TFX's buckets",
        fix="name another column",
    )


def _checked(buckets: Mapping[str, float]) -> Mapping[str, int]:
    wrong = [name for name, count in buckets.items() if not (count > 0 and count % 1 == 0)]
    if wrong or not buckets or sum(buckets.values()) > _MAX_BUCKETS:
        raise DataError(
            f"buckets {dict(buckets)} are no positive whole numbers up to 2^31 in all",
            where="split by TFX's buckets",
            fix='give for instance {"train": 2, "eval": 1}',
        )
    return {name: int(count) for name, count in buckets.items()}


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    groups = []
    while value >= 128:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])


def _field_sql(number: int, digits: str) -> str:
    length = _varint_sql("length(content) // 2")
    return f"list_transform([{digits}], lambda content: '{number << 3 | 2:02X}' || {length} || content)[1]"


def _varint_sql(value: str) -> str:
    """Hexadecimal digits of a non-negative number as a varint."""
    group = "printf('%02X', ((v // (1::hugeint << (7 * k))) % 128 + case when k + 1 < n then 128 else 0 end)::int)"
    size = " + ".join(f"(v >= {1 << 7 * k}::hugeint)::int" for k in range(1, 10))
    text = f"list_aggregate(list_transform(range(n), lambda k: {group}), 'string_agg', '')"
    sized = f"list_transform([1 + {size}], lambda n: {text})[1]"
    return f"list_transform([({value})::hugeint], lambda v: {sized})[1]"
